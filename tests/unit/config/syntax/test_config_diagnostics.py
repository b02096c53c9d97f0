# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a problem is one printable line with its place, and that problems of a file are counted and sorted."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import (
    MOST,
    SHOWN,
    ConfigError,
    Diagnostics,
    Invalid,
    Location,
    Problem,
    TooManyErrors,
    in_order,
    printable,
    show,
)

HERE = Location("a.conf", 3, 7)


def test_the_limits_are_1000_problems_and_40_characters():
    assert (MOST, SHOWN) == (1000, 40)


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (Location("a.conf", 9, 1), "line 3"),
        (HERE, "line 3"),
        (Location("b.conf", 3, 7), "line 3 of a.conf"),
        (Location("./a.conf", 3, 7), "line 3 of a.conf"),
    ],
)
def test_a_place_names_its_file_only_when_seen_from_another(other, text):
    assert HERE.seen_from(other) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem.at(HERE, "it is bad"), "a.conf:3:7: error: it is bad"),
        (Problem.at(HERE, "it is bad", "Say so"), "a.conf:3:7: error: it is bad. Say so"),
        (Problem.at(HERE, "it is bad", hint="say x"), "a.conf:3:7: error: it is bad (say x)"),
        (Problem.at(HERE, "bad", "Rule", "hint", "warning"), "a.conf:3:7: warning: bad. Rule (hint)"),
        (Problem.at(HERE, "a\nb", "c\td", "e\x1bf"), "a.conf:3:7: error: a\\nb. c\\td (e\\x1bf)"),
        (Problem("b.conf", 1, 2, "", "", "bad"), "b.conf:1:2: error: bad"),
    ],
)
def test_a_problem_is_one_line(problem, text):
    assert str(problem) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a b", "a b"),
        ("主备", "主备"),
        ("a\u00a0b", "a\\xa0b"),
        ("\u200b主", "\\u200b主"),
        ("\r\n", "\\r\\n"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\udcff", "\\udcff"),
        ("\U000e0001", "\\U000e0001"),
        ("a\\n", "a\\n"),
    ],
)
def test_a_character_that_a_terminal_does_not_show_is_escaped(text, expected):
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ('a "b"', '"a "b""'),
        ("x" * 40, '"' + "x" * 40 + '"'),
        ("x" * 41, '"' + "x" * 37 + '..."'),
        ("a\tb", '"a\\tb"'),
        ("\n" * 41, '"' + "\\n" * 37 + '..."'),
    ],
)
def test_a_piece_of_the_file_is_shown_quoted_and_short(text, expected):
    assert show(text) == expected


def problem(line, column=1, path="a.conf", text="bad"):
    return Problem(path, line, column, "", "", text)


def test_problems_are_sorted_by_their_place_and_come_once():
    found = [problem(10), problem(9, 2), problem(9, 1), problem(1, path="b.conf"), problem(10), problem(9, 1, text="a")]
    expected = (problem(9, 1), problem(9, 1, text="a"), problem(9, 2), problem(10), problem(1, path="b.conf"))
    assert in_order(iter(found)) == expected


def test_an_error_holds_every_problem_and_says_them_all():
    error = ConfigError(iter([problem(2), problem(1), problem(2)]))
    assert error.problems == (problem(1), problem(2))
    assert str(error) == "a.conf:1:1: error: bad\na.conf:2:1: error: bad"
    assert isinstance(error, ValueError)


def test_a_refusal_has_a_rule_a_hint_and_a_place_where_they_are_given():
    bare, full = Invalid("bad"), Invalid("bad", "Rule", "hint", HERE)
    assert (str(bare), bare.text, bare.rule, bare.hint, bare.place) == ("bad", "bad", "", "", None)
    assert (str(full), full.text, full.rule, full.hint, full.place) == ("bad", "bad", "Rule", "hint", HERE)


def test_errors_and_warnings_are_kept_apart():
    findings = Diagnostics()
    findings.error(HERE, "bad", "Rule", "hint")
    findings.warning(HERE, "odd", "Rule", "hint")
    assert [str(each) for each in findings.errors] == ["a.conf:3:7: error: bad. Rule (hint)"]
    assert [str(each) for each in findings.warnings] == ["a.conf:3:7: warning: odd. Rule (hint)"]
    assert findings.is_full_of_warnings is False


def test_after_1000_errors_the_file_is_given_up():
    findings = Diagnostics()
    for line in range(1, 1001):
        findings.error(Location("a.conf", line, 1), "bad")
    assert len(findings.errors) == 1000
    with pytest.raises(TooManyErrors):
        findings.error(Location("a.conf", 1001, 4), "bad")
    assert len(findings.errors) == 1001
    expected = "a.conf:1001:4: error: the rest of the file was not checked. It has more than 1000 errors"
    assert str(findings.errors[-1]) == expected


def test_after_1000_warnings_one_says_so_and_no_more_come():
    findings = Diagnostics()
    full = []
    for line in range(1, 1004):
        findings.warning(Location("a.conf", line, 1), "odd")
        full.append(findings.is_full_of_warnings)
    assert full == [False] * 999 + [True] * 4
    assert len(findings.warnings) == 1001
    expected = "a.conf:1001:1: warning: further warnings are left out. There are more than 1000"
    assert str(findings.warnings[-1]) == expected
