# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines become words and blocks, each with its place."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Invalid
from vrrp.config.syntax.parser import parse, split_command, split_words


def shape(statements):
    return [
        [word.text for word in statement.words]
        if statement.children is None
        else ([word.text for word in statement.words], shape(statement.children))
        for statement in statements
    ]


BLOCK = [(["a", "b"], [["c", "d"]])]


@pytest.mark.parametrize(
    "text",
    [
        "a b {\n c d\n}\n",
        "a b\n{\n c d\n}\n",
        "a b {c d}",
        "a b{ c d }",
        "a b {\nc d }",
        "a b # x\n\n# y\n{ c d\n}",
        "a b { # x }\nc d # }\n} # {",
    ],
)
def test_braces_may_stand_on_their_own_line_or_behind_words(text):
    tree = parse(text, "f")
    assert shape(tree.statements) == BLOCK
    assert tree.problems == ()
    assert tree.balanced


def test_several_blocks_on_one_line():
    assert shape(parse("a { b } c { d { e } } f", "f").statements) == [
        (["a"], [["b"]]),
        (["c"], [(["d"], [["e"]])]),
        ["f"],
    ]


def test_braces_in_quotes_are_text():
    assert shape(parse('a "{ b }"', "f").statements) == [["a", "{ b }"]]


def test_every_word_knows_its_place():
    (statement,) = parse('\n  a\t"b c" d{', "conf").statements
    assert [word.place for word in statement.words] == [("conf", 2, 3), ("conf", 2, 5), ("conf", 2, 11)]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a {\n b {\n}\n", ['f:1:1: error: the block "a" is never closed']),
        (
            "a x {\n b y {\n",
            ['f:1:1: error: the block "a x" is never closed', 'f:2:2: error: the block "b y" is never closed'],
        ),
        ("a {\n}\n}\n", ["f:3:1: error: } closes nothing"]),
        ("a { } }", ["f:1:7: error: } closes nothing"]),
        ("{\n}\n", ["f:1:1: error: { without a keyword before it"]),
        ("a { } { }", ["f:1:7: error: { without a keyword before it"]),
        ("@hotstandby a {\n}", ["f:2:1: error: a block opens and closes on @hotstandby lines, or neither"]),
    ],
)
def test_braces_out_of_balance_are_errors(text, problems):
    found = [str(problem) for problem in parse(text, "f").problems]
    assert len(found) == len(problems)
    for message, beginning in zip(found, problems):
        assert message.startswith(beginning)


def test_an_open_block_still_gives_a_tree():
    tree = parse("a {\n b\n", "f")
    assert shape(tree.statements) == [(["a"], [["b"]])]
    assert not tree.balanced


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ["a", "b"]),
        ('a "b c" d', ["a", "b c", "d"]),
        ('a""', ["a", ""]),
        ('a"b"c', ["a", "b", "c"]),
        ("a 'b c'", ["a", "'b", "c'"]),
        ("a\u00a0b", ["a\u00a0b"]),
        ("", []),
    ],
)
def test_plain_words_are_split_at_white_space(text, words):
    assert [word for word, _unused in split_words(text)] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('/bin/a "b c" d', ["/bin/a", "b c", "d"]),
        ("/bin/a 'b \"c' d", ["/bin/a", 'b "c', "d"]),
        ("x'y z'w", ["xy zw"]),
        ("'' \"\"", ["", ""]),
        ("a\\ b", ["a b"]),
        ("'a\\'b'", ["a'b"]),
        (r"\x41\103\cA\n\E\\\"", ['AC\x01\n\x1b\\"']),
        (r"\xg\8", ["xg8"]),
        (r"\x414 \x4142z \x041z \xfz", ["\x14", "Bz", "Az", "\x0fz"]),
        (r"\377 \777x \xFFz \xe9t", ["\udcff", "\udcffx", "\udcffz", "\udce9t"]),
        (r"\303\251 \xc3é", ["é", "\udcc3é"]),
        (r"a\0b c\x00 '\400d' e", ["a", "c", "", "e"]),
        ("", []),
    ],
)
def test_words_of_a_command_are_split_as_keepalived_does(text, words):
    """The expected words are the arguments that a notify script of keepalived 2.2.7 got."""
    assert split_command(text) == words


@pytest.mark.parametrize("text", ["'a", '"a', "a\\"])
def test_a_command_whose_quotes_do_not_end_is_an_error(text):
    with pytest.raises(Invalid):
        split_command(text)


def test_no_repr_shows_the_text():
    tree = parse("authentication {\n auth_pass sesame\n}", "f")
    assert "sesame" not in repr(tree)
    assert "sesame" not in repr(tree.statements)
    assert "sesame" not in repr(tree.statements[0].children)
