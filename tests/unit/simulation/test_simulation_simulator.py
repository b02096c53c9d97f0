# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a pair in virtual time: each fault has its effect at the time that the standard gives."""

from __future__ import annotations

import pytest
from pair_scenarios import addresses, losses, pair, run_pair, states

from oracle.play import play

# node-a is MASTER from 3.609 on and advertises at whole seconds of its own clock: n.6 of the world's.
TAKES_OVER = 23.249  # 19.6, the flight, and 3 * 1 s + 166/256 s


def test_nothing_happens_to_a_pair_at_rest():
    run = run_pair()
    assert states(run, "node-a") == [(0.0, "BACKUP"), (3.609, "MASTER")]
    assert states(run, "node-b") == [(0.0, "BACKUP")]
    assert losses(run) == []


@pytest.mark.parametrize("fault", ["kill", "cut", "freeze", "suspend"])
def test_a_silent_master_is_replaced_after_a_master_down_interval(fault):
    run = run_pair(f"at 20: {fault} node-a")
    assert states(run, "node-b", 20) == [(TAKES_OVER, "MASTER")]
    assert losses(run) == [(20.0, TAKES_OVER)]


def test_a_paused_master_answers_until_its_lease_ends():
    run = run_pair("at 20: pause node-a", "at 40: resume node-a")
    assert addresses(run, "node-a", 20)[0] == (22.609, "off")  # renewed at 19.609, for 3 s
    assert losses(run) == [(22.609, TAKES_OVER)]
    assert states(run, "node-a", 20)[0] == (40.0, "BACKUP")  # its mandate has ended


def test_a_crash_with_a_restart_costs_nothing():
    run = run_pair("at 20: crash node-a", "at 20.5: restart node-a")
    assert states(run, "node-a", 20) == [(20.5, "MASTER")]
    assert states(run, "node-b", 20) == []
    assert losses(run) == []


def test_a_crash_without_a_restart_costs_what_the_lease_leaves():
    run = run_pair("at 20: crash node-a")
    assert losses(run) == [(22.609, TAKES_OVER)]


def test_a_restart_that_comes_late_drops_the_addresses_first():
    run = run_pair("at 20: crash node-a", "at 24: restart node-a")
    assert addresses(run, "node-a", 20)[0] == (22.609, "off")
    assert states(run, "node-a", 20)[0] == (24.0, "BACKUP")


@pytest.mark.parametrize("move", ["stop node-a", "demote node-a", "promote node-b", "drain node-a"])
def test_a_planned_move_costs_nothing(move):
    run = run_pair(f"at 20: {move}")
    assert states(run, "node-b", 20)[0][1] == "MASTER"
    assert losses(run) == []


def test_each_side_of_a_split_has_its_master_and_one_remains():
    run = run_pair("at 20: split node-a | node-b client", "at 40: heal")
    assert states(run, "node-b", 20) == [(TAKES_OVER, "MASTER"), (40.35, "BACKUP")]
    assert losses(run) == [(20.0, TAKES_OVER)]
    assert run.client.answered_by == "node-a"


def test_a_fault_that_the_agent_sees_costs_the_skew_only():
    run = run_pair("at 20: break node-a script chk_tomcat failed", "at 30: mend node-a")
    assert losses(run) == [(20.0, 20.649)]
    assert states(run, "node-a", 20)[0] == (20.0, "FAULT")


def test_a_check_that_costs_priority_moves_it_without_loss():
    run = run_pair("at 20: check node-a -20")
    assert run.client.answered_by == "node-b"
    assert losses(run) == []


def test_a_reload_that_lowers_the_priority_moves_mastership():
    assert run_pair("at 20: reload node-a priority=80").client.answered_by == "node-b"


def test_every_packet_lost_makes_two_masters_and_none_lost_makes_one():
    run = play(pair("at 20: loss 100%", "at 40: loss 0%"))
    assert run.violation is None
    assert states(run, "node-b", 20)[0] == (TAKES_OVER, "MASTER")
    assert states(run, "node-b", 40)[-1][1] == "BACKUP"
    assert sum(entry.kind == "lost" for entry in run.timeline.entries) > 20


def test_a_fault_that_cannot_apply_changes_no_state():
    faults = ["thaw node-a", "resume node-a", "boot node-a", "restart node-a", "undrain node-a", "mend node-a"]
    run = run_pair(*(f"at {20 + index}: {fault}" for index, fault in enumerate(faults)))
    assert states(run, "node-a", 20) == []


def test_a_dead_machine_takes_no_orders():
    run = run_pair("at 20: kill node-a", "at 21: promote node-a", "at 22: crash node-a", "at 30: boot node-a")
    assert states(run, "node-a", 20) == [(30.0, "BACKUP"), (33.609, "MASTER")]
