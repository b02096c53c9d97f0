# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test two machines on two segments with a sync group each: owners of the addresses, and losses of clients."""

from __future__ import annotations

import pytest

from oracle.play import WatchedGroupSimulator, play
from oracle.shrink import report
from vrrp.simulation.scenario import from_text

PAIR = """
    seed 1 version 2 delay 0.0002 to 0.0002 until {until}
    node node-a priority={a1} interval=1 address=192.0.2.4 begins=master
    node node-b priority={b1} interval=1 address=192.0.2.6
    node node-a priority={a2} interval=1 address=198.51.102.4 begins=master lan=2
    node node-b priority={b2} interval=1 address=198.51.102.6 lan=2
"""
DOWN_S = 3 + 166 / 256  # of priority 90


def pair(*faults, until=60.0, **priorities):
    given = {"a1": 100, "b1": 90, "a2": 100, "b2": 90, **priorities}
    return from_text("\n".join([PAIR.format(until=until, **given).strip(), *faults]))


def played(*faults, **more):
    scenario = pair(*faults, **more)
    run = play(scenario)
    assert run.violation is None, report(run)
    return WatchedGroupSimulator(scenario).run()


def answered(runs):
    return tuple(run.client.answered_by for run in runs.values())


def lost(runs, since=20.0):
    return tuple(sum(end - begin for begin, end in run.client.losses(since, run.ended_at)) for run in runs.values())


def test_the_better_node_has_both():
    assert answered(played()) == ("node-a", "node-a")


def test_one_segment_of_a_scenario_keeps_its_own_timeline():
    runs = played("at 20: cut node-a on lan2")
    assert not [entry for entry in runs[1].timeline.entries if entry.value == "cut"]
    assert [entry.node for entry in runs[2].timeline.entries if entry.value == "cut"] == ["node-a"]


@pytest.mark.parametrize("fault", ["kill node-a", "crash node-a"])
def test_a_node_that_dies_is_replaced_on_both_within_one_interval(fault):
    runs = played(f"at 20.5: {fault}")
    assert answered(runs) == ("node-b", "node-b")
    assert max(lost(runs)) <= DOWN_S + 0.01


@pytest.mark.parametrize(("where", "healthy"), [("lan1", 2), ("lan2", 1)])
def test_a_cable_that_is_pulled_moves_both_and_the_other_client_loses_nothing(where, healthy):
    runs = played(f"at 20.5: unplug node-a on {where}")
    assert answered(runs) == ("node-b", "node-b")
    assert lost(runs)[healthy - 1] == 0


def test_mended_both_come_back():
    runs = played("at 20.5: unplug node-a on lan2", "at 30: plug node-a on lan2")
    assert answered(runs) == ("node-a", "node-a")


def test_a_group_that_hears_the_master_on_one_segment_leaves_both_to_it():
    """As in keepalived: no node knows whose cable fails."""
    runs = played("at 20.5: cut node-a on lan1", until=100.0)
    assert answered(runs) == (None, "node-a")


@pytest.mark.parametrize("fault", ["promote node-b", "demote node-a", "drain node-a", "stop node-a"])
def test_a_planned_move_is_one_of_both_without_loss(fault):
    runs = played(f"at 20.5: {fault} on lan2" if "mote" in fault else f"at 20.5: {fault}")
    assert answered(runs) == ("node-b", "node-b")
    assert lost(runs) == (0, 0)


def test_a_process_that_is_started_again_at_once_keeps_both():
    runs = played("at 20.5: crash node-a", "at 20.9: restart node-a")
    assert answered(runs) == ("node-a", "node-a")
    assert lost(runs) == (0, 0)


def test_where_each_is_better_on_one_segment_one_of_them_has_both_in_the_end():
    runs = played(a1=200, b1=50, a2=50, b2=200, until=200.0)
    assert answered(runs) in {("node-a", "node-a"), ("node-b", "node-b")}
    late = [
        entry for run in runs.values() for entry in run.timeline.entries if entry.value == "MASTER" and entry.at > 60
    ]
    assert late == []


def test_the_text_of_a_scenario_is_the_scenario():
    scenario = pair("at 20.5: unplug node-a on lan2")
    assert from_text(str(scenario)) == scenario
    assert (scenario.names, scenario.lans) == (("node-a", "node-b"), (1, 2))
