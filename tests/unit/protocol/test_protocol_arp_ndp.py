# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test questions and answers between neighbours, octet for octet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest

from vrrp.protocol.arp_ndp import (
    Announcement,
    Reply,
    answer,
    gratuitous_arp,
    question,
    read_answer,
    read_claim,
    unsolicited_na,
)

A_MAC, G_MAC = bytes.fromhex("4657acfc7cd1"), bytes.fromhex("020000000001")
A4, G4 = IPv4Address("192.168.8.4"), IPv4Address("192.168.8.1")
A6, G6 = IPv6Address("fd00:8::4"), IPv6Address("fd00:8::1")
PAIRS = pytest.mark.parametrize(("own", "gateway"), [(A4, G4), (A6, G6)], ids=["ARP", "NDP"])

# Written out by hand from RFC 826, RFC 4861 and RFC 2464.
ARP_REQUEST = "ffffffffffff4657acfc7cd10806" + "00010800060400014657acfc7cd1c0a80804000000000000c0a80801"
ARP_REPLY = "4657acfc7cd10200000000010806" + "0001080006040002020000000001c0a808014657acfc7cd1c0a80804"
SOLICITATION = (
    "3333ff0000014657acfc7cd186dd" + "6000000000203aff"
    "fd000008000000000000000000000004" + "ff0200000000000000000001ff000001"
    "8700CCCC00000000" + "fd000008000000000000000000000001" + "01014657acfc7cd1"
)  # fmt: skip


def ones_complement(data: bytes) -> int:
    """Compute the checksum of RFC 1071, the slow way."""
    total = 0
    for at in range(0, len(data), 2):
        total += data[at] << 8 | data[at + 1]
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_an_arp_request_is_encoded_octet_for_octet():
    assert question(A_MAC, A4, G4).hex() == ARP_REQUEST
    assert question(A_MAC, A4, G4, G_MAC).hex() == ARP_REQUEST.replace("f" * 12, G_MAC.hex(), 1)


def test_an_arp_reply_is_encoded_and_decoded():
    assert answer(G_MAC, G4, A_MAC, A4).hex() == ARP_REPLY
    assert read_answer(bytes.fromhex(ARP_REPLY)) == Reply(G4, G_MAC, A4)


def test_a_neighbour_solicitation_is_encoded_octet_for_octet():
    frame = question(A_MAC, A6, G6)
    expected = SOLICITATION.replace("CCCC", frame[56:58].hex())
    assert frame.hex() == expected
    pseudo = A6.packed + IPv6Address("ff02::1:ff00:1").packed + (32).to_bytes(4, "big") + (58).to_bytes(4, "big")
    assert ones_complement(pseudo + frame[54:]) == 0xFFFF


def test_a_probe_has_the_unspecified_address_as_source():
    """Test that a probe has no option with a hardware address (RFC 4861 section 4.3)."""
    nobody = IPv6Address("::")
    frame = question(A_MAC, nobody, G6)
    assert (frame[22:38], len(frame)) == (nobody.packed, 78)
    pseudo = nobody.packed + frame[38:54] + (24).to_bytes(4, "big") + (58).to_bytes(4, "big")
    assert ones_complement(pseudo + frame[54:]) == 0xFFFF
    arp = question(A_MAC, IPv4Address("0.0.0.0"), G4)
    assert (arp[22:28], arp[28:32], arp[38:]) == (A_MAC, bytes(4), G4.packed)


def test_a_solicitation_of_a_known_neighbour_goes_to_it_alone():
    frame = question(A_MAC, A6, G6, G_MAC)
    assert frame[:6] == G_MAC
    assert frame[38:54] == G6.packed
    assert ones_complement(A6.packed + G6.packed + bytes([0, 0, 0, 32, 0, 0, 0, 58]) + frame[54:]) == 0xFFFF


def test_a_neighbour_advertisement_is_encoded_and_decoded():
    frame = answer(G_MAC, G6, A_MAC, A6)
    assert read_answer(frame) == Reply(G6, G_MAC, A6)
    assert read_answer(frame + b"\0" * 20) == Reply(G6, G_MAC, A6)  # padding
    assert ones_complement(G6.packed + A6.packed + bytes([0, 0, 0, 32, 0, 0, 0, 58]) + frame[54:]) == 0xFFFF


def test_an_advertisement_without_the_option_comes_from_its_sender():
    frame = bytearray(answer(G_MAC, G6, A_MAC, A6)[:78])
    frame[18:20] = (24).to_bytes(2, "big")
    frame[56:58] = b"\0\0"
    pseudo = G6.packed + A6.packed + bytes([0, 0, 0, 24, 0, 0, 0, 58])
    frame[56:58] = (0xFFFF - ones_complement(pseudo + frame[54:])).to_bytes(2, "big")
    assert read_answer(bytes(frame)) == Reply(G6, G_MAC, A6)


@PAIRS
def test_a_request_is_no_answer(own, gateway):
    assert read_answer(question(A_MAC, own, gateway)) is None
    assert read_answer(question(A_MAC, own, gateway, G_MAC)) is None


@PAIRS
def test_a_frame_that_is_cut_off_is_no_answer(own, gateway):
    frame = answer(G_MAC, gateway, A_MAC, own)
    assert [read_answer(frame[:length]) for length in range(len(frame))] == [None] * len(frame)


@pytest.mark.parametrize("at", [12, 14, 16, 18, 19, 20, 21])
def test_another_kind_of_arp_is_no_answer(at):
    frame = bytearray(answer(G_MAC, G4, A_MAC, A4))
    frame[at] ^= 4
    assert read_answer(bytes(frame)) is None


def test_a_routed_or_damaged_advertisement_is_no_answer():
    good = answer(G_MAC, G6, A_MAC, A6)
    for at, value in ((21, 254), (20, 17), (54, 135), (55, 1), (70, 1), (57, good[57] ^ 1)):
        frame = bytearray(good)
        frame[at] = value
        assert read_answer(bytes(frame)) is None, at


def test_an_unsolicited_advertisement_is_no_answer():
    frame = bytearray(answer(G_MAC, G6, A_MAC, A6))
    frame[58] ^= 0x40  # the solicited flag, and what it adds to the checksum
    total = int.from_bytes(frame[56:58], "big") + 0x4000
    frame[56:58] = ((total & 0xFFFF) + (total >> 16)).to_bytes(2, "big")
    assert read_answer(bytes(frame)) is None


def test_options_without_a_length_end_the_reading():
    frame = bytearray(answer(G_MAC, G6, A_MAC, A6))
    frame[79] = 0  # an option of no length
    total = int.from_bytes(frame[56:58], "big") + 1
    frame[56:58] = total.to_bytes(2, "big")
    assert read_answer(bytes(frame)) == Reply(G6, G_MAC, A6)  # the sender's own, as without the option


def test_an_option_of_another_kind_before_ours_is_skipped():
    """Test an advertisement with a nonce (RFC 3971 section 5.3.2) of 16 octets before the hardware address."""
    nonce = bytes.fromhex("0e02") + b"\x55" * 14
    frame = bytearray(answer(G_MAC, G6, A_MAC, A6))
    frame[78:78] = nonce
    frame[18:20] = (32 + len(nonce)).to_bytes(2, "big")
    frame[6:12] = A_MAC  # the sender is not the target, as with a proxy
    frame[56:58] = b"\0\0"
    pseudo = G6.packed + A6.packed + bytes([0, 0, 0, 32 + len(nonce), 0, 0, 0, 58])
    frame[56:58] = (0xFFFF - ones_complement(pseudo + frame[54:])).to_bytes(2, "big")
    assert read_claim(bytes(frame)) == Announcement(G6, G_MAC)
    assert read_answer(bytes(frame)) == Reply(G6, G_MAC, A6)


@pytest.mark.parametrize(
    ("frame", "claim"),
    [
        (gratuitous_arp(G_MAC, G4), Announcement(G4, G_MAC)),
        (gratuitous_arp(G_MAC, G4, reply=True), Announcement(G4, G_MAC)),
        (question(G_MAC, G4, A4), Announcement(G4, G_MAC)),
        (answer(G_MAC, G4, A_MAC, A4), Announcement(G4, G_MAC)),
        (unsolicited_na(G_MAC, G6), Announcement(G6, G_MAC)),
        (answer(G_MAC, G6, A_MAC, A6), Announcement(G6, G_MAC)),
        (question(G_MAC, G6, A6), None),  # an address that asks is in use, but only advertisements are read
        (question(G_MAC, IPv4Address(0), G4), None),  # a probe
        (gratuitous_arp(b"\xff" * 6, G4), None),
        (gratuitous_arp(G_MAC, G4)[:41], None),
        (unsolicited_na(G_MAC, G6)[:-1], None),
        (b"", None),
    ],
)
def test_a_claim_is_read_from_requests_and_announcements(frame, claim):
    assert read_claim(frame) == claim


def test_an_announcement_is_no_answer():
    assert read_answer(unsolicited_na(G_MAC, G6)) is None
    assert read_answer(gratuitous_arp(G_MAC, G4)) is None
