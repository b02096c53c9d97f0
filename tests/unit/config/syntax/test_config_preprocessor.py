# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that comments are removed, and conditional and expanded lines are in force where they should be."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.preprocessor import lines


def read(text, config_id=""):
    findings = Diagnostics()
    found = list(lines(text, "f", findings, config_id))
    return found, [str(problem) for problem in findings.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("priority 100 # comment", "priority 100"),
        ("priority 100 ! comment", "priority 100"),
        ("priority 100# glued", "priority 100"),
        ("# all", None),
        ("   ! all", None),
        ("  \t ", None),
        ('router_id "a # b" # c', 'router_id "a # b"'),
        ('router_id "a ! b"', 'router_id "a ! b"'),
        ("router_id a\\#b # c", "router_id a"),
        ("router_id a\\!b", "router_id a"),
        ('router_id "a\\#b"', 'router_id "a\\#b"'),
        ('router_id "a\\"b # c', 'router_id "a\\"b # c'),
        ("router_id 'a # b'", "router_id 'a"),
        ("state MASTER\r", "state MASTER"),
        ("状态 #注释", "状态"),
    ],
)
def test_comments_are_removed(text, expected):
    found, _unused = read(text)
    assert [line.text for line in found] == ([] if expected is None else [expected])


def test_columns_are_those_of_the_file():
    (line,), _unused = read("\n  router_id a # c")
    assert (line.number, line.place(0).column, line.place(10).column) == (2, 3, 13)


def test_a_comment_that_looks_escaped_is_warned_about():
    findings = Diagnostics()
    assert [line.text for line in lines("a\nb x\\#y", "f", findings)] == ["a", "b x"]
    (warning,) = findings.warnings
    assert str(warning).startswith("f:2:4: warning: \\# begins a comment")


def test_an_expanded_text_has_the_column_of_its_parameter():
    (line,), _unused = read("$A=12345\n  x${A}y z")
    assert line.text == "x12345y z"
    assert [line.place(index).column for index in (0, 1, 5, 6, 8)] == [3, 4, 4, 8, 10]


@pytest.mark.parametrize(
    ("text", "config_id", "expected"),
    [
        ("@node1 priority 100", "", []),
        ("@node1 priority 100", "node1", ["priority 100"]),
        ("@node1 priority 100", "node2", []),
        ("@^node1 priority 100", "", ["priority 100"]),
        ("@^node1 priority 100", "node1", []),
        ("@^node1 priority 100", "node2", ["priority 100"]),
        ("@node1", "node1", []),
        ("@ priority 100", "", []),
        ("  @node1\tpriority 100", "node1", ["priority 100"]),
        ("@^hotstandby priority 100", "", []),
        ("@hotstandby", "", []),
    ],
)
def test_conditional_lines_are_in_force_on_their_node(text, config_id, expected):
    found, errors = read(text, config_id)
    assert [line.text for line in found] == expected
    assert errors == []


def test_our_additions_stand_behind_hotstandby():
    (line,), _unused = read("  @hotstandby  watch 1")
    assert (line.text, line.addition, line.place(0).column) == ("watch 1", True, 16)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("${VRID}=51", "f:1:1: error: a parameter is defined without braces (write: $VRID=VALUE)"),
        ("  $VRID =51", 'f:1:3: error: "$VRID" is neither used nor defined here (write $NAME=VALUE, without a space'),
        ("router_id ${NAME}", 'f:1:11: error: the parameter "${NAME}" is not defined'),
        ("$NAME=a\nrouter_id ${NAMES}", 'f:2:11: error: the parameter "${NAMES}" is not defined. keepalived'),
        ("router_id ${_ENV}", 'f:1:11: error: "${_ENV}" is not how _ENV is written (write: ${_ENV NAME})'),
        ("router_id ${_ENV A B}", 'f:1:11: error: "${_ENV A B}" is not how _ENV is written'),
        ("router_id ${_ENV A}", 'f:1:11: error: "${_ENV A}" is not known here: only the node knows its environment'),
        ("router_id ${_RANDOM 2 1}", "f:1:11: error: ${_RANDOM 2 1} has its bounds the wrong way round"),
        ("router_id ${_RANDOM x}", 'f:1:11: error: "${_RANDOM x}" is not how _RANDOM is written'),
        (
            "$A=${A}\nrouter_id ${A}",
            "f:2:11: error: a parameter contains itself, or is too long. At most 1000",
        ),
        ("$A=${B}x\n$B=${A}\nrouter_id ${A}", "f:3:11: error: a parameter contains itself"),
        ("$M= \\\na \\\n$M\n$M", "f:3:1: error: this expands itself without end. At most 50"),
        ("$M= \\\na \\\nb\nrouter_id $M c", 'f:4:11: error: "$M" has several lines, and text stands behind it'),
        ("$M= \\\na \\\n", None),
        ("a\n$M= \\", "f:2:1: error: the definition of $M does not end in its file"),
        ("@hotstandby $M= \\\na", "f:1:13: error: the definition of $M goes on in the next line"),
        (
            "$M=a \\\n\nb \\",
            "f:3:3: error: the line ends with a backslash (a blank line above ends the def",
        ),
        ("~SEQ(N) a", "f:1:1: error: ~SEQ takes 1 to 3 numbers, not 0 (~SEQ(NAME, START, STEP, END) TEXT"),
        ("  ~LST(N) a", "f:1:3: error: ~LST has no values (~LST(NAME, VALUE, ...) TEXT"),
        ("  include conf.d/*", 'f:1:11: error: include "conf.d/*" is not followed here: only the node has its files'),
        ("includea", "f:1:1: error: includea names no file (write: includea FILE)"),
        ("router_id a \\", "f:1:13: error: the line ends with a backslash"),
        ('router_id "a', 'f:1:11: error: a quote " is opened and not closed'),
        ('@node1 router_id "a', 'f:1:18: error: a quote " is opened and not closed'),
        ('@hotstandby x "a', 'f:1:15: error: a quote " is opened and not closed'),
        ('$A="b"\nx ${A}${A', 'f:2:7: error: the parameter "${A" is not defined'),
        ('$M= \\\na "b\n', 'f:2:3: error: a quote " is opened and not closed'),
        ("router_id \0", "f:1:11: error: NUL character"),
    ],
)
def test_wrong_parameters_and_definitions_are_refused(text, error):
    _unused, errors = read(text, "node1")
    if error is None:
        assert errors == []
    else:
        assert len(errors) == 1
        assert errors[0].startswith(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A=1\nx $A", ["x 1"]),
        ("a { @node1 b\n@node2 c\n}", ["a {", "b", "}"]),
        ("a { @node2 b\n}", ["a {", "}"]),
        ('a "{ @node2 b }" c', ['a "{ @node2 b }" c']),
        ("a { ~SEQ(N,1,2) b${N}\n}", ["a {", "b1", "b2", "}"]),
        ("a { $B=1\nb $B\n}", ["a {", "b 1", "}"]),
        ("} @node1 b", ["}", "b"]),
        ("$M= \\\na { \\\nb } \\\n@node2 c\n$M", ["a {", "b }"]),
        ("~SEQ(N,1,2)", []),
    ],
)
def test_lines_are_expanded_to_other_lines(text, expected):
    found, errors = read(text, "node1")
    assert [line.text for line in found] == expected
    assert errors == []


def test_a_line_of_a_definition_stands_where_it_is_written():
    found, _unused = read("$M= \\\n one \\\n  two x\n\n $M")
    assert [(line.text, line.place(0)) for line in found] == [("one", ("f", 5, 2)), ("two x", ("f", 3, 3))]


def test_a_definition_goes_on_behind_a_comment_as_with_keepalived_2_2():
    findings = Diagnostics()
    text = "$M= \\\na # one \\\n# two \\\nb # three\nx $M"
    assert [line.text for line in lines(text, "f", findings)] == ["x a", "b"]
    assert (findings.errors, [each.line for each in findings.warnings]) == ([], [2, 3])


def test_an_expanded_line_of_hotstandby_stays_one():
    found, errors = read("$M=a \\\nb\n@hotstandby $M\n@hotstandby ~SEQ(N,1,2) c$N\n@hotstandby d { @x y\nz")
    assert [(line.text, line.addition) for line in found] == [
        ("a", True),
        ("b", True),
        ("c1", True),
        ("c2", True),
        ("d {", True),
        ("z", False),
    ]
    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "~SEQ(A,1,1000) ~SEQ(B,1,1000) x",
        "$M= \\\n$N \\\n$N\n$N= \\\n$O \\\n$O\n$O= \\\n~SEQ(A,1,1000) x \\\n~SEQ(B,1,1000) y\n~SEQ(C,1,100) $M",
        "$A=" + "x" * 60000 + "\n~SEQ(N,1,99999) $A",
        "$A=" + "x" * 60000 + "\n$B=${A}" + "\n$C=${B}${B}\nx ${C}",
        "~SEQ(N,1,100001) x",
        "~SEQ(N,1,999999999999999999) x",
        "~SEQ(N,1,99999999999999999999999) x",
        "\n".join(f"$A{i}=${{A{i + 1}}}${{A{i + 1}}}" for i in range(40)) + "\nx ${A0}",
        "\n".join(f"$A{i}= \\\n$A{i + 1} \\\n$A{i + 1}\n" for i in range(40)) + "\n$A0",
    ],
)
def test_an_expansion_without_end_is_an_error(text):
    findings = Diagnostics()
    assert sum(1 for _line in lines(text, "f", findings)) <= 100_001
    (problem,) = findings.errors
    assert problem.text.startswith(
        (
            "parameters and sequences make this too long",
            "a parameter contains itself",
            "~SEQ repeats",
            "a number is too",
        )
    )


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("interface $IF", 'f:1:11: warning: the parameter "$IF" is not defined. keepalived leaves it as it is'),
        ("$IF=eth0\ninterface $IFF", "(did you mean IF?)"),
        ("$IP=192.0.2\n$IP.1", 'f:2:1: warning: "$IP" is not put in: other text stands behind it (write: ${IP})'),
        ("$A=b#c\nrouter_id ${_HASH}x", "f:2:11: warning: the # or ! of a parameter begins a comment"),
        ("router_id " + "x" * 1013, "f:1:1: warning: keepalived ignores a line of more than 1022 octets"),
    ],
)
def test_doubtful_lines_that_keepalived_takes_are_warned_of(text, warning):
    findings = Diagnostics()
    list(lines(text, "f", findings))
    assert findings.errors == []
    (found,) = findings.warnings
    assert warning in str(found)


def test_an_undefined_parameter_in_quotes_stays_as_it_is():
    findings = Diagnostics()
    text = "script \"/bin/sh -c 'echo $HOME ${HOME} $1'\""
    assert [line.text for line in lines(text, "f", findings)] == [text]
    assert findings.errors == findings.warnings == []
