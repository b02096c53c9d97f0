# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the simulation of a pair says of each of its instances."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.faults import read
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.pair import SimulatedPair
from tracked_nodes import GATEWAY, GROUP, LOAD, WEB, node, pair


def simulated(said, *instances, nodes=None, more=""):
    found = SimulatedPair("web", nodes or pair(*instances, more=more))
    return list(found.play(found.concerned(read(said, found.checks, found.words))))


def times(instance):
    return [instance["expected"][name] for name in ("best_s", "middle_s", "worst_s")]


def test_the_death_of_the_master_costs_up_to_a_master_down_interval():
    (found,) = simulated("at 10: kill node-a")
    assert (found["pair"], found["name"], found["addresses"]) == ("web", "VI_1", ["192.168.8.51/24"])
    assert times(found) == pytest.approx([2.65, 3.12, 3.59], abs=0.02)
    assert (found["measured"], found["passed"], found["remarks"]) == (None, None, [])
    timeline = found["timeline"]
    assert (timeline["from_s"], timeline["hosts"]) == (8.0, ["node-a", "node-b"])
    assert timeline["faults"] == [{"at_s": 10.0, "text": "kill node-a"}]
    of_a, of_b = timeline["owners"]
    assert (of_a["host"], of_a["to_s"], of_b["host"], of_b["to_s"]) == ("node-a", 10.0, "node-b", timeline["to_s"])
    (lost,) = timeline["lost"]
    assert (lost["from_s"], lost["count"]) == (10.0, None)
    assert lost["to_s"] == pytest.approx(of_b["from_s"], abs=0.001)


def test_the_death_of_the_standby_costs_nothing():
    (found,) = simulated("at 10: kill node-b")
    assert times(found) == [0, 0, 0] and found["timeline"]["lost"] == []


def test_the_time_that_a_check_needs_is_in_the_loss():
    (found,) = simulated("at 10: break node-a chk_web", WEB)
    assert times(found) == pytest.approx([4.65, 5.65, 6.65], abs=0.01)
    assert found["timeline"]["lost"][0]["from_s"] == 10.0
    assert found["timeline"]["notes"] == [
        {"at_s": 15.0, "text": "chk_web fails on node-a (it needs 4 to 6 s to see it)"}
    ]
    (standby,) = simulated("at 10: break node-b chk_web", WEB)
    assert times(standby) == [0, 0, 0]


def test_a_weight_that_is_too_small_moves_no_address():
    nodes = [node("node-a", 150, LOAD), node("node-b", 90, LOAD)]
    (found,) = simulated("at 10: break node-a chk_load", nodes=nodes)
    assert found["expected"]["for_good"]
    assert found["remarks"] == ["node-a keeps the addresses, although the service is dead there"]
    (mended,) = simulated("at 10: break node-a chk_load; at 20: mend node-a", nodes=nodes)
    assert times(mended) == [10, 10, 10] and "for_good" not in mended["expected"] and mended["remarks"] == []


def test_when_both_nodes_die_no_node_answers_at_the_end():
    (found,) = simulated("at 10: kill node-a; at 10: kill node-b")
    assert found["expected"]["for_good"] and found["remarks"] == ["at the end no node answers"]


def test_two_masters_are_said_and_a_gateway_prevents_them():
    (found,) = simulated("at 10: split node-a | node-b client")
    assert found["remarks"] == ["at the end node-a and node-b are both master"]
    (found,) = simulated("at 10: split node-a | node-b client", GATEWAY)
    assert found["remarks"] == []


def test_a_fault_before_there_is_a_master_is_said():
    (found,) = simulated("at 1: kill node-a")
    assert found["remarks"] == ["no node is master yet when the first fault happens, at 1 s: let it happen later"]


def test_nodes_that_refuse_each_other_say_why():
    nodes = [node("node-a", 100), node("node-b", 90, interval=2)]
    (found,) = simulated("at 10: kill node-a", nodes=nodes)
    assert any(each.startswith("node-b discards the advertisements of node-a: ") for each in found["remarks"])


def test_an_order_that_an_agent_refuses_is_said():
    (found,) = simulated("at 10: drain node-b; at 11: promote node-b")
    assert any(remark.startswith("node-b: refused: ") for remark in found["remarks"])


def test_only_instances_that_a_fault_concerns_are_told():
    assert [each["name"] for each in simulated("at 10: break node-a chk_web", WEB, "")] == ["VI_1"]
    assert [each["name"] for each in simulated("at 10: kill node-a on VI_2", WEB, "")] == ["VI_2"]
    assert [each["name"] for each in simulated("at 10: kill node-a", WEB, "")] == ["VI_1", "VI_2"]


def test_a_sync_group_moves_as_one():
    inside, outside = simulated("at 10: break node-a chk_web", WEB, "", more=GROUP)
    assert times(inside)[0] > 4, "this service was dead before its check saw it"
    assert times(outside) == [0, 0, 0], "node-a keeps these addresses until node-b has them"
    assert [each["timeline"]["owners"][-1]["host"] for each in (inside, outside)] == ["node-b", "node-b"]
    first, second = simulated("at 10: break node-a on VI_1", "", "", more=GROUP)
    assert first["timeline"]["faults"] == second["timeline"]["faults"]


def test_faults_of_other_pairs_do_not_concern_this_one():
    found = SimulatedPair("web", pair())
    others = {**found.checks, "node-c": found.checks["node-a"], "node-d": found.checks["node-b"]}
    words = {*found.words, "VI_9"}

    def concerned(said):
        return [str(fault) for fault in found.concerned(read(said, others, words))]

    assert concerned("at 10: kill node-c") == concerned("at 10: split node-c | node-d") == []
    assert concerned("at 10: loss 5%; at 20: kill node-c") == []
    assert concerned("at 10: loss 5%; at 20: kill node-a; at 21: kill node-d") == [
        "at 10: loss 5%",
        "at 20: kill node-a",
    ]
    assert concerned("at 10: loss 5%") == ["at 10: loss 5%"]
    assert concerned("at 10: loss 5% on VI_9") == []


def test_the_usual_faults_are_simulated_one_by_one():
    found = SimulatedPair("web", pair(WEB))
    told = [(each["timeline"]["faults"][0]["text"], round(each["expected"]["worst_s"], 1)) for each in found.usual()]
    assert told == [
        ("kill node-a", 3.6),
        ("kill node-b", 0),
        ("break node-a chk_web", 6.6),
        ("break node-b chk_web", 0),
        ("split node-a | node-b client", 3.6),
        ("split node-b | node-a client", 0),
        ("reload node-a", 0),
        ("reload node-b", 0),
    ]
