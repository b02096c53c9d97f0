# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a node is observed through its agent or keepalived, and through its kernel."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import keepalived_status, node_facts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.node_facts import NodeFactsReader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import reader
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import Dump, DumpBlock
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import KeepalivedProcess
from answering_agent import refuses

VIP, LOOPBACK = "192.168.8.100/24", "127.0.0.1/8"
NOBODY = 2**22 + 1  # above every number that the kernel gives to a process
NO_KEEPALIVED = "no keepalived does VRRP in this network namespace"


def instance(name="VI_1", **more):
    return {
        "name": name,
        "state": "BACKUP",
        "why": "BACKUP because of a test",
        "source": "192.168.8.6",
        "addresses": [VIP],
        "addresses_present": [],
        "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.1},
        "priority": 90,
        "preempt": True,
        **more,
    }


def status(*instances, **more):
    return {"pid": NOBODY, "version": "1.2.3", "instances": list(instances), **more}


@pytest.fixture
def keepalived(monkeypatch):
    """Return a function that lets keepalived run with these pids; each has one instance, named by its pid."""
    running = []
    monkeypatch.setattr(reader, "find", lambda: tuple(running))

    def dump_of(process):
        values = {"State": "BACKUP", "Interface": "lo", "Priority": "90", "Effective priority": "90"}
        addresses = {"Virtual IP": ["127.0.0.1/8 dev lo", "192.168.8.100/24 dev lo"]}
        instance = DumpBlock(f"VI_{process.pid}", values, addresses)
        return Dump(DumpBlock("", {"Router ID": f"node{process.pid}"}), {"VRRP Topology": [instance]}), 1000.0

    monkeypatch.setattr(reader, "dump_of", dump_of)
    monkeypatch.setattr(reader, "counters_of", lambda process: {f"VI_{process.pid}": {"sent": process.pid}})
    return lambda *numbers: running.extend(
        KeepalivedProcess(pid, 1, ("keepalived", "-f", "/etc/ka.conf")) for pid in numbers
    )


def test_the_agent_is_told_apart_from_its_instances(tmp_path, agent):
    agent.replies["status"] = status(instance(), instance("VI_2"), drained=False)
    found = NodeFactsReader(str(tmp_path)).observe(1, 0)
    assert (found["running"], found["msg"], found["program"]) == (True, "", "hotstandby")
    assert found["agent"] == {"pid": NOBODY, "version": "1.2.3", "drained": False}
    assert [each["name"] for each in found["instances"]] == ["VI_1", "VI_2"]
    assert (found["release"], found["running_release"]) == (None, None)


def test_the_keys_are_those_that_the_agent_may_read(tmp_path, agent, monkeypatch):
    path = tmp_path / "peer.key"
    path.write_text("hex:" + "0f" * 32)
    path.chmod(0o600)
    monkeypatch.setattr(node_facts.paths, "PEER_KEY", str(path))
    agent.replies["status"] = status()
    for owner, keys in (((os.getuid(), os.getgid()), 1), ((os.getuid() + 1, os.getgid()), 0)):
        monkeypatch.setattr(node_facts, "owner_of", lambda user, owner=owner: owner)
        assert len(NodeFactsReader(str(tmp_path)).observe(1, 0)["peer_keys"]) == keys


def test_each_look_is_a_sample_and_the_last_one_is_the_answer(tmp_path, agent):
    looks = [status(), status(instance()), status(instance(state="INIT", master=None))]
    agent.replies["status"] = lambda request: looks.pop(0)
    found = NodeFactsReader(str(tmp_path)).observe(3, 0)
    assert looks == []
    assert [sorted(sample["instances"]) for sample in found["samples"]] == [[], ["VI_1"], ["VI_1"]]
    assert [sample["running"] for sample in found["samples"]] == [True, True, True]
    assert found["samples"][1]["instances"]["VI_1"] == {
        "state": "BACKUP",
        "why": "BACKUP because of a test",
        "warnings": [],
        "standby": None,
        "source": "192.168.8.6",
        "master": "192.168.8.4",
        "addresses": [VIP],
        "held": [],
    }
    assert found["samples"][2]["instances"]["VI_1"]["master"] is None
    assert [each["state"] for each in found["instances"]] == ["INIT"]


def test_held_addresses_come_from_the_kernel_and_virtual_ones_from_the_agent(tmp_path, agent):
    agent.replies["status"] = status(instance(addresses=[VIP, LOOPBACK], addresses_present=[VIP, LOOPBACK]))
    found = NodeFactsReader(str(tmp_path)).observe(1, 0)
    assert found["samples"][0]["instances"]["VI_1"]["held"] == [LOOPBACK]
    (loopback,) = [link for link in found["interfaces"] if link["name"] == "lo"]
    assert (loopback["loopback"], loopback["virtual_addresses"]) == (True, [LOOPBACK])


def test_an_agent_that_refuses_is_not_taken_for_a_missing_one(tmp_path, agent, keepalived):
    keepalived(7)
    agent.replies["status"] = refuses("it is busy")
    found = NodeFactsReader(str(tmp_path)).observe(1, 0)
    assert (found["running"], found["msg"], found["program"]) == (False, "it is busy", None)
    assert (found["agent"], found["instances"], found["running_release"]) == ({}, [], None)
    assert found["samples"] == [{"running": False, "instances": {}}]


@pytest.mark.parametrize(
    ("program", "end"),
    [("auto", f"; {NO_KEEPALIVED}"), ("hotstandby", "(--runtime-dir)"), ("keepalived", NO_KEEPALIVED)],
)
def test_without_an_agent_and_keepalived_nothing_runs(tmp_path, keepalived, program, end):
    found = NodeFactsReader(str(tmp_path), program).observe(1, 0)
    assert (found["running"], found["program"]) == (False, None)
    assert found["msg"].startswith("no agent is running") is (program != "keepalived")
    assert found["msg"].endswith(end)


def test_several_keepalived_are_told_together(tmp_path, keepalived):
    keepalived(NOBODY, NOBODY + 1)
    found = NodeFactsReader(str(tmp_path)).observe(1, 0)
    assert (found["running"], found["program"], found["msg"]) == (True, "keepalived", "")
    assert found["agent"] == {
        "version": None,
        "pid": NOBODY,
        "config": "/etc/ka.conf",
        "config_sha256": None,
        "uptime_s": None,
        "router_id": f"node{NOBODY}",
        "drained": False,
        "maintenance": None,
        "discarded": {},
    }
    assert [(each["name"], each["state"], each["counters"]) for each in found["instances"]] == [
        (f"VI_{NOBODY}", "BACKUP", {"sent": NOBODY}),
        (f"VI_{NOBODY + 1}", "BACKUP", {"sent": NOBODY + 1}),
    ]
    assert [each["addresses_present"] for each in found["instances"]] == [[LOOPBACK], [LOOPBACK]]


def test_a_keepalived_that_lives_tells_since_when(tmp_path, keepalived):
    keepalived(os.getpid())
    uptime_s = NodeFactsReader(str(tmp_path)).observe(1, 0)["agent"]["uptime_s"]
    assert 0 < uptime_s < 86400
    assert uptime_s == round(uptime_s, 3)


def test_a_keepalived_tells_what_it_was_started_with(tmp_path, agent, keepalived):
    keepalived(NOBODY)
    told = {"config": "/etc/ka.conf", "config_id": "", "service": "", "count": 1, "msg": ""}
    alone = NodeFactsReader(str(tmp_path), "keepalived").observe(1, 0)["keepalived"]
    beside = NodeFactsReader(str(tmp_path)).observe(1, 0)["keepalived"]
    for found in (alone, beside):
        assert {word: found[word] for word in told} == told


def test_an_instance_that_was_not_counted_has_no_counters(tmp_path, keepalived, monkeypatch):
    keepalived(NOBODY)
    monkeypatch.setattr(reader, "counters_of", lambda process: {"VI_9": {"sent": 1}})
    assert NodeFactsReader(str(tmp_path)).observe(1, 0)["instances"][0]["counters"] == {}


def test_the_agent_is_not_asked_where_keepalived_is_wanted(tmp_path, agent, keepalived):
    keepalived(NOBODY)
    assert NodeFactsReader(str(tmp_path), "keepalived").observe(1, 0)["program"] == "keepalived"
    assert agent.asked == []


def test_a_keepalived_without_a_dump_is_an_error_for_all_of_them(tmp_path, keepalived, monkeypatch):
    def counters_of(process):
        if process.pid == NOBODY + 1:
            raise reader.ReadError("it wrote nothing")
        return {}

    monkeypatch.setattr(reader, "counters_of", counters_of)
    keepalived(NOBODY, NOBODY + 1)
    found = NodeFactsReader(str(tmp_path), "keepalived").observe(1, 0)
    assert (found["running"], found["msg"], found["instances"]) == (False, "it wrote nothing", [])


@pytest.mark.parametrize(
    ("answer", "timeout_s", "looks"),
    [
        (status(instance()), 0, 0),
        (status(instance()), 60, 1),
        (status(instance("VI_2"), instance(state="STOP"), drained=False), 0.001, 1),
        (status(instance(state="STOP"), drained=True), 60, 1),
        (refuses("it is busy"), 0.001, 1),
    ],
)
def test_waiting_ends_when_the_node_is_at_rest_or_at_the_timeout(tmp_path, agent, answer, timeout_s, looks):
    agent.replies["status"] = answer
    NodeFactsReader(str(tmp_path)).wait_until_settled(timeout_s)
    assert len(agent.asked) == looks


def test_waiting_goes_on_until_every_instance_is_settled(tmp_path, agent):
    answers = [status(instance(master=None)), status(instance(), instance("VI_2"))]
    agent.replies["status"] = lambda request: answers.pop(0)
    NodeFactsReader(str(tmp_path)).wait_until_settled(60)
    assert answers == []


def test_a_drained_keepalived_stands_by_and_is_at_rest(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(keepalived_status, "read", lambda: looks.append(1) or status(instance(), drained=True))
    NodeFactsReader(str(tmp_path), "keepalived").wait_until_settled(60)
    assert looks == [1]
