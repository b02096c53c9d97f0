# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the status for people: it fits, names what is wrong, and has colour in a terminal only."""

from __future__ import annotations

import sys

import pytest
from cli_parts import STATUS

from vrrp import cli
from vrrp.cli_findings import wrong
from vrrp.cli_status import printable, status_lines

pytest_plugins = ["cli_parts"]

HEAD = "INSTANCE  STATE   PRIORITY  VIP                  MASTER     SINCE"
FIRST, SECOND = STATUS["instances"]
LONG = {
    **SECOND,
    "name": "a-name-that-takes-half-of-a-terminal-节点",
    "addresses": ["2001:db8:1234:5678:9abc:def0:1234:5678/64", "2001:db8::2/64"],
    "master": {"address": "fe80::a00:27ff:fe4e:66a1"},
    "since_s": 266_400.0,
    "warnings": ["x" * 300, "many words " * 30, "节点" * 60],
}


def test_an_instance_has_a_line_and_below_it_is_only_what_is_wrong(agent, capsys):
    agent.answers["status"] = STATUS
    assert cli.main(["status", "--runtime-dir", "/r"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        HEAD,
        "VI_1      MASTER  100       192.168.8.100/24 +1  this node  -",
        "  warning: 192.168.8.101/24 is not on this node, which is MASTER (the agent",
        "    tries again, and journalctl -u hotstandby says why the kernel refuses it)",
        "web       BACKUP  90        192.168.8.102/24     -          -",
    ]
    assert agent.asked == [("/r", "status")]


def test_status_says_below_an_instance_what_is_wrong_with_it(agent, capsys):
    warned = {**FIRST, "addresses": FIRST["addresses"][:1], "warnings": ["192.168.8.50 speaks too", "odd"]}
    agent.answers["status"] = {**STATUS, "instances": [warned, {**SECOND, "warnings": []}]}
    assert cli.main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["INSTANCE", "VI_1", "warning:", "warning:", "web"]
    assert lines[2:4] == ["  warning: 192.168.8.50 speaks too", "  warning: odd"]


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_no_line_is_longer_than_the_terminal(columns):
    answer = {**STATUS, "instances": [FIRST, LONG], "warnings": ["y" * 200], "drained": True}
    lines = status_lines(answer, columns, why=True)
    wide = [line for line in lines if len(line) + sum(each in "节点" for each in line) > columns]
    assert wide == []
    assert lines[0].split() == HEAD.split()
    assert "x" * 300 in "".join(line.strip() for line in lines)


def test_a_shortened_value_ends_with_two_dots():
    (line,) = [line for line in status_lines({**STATUS, "instances": [LONG]}) if "BACKUP" in line]
    assert line.split() == ["a-name-that-tak..", "BACKUP", "90", "2001:db8:1234:5..", "fe80::a00:27ff:..", "3d", "2h"]


@pytest.mark.parametrize(
    ("variables", "terminal", "coloured"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
    ],
)
def test_colour_is_for_terminals(agent, capsys, monkeypatch, variables, terminal, coloured):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    agent.answers["status"] = STATUS
    cli.main(["status"])
    assert ("\033[32mMASTER\033[0m" in capsys.readouterr().out) is coloured


def test_without_colour_the_words_are_the_same():
    import re

    answer = {**STATUS, "instances": [FIRST, LONG], "drained": True}
    assert [re.sub("\033\\[[0-9]*m", "", line) for line in status_lines(answer, 80, True)] == status_lines(answer, 80)


def test_a_name_asks_for_the_reason_too(agent, capsys):
    agent.answers["status"] = STATUS
    assert cli.main(["status", "web"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == ["  BACKUP because it has just started"]


@pytest.mark.parametrize(
    ("answer", "words", "status"),
    [
        ({**STATUS, "instances": [SECOND]}, [], 0),
        ({**STATUS, "instances": [SECOND]}, ["--check"], 0),
        ({**STATUS, "instances": [SECOND], "drained": True}, ["--check"], 0),
        (STATUS, [], 0),
        (STATUS, ["--check"], 4),
        (STATUS, ["--check", "web"], 0),
        (STATUS, ["--check", "--json"], 4),
        (STATUS, ["--check", "nobody"], 1),
    ],
)
def test_the_exit_status_tells_a_script_whether_something_is_wrong(agent, capsys, answer, words, status):
    agent.answers["status"] = answer
    assert cli.main(["status", *words]) == status


def test_words_of_others_cannot_control_the_terminal():
    assert printable("plain ä") == "plain ä"
    assert printable("\033[2J\x07 exit\nstatus") == "?[2J? exit?status"
    warned = {**SECOND, "warnings": ["script says \033]0;evil\x07"]}
    assert "\033" not in "".join(status_lines({**STATUS, "instances": [warned]}))


PEER = {
    **{"address": "192.168.8.6", "name": "web-b", "heard_s": 0.42, "version": "0.4.0", "drained": False},
    "warnings": ["web-b: its clock is 9 s behind (let both nodes take the time from one source)"],
}


def test_a_warning_about_the_other_node_is_the_last_line():
    assert status_lines({**STATUS, "peer": PEER}, 100)[-1] == f"warning: {PEER['warnings'][0]}"
    assert wrong({**STATUS, "instances": [SECOND], "peer": PEER})


def test_a_reason_comes_with_the_last_word_of_the_other_node():
    silent = {**PEER, "name": None, "heard_s": None, "version": None, "drained": None, "warnings": []}
    for peer, lines in (
        ({**PEER, "warnings": []}, ["peer web-b (192.168.8.6): last heard 0.4 s ago, release 0.4.0"]),
        (silent, ["peer 192.168.8.6: not heard yet"]),
    ):
        answer = {**STATUS, "peer": peer}
        assert status_lines(answer, why=True) == status_lines({**answer, "peer": None}, why=True) + lines
        assert status_lines(answer) == status_lines({**answer, "peer": None})


def test_a_reason_that_an_instance_has_is_not_told_again():
    reason = "its agent was stopped 6 s ago (systemctl start hotstandby there)"
    peer = {**PEER, "warnings": [f"web-b: {reason}", "web-b: its clock is 9 s behind"]}
    told = {**FIRST, "warnings": [f"web-b, the standby of VI_1, is not ready: {reason}"]}
    lines = "\n".join(status_lines({**STATUS, "instances": [told], "peer": peer}, 200))
    assert (lines.count(reason), lines.count("9 s behind")) == (1, 1)


DRAINED = {**PEER, "drained": True, "warnings": []}
DRAINED_NOTE = "note: the peer web-b (192.168.8.6) is drained (hotstandby undrain there lets it take part again)"


@pytest.mark.parametrize(
    ("instance", "more"),
    [
        ({"state": "BACKUP"}, []),
        ({"state": "MASTER"}, []),
        (
            {"state": "MASTER", "hold": "master"},
            ["  note: it is promoted (hotstandby release VI_1 lets the priorities decide again)"],
        ),
    ],
)
def test_a_drain_of_the_other_node_is_told_once_and_is_nothing_wrong(instance, more):
    """The agent has it in the reason of a MASTER, and not in its warnings."""
    one = {**FIRST, "addresses": FIRST["addresses"][:1], "warnings": [], **instance}
    answer = {**STATUS, "instances": [one], "peer": DRAINED}
    assert status_lines(answer, 100)[2:] == [*more, DRAINED_NOTE]
    assert not wrong(answer)


@pytest.mark.parametrize("terms", [None, {"reason": "disk", "by": "anna", "expires": None, "expires_in_s": None}])
def test_two_drained_nodes_are_wrong(terms):
    """Each drain was on purpose, but nobody has the addresses."""
    stopped = {**SECOND, "state": "STOP", "warnings": []}
    answer = {**STATUS, "instances": [stopped], "drained": True, "maintenance": terms, "peer": DRAINED}
    first, second = status_lines(answer, 200)[2:]
    assert first.startswith("note: this node is drained") and ("by anna: disk" in first) is (terms is not None)
    assert second == (
        "warning: the peer web-b (192.168.8.6) is drained, too, so no node has the addresses "
        "(hotstandby undrain on one of them)"
    )
    assert wrong(answer) and not wrong({**answer, "peer": {**DRAINED, "drained": False}})
