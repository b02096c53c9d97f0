# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is accepted, and under which reason the rest is discarded."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from vrrp.protocol import packet, validation
from vrrp.protocol.anti_replay import ReplayWindow, SendSequence
from vrrp.protocol.auth_hmac import Key, Signer, Verifier, covered
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


KEY, OTHER_KEY = Key(bytes(range(32))), Key(bytes(range(1, 33)))
WALL = 1_800_000_000.0


def signed(key=KEY, key_id=1, cut=0, payload=None):
    """Return an advertisement of VRRPv3 with the trailer of ``auth_hmac``."""
    payload = packet.encode(Advertisement(3, 51, 100, (VIP,), 100), A, GROUP) if payload is None else payload
    trailer = Signer(key_id, key, 5, SendSequence()).trailer(covered(3, 51, A, payload), WALL)
    return payload + trailer[: len(trailer) - cut]


def with_hmac(required=True):
    verifier = Verifier({1: KEY}, 5, required, ReplayWindow())
    return Expectation(3, 51, 100, frozenset((VIP,)), own_source=B, verifier=verifier)


@pytest.mark.parametrize(
    ("payload", "reason", "detail"),
    [
        (signed()[:-28], "hmac_missing", "missing authentication trailer"),
        (signed(cut=1), "length", "vrrp packet too long, length 39 and expect 12"),
        (signed()[:11], "truncated", "vrrp packet too short, length 11 and expect 12"),
        (signed(OTHER_KEY), "hmac", "invalid authentication HMAC: another key, or forged"),
        (signed(key_id=2), "hmac_key", "unknown authentication key id 2"),
        (b"\x21" + signed()[1:-28] + bytes(36), "version", "wrong VRRP version. Received 2 and expect 3"),
    ],
)
def test_an_advertisement_without_the_right_signature_is_discarded(payload, reason, detail):
    with pytest.raises(Discard) as caught:
        accept(payload, A, GROUP, 255, with_hmac(), WALL)
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def test_a_signed_advertisement_is_accepted_once():
    expected = with_hmac()
    assert accept(signed(), A, GROUP, 255, expected, WALL).priority == 100
    with pytest.raises(Discard) as caught:
        accept(signed(), A, GROUP, 255, expected, WALL)
    assert caught.value.reason == "hmac_replay"


def test_without_enforce_an_unsigned_advertisement_is_accepted():
    assert accept(signed()[:-28], A, GROUP, 255, with_hmac(required=False), WALL).priority == 100
    with pytest.raises(Discard) as caught:
        accept(signed(OTHER_KEY), A, GROUP, 255, with_hmac(required=False), WALL)
    assert caught.value.reason == "hmac"


PEERS = replace(EXPECTED, sources=frozenset((A,)))


@pytest.mark.parametrize(("ttl", "discarded"), [(63, True), (64, False), (70, False), (71, True)])
def test_a_peer_has_limits_of_its_own_for_the_ttl(ttl, discarded):
    expected = replace(PEERS, min_ttl=1, ttl_limits=((SECOND_VIP, 1, 2), (A, 64, 70)))
    payload = packet.encode(SENT, A, B)
    if discarded:
        with pytest.raises(Discard, match=rf"TTL/HL {ttl} from 192.168.8.4 not in range \[64, 70\]") as caught:
            accept(payload, A, B, ttl, expected)
        assert caught.value.reason == "ttl"
    else:
        assert accept(payload, A, B, ttl, expected) == SENT


@pytest.mark.parametrize(
    ("destination", "detail"),
    [
        (B, "Expected multicast packet but received unicast packet"),
        (IPv4Address("224.0.0.19"), "to the group 224.0.0.19, ours is 224.0.0.18"),
    ],
)
def test_only_the_group_of_the_instance_is_heard(destination, detail):
    ours = replace(EXPECTED, group=GROUP)
    assert accept(packet.encode(SENT, A, GROUP), A, GROUP, 255, ours) == SENT
    with pytest.raises(Discard) as caught:
        accept(packet.encode(SENT, A, destination), A, destination, 255, ours)
    assert (caught.value.reason, caught.value.detail) == ("destination", detail)


def test_the_addresses_of_a_master_that_is_followed_may_be_left_unread():
    foreign = packet.encode(replace(SENT, addresses=(SECOND_VIP,)), A, GROUP)
    skips = replace(EXPECTED, skip_known=True)
    assert accept(foreign, A, GROUP, 255, skips, known=True).addresses == (SECOND_VIP,)
    for expected, known in ((skips, False), (EXPECTED, True)):
        with pytest.raises(Discard, match="it carries none of our virtual addresses"):
            accept(foreign, A, GROUP, 255, expected, known=known)


GROUPED = replace(EXPECTED, group=GROUP)


@pytest.mark.parametrize(
    ("expected", "source", "destination", "ours"),
    [
        (EXPECTED, A, GROUP, True),
        (EXPECTED, A, B, False),
        (GROUPED, A, GROUP, True),
        (GROUPED, A, IPv4Address("224.0.0.19"), False),
        (PEERS, A, B, True),
        (PEERS, SECOND_VIP, B, False),
        (PEERS, A, GROUP, False),
        (PEERS, A, SECOND_VIP, False),  # to another address of this host, so to another instance
        (replace(PEERS, own_source=None), A, SECOND_VIP, True),
        (replace(PEERS, own_source=None), A, GROUP, False),
    ],
)
def test_instances_that_share_a_vrid_differ_by_sender_and_receiver(expected, source, destination, ours):
    assert validation.is_for(expected, source, destination) is ours


@pytest.mark.parametrize(("cut", "followed"), [(0, True), (1, False), (28, False), (35, False)])
def test_a_trailer_is_known_by_the_length_alone(cut, followed):
    payload = signed()
    assert validation.is_followed(payload[: len(payload) - cut], 4) is followed


def test_an_expectation_does_not_show_its_password():
    assert "1111" not in repr(EXPECTED)
