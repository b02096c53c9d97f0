# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter lets pass the claims to our addresses and nothing else. Each program is run here, as the kernel would.

That the kernel takes it and means the same is seen in tests/network/test_network_conflict.py.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from vrrp.agent.netlink.bpf import JUMP_EQUAL, LOAD_OCTET, LOAD_WORD, RETURN, SO_ATTACH_FILTER
from vrrp.agent.network import claims
from vrrp.agent.network.claims import OTHER_HOST, PACKET_TYPE, claims_to
from vrrp.protocol.arp_ndp import answer, gratuitous_arp, question, unsolicited_na

MAC, OTHER = bytes.fromhex("020000000009"), bytes.fromhex("020000000001")
VIP, VIP2, HOST = map(ip_address, ("192.168.8.100", "192.168.8.101", "192.168.8.1"))
VIP6, HOST6 = map(ip_address, ("fd00:8::100", "fd00:8::1"))


def passes(program, frame: bytes, packet_type=1) -> bool:
    """Run a classic BPF program as the kernel does: a load beyond the end drops the frame."""
    register, at = 0, 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == RETURN:
            return operand > 0
        if code == JUMP_EQUAL:
            at += if_true if register == operand else if_false
        elif operand == PACKET_TYPE:
            register = packet_type
        else:
            size = {LOAD_WORD: 4, LOAD_OCTET: 1}[code]
            if operand + size > len(frame):
                return False
            register = int.from_bytes(frame[operand : operand + size], "big")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (gratuitous_arp(MAC, VIP), True),
        (gratuitous_arp(MAC, VIP2, reply=True), True),
        (question(MAC, VIP, HOST), True),
        (question(MAC, HOST, VIP), False),
        (answer(MAC, HOST, OTHER, VIP), False),
        (gratuitous_arp(MAC, VIP)[:30], False),
    ],
)
def test_claims_of_arp_pass_the_filter(frame, expected):
    assert passes(claims_to([VIP, VIP2]), frame) is expected
    assert not passes(claims_to([VIP, VIP2]), frame, OTHER_HOST), "of a VLAN that is not ours"


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (unsolicited_na(MAC, VIP6), True),
        (answer(MAC, VIP6, OTHER, HOST6), True),
        (unsolicited_na(MAC, HOST6), False),
        (question(MAC, HOST6, VIP6), False),
        (question(MAC, VIP6, HOST6), False),
        (unsolicited_na(MAC, VIP6)[:40], False),
    ],
)
def test_neighbour_advertisements_pass_the_filter(frame, expected):
    assert passes(claims_to([VIP6]), frame) is expected


def test_many_addresses_are_one_filter(monkeypatch):
    every = [VIP + number for number in range(1000)]
    program = claims_to(every)
    assert len(program) < 4096
    assert passes(program, gratuitous_arp(MAC, every[-1]))
    assert not passes(program, gratuitous_arp(MAC, VIP - 1))
    monkeypatch.setattr(claims, "ADDRESSES_MAX", 999)
    assert passes(claims_to(every), gratuitous_arp(MAC, VIP - 1)), "whoever reads it compares"


def test_a_frame_that_cannot_be_sent_now_is_lost():
    sock = claims.ClaimSocket.__new__(claims.ClaimSocket)
    sock._socket = Unable()
    sock.send(b"frame")
    assert sock._socket.tried == [b"frame"]


class Unable:
    """A socket whose interface is down."""

    def __init__(self) -> None:
        self.tried: list[bytes] = []

    def send(self, frame: bytes) -> None:
        self.tried.append(frame)
        raise OSError(100, "Network is down")


class PacketSocket:
    """A packet socket that records what is done with it, in order; ``refuses`` is an operation that fails."""

    refuses = ""

    def __init__(self, family, kind, protocol):
        self.done = [("opened", family, protocol)]
        self.kind = kind
        self.waiting: list[bytes] = []

    def _does(self, *what):
        self.done.append(what)
        if what[0] == self.refuses:
            raise OSError(19, "No such device")

    def setsockopt(self, _level, option, _value):
        self._does({socket.SO_RCVBUF: "buffer", SO_ATTACH_FILTER: "filter"}[option])

    def bind(self, address):
        self._does("bound", *address)

    def recv(self, size):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)[:size]

    def fileno(self):
        return 7

    def close(self):
        self.done.append(("closed",))


@pytest.fixture
def packet_socket(monkeypatch):
    """The class of the sockets that are opened, and those that were, in ``made``."""
    made = type("Made", (PacketSocket,), {"made": []})

    def opened(*kind):
        made.made.append(made(*kind))
        return made.made[-1]

    monkeypatch.setattr(claims.socket, "socket", opened)
    monkeypatch.setattr(claims.socket, "if_indextoname", lambda index: f"eth{index}")
    return made


@pytest.mark.parametrize(("address", "ethertype"), [(VIP, 0x0806), (VIP6, 0x86DD)])
def test_the_filter_is_there_before_the_first_frame_can_arrive(packet_socket, address, ethertype):
    opened = claims.ClaimSocket(3, [address])
    (sock,) = packet_socket.made
    assert sock.done == [("opened", socket.AF_PACKET, 0), ("buffer",), ("filter",), ("bound", "eth3", ethertype)]
    assert sock.kind & socket.SOCK_NONBLOCK and sock.kind & socket.SOCK_CLOEXEC
    assert (opened.fileno(), opened.addresses) == (7, {address})


@pytest.mark.parametrize("refuses", ["buffer", "filter", "bound"])
def test_a_socket_that_cannot_be_used_is_closed(packet_socket, refuses):
    packet_socket.refuses = refuses
    with pytest.raises(OSError, match="No such device"):
        claims.ClaimSocket(3, [VIP])
    assert packet_socket.made[0].done[-1] == ("closed",)


def test_frames_are_received_until_none_is_waiting(packet_socket):
    opened = claims.ClaimSocket(3, [VIP])
    packet_socket.made[0].waiting = [b"one", b"x" * 3000]
    assert [opened.receive() for _again in range(3)] == [b"one", b"x" * claims.FRAME_MAX, None]
    opened.close()
    assert packet_socket.made[0].done[-1] == ("closed",)


def test_other_addresses_are_watched_only_if_the_kernel_takes_the_new_filter(packet_socket):
    opened = claims.ClaimSocket(3, [VIP])
    opened.watch([VIP, VIP2])
    assert opened.addresses == {VIP, VIP2}
    packet_socket.refuses = "filter"
    with pytest.raises(OSError, match="No such device"):
        opened.watch([VIP2])
    assert opened.addresses == {VIP, VIP2}
