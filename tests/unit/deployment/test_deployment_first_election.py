# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a new agent becomes master at once where it is free to, and of nothing else."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import first_election
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.first_election import become_master
from answering_agent import AnsweringAgent, refuses

VIP = "192.168.8.100/24"


def instance(name, **more):
    """Return an instance as the status of an agent has it: BACKUP, and no master is heard."""
    base = {"name": name, "state": "BACKUP", "master": None, "hold": None, "faults": []}
    return {**base, "addresses": [VIP], "addresses_present": [], **more}


class Agent(AnsweringAgent):
    """It becomes MASTER when it is told, with the addresses one status later."""

    def __init__(self, folder, *instances):
        self.instances = {each["name"]: each for each in instances}
        self.looks = 0
        self.released: dict = {}  # the addresses that were there when it was released
        super().__init__(folder, status=self.status, promote=self.promote, release=self.release)

    def status(self, _request):
        self.looks += 1
        for each in self.instances.values():
            if each["state"] == "MASTER":
                each["addresses_present"] = list(each["addresses"])
        return {"instances": list(self.instances.values())}

    def promote(self, request):
        self.instances[request["instance"]].update(state="MASTER", hold="master", addresses_present=[])
        return {}

    def release(self, request):
        self.released[request["instance"]] = self.instances[request["instance"]]["addresses_present"]
        self.instances[request["instance"]]["hold"] = None
        return {}


@pytest.fixture
def agent(tmp_path):
    made = []

    def start(*instances):
        made.append(Agent(str(tmp_path), *instances))
        return made[0]

    yield start
    for each in made:
        each.close()


def test_it_becomes_master_of_what_is_free_and_was_asked_for(agent, tmp_path):
    heard = {"address": "192.168.8.9", "priority": 90}
    here = agent(
        instance("free"), instance("other"), instance("has a master", master=heard), instance("held", hold="backup"),
        instance("in fault", state="FAULT", faults=["eth0 is down"]), instance("is", state="MASTER"),
    )  # fmt: skip
    names = ["free", "has a master", "held", "in fault", "is", "gone"]
    assert become_master(names, str(tmp_path)) == ["free"]
    assert here.commands == ["promote", "release"] and here.released == {"free": [VIP]}
    assert {name: each["state"] for name, each in here.instances.items() if each["state"] == "MASTER"} == {
        "free": "MASTER", "is": "MASTER",
    }  # fmt: skip


def test_it_waits_for_the_first_result_of_checks(agent, tmp_path):
    here = agent(instance("VI_1", state="INIT"), instance("VI_2"))

    def status(request):
        if here.looks == 3:
            here.instances["VI_1"]["state"] = "BACKUP"
        return Agent.status(here, request)

    here.replies["status"] = status
    assert become_master(["VI_1", "VI_2"], str(tmp_path)) == ["VI_2", "VI_1"]
    assert here.commands == ["promote", "promote", "release", "release"]


def test_it_gives_up_what_the_agent_refuses_and_what_gets_a_fault(agent, tmp_path, monkeypatch):
    monkeypatch.setattr(first_election, "WAIT_S", 0.2)
    here = agent(instance("VI_1"))
    here.replies["promote"] = refuses("it has a fault")
    assert become_master(["VI_1"], str(tmp_path)) == [] and "release" not in here.commands
    here.replies["promote"] = lambda request: here.instances["VI_1"].update(state="FAULT", faults=["x"]) or {}
    here.replies["release"] = {}
    assert become_master(["VI_1"], str(tmp_path)) == ["VI_1"] and here.commands[-1] == "release"


def test_without_an_agent_nothing_happens(tmp_path):
    assert become_master(["VI_1"], str(tmp_path)) == []
