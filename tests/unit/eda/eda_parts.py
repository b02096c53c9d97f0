# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the event source share a stand-in for the agent and its command.

The source is loaded as ansible-rulebook loads it.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import time
from ipaddress import ip_address
from pathlib import Path

import pytest

from vrrp.protocol.event_codec import INPUTS, Header, line, written
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters

TOP = Path(__file__).parents[3]
SOURCE = TOP / "extensions" / "eda" / "plugins" / "event_source" / "events.py"
MODULE = runpy.run_path(str(SOURCE))
PEER = ip_address("192.168.8.4")
HEARD = Advertisement(3, 51, 100, (ip_address("192.168.8.100"),), 100)
PARAMETERS = Parameters(version=3, vrid=51, priority=90, interval_cs=100)
_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")
WALL = 1_700_000_000.25
SILENT = "192.168.8.4 has been silent for 3.65 s"


class Story:
    """It is an agent with one instance. ``began`` is its start on the monotonic clock of its host."""

    def __init__(self, began=5000.0, name="VI_1"):
        self.router, self.journal, self.now, self.name = VirtualRouter(PARAMETERS), EventLog(), began, name
        self.boot = WALL - began
        self.feed("start")

    def feed(self, name, *arguments, after_s=0.5):
        self.now += after_s
        actions = getattr(self.router, name)(**dict(zip(INPUTS[name], arguments)), now=self.now)
        self.journal.note(self.now, name, arguments, actions, self.router)

    def takeover(self):
        self.feed("advertisement", HEARD, PEER)
        self.now = self.router.deadline
        self.feed("expire", after_s=0)

    def lines(self):
        """Return the record as it is now. Between the readings of the two clocks is always a moment."""
        header = Header(self.name, "eth0", 51, "0.4.0", self.now, self.boot + self.now + 0.0001, self.journal.lost)
        return [line(each) for each in written(header, self.journal)]


# It answers as the command does: the first connection gets the first file, and so on. Without a file nobody answers.
COMMAND = """\
#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = status ]; then exec cat status; fi
number=$(cat number 2>/dev/null || echo 0)
echo $((number + 1)) >number
if ! cat "events.$number" 2>/dev/null; then echo "error: no agent is running" >&2; exit 3; fi
[ ! -e stays ] || exec sleep 60
"""


@pytest.fixture
def follow(tmp_path, monkeypatch):
    """Return a function: what comes of a host whose command says these lines, a list for each connection."""
    monkeypatch.setitem(MODULE["main"].__globals__, "FIRST_DELAY_S", 0.001)
    command = tmp_path / "hotstandby"
    command.write_text(COMMAND)
    command.chmod(0o700)

    def call(*connections, events, status=(), **args):
        for number, lines in enumerate(connections):
            (tmp_path / f"events.{number}").write_text("".join(f"{each}\n" for each in lines))
        (tmp_path / "status").write_text(json.dumps({"instances": list(status)}))
        hosts = [{"name": "a", "connection": "local", "command": str(command)}]
        return asyncio.run(taken({"hosts": hosts, "standby_interval": 0, "delay_max": 1, **args}, events))

    return call


def children():
    """Return the pids of the programs of this process. Other tests may have some that go on."""
    return set(map(int, _CHILDREN.read_text().split()))


async def taken(args, count):
    """Return so many events, and assert that no more come before the source is cancelled."""
    others, queue = children(), asyncio.Queue()
    source = asyncio.ensure_future(MODULE["main"](queue, args))
    found = [(await asyncio.wait_for(queue.get(), 20))["vrrp"] for _number in range(count)]
    source.cancel()
    await asyncio.wait([source], timeout=20)
    deadline = time.monotonic() + 20
    while children() - others:  # asyncio ends a program that is cancelled while it starts, and closes its pipes
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.01)
    assert source.cancelled() and queue.empty()
    return found


def brief(events):
    return [(each["type"], each.get("state"), each["reason"]) for each in events]


STARTED = ("transition", "BACKUP", "it has just started")
TAKEN_OVER = ("transition", "MASTER", SILENT)
GONE = ("unreachable", None, "no agent is running")
