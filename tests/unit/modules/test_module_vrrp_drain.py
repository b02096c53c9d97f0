# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a node is drained only when another one serves what it gives up, and that it comes back."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import drain
from fake_agent import Refusal

VIP = "192.168.8.100/24"
NOBODY = (
    "nobody takes over VI_1, so this node keeps it. "
    "Without a standby a drain takes the service down; force: true does it all the same"
)


@pytest.fixture
def master(agent):
    """Return the agent as MASTER by its priority."""
    agent.lead()
    agent.instance = {**agent.instance, "hold": None, "priority": 90, "why": "MASTER because no master was heard"}
    return agent


@pytest.fixture
def nobody_else(master):
    """Return the same agent without a living peer: after a demotion it stays MASTER."""
    master.on["demote"] = lambda: master.instance.update(hold="backup")
    return master


def kernel_has(monkeypatch, *answers):
    """Set the kernel's answers to its questions, in order; the last one is repeated."""
    left = list(answers)

    def links():
        held = left.pop(0) if len(left) > 1 else left[0]
        return [{"name": "eth0", "addresses": [{"address": address} for address in held]}]

    monkeypatch.setattr(drain, "links", links)


def test_a_master_hands_over_before_it_is_drained(run, master):
    result = run("vrrp_drain")
    assert result["changed"]
    assert master.commands == ["demote", "drain", "release"]
    assert (result["before"]["drained"], result["after"]["drained"]) == (False, True)
    (after,) = result["after"]["instances"]
    assert (after["state"], after["addresses_present"], after["hold"]) == ("STOP", [], None)
    assert result["msg"] == "this node is drained: VI_1 STOP"
    assert result["diff"] == {"before": "drained: false\nVI_1: MASTER\n", "after": "drained: true\nVI_1: STOP\n"}


def test_a_node_is_not_drained_before_the_peer_was_heard(run, master):
    """During the handover it does not advertise, but has every address."""
    looks = []

    def yield_for_three_looks():
        master.instance = {**master.instance, "yielding": True, "hold": "backup"}

    answer = master.answer

    def look(request):
        if request["command"] == "status" and "demote" in master.commands:
            looks.append("drain" in master.commands)
            if len(looks) == 3:
                master.follow()
                master.instance["yielding"] = False
        return answer(request)

    master.on["demote"], master.answer = yield_for_three_looks, look
    assert run("vrrp_drain")["changed"]
    assert looks[:3] == [False, False, False]
    assert master.commands == ["demote", "drain", "release"]


def test_a_backup_is_drained_once_its_master_has_been_heard(run, agent):
    assert run("vrrp_drain")["changed"]
    assert agent.commands == ["drain"]


def test_a_backup_whose_master_is_silent_is_the_next_master(run, agent):
    agent.instance = {**agent.instance, "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 2.5}}
    result = run("vrrp_drain", timeout=0.05)
    assert result["failed"]
    assert result["msg"].startswith("within 0.05 s nobody was seen to serve what this node would give up: VI_1: BACKUP")
    assert agent.commands == []


def test_a_backup_that_becomes_master_meanwhile_hands_over(run, agent):
    agent.instance = {**agent.instance, "master": None}
    answer, looks = agent.answer, []

    def take_over_at_the_third_look(request):
        looks.append(request)
        if len(looks) == 3:
            agent.lead()
        return answer(request)

    agent.answer = take_over_at_the_third_look
    assert run("vrrp_drain")["changed"]
    assert agent.commands[:2] == ["demote", "drain"]


def test_without_a_standby_nothing_is_drained(run, nobody_else):
    result = run("vrrp_drain")
    assert result["failed"]
    assert result["msg"] == NOBODY
    assert result["before"]["instances"][0]["state"] == "MASTER"
    assert nobody_else.commands == ["demote", "release"]
    assert (nobody_else.instance["state"], nobody_else.instance["hold"]) == ("MASTER", None)


def test_one_instance_without_a_standby_keeps_the_whole_node(run, nobody_else):
    nobody_else.others = [{**nobody_else.instance, "name": "VI_2", "state": "BACKUP", "addresses_present": []}]
    assert run("vrrp_drain")["msg"] == NOBODY
    assert "drain" not in nobody_else.commands


def test_force_drains_a_node_without_a_standby(run, nobody_else):
    assert run("vrrp_drain", force=True)["changed"]
    assert nobody_else.commands == ["drain"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("hold", "after"), [("master", None), ("backup", "backup"), (None, None)])
def test_a_promotion_ends_and_a_demotion_stays(run, master, hold, after, force):
    master.instance["hold"] = hold
    assert run("vrrp_drain", force=force)["after"]["instances"][0]["hold"] == after


def test_a_promotion_stays_where_nobody_takes_over(run, nobody_else):
    nobody_else.instance["hold"] = "master"
    assert run("vrrp_drain")["failed"]
    assert nobody_else.commands == ["demote", "promote"]


@pytest.mark.parametrize("state", ["FAULT", "STOP", "INIT"])
def test_an_instance_that_takes_no_part_needs_no_standby(run, agent, state):
    agent.instance = {**agent.instance, "state": state, "master": None}
    assert run("vrrp_drain")["changed"]
    assert agent.commands == ["drain"]


def test_an_instance_in_init_with_its_address_is_waited_for(run, agent):
    """A crash leaves the address; a former master goes on as soon as its checks have results."""
    agent.instance = {**agent.instance, "state": "INIT", "master": None, "addresses_present": [VIP], "why": "INIT"}
    assert "nobody was seen to serve" in run("vrrp_drain", timeout=0.05)["msg"]
    assert agent.commands == []


def test_a_drain_that_times_out_is_taken_back(run, agent):
    agent.on["drain"] = lambda: setattr(agent, "drained", True)
    result = run("vrrp_drain", force=True, timeout=0.05)
    assert result["failed"]
    assert result["msg"] == (
        "this node did not give up everything within 0.05 s: VI_1: BACKUP because 192.168.8.4 advertises 100 > our 90"
        "; it takes part again"
    )
    assert agent.commands == ["drain", "undrain"]


def test_an_address_left_in_the_kernel_fails_the_drain(run, agent, monkeypatch):
    kernel_has(monkeypatch, [VIP, "192.168.8.4/24"])
    result = run("vrrp_drain", force=True, timeout=0.05)
    assert "did not give up everything within 0.05 s: 192.168.8.100/24 is on eth0; it takes part" in result["msg"]
    kernel_has(monkeypatch, [VIP], [VIP], ["192.168.8.4/24"])
    assert run("vrrp_drain", force=True)["changed"]


def test_a_kernel_that_lists_no_addresses_fails_the_drain(run, agent, monkeypatch):
    def refuse():
        raise OSError("no netlink here")

    monkeypatch.setattr(drain, "links", refuse)
    assert "the kernel does not list its addresses: no netlink here" in run("vrrp_drain", timeout=0.2)["msg"]
    assert agent.commands[-1] == "undrain"


def test_a_refusal_ends_the_handover(run, master):
    def refuse():
        raise Refusal("cannot drain this node: it owns the addresses of VI_2")

    master.on["drain"] = refuse
    assert run("vrrp_drain")["msg"] == "cannot drain this node: it owns the addresses of VI_2"
    assert master.commands == ["demote", "drain", "release"]
    assert master.instance["hold"] is None


def test_a_refusal_to_take_back_is_told(run, agent):
    def refuse():
        raise Refusal("the agent is stopping")

    agent.on.update(drain=lambda: setattr(agent, "drained", True), undrain=refuse)
    result = run("vrrp_drain", force=True, timeout=0.05)
    assert result["msg"].endswith("; what was begun stays, as the agent does not end it: the agent is stopping")


def test_a_second_drain_changes_nothing(run, agent):
    agent.end()
    result = run("vrrp_drain")
    assert not result["changed"]
    assert agent.commands == []


def test_a_drain_that_was_there_before_is_not_taken_back(run, agent):
    agent.drained = True
    assert run("vrrp_drain", timeout=0.05)["failed"]
    assert agent.commands == []


def test_active_waits_for_a_master_that_lives(run, agent):
    """A master that was heard before it took part again may be dead."""
    agent.end()
    long_dead = {"address": "192.168.8.4", "priority": 100, "seen_s": 100.0}
    agent.instance = {**agent.instance, "master": long_dead}
    result = run("vrrp_drain", state="active", timeout=0.1)
    assert result["failed"]
    assert result["msg"].startswith("this node is drained no more, but within 0.1 s it came to VI_1: BACKUP")
    assert agent.commands == ["undrain"]

    agent.end()
    agent.instance = {**agent.instance, "master": {**long_dead, "seen_s": 0.02}}
    result = run("vrrp_drain", state="active")
    assert result["changed"]
    assert result["msg"] == "this node takes part: VI_1 BACKUP"


def test_active_waits_until_it_has_taken_over_what_is_its_own(run, agent):
    agent.end()
    agent.instance = {**agent.instance, "priority": 110}
    answer, looks = agent.answer, []

    def take_over_at_the_fifth_look(request):
        looks.append(request)
        if len(looks) == 5:
            agent.lead()
        return answer(request)

    agent.answer = take_over_at_the_fifth_look
    # Heard just now, but of a lower priority: it is not done.
    agent.instance["master"] = {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0}
    assert run("vrrp_drain", state="active")["after"]["instances"][0]["state"] == "MASTER"


def test_active_does_not_wait_for_ever_for_a_takeover_that_is_put_off(run, agent):
    agent.end()
    agent.instance = {**agent.instance, "priority": 110}  # preempt_delay
    result = run("vrrp_drain", state="active", timeout=0.3)
    assert (result["changed"], result["after"]["instances"][0]["state"]) == (True, "BACKUP")


def test_active_fails_where_a_fault_is_left(run, agent):
    agent.end()
    fault = {"state": "FAULT", "faults": ["eth0 is down"], "why": "FAULT because eth0 is down"}
    agent.on["undrain"] = lambda: (agent.begin(), agent.instance.update(fault))
    result = run("vrrp_drain", state="active", timeout=0.05)
    assert result["msg"] == (
        "this node is drained no more, but within 0.05 s it came to VI_1: FAULT because eth0 is down"
    )
    assert not result["after"]["drained"]
    assert agent.commands == ["undrain"]


def test_a_node_that_is_active_already_is_not_changed(run, agent):
    agent.instance = {**agent.instance, "master": {**agent.instance["master"], "seen_s": 0.9}}
    assert not run("vrrp_drain", state="active", timeout=0.5)["changed"]  # it does not wait for the next advertisement
    assert agent.commands == []


@pytest.mark.parametrize("arguments", [{"wait": False}, {"timeout": 0}])
@pytest.mark.parametrize("check", [False, True])
def test_a_master_is_not_drained_without_waiting(run, master, arguments, check):
    result = run("vrrp_drain", check=check, **arguments)
    assert result["msg"] == "only by waiting can be seen whether a peer takes over VI_1: wait, or say force: true"
    assert master.commands == []
    assert run("vrrp_drain", check=check, force=True, **arguments)["changed"]


@pytest.mark.parametrize("arguments", [{"wait": False}, {"timeout": 0}])
def test_a_standby_is_drained_without_waiting_and_comes_back(run, agent, arguments):
    agent.on["drain"] = lambda: setattr(agent, "drained", True)
    assert run("vrrp_drain", **arguments)["changed"]
    agent.instance["master"] = None  # a drained node needs no standby any more
    assert not run("vrrp_drain", **arguments)["changed"]
    assert run("vrrp_drain", state="active", **arguments)["changed"]
    assert agent.commands == ["drain", "undrain"]


@pytest.mark.parametrize("drained", [False, True])
@pytest.mark.parametrize("state", ["drained", "active"])
def test_check_mode_predicts_and_does_nothing(run, master, state, drained):
    if drained:
        master.end()
    result = run("vrrp_drain", check=True, state=state)
    wanted = state == "drained"
    assert result["changed"] is (wanted != drained)
    assert result["after"]["drained"] is wanted
    states = {(False, False): "MASTER", (False, True): "STOP", (True, True): "STOP", (True, False): "BACKUP"}
    assert result["after"]["instances"][0]["state"] == states[drained, wanted]
    assert master.commands == []


def test_check_mode_predicts_a_fault_that_is_left(run, agent):
    agent.end()
    agent.instance["faults"] = ["eth0 is down"]
    assert run("vrrp_drain", check=True, state="active")["after"]["instances"][0]["state"] == "FAULT"


def test_an_agent_of_an_older_release_is_refused(run, agent):
    answer = agent.answer

    def without(request):
        reply = answer(request)
        reply["result"].pop("drained", None)
        return reply

    agent.answer = without
    assert run("vrrp_drain")["msg"] == "the agent 0.1.0 that runs here cannot be drained: deploy the pair again"


def test_a_message_names_three_instances_at_most(run, nobody_else):
    nobody_else.others = [{**nobody_else.instance, "name": f"VI_{number}"} for number in range(2, 7)]
    assert "nobody takes over VI_1, VI_2, VI_3, 3 more, so this node keeps it" in run("vrrp_drain")["msg"]


def test_without_an_agent_the_module_fails(run):
    assert "no agent is running" in run("vrrp_drain")["msg"]
