# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the outage by a failure, and how it depends on the moment."""

from __future__ import annotations

import pytest
from pair_scenarios import pair

from vrrp.simulation.outage import MOMENTS, Question, ask


def test_the_loss_of_a_death_depends_on_the_moment_within_the_interval():
    answer = ask(Question("VI_1", pair("at 20: kill node-a", until=40.0)))
    (loss,) = answer.losses
    assert loss == pytest.approx((20.0, 23.2488), abs=1e-3)
    assert len(answer.spread_s) == MOMENTS
    assert answer.spread_s[0] == pytest.approx(2.6484 + 1 / MOMENTS, abs=0.08)
    assert answer.spread_s[-1] == pytest.approx(3.6484, abs=1 / MOMENTS)
    assert answer.lines() == [
        "VI_1, by the moment within the advertisement interval: 2.69 s at best, 3.16 s in the middle, 3.62 s at worst",
        "expected loss: 3.25 s (no node answered for VI_1 from 20.000 to 23.249)",
    ]


def test_a_planned_move_costs_nothing_at_any_moment():
    answer = ask(Question("VI_1", pair("at 20: demote node-a", until=40.0)))
    assert answer.lines() == ["expected loss: none (a node answered for VI_1 all the time)"]
    assert set(answer.spread_s) == {0}


def test_a_loss_that_does_not_end_says_so():
    answer = ask(Question("VI_1", pair("at 20: kill node-a", "at 25: kill node-b", until=40.0)))
    assert answer.for_good
    assert answer.lines()[-1].endswith("from 25.000 to 40.000; no node does at the end)")


def test_a_service_that_is_dead_is_lost_until_another_node_answers():
    scenario = pair("at 20: break node-a", until=40.0)
    answer = ask(Question("VI_1", scenario, dead=(("node-a", 18.5, float("inf")),)))
    alone = ask(Question("VI_1", scenario))
    ((begin, end),) = answer.losses
    assert (begin, end) == (18.5, alone.losses[0][1])
    assert answer.spread_s == pytest.approx([loss_s + 1.5 for loss_s in alone.spread_s])
    assert not answer.for_good


def test_a_service_that_is_dead_where_the_addresses_stay_is_a_loss_for_good():
    answer = ask(Question("VI_1", pair("at 20: check node-a -1", until=40.0), dead=(("node-a", 19.0, float("inf")),)))
    assert answer.losses == ((19.0, 40.0),) and answer.for_good


def test_an_outage_as_json():
    said = ask(Question("VI_1", pair("at 20: kill node-a", until=40.0))).as_json()
    assert said["instance"] == "VI_1"
    assert said["loss_s"] == pytest.approx(3.249, abs=1e-3)
    assert said["losses"] == [{"from": 20.0, "to": pytest.approx(23.249, abs=1e-3)}]
    assert said["loss_by_moment_s"]["min"] < said["loss_by_moment_s"]["median"] < said["loss_by_moment_s"]["max"]
    assert said["answered_at_the_end_by"] == "node-b"
    assert {"at": 20.0, "node": "node-a", "kind": "fault", "value": "kill", "text": "kill node-a"} in said["timeline"]


def test_a_receiver_that_refuses_everything_makes_two_masters():
    question = Question("VI_1", pair(until=20.0), judge=lambda receiver, sender, priority: "the password differs")
    entries = question.run().timeline.entries
    assert [entry.node for entry in entries if entry.value == "MASTER"] == ["node-a", "node-b"]
    refused = [entry for entry in entries if entry.value == "discards"]
    assert {entry.text for entry in refused if entry.node == "node-b"} == {
        "discards the advertisements of node-a: the password differs"
    }
