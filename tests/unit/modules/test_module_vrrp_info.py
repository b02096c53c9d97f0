# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the module reports agent, keepalived, interfaces and segment, and changes nothing."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import reader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import parse
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import KeepalivedProcess

DUMPS = Path(__file__).parents[1] / "keepalived" / "dumps"


@pytest.fixture
def keepalived(monkeypatch):
    """Return ``keepalived(name)``, which lets a keepalived run with the recorded dump ``name``; before, none runs."""
    running = []
    monkeypatch.setattr(reader, "vrrp_processes", lambda: tuple(running))

    def start(name):
        running.append(KeepalivedProcess(2**22 + 1, 1, ("keepalived", "-f", "/etc/ka.conf")))
        dump = parse((DUMPS / f"{name}.txt").read_text(encoding="utf-8"))
        monkeypatch.setattr(reader, "dump_of", lambda process: (dump, time.time()))
        monkeypatch.setattr(reader, "counters_of", lambda process: {"VI_1": {"sent": 3, "discarded": {}}})

    return start


@pytest.fixture(autouse=True)
def nobody_else(keepalived):
    """Hide every keepalived that runs on the machine of the tests."""


def test_a_node_without_an_agent_is_no_failure(run):
    result = run("vrrp_info")
    assert not result["changed"]
    assert not result["running"]
    assert "no agent is running" in result["msg"]
    assert (result["instances"], result["agent"]) == ([], {})
    loopback = next(link for link in result["interfaces"] if link["name"] == "lo")
    assert "127.0.0.1/8" in [entry["address"] for entry in loopback["addresses"]]


def test_the_result_has_the_status_of_the_agent(run, agent):
    result = run("vrrp_info")
    assert (result["running"], result["msg"]) == (True, "")
    assert result["agent"]["version"] == "0.1.0"
    assert "instances" not in result["agent"]
    assert result["instances"][0]["why"] == agent.instance["why"]


def test_samples_have_addresses_of_the_agent_and_of_the_kernel(run, agent):
    agent.instance = {**agent.instance, "addresses": ["127.0.0.1/8", "192.168.8.100/24"], "addresses_present": []}
    agent.instance["warnings"] = ["192.168.8.9 is a stranger"]
    result = run("vrrp_info", samples=3, interval=0)
    assert len(result["samples"]) == 3
    assert result["samples"][0]["instances"]["VI_1"] == {
        "state": "BACKUP",
        "why": "BACKUP because 192.168.8.4 advertises 100 > our 90",
        "warnings": ["192.168.8.9 is a stranger"],
        "standby": None,
        "source": "192.168.8.6",
        "master": "192.168.8.4",
        "addresses": ["127.0.0.1/8", "192.168.8.100/24"],
        "held": ["127.0.0.1/8"],
    }


def test_wait_ends_when_instances_settle_or_at_its_limit(run, agent):
    looks = []
    unsettled, answer = {**agent.instance, "master": None}, agent.answer

    def settle_at_the_third_look(request):
        looks.append(request)
        agent.instance = (
            {**unsettled, "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.1}}
            if (len(looks) > 2)
            else unsettled
        )
        return answer(request)

    agent.answer = settle_at_the_third_look
    assert run("vrrp_info", wait=30)["instances"][0]["master"]
    assert len(looks) == 4

    agent.answer, agent.instance = answer, unsettled
    assert run("vrrp_info", wait=0.1)["instances"][0]["master"] is None


def test_arguments_out_of_range_are_refused(run):
    assert "samples must be 1 or more" in run("vrrp_info", samples=0)["msg"]


def test_a_drained_node_is_told_and_not_waited_for(run, agent):
    assert run("vrrp_info")["agent"]["drained"] is False
    agent.end()
    looks, answer = [], agent.answer
    agent.answer = lambda request: looks.append(request) or answer(request)
    result = run("vrrp_info", wait=30)
    assert len(looks) == 2
    assert result["agent"]["drained"] is True
    assert result["instances"][0]["state"] == "STOP"


def test_wait_ends_when_a_drained_node_has_given_up_its_addresses(run, agent):
    agent.end()
    agent.instance["addresses_present"] = ["192.168.8.100/24"]
    looks, answer = [], agent.answer

    def release_at_the_third_look(request):
        looks.append(request)
        if len(looks) == 3:
            agent.instance = {**agent.instance, "addresses_present": []}
        return answer(request)

    agent.answer = release_at_the_third_look
    run("vrrp_info", wait=30)
    assert len(looks) == 4


def test_keepalived_answers_where_no_agent_does(run, keepalived):
    keepalived("v2-pass.backup")
    result = run("vrrp_info")
    assert (result["running"], result["program"], result["msg"]) == (True, "keepalived", "")
    assert (result["agent"]["router_id"], result["agent"]["config"]) == ("NodeB", "/etc/ka.conf")
    assert result["instances"][0]["why"] == "BACKUP because 192.168.8.4 advertises 100 > our 90"
    assert result["samples"][0]["instances"]["VI_1"]["master"] == "192.168.8.4"
    assert result["instances"][0]["counters"] == {"sent": 3, "discarded": {}}
    assert result["release"] is None
    assert not re.search(r"\b1111\b", result["output"])


def test_the_agent_is_asked_before_keepalived(run, agent, keepalived):
    keepalived("v2-pass.master")
    assert run("vrrp_info")["program"] == "hotstandby"
    result = run("vrrp_info", program="keepalived")
    assert (result["program"], result["instances"][0]["state"]) == ("keepalived", "MASTER")
    assert run("vrrp_info", program="hotstandby")["instances"][0]["name"] == "VI_1"


def test_the_option_program_says_whom_to_ask(run, keepalived):
    keepalived("v2-pass.master")
    result = run("vrrp_info", program="hotstandby")
    assert (result["running"], result["program"], result["instances"]) == (False, None, [])
    assert "no agent is running" in result["msg"]


def test_without_an_agent_and_keepalived_both_are_named(run):
    result = run("vrrp_info")
    assert "no agent is running" in result["msg"] and "no keepalived does VRRP" in result["msg"]
    assert run("vrrp_info", program="keepalived")["msg"].startswith("no keepalived does VRRP")


def test_a_keepalived_that_writes_nothing_is_no_failure(run, keepalived, monkeypatch):
    keepalived("v2-pass.master")

    def silent(process):
        raise reader.ReadError("keepalived wrote no dump")

    monkeypatch.setattr(reader, "dump_of", silent)
    result = run("vrrp_info")
    assert (result["running"], result["msg"]) == (False, "keepalived wrote no dump")


def test_keepalived_beside_the_agent_is_told_as_well(run, agent, keepalived):
    assert run("vrrp_info")["keepalived"] == {}
    keepalived("v3-unicast.master")
    result = run("vrrp_info")
    assert (result["program"], result["msg"], result["instances"][0]["name"]) == ("hotstandby", "", "VI_1")
    told = result["keepalived"]
    assert (told["config"], told["msg"]) == ("/etc/ka.conf", "")
    assert told["instances"][0]["addresses"] == ["192.168.8.100/24", "192.168.8.101/24"]
    assert told["instances"][0]["excluded"] == ["fd00:8::100/64"]
    alone = run("vrrp_info", program="keepalived")
    assert alone["keepalived"]["instances"] == alone["instances"]
    assert run("vrrp_info", program="hotstandby")["keepalived"] == {}


def test_keepalived_beside_the_agent_may_fail_to_tell(run, agent, keepalived, monkeypatch):
    keepalived("v2-pass.master")

    def silent(process):
        raise reader.ReadError("keepalived wrote no dump")

    monkeypatch.setattr(reader, "dump_of", silent)
    result = run("vrrp_info")
    assert (result["running"], result["msg"]) == (True, "")
    assert result["keepalived"] == {
        "config": "/etc/ka.conf", "config_id": "", "service": "", "count": 1,
        "instances": [], "msg": "keepalived wrote no dump",
    }  # fmt: skip


def test_the_result_has_user_and_machine(run):
    result = run("vrrp_info")
    assert result["root"] is (os.geteuid() == 0)
    assert result["machine_id"] == (
        Path("/etc/machine-id").read_text().strip() if Path("/etc/machine-id").exists() else ""
    )


def test_the_segment_is_asked_in_check_mode(run):
    entry = {"interface": "lo", "addresses": ["192.168.8.100"], "virtual_router_ids": [100]}
    result = run("vrrp_info", check=True, probe=[entry])
    assert (result["changed"], result["answers"], result["advertisers"]) == (False, [], [])


def test_a_probe_for_a_wrong_address_is_refused(run):
    result = run("vrrp_info", probe=[{"interface": "none0", "addresses": ["192.168.8.100/24"]}])
    assert result["failed"] and "'192.168.8.100/24'" in result["msg"]
