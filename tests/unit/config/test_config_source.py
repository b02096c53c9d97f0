# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments and conditional lines."""

from __future__ import annotations

import pytest

from vrrp.config.problems import Findings
from vrrp.config.source import lines


def read(text, config_id=""):
    findings = Findings()
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
        ("router_id a\\#b # c", "router_id a#b"),
        ("router_id a\\!b", "router_id a!b"),
        ('router_id "a\\"b # c', 'router_id "a\\"b # c'),
        ("router_id 'a # b'", "router_id 'a"),
        ("state MASTER\r", "state MASTER"),
        ("状态 #注释", "状态"),
    ],
)
def test_comments(text, expected):
    found, _unused = read(text)
    assert [line.text for line in found] == ([] if expected is None else [expected])


def test_columns_are_those_of_the_file():
    (line,), _unused = read("\n  router_id a\\#b # c")
    assert (line.number, line.place(0).column) == (2, 3)
    assert line.text[11:] == "#b"
    assert (line.place(10).column, line.place(11).column, line.place(12).column) == (13, 15, 16)


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
def test_conditional_lines(text, config_id, expected):
    found, errors = read(text, config_id)
    assert [line.text for line in found] == expected
    assert errors == []


def test_our_additions_stand_behind_hotstandby():
    (line,), _unused = read("  @hotstandby  watch 1")
    assert (line.text, line.addition, line.place(0).column) == ("watch 1", True, 16)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("$VRID=51", "f:1:1: error: parameter definitions ($NAME=VALUE) are not supported yet"),
        ("${VRID}=51", "f:1:1: error: parameter definitions ($NAME=VALUE) are not supported yet"),
        ("~SEQ(N, 1, 3) 192.0.2.$N", "f:1:1: error: ~SEQ is not supported yet"),
        ("~LST(N, 1, 3) 192.0.2.$N", "f:1:1: error: ~LST is not supported yet"),
        ("  include conf.d/*", "f:1:3: error: include is not supported yet"),
        ("includea conf.d/*", "f:1:1: error: includea is not supported yet"),
        ("router_id ${_INSTANCE}", "f:1:11: error: keepalived's predefined parameters (${_...}) are not supported yet"),
        ("router_id a \\", "f:1:13: error: the line ends with a backslash"),
        ('router_id "a', 'f:1:11: error: a quote " is opened and not closed'),
        ("router_id \0", "f:1:11: error: NUL character"),
    ],
)
def test_what_this_layer_refuses(text, error):
    _unused, errors = read(text)
    assert len(errors) == 1
    assert errors[0].startswith(error)


def test_a_definition_over_many_lines_is_one_error():
    found, errors = read("$VI= \\\nvrrp_instance VI { \\\n}\nstate MASTER\n")
    assert [line.text for line in found] == ["state MASTER"]
    assert len(errors) == 1


def test_an_undefined_parameter_stays_as_it_is():
    found, errors = read('script "/bin/sh -c $HOME"')
    assert [line.text for line in found] == ['script "/bin/sh -c $HOME"']
    assert errors == []
