# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bursts of gratuitous ARP: which frames, how many, in which order."""

from __future__ import annotations

import asyncio
import io

import pytest
from agent_fakes import MAC, eth, table, want

from vrrp.agent import announce
from vrrp.agent.announce import Announcer
from vrrp.agent.log import Log

FRAME = "ffffffffffff02000000000408060001080006040001020000000004c0a80864ffffffffffffc0a80864"


class FakeSocket:
    def __init__(self, index, sent):
        self.index, self.sent = index, sent

    def send(self, frame):
        self.sent.append((self.index, frame))

    def close(self):
        self.sent.append((self.index, "closed"))


@pytest.fixture
def sent(monkeypatch):
    frames = []
    monkeypatch.setattr(announce, "open_packet_socket", lambda index: FakeSocket(index, frames))
    return frames


def test_a_burst_of_one_address(sent):
    text = io.StringIO()
    Announcer(Log(text)).burst("VI_1", [want("192.168.8.100/24")], 2, 0.0, table())
    assert sent == [(2, bytes.fromhex(FRAME))] * 2
    assert text.getvalue().endswith("Sending gratuitous ARP on eth0 for 192.168.8.100\n")


def test_each_address_once_before_any_twice(sent):
    wanted = [want("192.168.8.100/24"), want("192.168.8.101/24", 3)]
    machine = table(eth("eth0", 2), eth("eth1", 3, bytes(6)))
    Announcer(Log(io.StringIO())).burst("VI_1", wanted, 2, 0.0, machine)
    assert [index for index, _frame in sent] == [2, 3, 2, 3]
    assert [frame[6:12] for _index, frame in sent[:2]] == [MAC, bytes(6)]


def test_what_cannot_be_announced_is_left_out(sent):
    machine = table(eth("tun0", 2, b""))
    wanted = [want("192.168.8.100/24"), want("2001:db8::1/64"), want("192.168.8.101/24", 9)]
    Announcer(Log(io.StringIO())).burst("VI_1", wanted, 5, 0.0, machine)
    assert sent == []


def test_a_spaced_burst_goes_on_by_itself_and_the_next_one_replaces_it(sent):
    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        announcer.burst("VI_1", [want("192.168.8.100/24")], 1000, 0.005, table())
        announcer.burst("VI_1", [want("192.168.8.101/24")], 3, 0.005, table())
        deadline = asyncio.get_running_loop().time() + 10
        while len(sent) < 3:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.002)
        announcer.close()

    asyncio.run(scenario())
    assert [frame[28:32] for _index, frame in sent[:-1]] == [bytes([192, 168, 8, 101])] * 3
    assert sent[-1] == (2, "closed")


def test_two_instances_of_one_name_do_not_end_each_others_bursts(sent):
    leaving, successor = object(), object()

    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        announcer.burst(leaving, [want("192.168.8.100/24")], 1000, 3600.0, table())
        announcer.burst(successor, [want("192.168.8.101/24")], 1000, 3600.0, table())
        announcer.cancel(leaving)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        announcer.close()

    asyncio.run(scenario())
    assert [frame[31] for _index, frame in sent[:-1]] == [101]


def test_a_burst_without_end_neither_fills_the_memory_nor_holds_up_the_loop(sent):
    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        announcer.burst("VI_1", [want("192.168.8.100/24")], 2147483647, 0.0, table())
        for _turn in range(10):
            await asyncio.sleep(0)
        announcer.close()

    asyncio.run(scenario())
    assert 1 < len(sent) < 100


def test_cancelling_ends_a_spaced_burst(sent):
    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        announcer.burst("VI_1", [want("192.168.8.100/24")], 1000, 0.001, table())
        announcer.cancel("VI_1")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return len(sent)

    assert asyncio.run(scenario()) == 0


def test_an_interface_that_went_away_is_no_error(monkeypatch):
    text = io.StringIO()

    def gone(index):
        raise OSError(6, "No such device or address")

    monkeypatch.setattr(announce, "open_packet_socket", gone)
    Announcer(Log(text)).burst("VI_1", [want("192.168.8.100/24")], 5, 0.0, table())
    assert text.getvalue().count("Error 6 (No such device or address) sending gratuitous ARP") == 1
