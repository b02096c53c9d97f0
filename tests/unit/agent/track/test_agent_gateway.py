# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway is asked on a socket whose other end the test holds, and once on a real one."""

from __future__ import annotations

import asyncio
import io
import socket
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import MAC, eth, table

from vrrp.agent.log import Log
from vrrp.agent.track import gateway as gateway_module
from vrrp.agent.track.gateway import GatewayCheck, NeighbourSocket
from vrrp.config.model.trackers import TrackedGateway
from vrrp.protocol.arp_ndp import answer, question

OWN, TARGET = ip_address("192.168.8.4"), ip_address("192.168.8.1")
G_MAC, OTHER_MAC = b"\2\0\0\0\0\1", b"\2\0\0\0\0\x99"
VIRTUAL = frozenset([ip_interface("192.168.8.100/24")])


class Wire:
    """In place of packet sockets: every one that is opened, and what happens on it."""

    def __init__(self) -> None:
        self.opened: list = []
        self.answers: dict = {}  # by the destination of a question: the frames that come back
        self.asked: list[bytes] = []
        self.error = ""

    def open(self, index, address):
        made = WireSocket(self, index)
        self.opened.append(made)
        return made


class WireSocket(NeighbourSocket):
    def __init__(self, wire, index) -> None:
        self.wire, self.index, self.closed = wire, index, False
        self._socket, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, frame):
        self.wire.asked.append(frame)
        for back in self.wire.answers.get(frame[:6], ()):
            self.far.send(back)
        return self.wire.error

    def close(self):
        self.closed = True
        self._socket.close()
        self.far.close()


GOOD = answer(G_MAC, TARGET, MAC, OWN)
EVERYBODY = b"\xff" * 6


@asynccontextmanager
async def checking(wire, monkeypatch, filled=None, timeout_s=0.02, **fields):
    monkeypatch.setattr(gateway_module, "NeighbourSocket", wire.open)
    tracked = TrackedGateway(TARGET, **{"interval_s": 1.0, "timeout_s": timeout_s, "device": "eth0", **fields})
    here = filled or table()
    made = GatewayCheck(tracked, lambda: here, lambda: VIRTUAL, lambda: None, Log(io.StringIO()))
    try:
        yield made
    finally:
        await made.stop()


def asking(monkeypatch, wire, steps, **fields):
    """Run ``steps(check)``; give it a second at most, as an answer may never come."""

    async def run():
        async with checking(wire, monkeypatch, **fields) as check:
            return await steps(check)

    return asyncio.run(asyncio.wait_for(run(), 20))


async def once(check):
    return await check.ask()


def test_an_answer_ends_the_question_at_once(monkeypatch):
    wire = Wire()
    wire.answers[EVERYBODY] = [GOOD]
    assert asking(monkeypatch, wire, once, timeout_s=3600) == ""
    assert wire.asked == [question(MAC, OWN, TARGET)]
    assert wire.opened[0].closed


def test_a_gateway_that_has_answered_is_asked_by_unicast(monkeypatch):
    wire = Wire()
    wire.answers = {EVERYBODY: [GOOD], G_MAC: [GOOD]}

    async def steps(check):
        return [await check.ask() for _again in range(3)]

    assert asking(monkeypatch, wire, steps, timeout_s=3600) == ["", "", ""]
    assert wire.asked == [question(MAC, OWN, TARGET), *[question(MAC, OWN, TARGET, G_MAC)] * 2]
    assert len(wire.opened) == 1


def test_a_gateway_that_moved_is_found_before_the_time_is_over(monkeypatch):
    wire = Wire()
    wire.answers[EVERYBODY] = [GOOD]

    async def steps(check):
        first = await check.ask()
        wire.answers[EVERYBODY] = [answer(OTHER_MAC, TARGET, MAC, OWN)]
        second = await check.ask()
        wire.answers = {OTHER_MAC: [answer(OTHER_MAC, TARGET, MAC, OWN)]}
        return first, second, await check.ask()

    assert asking(monkeypatch, wire, steps) == ("", "", "")
    assert [frame[:6] for frame in wire.asked] == [EVERYBODY, G_MAC, EVERYBODY, OTHER_MAC]


@pytest.mark.parametrize(
    "frame",
    [
        answer(G_MAC, ip_address("192.168.8.2"), MAC, OWN),  # from another host
        answer(G_MAC, TARGET, MAC, ip_address("192.168.8.100")),  # to another host
        question(G_MAC, TARGET, OWN),
        GOOD[:-1],
        b"",
    ],
)
def test_a_frame_that_is_no_answer_to_us_is_ignored(monkeypatch, frame):
    wire = Wire()
    wire.answers[EVERYBODY] = [frame]
    assert asking(monkeypatch, wire, once) == "no answer on eth0"
    assert [sent[:6] for sent in wire.asked] == [EVERYBODY, EVERYBODY]  # one may be lost


def test_an_answer_that_came_too_late_does_not_answer_the_next_question(monkeypatch):
    wire = Wire()

    async def steps(check):
        assert await check.ask()
        wire.opened[0].far.send(GOOD)
        return await check.ask()

    assert asking(monkeypatch, wire, steps) == "no answer on eth0"


def test_an_answer_that_waited_while_we_slept_counts(monkeypatch):
    wire = Wire()
    wire.answers[EVERYBODY] = [GOOD]

    async def no_reader(futures, timeout):
        return set(), set(futures)  # the time is over before the loop has looked at the socket

    monkeypatch.setattr(gateway_module.asyncio, "wait", no_reader)
    assert asking(monkeypatch, wire, once) == ""


def test_an_interface_that_cannot_ask_says_why_at_once(monkeypatch):
    wire = Wire()
    assert asking(monkeypatch, wire, once, filled=table(eth(up=False)), timeout_s=3600) == "interface eth0 is down"
    assert wire.opened == []


def test_an_interface_that_was_replaced_gets_a_socket_of_its_own(monkeypatch):
    wire, filled = Wire(), table()
    wire.answers[EVERYBODY] = [GOOD]

    async def steps(check):
        assert await check.ask() == ""
        fresh = eth(index=7)
        filled.links, filled.names = {7: fresh}, {"eth0": fresh}
        filled.addresses = {7: filled.addresses[2]}
        return await check.ask()

    assert asking(monkeypatch, wire, steps, filled=filled) == ""
    assert [made.index for made in wire.opened] == [2, 7]
    assert wire.opened[0].closed


def test_a_question_that_cannot_be_sent_says_why_and_opens_anew(monkeypatch):
    wire = Wire()
    wire.error = "No such device"

    async def steps(check):
        return await check.ask(), await check.ask()

    assert asking(monkeypatch, wire, steps) == ("cannot ask on eth0: No such device",) * 2
    assert [made.closed for made in wire.opened] == [True, True]


def test_a_socket_that_cannot_be_opened_says_why(monkeypatch):
    wire = Wire()

    def refused(index, address):
        raise PermissionError(1, "Operation not permitted")

    wire.open = refused
    assert asking(monkeypatch, wire, once) == "cannot ask on eth0: Operation not permitted"


def test_a_question_may_be_cancelled(monkeypatch):
    wire = Wire()

    async def steps(check):
        check.start()
        while not wire.asked:
            await asyncio.sleep(0.001)
        await check.stop()
        return check.ok

    assert asking(monkeypatch, wire, steps, timeout_s=3600) is None
    assert wire.opened[0].closed


def test_a_gateway_counts_answers_and_tells_results(monkeypatch):
    text = io.StringIO()
    tracked = TrackedGateway(TARGET, device="eth0", fall=2)
    check = GatewayCheck(tracked, table, frozenset, lambda: None, Log(text))
    for outcome in ("", "no answer on eth0", "no answer on eth0"):
        check.observe(outcome)
    found = check.result(0)
    assert (found.name, found.kind, found.ok, found.detail) == ("192.168.8.1", "gateway", False, "no answer on eth0")
    assert [line.split(" ", 2)[2] for line in text.getvalue().splitlines()] == [
        "Gateway(192.168.8.1) succeeded",
        "Gateway(192.168.8.1) failed (no answer on eth0)",
    ]


@pytest.mark.parametrize(
    ("own", "target", "other"),
    [("192.168.8.4", "192.168.8.1", "192.168.8.2"), ("fd00::4", "fd00::1", "fd00::2")],
    ids=["ARP", "NDP"],
)
def test_the_kernel_lets_nothing_through_but_answers_of_this_address(own, target, other):
    """Through the loopback, whose frames come back to every packet socket."""
    own, target, other = map(ip_address, (own, target, other))
    loopback = socket.if_nametoindex("lo")
    receiving, sending = NeighbourSocket(loopback, target), NeighbourSocket(loopback, other)
    try:
        good = answer(G_MAC, target, MAC, own)
        noise = [question(MAC, own, target), answer(G_MAC, other, MAC, own), good[:30]]
        for frame in [*noise, good, *noise]:
            assert sending.send(frame) == ""
        found = [frame for frame in (receiving.receive() for _try in range(20)) if frame is not None]
        assert found and set(found) == {good}
        receiving.discard()
        assert receiving.receive() is None
    finally:
        receiving.close()
        sending.close()


def test_a_flood_of_answers_is_read_in_portions(monkeypatch):
    monkeypatch.setattr(gateway_module, "DRAIN_MAX", 3)
    noise = answer(OTHER_MAC, ip_address("192.168.8.2"), MAC, OWN)
    wire = Wire()
    reads = []

    async def steps(check):
        link = table().names["eth0"]
        sock = check._open(link)
        receive = sock.receive
        sock.receive = lambda: reads.append(1) or receive()
        for _frame in range(5):
            sock.far.send(noise)
        return check._read(sock), len(reads)

    assert asking(monkeypatch, wire, steps) == (False, 3)


def test_forgetting_old_answers_ends_in_a_flood(monkeypatch):
    monkeypatch.setattr(gateway_module, "DRAIN_MAX", 3)
    sock = NeighbourSocket.__new__(NeighbourSocket)
    reads = []
    sock.receive = lambda: reads.append(1) or GOOD
    sock.discard()
    assert len(reads) == 3


class Refusing:
    """A packet socket that cannot be bound, or cannot send."""

    closed = False

    def __init__(self, *kind):
        Refusing.made = self

    def setsockopt(self, *option):
        pass

    def bind(self, address):
        raise OSError(100, "Network is down")

    def send(self, frame):
        raise OSError(100, "Network is down")

    def close(self):
        self.closed = True


def test_a_packet_socket_that_cannot_be_bound_is_closed(monkeypatch):
    monkeypatch.setattr(gateway_module.socket, "socket", Refusing)
    with pytest.raises(OSError, match="Network is down"):
        NeighbourSocket(socket.if_nametoindex("lo"), TARGET)
    assert Refusing.made.closed


def test_a_frame_that_cannot_be_sent_is_told_as_a_text():
    sock = NeighbourSocket.__new__(NeighbourSocket)
    sock._socket = Refusing()
    assert sock.send(GOOD) == "Network is down"
