# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the proof passes for a pair that works, and fails for each kind of fault."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.verify import proof

VIP = "192.168.8.100/24"
A, B = "192.168.8.4", "192.168.8.6"


def look(state, source, master, held=()):
    return {"state": state, "source": source, "master": master, "addresses": [VIP], "held": list(held)}


MASTER = look("MASTER", A, A, [VIP])
BACKUP = look("BACKUP", B, A)


def seen(*samples):
    return {"running": True, "samples": [{"instances": {"VI_1": sample} if sample else {}} for sample in samples]}


def judge(node_a, node_b):
    return proof({"node-a": node_a, "node-b": node_b}, ["VI_1"])


def problems(node_a, node_b):
    found = judge(node_a, node_b)
    assert not found["proven"]
    return found["problems"]


def test_one_master_and_a_standby_that_hears_it_pass_the_proof():
    assert judge(seen(MASTER, MASTER), seen(BACKUP, BACKUP)) == {
        "proven": True,
        "problems": [],
        "risks": [],
        "warnings": [],
        "masters": {"VI_1": "node-a"},
        "table": [
            "INSTANCE  NODE    STATE   VIP               HEARS        VERDICT",
            "VI_1      node-a  MASTER  192.168.8.100/24  -            ok",
            "VI_1      node-b  BACKUP  -                 192.168.8.4  ok",
        ],
    }


def test_two_masters_fail_the_proof():
    assert problems(seen(MASTER), seen(look("MASTER", B, B, [VIP]))) == [
        "VI_1 on node-a: node-b is master as well",
        "VI_1 on node-b: node-a is master as well",
    ]


def test_no_master_fails_the_proof():
    assert problems(seen(look("BACKUP", A, None)), seen(look("BACKUP", B, None))) == [
        "VI_1 on node-a: it stands by, but there is no master",
        "VI_1 on node-b: it stands by, but there is no master",
        "VI_1: no node is master",
    ]


def test_a_master_without_the_address_fails_the_proof():
    assert problems(seen(MASTER, look("MASTER", A, A)), seen(BACKUP, BACKUP)) == [
        "VI_1 on node-a: 192.168.8.100/24 is not on its interface"
    ]


def test_a_standby_with_the_address_fails_the_proof():
    assert problems(seen(MASTER, MASTER), seen(look("BACKUP", B, A, [VIP]), BACKUP)) == [
        "VI_1 on node-b: 192.168.8.100/24 is on it, and it is not master"
    ]


def test_a_standby_in_fault_fails_the_proof():
    assert problems(seen(MASTER), seen(look("FAULT", B, None))) == ["VI_1 on node-b: it is FAULT, so nobody stands by"]


def test_a_fault_is_told_with_its_reason():
    reason = "FAULT because script chk failed: cannot run /usr/bin/nothere: No such file or directory"
    assert problems(seen(MASTER), seen({**look("FAULT", B, None), "why": reason})) == [
        f"VI_1 on node-b: it is FAULT, so nobody stands by: {reason}"
    ]


def test_a_standby_that_hears_another_master_fails_the_proof():
    assert problems(seen(MASTER), seen(look("BACKUP", B, "192.168.8.9"))) == [
        "VI_1 on node-b: it does not hear node-a (192.168.8.4)"
    ]


def test_mastership_that_moves_between_samples_fails_the_proof():
    moving = seen(MASTER, look("BACKUP", A, B))
    assert problems(moving, seen(BACKUP, look("MASTER", B, B, [VIP])))[0] == (
        "VI_1 on node-a: the state changed while we looked: MASTER -> BACKUP"
    )


def test_a_dead_standby_fails_the_proof():
    silent = {"running": False, "msg": "nobody is there", "samples": [{"instances": {}}]}
    assert problems(seen(MASTER), silent) == ["VI_1 on node-b: no agent answers (nobody is there)"]
    assert problems(seen(MASTER), {}) == ["VI_1 on node-b: no agent answers (it was not asked)"]


def test_an_agent_that_died_between_samples_fails_the_proof():
    assert problems(seen(MASTER, MASTER), seen(BACKUP, None)) == ["VI_1 on node-b: the agent did not answer every time"]


def test_an_agent_without_the_instance_fails_the_proof():
    assert problems(seen(MASTER), seen(None)) == ["VI_1 on node-b: the agent does not have this instance"]


def test_each_instance_has_a_master_of_its_own():
    def both(first, second):
        return {"running": True, "samples": [{"instances": {"VI_1": first, "VI_2": second}}]}

    found = proof(
        {"node-a": both(MASTER, look("BACKUP", A, B)), "node-b": both(BACKUP, look("MASTER", B, B, [VIP]))},
        ["VI_1", "VI_2"],
    )
    assert found["masters"] == {"VI_1": "node-a", "VI_2": "node-b"}
    assert found["proven"]


def test_a_drained_node_says_what_to_do():
    drained = {**seen(look("STOP", B, A)), "agent": {"drained": True}}
    assert problems(seen(MASTER), drained) == ["VI_1 on node-b: it is drained; undrain it with vrrp_drain state=active"]
    line = judge(seen(MASTER), drained)["table"][2]
    assert line.startswith("VI_1      node-b  STOP    -                 192.168.8.4  it is drained; undrain it with")


def test_a_drained_node_with_the_address_fails_the_proof():
    drained = {**seen(look("STOP", B, A, [VIP])), "agent": {"drained": True}}
    assert problems(seen(MASTER), drained) == ["VI_1 on node-b: 192.168.8.100/24 is on it, and it is not master"]


def test_a_node_that_stopped_without_a_drain_fails_the_proof():
    stopped = {**seen(look("STOP", B, None)), "agent": {"drained": False}}
    assert problems(seen(MASTER), stopped) == ["VI_1 on node-b: it is STOP, so nobody stands by"]


def test_warnings_of_the_agents_stand_beside_the_verdict():
    warned = {**MASTER, "warnings": ["the kernel refuses its advertisements"]}
    found = judge(seen(warned, warned), seen(BACKUP, BACKUP))
    assert found["proven"]
    assert found["warnings"] == ["VI_1 on node-a: the kernel refuses its advertisements"]
    later = judge(seen(MASTER, warned), seen(look("MASTER", B, B, [VIP]), {**BACKUP, "warnings": None}))
    assert not later["proven"]
    assert later["warnings"] == found["warnings"]


def test_a_standby_that_is_not_ready_is_told_beside_the_verdict():
    why = "node-b, the standby of VI_1, is not ready: chk fails there"
    unready = {**MASTER, "standby": {"why": why}, "warnings": ["odd", f"{why} (mend it)"]}
    told = ["VI_1 on node-a: odd", f"VI_1 on node-a: {why} (mend it)"]
    assert judge(seen(MASTER, unready), seen(BACKUP))["warnings"] == told
    assert judge(seen(unready, MASTER), seen(BACKUP))["warnings"] == told[:1], "only the last look counts"


def test_a_warning_about_the_peer_is_reported():
    warned = {**seen(BACKUP), "agent": {"peer": {"warnings": ["node-a: its clock is 9 s behind (look)"]}}}
    assert judge(seen(MASTER), warned)["warnings"] == ["node-b: node-a: its clock is 9 s behind (look)"]


FAULT_A, FAULT_B = look("FAULT", A, None), look("FAULT", B, None)


@pytest.mark.parametrize(
    ("node_a", "node_b"),
    [
        (seen(FAULT_A, FAULT_A), seen(FAULT_B, FAULT_B)),
        (seen(FAULT_A), {**seen(look("STOP", B, None)), "agent": {"drained": True}}),
    ],
    ids=["both in FAULT", "the other one drained"],
)
def test_where_no_node_has_it_or_can_take_it_there_is_nothing_to_lose(node_a, node_b):
    found = judge(node_a, node_b)
    assert (found["risks"], found["proven"]) == ([], False)


@pytest.mark.parametrize(
    ("node_a", "node_b"),
    [
        (seen(MASTER), seen(FAULT_B)),
        (seen(look("BACKUP", A, None)), seen(FAULT_B)),
        (seen(FAULT_A, MASTER), seen(FAULT_B, FAULT_B)),
        (seen(FAULT_A, None), seen(FAULT_B, FAULT_B)),
        (seen(look("FAULT", A, None, [VIP])), seen(FAULT_B)),
        ({"running": False, "msg": "silent", "samples": []}, seen(FAULT_B)),
    ],
    ids=["a master", "it may take over", "it was master", "it did not answer every time", "it has the address", "dead"],
)
def test_a_node_that_has_it_or_may_take_it_is_a_risk(node_a, node_b):
    found = judge(node_a, node_b)
    assert found["risks"] == found["problems"] != []


def test_an_instance_that_nobody_has_is_no_risk_to_another_one():
    def both(first, second):
        return {"running": True, "samples": [{"instances": {"VI_1": first, "VI_2": second}}]}

    found = proof({"node-a": both(MASTER, FAULT_A), "node-b": both(FAULT_B, FAULT_B)}, ["VI_1", "VI_2"])
    assert found["risks"] == ["VI_1 on node-b: it is FAULT, so nobody stands by"]
    assert len(found["problems"]) == 4
