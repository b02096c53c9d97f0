# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is accepted, and under which reason the rest is discarded."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from vrrp.protocol import packet, validation
from vrrp.protocol.constants import AUTH_AH, AUTH_PASS
from vrrp.protocol.packet import MESSAGE_ONLY, PSEUDO_HEADER, Advertisement
from vrrp.protocol.validation import Discard, Expectation, accept

A, B, GROUP = IPv4Address("192.168.8.4"), IPv4Address("192.168.8.6"), IPv4Address("224.0.0.18")
VIP, SECOND_VIP = IPv4Address("192.168.8.100"), IPv4Address("192.168.8.101")
SECRET = b"1111\0\0\0\0"
SENT = Advertisement(2, 51, 100, (VIP,), 100, AUTH_PASS, SECRET)
EXPECTED = Expectation(2, 51, 100, frozenset((VIP,)), AUTH_PASS, SECRET, own_source=B)


def reason_of(sent=SENT, expected=EXPECTED, source=A, ttl=255, destination=GROUP):
    with pytest.raises(Discard) as caught:
        accept(packet.encode(sent, source, destination), source, destination, ttl, expected)
    assert caught.value.reason in validation.REASONS
    assert "1111" not in caught.value.detail
    return caught.value.reason


def test_an_advertisement_of_the_article_is_accepted():
    assert accept(packet.encode(SENT, A, GROUP), A, GROUP, 255, EXPECTED) == SENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vrid": 52}, "vrid"),
        ({"auth_data": b"1112\0\0\0\0"}, "auth_pass"),
        ({"auth_type": 0, "auth_data": bytes(8)}, "auth_type"),
        ({"interval_cs": 200}, "interval"),
        ({"addresses": (SECOND_VIP,)}, "addresses"),
        ({"addresses": ()}, "addresses"),
        ({"version": 3}, "version"),
    ],
)
def test_a_differing_field_is_discarded_by_name(change, reason):
    assert reason_of(replace(SENT, **change)) == reason


def test_a_routed_packet_is_discarded_unless_peers_are_routed():
    assert reason_of(ttl=254) == "ttl"
    routed = replace(EXPECTED, min_ttl=250)
    assert accept(packet.encode(SENT, A, GROUP), A, GROUP, 254, routed) == SENT


def test_our_own_reflection_is_discarded():
    assert reason_of(source=B) == "own"


def test_only_unicast_peers_may_speak_where_they_are_named():
    named = replace(EXPECTED, sources=frozenset((IPv4Address("192.168.8.7"),)))
    assert reason_of(expected=named, destination=B) == "source"
    assert reason_of(expected=named) == "destination"


def test_damage_is_counted_under_the_name_of_the_packet_error():
    damaged = packet.encode(SENT, A, GROUP)[:-1] + b"\x01"
    with pytest.raises(Discard) as caught:
        accept(damaged, A, GROUP, 255, EXPECTED)
    assert caught.value.reason == "checksum"


def test_address_lists_that_overlap_are_accepted():
    more = replace(SENT, addresses=(VIP, SECOND_VIP))
    assert accept(packet.encode(more, A, GROUP), A, GROUP, 255, EXPECTED) == more


@pytest.mark.parametrize("kind", [PSEUDO_HEADER, MESSAGE_ONLY])
def test_version_3_accepts_both_checksums_and_any_interval(kind):
    sent = Advertisement(3, 51, 100, (VIP,), 20, checksum_kind=kind)
    expected = Expectation(3, 51, 100, frozenset((VIP,)), own_source=B)
    assert accept(packet.encode(sent, A, GROUP), A, GROUP, 255, expected) == sent


def test_every_reason_of_a_packet_error_has_a_description():
    assert {"truncated", "version", "type", "length", "interval", "checksum"} <= set(validation.REASONS)


SIGNED = replace(EXPECTED, auth_type=AUTH_AH)


@pytest.mark.parametrize(
    ("said", "expected", "ours"),
    [
        (None, EXPECTED, True),
        ((100,), EXPECTED, True),
        ((0, 100), EXPECTED, True),
        ((), EXPECTED, False),
        ((90, 0), EXPECTED, False),
        ((), SIGNED, True),  # a recording of ours is signed as well
    ],
)
def test_a_packet_from_our_address_is_our_own_if_we_have_sent_it(said, expected, ours):
    payload = packet.encode(SENT, B, GROUP)
    if ours:
        with pytest.raises(Discard) as caught:
            accept(payload, B, GROUP, 255, expected, said=said)
        assert caught.value.reason == "own"
    else:
        assert accept(payload, B, GROUP, 255, expected, said=said) == SENT


def test_a_packet_from_our_address_that_is_too_short_is_discarded():
    with pytest.raises(Discard):
        accept(packet.encode(SENT, B, GROUP)[:7], B, GROUP, 255, EXPECTED, said=())


def test_peek_finds_the_virtual_router():
    assert validation.peek_vrid(packet.encode(SENT, A, GROUP)) == 51
    assert validation.peek_vrid(b"\x21\x33") is None


@pytest.mark.parametrize(
    ("payload", "interval_s"),
    [
        (packet.encode(replace(SENT, interval_cs=25500), A, GROUP), 255.0),
        (packet.encode(Advertisement(3, 51, 100, (VIP,), 25), A, GROUP), 0.25),
        (packet.encode(Advertisement(3, 51, 100, (VIP,), 4095), A, GROUP), 40.95),
        (b"\x31\x33\x64\x01\xff\xff\x00\x00", 40.95),  # the upper four bits are no part of it
        (b"\x21\x33\x64\x01\x00\x07\x00", 0.0),
        (b"", 0.0),
    ],
)
def test_peek_finds_the_interval_that_a_packet_claims(payload, interval_s):
    assert validation.peek_interval_s(payload) == interval_s


def test_an_expectation_does_not_show_its_password():
    assert "1111" not in repr(EXPECTED)
