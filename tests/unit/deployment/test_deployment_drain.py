# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a drainer looks at its node, predicts, hands over, drains and undrains, and undoes a failed drain."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.drain import Drainer
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentError, AgentUnreachable
from answering_agent import refuses

VIP = "192.0.2.100/24"
ON_LOOPBACK = "127.0.0.1/8"


def heard(seen_s=0.0, priority=100):
    return {"address": "192.0.2.6", "priority": priority, "seen_s": seen_s}


def instance(state="BACKUP", **more):
    return {
        "name": "VI_1",
        "state": state,
        "addresses": [VIP],
        "addresses_present": [VIP] if state == "MASTER" else [],
        "master": heard(),
        "peers": [],
        "priority": 90,
        "base_priority": 90,
        "advert_int_s": 1.0,
        "preempt": True,
        "hold": None,
        "yielding": False,
        "faults": [],
        "reasons": [],
        "since_s": 600.0,
        "why": f"{state} because of a test",
        **more,
    }


def node(*instances, drained=False, maintenance=None):
    return {"drained": drained, "maintenance": maintenance, "instances": list(instances)}


@pytest.fixture
def drainer(agent, tmp_path):
    return Drainer(str(tmp_path))


def says(agent, *instances, drained=False):
    """Set the status from now on."""
    agent.replies["status"] = {"version": "0.1.0", **node(*instances, drained=drained)}


def then(agent, *instances, drained=False):
    """Return a reply to a command after which the status is another."""
    return lambda request: says(agent, *instances, drained=drained) or {}


def asked(agent):
    """Return (command, instance) of each request, without the status."""
    return [(each["command"], each.get("instance")) for each in agent.asked if each["command"] != "status"]


def test_a_node_is_its_instances_and_whether_it_is_drained(agent, drainer):
    says(agent, instance(), instance(name="VI_2"), drained=True)
    assert drainer.look() == node(instance(), instance(name="VI_2"), drained=True)


def test_an_agent_of_an_older_release_cannot_be_drained(agent, drainer):
    agent.replies["status"] = {"version": "0.0.9", "instances": []}
    with pytest.raises(SwitchoverError) as caught:
        drainer.look()
    assert str(caught.value) == "the agent 0.0.9 that runs here cannot be drained: deploy the pair again"


def test_an_error_of_the_client_is_passed_on(agent, drainer, tmp_path):
    agent.replies["status"] = refuses("the agent is stopping")
    with pytest.raises(AgentError, match="^the agent is stopping$"):
        drainer.look()
    with pytest.raises(AgentUnreachable):
        Drainer(str(tmp_path / "elsewhere")).look()


def test_a_prediction_asks_nobody(agent, drainer):
    before = node(instance("MASTER"), instance("FAULT", faults=["eth0 is down"]))
    assert drainer.predict(before, False) == before
    stopped = {"state": "STOP", "addresses_present": []}
    assert drainer.predict(before, True) == node(*({**each, **stopped} for each in before["instances"]), drained=True)
    drained = node(instance("STOP"), instance("STOP", faults=["eth0 is down"]), drained=True)
    assert drainer.predict(drained, True) == drained
    after = drainer.predict(drained, False)
    assert (after["drained"], [each["state"] for each in after["instances"]]) == (False, ["BACKUP", "FAULT"])
    assert agent.asked == []


@pytest.mark.parametrize(
    ("before", "names"),
    [
        (node(instance("MASTER")), "VI_1"),
        (node(instance(), instance("INIT", name="VI_2", addresses_present=[VIP])), "VI_2"),
        (node(*(instance("MASTER", name=name) for name in "abc")), "a, b, c"),
        (node(*(instance("MASTER", name=name) for name in "abcde")), "a, b, c, 2 more"),
    ],
)
def test_a_drain_without_waiting_is_refused_for_these_nodes(drainer, before, names):
    with pytest.raises(SwitchoverError) as caught:
        drainer.demand_waiting(before)
    text = f"only by waiting can be seen whether a peer takes over {names}: wait, or say force: true"
    assert (str(caught.value), caught.value.result) == (text, {"before": before})


@pytest.mark.parametrize(
    "before",
    [node(), node(instance(), instance("FAULT"), instance("STOP")), node(instance("MASTER"), drained=True)],
)
def test_a_drain_without_waiting_is_allowed_for_these_nodes(drainer, before):
    assert drainer.demand_waiting(before) is None


def test_a_drain_demotes_masters_then_stops_all_then_ends_the_holds(agent, drainer):
    led = [instance("MASTER", name=name) for name in "ab"]
    yielding = [{**each, "yielding": True, "hold": "backup"} for each in led]
    stopped = [instance("STOP", name=name, hold="backup") for name in "ab"]

    def demote(request):
        left = {"a": [yielding[0], led[1]], "b": [instance(name=name, hold="backup") for name in "ab"]}
        return says(agent, *left[request["instance"]]) or {}

    says(agent, *led)
    agent.replies.update(demote=demote, drain=then(agent, *stopped, drained=True))
    assert drainer.drain(node(*led), 5, False) == node(*stopped, drained=True)
    assert asked(agent) == [("demote", "a"), ("demote", "b"), ("drain", None), ("release", "a"), ("release", "b")]


def test_a_demotion_survives_a_drain_and_a_promotion_does_not(agent, drainer):
    before = [instance(hold="backup"), instance("MASTER", name="VI_2", hold="master")]
    stopped = [{**each, "state": "STOP", "addresses_present": []} for each in before]
    agent.replies["drain"] = then(agent, *stopped, drained=True)
    says(agent, *before)
    drainer.drain(node(*before), 5, True)
    assert asked(agent) == [("drain", None), ("release", "VI_2")]


def test_without_a_timeout_the_drain_is_only_asked_for(agent, drainer):
    says(agent, instance())
    assert drainer.drain(node(instance()), 0, False) == node(instance())
    assert [each["command"] for each in agent.asked] == ["drain", "status", "status"]


def test_without_a_takeover_the_hold_of_before_comes_back(agent, drainer):
    before = instance("MASTER", hold="master")
    agent.replies["demote"] = then(agent, {**before, "hold": "backup"})
    says(agent, before)
    with pytest.raises(SwitchoverError) as caught:
        drainer.drain(node(before), 5, False)
    assert str(caught.value) == (
        "nobody takes over VI_1, so this node keeps it. "
        "Without a standby a drain takes the service down; force: true does it all the same"
    )
    assert caught.value.result == {"before": node(before)}
    assert asked(agent) == [("demote", "VI_1"), ("promote", "VI_1")]


def test_a_backup_whose_master_is_not_heard_is_not_drained(agent, drainer):
    silent = [instance(name=name, master=heard(seen_s=9.0)) for name in "abcd"]
    says(agent, *silent)
    with pytest.raises(SwitchoverError) as caught:
        drainer.drain(node(*silent), 0.001, False)
    assert str(caught.value) == (
        "within 0.001 s nobody was seen to serve what this node would give up: a: BACKUP because of a test; "
        "b: BACKUP because of a test; c: BACKUP because of a test; 1 more. "
        "Without a standby a drain takes the service down; force: true does it all the same"
    )
    assert asked(agent) == []


def test_an_address_that_the_kernel_still_has_is_not_given_up(agent, drainer):
    stopped = instance("STOP", addresses=[VIP, ON_LOOPBACK])
    says(agent, stopped, drained=True)
    with pytest.raises(SwitchoverError) as caught:
        drainer.drain(node(stopped, drained=True), 0.001, False)
    assert str(caught.value) == f"this node did not give up everything within 0.001 s: {ON_LOOPBACK} is on lo"
    assert asked(agent) == []


def test_a_drain_that_cannot_be_taken_back_is_told(agent, drainer):
    agent.replies.update(drain=then(agent, instance("MASTER"), drained=True), undrain=refuses("it is stopping"))
    says(agent, instance("MASTER"))
    with pytest.raises(SwitchoverError) as caught:
        drainer.drain(node(instance("MASTER")), 0.001, True)
    assert str(caught.value) == (
        "this node did not give up everything within 0.001 s: VI_1: MASTER because of a test"
        "; what was begun stays, as the agent does not end it: it is stopping"
    )


@pytest.mark.parametrize(
    ("drained", "master", "text"),
    [
        (True, heard(seen_s=9.0), "VI_1: BACKUP because of a test"),  # heard before it took part again
        (False, None, "VI_1: BACKUP because of a test"),
    ],
)
def test_an_undrain_fails_when_an_instance_is_idle_at_the_timeout(agent, drainer, drained, master, text):
    after = instance(master=master)
    agent.replies["undrain"] = then(agent, after)
    says(agent, after, drained=drained)
    before = node(after, drained=drained)
    with pytest.raises(SwitchoverError) as caught:
        drainer.undrain(before, 0.001)
    assert str(caught.value) == f"this node is drained no more, but within 0.001 s it came to {text}"
    assert caught.value.result == {"before": before, "after": node(after)}
    assert asked(agent) == ([("undrain", None)] if drained else [])


@pytest.mark.parametrize("after", [instance("MASTER"), instance(), instance(priority=110)])
def test_an_undrain_returns_when_the_node_takes_part(agent, drainer, after):
    agent.replies["undrain"] = then(agent, after)
    says(agent, instance("STOP"), drained=True)
    assert drainer.undrain(node(instance("STOP"), drained=True), 0.001) == node(after)
    assert asked(agent) == [("undrain", None)]


def test_without_a_timeout_an_undrain_looks_once(agent, drainer):
    says(agent, instance("FAULT"))
    assert drainer.undrain(node(instance("FAULT")), 0) == node(instance("FAULT"))
    assert [each["command"] for each in agent.asked] == ["status"]
