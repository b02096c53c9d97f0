# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter lets pass the claims to our addresses and nothing else. Each program is run here, as the kernel would.

That the kernel takes it and means the same is seen in tests/network/test_network_conflict.py.
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.agent.netlink.bpf import JUMP_EQUAL, LOAD_OCTET, LOAD_WORD, RETURN
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
