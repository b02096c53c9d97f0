# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the command share an agent that answers, and a machine with one interface."""

from __future__ import annotations

import time
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from vrrp import cli
from vrrp.agent.netlink import links
from vrrp.agent.netlink.links import ActualAddress, Link

MODULE_UTILS = Path(cli.__file__).parents[1]
GOOD = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
ETH0 = Link(index=2, name="eth0", mac=bytes(6))
STATUS = {
    "config": "/etc/hotstandby/hotstandby.conf",
    "instances": [
        {
            "name": "VI_1",
            "state": "MASTER",
            "priority": 100,
            "takeover_s": 0.484,
            "addresses": ["192.168.8.100/24", "192.168.8.101/24"],
            "addresses_present": ["192.168.8.100/24"],
            "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0},
            "why": "MASTER because no master was heard; our 100",
        },
        {
            "name": "web",
            "state": "BACKUP",
            "priority": 90,
            "addresses": ["192.168.8.102/24"],
            "addresses_present": [],
            "master": None,
            "why": "BACKUP because it has just started",
        },
    ],
}


class FakeClient:
    """It stands for the agent of ``--runtime-dir``; ``answers`` is by command."""

    answers: dict = {}
    asked: list = []

    def __init__(self, runtime_dir):
        self.runtime_dir = runtime_dir

    def __getattr__(self, command):
        def call(*arguments):
            self.asked.append((self.runtime_dir, command, *arguments))
            answer = self.answers[command]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


@pytest.fixture
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def agent(monkeypatch):
    monkeypatch.setattr(cli, "Client", FakeClient)
    monkeypatch.setattr(FakeClient, "answers", {})
    monkeypatch.setattr(FakeClient, "asked", [])
    return FakeClient


@pytest.fixture
def machine(monkeypatch):
    """Set up a machine with one interface, eth0, with 192.168.8.4/24."""

    def dump(table):
        table.links[2] = table.names["eth0"] = ETH0
        table.remember(ActualAddress(2, IPv4Interface("192.168.8.4/24")))
        return table

    monkeypatch.setattr(links, "dump", dump)
