# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the inventory of many pairs, the table of their plays, and the play of one pair with its costs."""

from __future__ import annotations

import re

import fleet  # which finds fake_nodes
import pytest
from fake_nodes import play


def nodes(pairs, kind):
    children = fleet.fleet(pairs, kind)["ha_pair"]["children"]
    return {host: said["found"] for group in children.values() for host, said in group["hosts"].items()}


def test_each_pair_has_a_subnet_and_each_node_a_machine_id_of_its_own():
    children = fleet.fleet(50, "again")["ha_pair"]["children"]
    assert len({group["vars"]["ha_pair_vips"][0] for group in children.values()}) == 50
    found = nodes(50, "again").values()
    assert len({each["machine_id"] for each in found}) == 100
    assert len({each["interfaces"][0]["addresses"][0]["address"] for each in found}) == 100


def test_a_change_is_one_of_the_first_pair():
    assert [host for host, found in nodes(3, "change").items() if found.get("changes")] == ["pair_1-a", "pair_1-b"]


def test_nothing_runs_before_the_first_deployment():
    assert not any(found["running"] for found in nodes(2, "first").values())
    assert all(found["running"] for found in nodes(2, "again").values())


def test_the_table_has_a_line_for_each_play():
    play = {"hosts": 100, "forks": "10", "play": "status", "wall_s": 5.04, "cpu_s": 8.0, "memory_mb": 512.4}
    assert fleet.summary([play]).splitlines()[2:] == ["| 50 | 10 | status | 5.0 | 8.0 | 0.08 | 512 |"]


def test_a_play_has_its_costs_and_its_output():
    found = fleet.measure(2, "status", "2")
    assert found["hosts"] == 4 and found["cpu_s"] > 0 and found["memory_mb"] > 0
    assert "pair_2  ok      VI_1: pair_2-a MASTER 5s, pair_2-b BACKUP 5s" in found["output"]
    assert "Ask each node" in [task["task"] for task in found["tasks"]]


def tasks(folder, pairs, playbook):
    """Return the tasks of a play over so many pairs, and how often the hosts of the second one did or skipped one."""
    output = play(folder, fleet.fleet(pairs, "again"), playbook).output
    recap = re.findall(r"^pair_2-[ab] .*ok=(\d+) .*skipped=(\d+)", output, re.MULTILINE)
    assert len(recap) == 2 and "FAILED" not in output, output
    return re.findall(r"^TASK \[(.*)\]", output, re.MULTILINE), [sum(map(int, counts)) for counts in zip(*recap)]


@pytest.mark.parametrize(("playbook", "more"), [("status", 5), ("ha_pair", 3)])
def test_more_pairs_are_no_more_tasks_for_a_pair(tmp_path, playbook, more):
    """Each task of a host is a process of the controller. A loop over the pairs would be tasks that grow with them."""
    assert tasks(tmp_path, 2, playbook) == tasks(tmp_path, more, playbook)
