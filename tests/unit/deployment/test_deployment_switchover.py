# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an instance is read, its next state is predicted, and a move is asked for and waited for."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import Switchover, SwitchoverError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentError, AgentUnreachable
from answering_agent import refuses

VIP = "192.168.8.100/24"
PEER = {"address": "192.168.8.6", "priority": 100, "seen_s": 0.1}
DRAINED = "this node is drained. Let it take part again with the module hotstandby.vrrp.vrrp_drain, state: active"


def instance(state="BACKUP", **more):
    return {
        "name": "VI_1",
        "state": state,
        "addresses": [VIP],
        "addresses_present": [VIP] if state == "MASTER" else [],
        "master": PEER,
        "peers": [],
        "priority": 90,
        "base_priority": 90,
        "advert_int_s": 0.001,
        "preempt": True,
        "hold": None,
        "faults": [],
        "reasons": [],
        "since_s": 600.0,
        "why": f"{state} because of a test",
        **more,
    }


@pytest.fixture
def mover(agent, tmp_path):
    """Return ``mover(name)``, which asks the agent about the instance of this name."""
    return lambda name=None: Switchover(name, str(tmp_path))


def says(agent, *instances, **status):
    agent.replies["status"] = {"instances": list(instances), **status}


def test_the_only_instance_needs_no_name(agent, mover):
    says(agent, instance())
    assert mover().look() == instance()
    assert mover("VI_1").look() == instance()


def test_the_instance_of_a_name(agent, mover):
    says(agent, instance(), instance(name="VI_2", priority=7))
    assert mover("VI_2").look()["priority"] == 7


@pytest.mark.parametrize(
    ("instances", "name", "text"),
    [
        ([], None, "say which instance; there are: none"),
        ([instance(), instance(name="VI_2")], None, "say which instance; there are: VI_1, VI_2"),
        ([], "VI_1", "there is no instance VI_1; there are: none"),
        ([instance(), instance(name="VI_2")], "VI", "there is no instance VI; there are: VI_1, VI_2"),
    ],
)
def test_an_instance_that_cannot_be_found_is_refused(agent, mover, instances, name, text):
    says(agent, *instances)
    with pytest.raises(SwitchoverError) as caught:
        mover(name).look()
    assert (str(caught.value), caught.value.result) == (text, {})


def test_without_an_agent_the_client_says_so(tmp_path):
    with pytest.raises(AgentUnreachable):
        Switchover(None, str(tmp_path)).look()


@pytest.mark.parametrize(
    ("before", "wanted", "state", "why"),
    [
        (instance(), "backup", "BACKUP", "BACKUP because of a test"),
        (instance(), "auto", "BACKUP", "BACKUP because of a test"),
        (instance(), "master", "MASTER", "it would become MASTER; now it is BACKUP because of a test"),
        (instance("MASTER"), "backup", "BACKUP", "it would become BACKUP; now it is MASTER because of a test"),
    ],
)
def test_a_prediction_changes_the_state_and_the_reason_alone(agent, mover, before, wanted, state, why):
    assert mover().predict(before, wanted) == {**before, "state": state, "why": why}
    assert agent.asked == []


def test_a_refusal_is_predicted(mover):
    before = instance("FAULT", faults=["eth0 is down"])
    with pytest.raises(SwitchoverError) as caught:
        mover().predict(before, "master")
    assert str(caught.value) == "VI_1 cannot become master: FAULT because of a test"
    assert caught.value.result == {"before": before}


@pytest.mark.parametrize("ask", ["predict", "move"])
@pytest.mark.parametrize("wanted", ["master", "backup"])
def test_a_drained_node_cannot_move(agent, mover, wanted, ask):
    says(agent, instance("STOP"), drained=True)
    found = mover()
    before = found.look()
    with pytest.raises(SwitchoverError) as caught:
        found.predict(before, wanted) if ask == "predict" else found.move(before, wanted, 9)
    assert str(caught.value) == f"VI_1 cannot become {wanted}: {DRAINED}"
    assert caught.value.result == {"before": before}
    assert agent.commands == []


def test_on_a_drained_node_a_hold_ends_at_once(agent, mover):
    says(agent, instance("STOP", hold="backup"), drained=True)
    found = mover()
    before = found.look()
    assert found.predict(before, "auto")["state"] == "STOP"
    assert found.move(before, "auto", 600)["state"] == "STOP"
    assert agent.commands == ["release"]


@pytest.mark.parametrize(
    ("before", "wanted", "command", "after"),
    [
        (instance(), "master", "promote", instance("MASTER", hold="master")),
        (instance("MASTER"), "backup", "demote", instance(hold="backup")),
        (instance("MASTER", hold="master"), "auto", "release", instance("MASTER")),
        (instance("FAULT", faults=["x"], hold="backup"), "auto", "release", instance("FAULT", faults=["x"])),
    ],
)
def test_a_move_is_asked_for_and_returns_what_came_of_it(agent, mover, before, wanted, command, after):
    agent.replies[command] = lambda request: says(agent, after) or {}
    says(agent, before)
    assert mover().move(before, wanted, 5) == after
    assert [request for request in agent.asked if request["command"] != "status"] == [
        {"command": command, "instance": "VI_1"}
    ]


def test_a_move_waits_until_the_state_is_there(agent, mover):
    looks = [instance(hold="master"), instance("MASTER", addresses_present=[]), instance("MASTER")]
    agent.replies["status"] = lambda request: {"instances": [looks.pop(0)]}
    assert mover().move(instance(), "master", 5)["addresses_present"] == [VIP]
    assert looks == []


def test_without_a_timeout_a_move_does_not_wait(agent, mover):
    says(agent, instance(hold="master"))
    assert mover().move(instance(), "master", 0)["state"] == "BACKUP"
    assert [request["command"] for request in agent.asked] == ["promote", "status"]


@pytest.mark.parametrize(
    ("hold", "command", "end"),
    [(None, "release", "auto"), ("backup", "demote", "backup")],
)
def test_a_move_that_times_out_restores_the_hold_of_before(agent, mover, hold, command, end):
    before = instance(hold=hold)
    agent.replies["promote"] = lambda request: says(agent, instance(hold="master")) or {}
    agent.replies[command] = lambda request: says(agent, before) or {}
    with pytest.raises(SwitchoverError) as caught:
        mover().move(before, "master", 0.001)
    text = f"VI_1 did not become master within 0.001 s: BACKUP because of a test; it is {end} again"
    assert str(caught.value) == text
    assert caught.value.result == {"before": before, "after": before}
    assert agent.commands == ["promote", command]


def test_a_hold_that_the_agent_does_not_end_is_told(agent, mover):
    agent.replies["release"] = refuses("it is busy")
    says(agent, instance(hold="master"))
    with pytest.raises(SwitchoverError) as caught:
        mover().move(instance(), "master", 0.001)
    assert str(caught.value).endswith("; its hold stays, as the agent does not end it: it is busy")
    assert caught.value.result["after"]["hold"] == "master"


def test_a_hold_that_did_not_change_is_left_alone(agent, mover):
    before = instance(hold="backup", master=None)
    says(agent, before)
    with pytest.raises(SwitchoverError, match="did not become backup within 0.001 s: BACKUP because of a test$"):
        mover().move(before, "backup", 0.001)
    assert agent.commands == ["demote"]


def test_a_release_that_never_settles_is_told(agent, mover):
    says(agent, instance(master=None))
    with pytest.raises(SwitchoverError, match="^VI_1 did not become settled within 0.001 s: "):
        mover().move(instance(hold="backup", master=None), "auto", 0.001)


def test_a_peer_that_does_not_take_over_ends_the_wait(agent, mover):
    says(agent, instance("MASTER", priority=100))
    before = instance("MASTER", hold="master", priority=254, base_priority=90, peers=[PEER])
    assert mover().predict(before, "auto")["state"] == "BACKUP"
    assert mover().move(before, "auto", 0.001)["state"] == "MASTER"


def test_a_refusal_of_the_agent_is_the_clients_error(agent, mover):
    agent.replies["promote"] = refuses("cannot promote VI_1: it is in FAULT")
    with pytest.raises(AgentError, match="^cannot promote VI_1: it is in FAULT$"):
        mover().move(instance(), "master", 5)
