# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the order in which a pair goes back to keepalived, and what is said before."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.rollback import (
    complaints,
    dropped,
    objections,
    order,
    plan,
    refusals,
)

HOSTS = ("a", "b")


def look(state, priority, program="hotstandby", name="VI_1", preempt=True, **more):
    instance = {"name": name, "state": state, "base_priority": priority, "preempt": preempt}
    return {"program": program, "root": True, "keepalived": {}, "agent": {}, "instances": [instance], **more}


PAIR = {"a": look("MASTER", 100), "b": look("BACKUP", 90)}


def test_the_host_with_the_highest_priority_is_first():
    assert order(HOSTS, PAIR) == ["a", "b"]
    assert order(HOSTS, {"a": look("MASTER", 90), "b": look("BACKUP", 100)}) == ["b", "a"]


NOTHING = {"program": None, "instances": []}
FIRST = {
    "nothing runs on the leader": ({"a": NOTHING, "b": look("MASTER", 90)}, ["a", "b"]),
    "nothing runs on the other host": ({"a": look("MASTER", 100), "b": NOTHING}, ["b", "a"]),
    "keepalived runs on one host": ({"a": look("MASTER", 100), "b": look("BACKUP", 90, "keepalived")}, ["b", "a"]),
    "keepalived and nothing": ({"a": NOTHING, "b": look("MASTER", 90, "keepalived")}, ["b", "a"]),
}


@pytest.mark.parametrize("name", FIRST)
def test_no_agent_is_stopped_before_the_other_host_can_take_over(name):
    """Also after a run that ended between the stop of the agent and the start of keepalived."""
    looks, hosts = FIRST[name]
    assert order(HOSTS, looks) == hosts


def test_the_host_that_gets_keepalived_last_takes_over_what_it_leads():
    """Our agent on a is master of everything after a takeover; its keepalived takes VI_1 back from that of b."""
    found = both()
    for each in found["a"]["instances"]:
        each["state"] = "MASTER"
    lines = plan(HOSTS, {"a": found["a"], "b": {**found["b"], "program": "keepalived"}})
    assert lines[-1].startswith("warning: VI_1: a has the higher priority"), lines


def test_the_plan_says_each_step_and_no_loss_for_one_master():
    assert plan(HOSTS, PAIR) == [
        "b: our agent becomes master of everything",
        "a: our agent is stopped and disabled; keepalived is enabled and started",
        "b: our agent is stopped and disabled, which keeps the addresses until the other host advertises; keepalived is"
        " enabled and started",
        "then the pair is checked: one master with the addresses, a standby that hears it",
    ]


def test_half_a_migration_takes_only_the_steps_that_are_missing():
    mixed = {"a": look("BACKUP", 100, "keepalived"), "b": look("MASTER", 90)}
    lines = plan(HOSTS, mixed)
    assert lines[0] == "a: runs keepalived already" and lines[1].startswith("b: our agent is stopped"), lines
    nothing = {"a": look("MASTER", 100, "keepalived"), "b": NOTHING}
    assert plan(HOSTS, nothing)[1] == "b: keepalived is enabled and started"


def test_a_priority_that_nobody_tells_is_not_made_up():
    lines = plan(HOSTS, {"a": NOTHING, "b": look("MASTER", 90)})
    assert lines[-1].startswith("warning: a runs nothing, so its priority is not known"), lines


def both(preempt=True):
    def node(one, two):
        found = look(*one)
        found["instances"] += look(*two, name="VI_2", preempt=preempt)["instances"]
        return found

    return {"a": node(("MASTER", 100), ("BACKUP", 90)), "b": node(("BACKUP", 90), ("MASTER", 100))}


def test_an_instance_that_the_second_host_takes_over_is_said_before():
    assert plan(HOSTS, both())[-1].startswith("warning: VI_2: b has the higher priority")
    assert not plan(HOSTS, both(preempt=False))[-1].startswith("warning")


def test_each_reason_against_a_rollback_is_reported():
    assert objections(HOSTS, PAIR, "old") == []
    assert "is none of old, today" in objections(HOSTS, PAIR, "new")[0]
    assert "needs root" in objections(HOSTS, {**PAIR, "a": {**PAIR["a"], "root": False}}, "old")[0]
    beside = {**PAIR["a"], "keepalived": {"config": "x"}}
    assert "both keepalived and our agent run here" in objections(HOSTS, {**PAIR, "a": beside}, "old")[0]
    drained = {**PAIR["a"], "agent": {"drained": True}}
    assert "drain.yml -e undrain=a" in objections(HOSTS, {**PAIR, "a": drained}, "old")[0]


def answered(status, said="", version="Keepalived v2.2.7 (01/16,2022)\nCopyright\n"):
    return {"b": {"rc": status, "stdout": version, "stderr": said}}


@pytest.mark.parametrize(
    ("status", "version"),
    [(4, "Keepalived v2.2.7"), (139, "Keepalived v2.2.7"), (3, "Keepalived v2.1.5"), (1, ""), (4, "something else")],
)
def test_a_file_with_which_keepalived_does_not_start_forbids_it(status, version):
    tests = answered(status, "line 1: Unknown\nline 2: no", version)
    said = ["b: keepalived does not start with this file: line 1: Unknown; line 2: no"]
    assert (refusals(tests), complaints(tests)) == (said, [])


@pytest.mark.parametrize(
    ("status", "said", "version"),
    [
        (6, "SECURITY VIOLATION - scripts are being executed", "Keepalived v2.2.8"),
        (5, "SECURITY VIOLATION - scripts are being executed", "Keepalived v2.1.5"),
        (5, "(Line 7) Unknown keyword 'calm'", "Keepalived v2.2.7"),
        (4, "(Line 7) Unknown keyword 'calm'", "Keepalived v2.0.19"),
    ],
)
def test_a_complaint_with_which_keepalived_starts_is_a_warning(status, said, version):
    tests = answered(status, said, version)
    assert (refusals(tests), complaints(tests)) == ([], [f"warning: b: keepalived says of its file: {said}"])


@pytest.mark.parametrize("status", [0, 143, -15])
def test_a_test_without_a_complaint_or_that_a_signal_ended_forbids_nothing(status):
    assert (refusals(answered(status)), complaints(answered(status))) == ([], [])
    assert (refusals({"b": {}}), complaints({"b": {}})) == ([], [])


def imported(*addresses, **more):
    entry = {"name": "VI_1", "virtual_ipaddress": list(addresses), **more}
    return {"a": {"variables": {"shared": {"ha_pair_instances": [entry]}, "host": {"ha_pair_priority": 100}}}}


def test_an_address_that_only_the_agent_has_is_named():
    leader = PAIR["a"]["instances"][0]
    ours = {
        **leader,
        "addresses": ["10.0.0.1/24", "fd00::1/128"],
        "excluded": [{"text": "10.0.0.3/24", "present": True}],
    }
    looks = {"a": {**PAIR["a"], "instances": [ours]}}
    whole = imported({"address": "10.0.0.1/24", "label": "eth0:1"}, "fd00::1", virtual_ipaddress_excluded=["10.0.0.3"])
    assert dropped(looks, whole, "/f") == []
    said = ["a: fd00::1, 10.0.0.3: the agent has it, and /f does not, so nobody would have it"]
    assert dropped(looks, imported("10.0.0.1/24 dev eth0"), "/f") == said


def test_an_unreadable_file_says_nothing_of_addresses():
    ours = {**PAIR["a"]["instances"][0], "addresses": ["10.0.0.1/24"]}
    assert dropped({"a": {**PAIR["a"], "instances": [ours]}}, {"a": {"failed": True}}, "/f") == []
    assert dropped({"a": look("MASTER", 100, "keepalived", addresses=["10.0.0.1/24"])}, imported(), "/f") == []
