# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bursts of gratuitous ARP and neighbour advertisements have the right frames, number and order."""

from __future__ import annotations

import asyncio
import io
from ipaddress import ip_address, ip_interface
from types import SimpleNamespace

import pytest
from agent_fakes import MAC, eth, table, want

from vrrp.agent.log import Log
from vrrp.agent.netlink.links import ActualAddress
from vrrp.agent.network import gratuitous_arp
from vrrp.agent.network.gratuitous_arp import Announcer
from vrrp.config.model.configuration import GarpGroup
from vrrp.protocol.arp_ndp import unsolicited_na

FRAME = "ffffffffffff02000000000408060001080006040001020000000004c0a80864ffffffffffffc0a80864"


class FakeSocket:
    def __init__(self, index, sent):
        self.index, self.sent = index, sent

    def send(self, frame):
        self.sent.append((self.index, frame))

    def close(self):
        self.sent.append((self.index, "closed"))


class FakeRoutes:
    """``late`` are the addresses that the kernel takes no packets for, ``asked`` all that was asked for."""

    late: set = set()

    def __init__(self):
        self.asked = []

    def missing(self, places):
        self.asked.append({str(address) for _index, address in places})
        return {place for place in places if str(place[1]) in self.late}

    def close(self):
        pass


@pytest.fixture
def routes(monkeypatch):
    made = FakeRoutes()
    monkeypatch.setattr(gratuitous_arp, "LocalRoutes", lambda: made)
    return made


@pytest.fixture
def sent(monkeypatch, routes):
    frames = []
    monkeypatch.setattr(gratuitous_arp, "open_packet_socket", lambda index: FakeSocket(index, frames))
    monkeypatch.setattr(
        gratuitous_arp, "time", SimpleNamespace(monotonic=lambda: 100.0)
    )  # no test is so slow that it is time to look again
    return frames


def test_a_burst_of_one_address_is_sent(sent):
    text = io.StringIO()
    Announcer(Log(text)).burst("VI_1", [want("192.168.8.100/24")], 2, 0.0, table())
    assert sent == [(2, bytes.fromhex(FRAME))] * 2
    assert text.getvalue().endswith("Sending gratuitous ARP on eth0 for 192.168.8.100\n")


@pytest.fixture
def forwarding(monkeypatch, tmp_path):
    """``forwarding("1")`` is what the kernel says of eth0."""
    monkeypatch.setattr(gratuitous_arp, "FORWARDING", str(tmp_path / "%s"))
    return (tmp_path / "eth0").write_text


@pytest.mark.parametrize(("said", "flags"), [("0\n", 0x20), ("1\n", 0xA0), ("2\n", 0xA0), ("", 0x20), (None, 0x20)])
def test_a_router_says_that_it_is_one(sent, forwarding, said, flags):
    if said is not None:
        forwarding(said)
    text = io.StringIO()
    Announcer(Log(text)).burst("VI_1", [want("fd00:8::100/64")], 2, 0.0, table())
    assert sent == [(2, unsolicited_na(MAC, ip_address("fd00:8::100"), router=flags == 0xA0))] * 2
    assert sent[0][1][58] == flags
    assert text.getvalue().endswith("Sending unsolicited Neighbour Advert on eth0 for fd00:8::100\n")


def test_a_host_that_becomes_a_router_says_so_in_its_next_burst(sent, forwarding):
    announcer = Announcer(Log(io.StringIO()))
    for said in ("0", "1"):
        forwarding(said)
        announcer.burst("VI_1", [want("fe80::8:100/64")], 1, 0.0, table())
    assert [frame[58] for _index, frame in sent] == [0x20, 0xA0]


def test_each_address_is_announced_once_before_any_twice(sent):
    wanted = [want("192.168.8.100/24"), want("192.168.8.101/24", 3)]
    machine = table(eth("eth0", 2), eth("eth1", 3, bytes(6)))
    Announcer(Log(io.StringIO())).burst("VI_1", wanted, 2, 0.0, machine)
    assert [index for index, _frame in sent] == [2, 3, 2, 3]
    assert [frame[6:12] for _index, frame in sent[:2]] == [MAC, bytes(6)]


def test_an_address_that_cannot_be_announced_is_left_out(sent):
    machine = table(eth("tun0", 2, b""))
    wanted = [want("192.168.8.100/24"), want("2001:db8::1/64"), want("192.168.8.101/24", 9)]  # no hardware address
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


@pytest.mark.parametrize(
    ("address", "what"),
    [("192.168.8.100/24", "gratuitous ARP"), ("fd00:8::100/64", "unsolicited Neighbour Advert")],
)
def test_an_interface_that_went_away_is_no_error(monkeypatch, address, what):
    text = io.StringIO()

    def gone(index):
        raise OSError(6, "No such device or address")

    monkeypatch.setattr(gratuitous_arp, "open_packet_socket", gone)
    Announcer(Log(text)).burst("VI_1", [want(address)], 5, 0.0, table())
    assert text.getvalue().count(f"Error 6 (No such device or address) sending {what}") == 1


def unfinished(*addresses):
    """A machine whose kernel has accepted these addresses but not said that they are at work."""
    machine = table()
    for address in addresses:
        machine.remember(ActualAddress(2, ip_interface(address), tentative=True))
    return machine


FIRST, SECOND = "fd00:8::100/64", "fd00:8::101/64"


def targets(sent):
    return [str(ip_address(frame[62:78])) for _index, frame in sent]


def test_an_address_is_announced_when_the_kernel_has_finished_it(sent):
    announcer = Announcer(Log(io.StringIO()))
    announcer.burst("VI_1", [want(FIRST), want(SECOND)], 2, 0.0, unfinished(FIRST, SECOND))
    assert sent == []
    announcer.usable({(2, ip_interface(SECOND)), (3, ip_interface(FIRST)), (2, ip_interface("fd00:8::ffff/64"))})
    assert targets(sent) == ["fd00:8::101"] * 2
    announcer.usable({(2, ip_interface(FIRST))})
    announcer.usable({(2, ip_interface(FIRST)), (2, ip_interface(SECOND))})
    assert targets(sent) == ["fd00:8::101"] * 2 + ["fd00:8::100"] * 2


def test_an_address_whose_route_is_late_is_asked_for_until_it_is_there(sent, routes):
    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        routes.late = {FIRST}
        announcer.burst("VI_1", [want(FIRST), want(SECOND)], 1, 0.0, unfinished(FIRST, SECOND))
        announcer.usable({(2, ip_interface(FIRST)), (2, ip_interface(SECOND))})
        assert targets(sent) == ["fd00:8::101"]
        deadline = asyncio.get_running_loop().time() + 10
        while len(routes.asked) < 4:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.001)
        assert routes.asked[:3] == [{FIRST, SECOND}, {FIRST}, {FIRST}]
        assert targets(sent) == ["fd00:8::101"]
        routes.late = set()
        while len(sent) < 2:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.001)
        asked = len(routes.asked)
        await asyncio.sleep(0.005)
        assert len(routes.asked) == asked, "nobody waits any more"
        announcer.close()

    asyncio.run(scenario())
    assert targets(sent[:2]) == ["fd00:8::101", "fd00:8::100"]


def test_a_route_that_never_comes_delays_no_burst_for_ever(sent, routes, monkeypatch):
    monkeypatch.setattr(gratuitous_arp, "ROUTE_LATE_S", 0.0)

    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        routes.late = {FIRST}
        announcer.burst("VI_1", [want(FIRST)], 1, 0.0, unfinished(FIRST))
        announcer.usable({(2, ip_interface(FIRST))}, tries=3)
        deadline = asyncio.get_running_loop().time() + 10
        while not sent:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0)
        assert len(routes.asked) == 3

    asyncio.run(scenario())
    assert targets(sent) == ["fd00:8::100"]


def test_the_first_of_many_does_not_wait_for_the_last(sent, routes, monkeypatch):
    """No event is read while a whole node's worth of instances takes over."""
    clock = [100.0]
    monkeypatch.setattr(gratuitous_arp.time, "monotonic", lambda: clock[0])
    announcer = Announcer(Log(io.StringIO()))
    for number in range(10):
        address = f"fd00:8::{number}/64"
        announcer.burst(number, [want(address)], 1, 0.0, unfinished(address))
        clock[0] += 0.002
    assert len(routes.asked) == 3  # each time more than 5 ms have passed
    assert targets(sent) == [str(ip_address(f"fd00:8::{number}")) for number in range(9)]


def test_an_address_that_does_not_wait_is_not_asked_for(sent, routes):
    announcer = Announcer(Log(io.StringIO()))
    announcer.usable({(2, ip_interface(FIRST))})
    assert routes.asked == []


def test_a_running_burst_does_not_wait_for_another(sent):
    announcer = Announcer(Log(io.StringIO()))
    announcer.burst("VI_1", [want(FIRST), want(SECOND)], 1, 0.0, unfinished(FIRST))
    assert targets(sent) == ["fd00:8::101"]


def test_an_address_that_has_gone_is_not_announced(sent):
    announcer = Announcer(Log(io.StringIO()))
    announcer.burst("VI_1", [want(FIRST)], 1, 0.0, unfinished(FIRST))
    announcer.burst("VI_2", [want(SECOND)], 1, 0.0, unfinished(SECOND))
    announcer.cancel("VI_1")
    announcer.usable({(2, ip_interface(FIRST)), (2, ip_interface(SECOND))})
    assert targets(sent) == ["fd00:8::101"]


def test_a_new_burst_replaces_one_that_waits(sent):
    announcer = Announcer(Log(io.StringIO()))
    announcer.burst("VI_1", [want(FIRST)], 5, 0.0, unfinished(FIRST))
    announcer.burst("VI_1", [want(FIRST)], 1, 0.0, table())
    announcer.usable({(2, ip_interface(FIRST))})
    assert targets(sent) == ["fd00:8::100"]


def test_a_paused_burst_waits_for_its_turn_and_can_be_cancelled(sent):
    async def scenario():
        announcer = Announcer(Log(io.StringIO()))
        announcer.burst("VI_1", [want(FIRST), want(SECOND)], 1000, 0.0, unfinished(FIRST), 0.001)
        announcer.usable({(2, ip_interface(FIRST))})
        deadline = asyncio.get_running_loop().time() + 10
        while len(sent) < 4:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.001)
        assert targets(sent)[:4] == ["fd00:8::101", "fd00:8::100"] * 2  # in turns
        announcer.cancel("VI_1")
        count = len(sent)
        announcer.burst("VI_2", [want(SECOND)], 1, 0.0, table(), 0.001)
        while len(sent) == count:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.001)
        assert targets(sent)[count:] == ["fd00:8::101"]
        announcer.close()

    asyncio.run(scenario())


class TestPauses:
    """The tests measure the time between frames, in units of a pause of 20 ms."""

    @staticmethod
    def times(monkeypatch, bursts, groups=(), count=4):
        found = []
        monkeypatch.setattr(gratuitous_arp, "LocalRoutes", FakeRoutes)

        class Clocked(FakeSocket):
            def send(self, frame):
                found.append((self.index, asyncio.get_running_loop().time()))

        monkeypatch.setattr(gratuitous_arp, "open_packet_socket", lambda index: Clocked(index, []))
        machine = table(eth("eth0", 2), eth("eth1", 3))

        async def scenario():
            announcer = Announcer(Log(io.StringIO()))
            announcer.arrange(groups)
            for key, wanted, interval_s in bursts:
                announcer.burst(key, wanted, 2, interval_s, machine, interval_s)
            deadline = asyncio.get_running_loop().time() + 10
            while len(found) < count:
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.001)
            announcer.close()

        asyncio.run(scenario())
        return [index for index, _at in found], [at - found[0][1] for _index, at in found]

    def test_instances_on_one_interface_share_the_pause(self, monkeypatch):
        bursts = (("VI_1", [want("192.168.8.100/24")], 0.02), ("VI_2", [want("192.168.8.101/24")], 0.02))
        _indexes, times = self.times(monkeypatch, bursts)
        assert all(after - before >= 0.019 for before, after in zip(times, times[1:]))

    def test_two_interfaces_do_not_wait_for_each_other(self, monkeypatch):
        bursts = (("VI_1", [want("192.168.8.100/24", 2), want("192.168.9.100/24", 3)], 0.5),)
        indexes, times = self.times(monkeypatch, bursts, count=2)
        assert sorted(indexes) == [2, 3]
        assert times[1] < 0.4

    def test_two_interfaces_of_one_group_wait_for_each_other(self, monkeypatch):
        bursts = (("VI_1", [want("192.168.8.100/24", 2), want("192.168.9.100/24", 3)], 0.0),)
        _indexes, times = self.times(monkeypatch, bursts, [GarpGroup(("eth0", "eth1"), 0.02)])
        assert all(after - before >= 0.019 for before, after in zip(times, times[1:]))

    def test_a_group_without_a_pause_for_one_kind_leaves_it_to_the_instance(self, monkeypatch):
        bursts = (("VI_1", [want("fd00:8::100/64", 2)], 0.02),)
        _indexes, times = self.times(monkeypatch, bursts, [GarpGroup(("eth0",), 5.0)], count=2)
        assert 0.019 <= times[1] < 4.0

    def test_ipv4_and_ipv6_have_pauses_of_their_own(self, monkeypatch):
        bursts = (("VI_1", [want("192.168.8.100/24"), want("fd00:8::100/64")], 0.5),)
        _indexes, times = self.times(monkeypatch, bursts, count=2)
        assert times[1] < 0.4


def test_a_switch_is_reminded_until_the_last_instance_is_gone(sent):
    async def scenario():
        announcer, times = Announcer(Log(io.StringIO())), []
        loop = asyncio.get_running_loop()
        begun = loop.time()
        announcer.repeat_every("VI_1", 0.05, 0.02, lambda: times.append(loop.time() - begun))
        while len(times) < 3:
            assert loop.time() < begun + 10
            await asyncio.sleep(0.001)
        announcer.burst("VI_1", [want("192.168.8.100/24")], 1, 0.0, table())  # which does not end it
        while len(times) < 4:
            assert loop.time() < begun + 10
            await asyncio.sleep(0.001)
        announcer.cancel("VI_1")
        await asyncio.sleep(0.06)  # no condition: nothing more may come
        announcer.close()
        return times

    times = asyncio.run(scenario())
    assert times[0] >= 0.049
    assert len(times) == 4
