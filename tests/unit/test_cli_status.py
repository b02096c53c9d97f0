# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the status for people."""

from __future__ import annotations

from cli_parts import STATUS

from vrrp import cli

pytest_plugins = ["cli_parts"]


def test_status_is_a_table(agent, capsys):
    agent.answers["status"] = STATUS
    assert cli.main(["status", "--runtime-dir", "/r"]) == 0
    assert capsys.readouterr().out == (
        "INSTANCE  STATE   PRIORITY  TAKEOVER  VIP                                           MASTER       WHY\n"
        "VI_1      MASTER  100       0.484 s   192.168.8.100/24, 192.168.8.101/24 (missing)  192.168.8.4  "
        "MASTER because no master was heard; our 100\n"
        "web       BACKUP  90        -         192.168.8.102/24                              -            "
        "BACKUP because it has just started\n"
    )
    assert agent.asked == [("/r", "status")]


def test_status_says_below_an_instance_what_is_wrong_with_it(agent, capsys):
    first, second = STATUS["instances"]
    warned = {**first, "warnings": ["192.168.8.50 speaks too", "odd"]}
    agent.answers["status"] = {**STATUS, "instances": [warned, {**second, "warnings": []}]}
    assert cli.main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["INSTANCE", "VI_1", "warning:", "warning:", "web"]
    assert lines[2:4] == ["  warning: 192.168.8.50 speaks too", "  warning: odd"]


PEER = {
    **{"address": "192.168.8.6", "name": "web-b", "heard_s": 0.42, "version": "0.4.0", "drained": False},
    "warnings": ["web-b: its clock is 9 s behind (let both nodes take the time from one source)"],
}


def test_status_says_at_the_end_what_is_known_of_the_other_node(agent, capsys):
    agent.answers["status"] = {**STATUS, "peer": PEER}
    assert cli.main(["status"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "peer web-b (192.168.8.6): last heard 0.4 s ago, release 0.4.0",
        "  warning: web-b: its clock is 9 s behind (let both nodes take the time from one source)",
    ]


def test_another_node_that_was_never_heard_and_one_that_is_drained(agent, capsys):
    silent = {**PEER, "name": None, "heard_s": None, "version": None, "drained": None, "warnings": []}
    for peer, line in (
        (silent, "peer 192.168.8.6: not heard yet"),
        ({**PEER, "drained": True, "warnings": []}, "last heard 0.4 s ago, release 0.4.0, drained"),
    ):
        agent.answers["status"] = {**STATUS, "peer": peer}
        assert cli.main(["status"]) == 0
        assert capsys.readouterr().out.splitlines()[-1].endswith(line)
