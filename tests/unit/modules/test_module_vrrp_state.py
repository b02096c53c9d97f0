# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that mastership moves, or the move is predicted, or the reason against it is reported."""

from __future__ import annotations

import pytest
from fake_agent import Refusal


def test_without_a_state_the_module_tells_who_is_master(run, agent):
    result = run("vrrp_state")
    assert not result["changed"]
    assert result["after"]["state"] == "BACKUP"
    assert result["msg"] == "VI_1: BACKUP because 192.168.8.4 advertises 100 > our 90"
    assert agent.commands == []


def test_mastership_moves_here_and_back(run, agent):
    result = run("vrrp_state", state="master")
    assert result["changed"]
    assert (result["before"]["state"], result["after"]["state"]) == ("BACKUP", "MASTER")
    assert (result["diff"]["before"], result["diff"]["after"]) == ("BACKUP\n", "MASTER\n")
    assert not run("vrrp_state", state="master", name="VI_1")["changed"]
    assert run("vrrp_state", state="backup")["changed"]
    assert agent.commands == ["promote", "promote", "demote"]


def test_ending_a_hold_that_moves_nothing_is_no_change(run, agent):
    agent.follow()
    result = run("vrrp_state", state="auto")
    assert not result["changed"]
    assert result["after"]["hold"] is None
    assert agent.commands == ["release"]


@pytest.mark.parametrize(("state", "changed"), [("master", True), ("backup", False), ("auto", False)])
def test_check_mode_predicts_and_moves_nothing(run, agent, state, changed):
    result = run("vrrp_state", check=True, state=state)
    assert result["changed"] is changed
    assert agent.commands == []


def test_check_mode_predicts_a_refusal(run, agent):
    agent.instance = {
        **agent.instance,
        "state": "FAULT",
        "faults": ["eth0 is down"],
        "why": "FAULT because eth0 is down",
    }
    result = run("vrrp_state", check=True, state="master")
    assert result["failed"]
    assert result["msg"] == "VI_1 cannot become master: FAULT because eth0 is down"


def test_a_refusal_of_the_agent_is_the_error(run, agent):
    def refuse():
        raise Refusal("cannot promote VI_1: it is in FAULT")

    agent.on["promote"] = refuse
    assert run("vrrp_state", state="master")["msg"] == "cannot promote VI_1: it is in FAULT"


def test_a_move_that_times_out_fails_with_the_reason(run, agent):
    agent.on["promote"] = lambda: None
    result = run("vrrp_state", state="master", timeout=0.05)
    assert result["failed"]
    assert result["msg"] == (
        "VI_1 did not become master within 0.05 s: BACKUP because 192.168.8.4 advertises 100 > our 90"
    )
    assert result["after"]["state"] == "BACKUP"


@pytest.mark.parametrize("arguments", [{"wait": False}, {"timeout": 0}])
def test_without_wait_the_result_is_a_prediction(run, agent, arguments):
    agent.on["promote"] = lambda: None
    predicted = run("vrrp_state", check=True, state="master", **arguments)
    result = run("vrrp_state", state="master", **arguments)
    assert result["changed"] and predicted["changed"]
    assert (result["after"]["state"], result["diff"]["after"]) == ("BACKUP", "MASTER\n")
    assert not run("vrrp_state", state="backup", **arguments)["changed"]
    assert agent.commands == ["promote", "demote"]


@pytest.mark.parametrize(("hold", "verb"), [(None, "release"), ("backup", "demote")])
def test_a_move_that_times_out_leaves_no_hold(run, agent, hold, verb):
    agent.instance = {**agent.instance, "hold": hold}
    agent.on["promote"] = lambda: agent.instance.update(hold="master")
    result = run("vrrp_state", state="master", timeout=0.05)
    assert result["failed"]
    assert agent.commands == ["promote", verb]
    assert result["after"]["hold"] == hold
    assert result["msg"].endswith(f"; it is {hold or 'auto'} again")


def test_a_hold_of_before_survives_a_move_that_times_out(run, agent):
    agent.instance = {**agent.instance, "hold": "backup", "master": None}
    agent.on["demote"] = lambda: None
    assert run("vrrp_state", state="backup", timeout=0.05)["failed"]
    assert agent.commands == ["demote"]


def test_a_backup_that_still_has_the_address_is_waited_for(run, agent):
    agent.lead()
    agent.on["demote"] = lambda: agent.instance.update(state="BACKUP")
    assert "did not become backup" in run("vrrp_state", state="backup", timeout=0.05)["msg"]


def test_a_missing_instance_is_an_error(run, agent):
    assert run("vrrp_state", name="VI_2")["msg"] == "there is no instance VI_2; there are: VI_1"


def test_without_an_agent_the_module_fails(run):
    assert "no agent is running" in run("vrrp_state")["msg"]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("state", ["master", "backup"])
def test_on_a_drained_node_nothing_moves(run, agent, state, check):
    agent.end()
    assert run("vrrp_state", check=check, state=state)["msg"] == (
        f"VI_1 cannot become {state}: this node is drained. "
        "Let it take part again with the module hotstandby.vrrp.vrrp_drain, state: active"
    )
    assert agent.commands == []


def test_on_a_drained_node_a_hold_ends_without_waiting(run, agent):
    agent.end()
    agent.instance["hold"] = "backup"
    agent.instance["base_priority"] = 110
    assert not run("vrrp_state", check=True, state="auto")["changed"]
    result = run("vrrp_state", state="auto")
    assert (result["changed"], result["after"]["hold"]) == (False, None)
    assert run("vrrp_state")["msg"] == "VI_1: STOP because this node is drained"
