# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the trailer of auth_hmac, compared with what keepalived 2.4.3 sent and with the images of its draft."""

from __future__ import annotations

from ipaddress import ip_address

import pcap
import pytest

from vrrp.protocol.anti_replay import ReplayWindow, SendSequence
from vrrp.protocol.auth_hmac import Key, Signer, Verifier, covered, secret_of
from vrrp.protocol.packet import PacketError
from vrrp.protocol.validation import REASONS, Discard, Expectation, accept

SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))
VIP = ip_address("192.168.8.100")
CAPTURED = {"v2-hmac-multicast": (2, 100, 9), "v3-hmac-ipv4-multicast": (3, 20, 33)}  # version, interval, packets
TRAILER_AT = -28
# The draft: key 00 to 1f, VRID 51, priority 200, sequence 0x6800000080000000.
DRAFT = [
    ("198.51.100.10", "3133c80100644402c0000264", "010100006800000080000000", "1b84bc4e8e43892dc6d98448f8ee2265"),
    (
        "fe80::10",
        "3133c8010064a2e9fe800000000000000000000000000100",
        "010100006800000080000000",
        "c8c56146ebfd66ee10ec4d8186461b78",
    ),
]


def expected(version, interval_cs, secret=SECRET, key_id=1, window_s=5, required=True):
    verifier = Verifier({key_id: Key(secret)}, window_s, required, ReplayWindow())
    return Expectation(version, 51, interval_cs, frozenset((VIP,)), verifier=verifier)


def receive(packet, at, expectation):
    return accept(packet.payload, packet.source, packet.destination, packet.ttl, expectation, at)


def refused(packet, at, expectation):
    with pytest.raises(Discard) as caught:
        receive(packet, at, expectation)
    assert caught.value.reason in REASONS
    assert SECRET.hex() not in caught.value.detail
    return caught.value.reason


def changed(packet, octet, bit=1):
    payload = bytearray(packet.payload)
    payload[octet] ^= bit
    return pcap.IpPacket(packet.source, packet.destination, packet.protocol, packet.ttl, bytes(payload))


@pytest.mark.parametrize("name", CAPTURED)
def test_every_captured_frame_verifies_at_its_own_time(name):
    version, interval_cs, count = CAPTURED[name]
    expectation = expected(version, interval_cs)
    heard = [receive(packet, at, expectation) for at, packet, _whole in pcap.timed_packets(name)]
    assert len(heard) == count
    assert {each.priority for each in heard} == {100, 90, 0}
    assert all(each.addresses == (VIP,) for each in heard)


@pytest.mark.parametrize("name", CAPTURED)
def test_a_frame_that_we_sign_is_the_captured_one_octet_for_octet(name):
    version, _interval_cs, _count = CAPTURED[name]
    for _at, packet, _whole in pcap.timed_packets(name):
        advertisement, trailer = packet.payload[:TRAILER_AT], packet.payload[TRAILER_AT:]
        sequence = int.from_bytes(trailer[4:12], "big")
        signer = Signer(1, Key(SECRET), 5, Continuing(sequence))
        assert signer.trailer(covered(version, 51, packet.source, advertisement), 0.0) == trailer


class Continuing(SendSequence):
    def __init__(self, sequence):
        self.sequence = sequence

    def take(self, wall, window_s):
        return self.sequence


@pytest.mark.parametrize(("source", "advertisement", "stamp", "digest"), DRAFT, ids=["IPv4", "IPv6"])
def test_the_images_of_the_draft(source, advertisement, stamp, digest):
    signed = covered(3, 51, ip_address(source), bytes.fromhex(advertisement))
    assert Signer(1, Key(SECRET), None, Continuing(0x6800000080000000)).trailer(signed, 0.0).hex() == stamp + digest
    verifier = Verifier({1: Key(SECRET)}, None, True, ReplayWindow())
    verifier.verify(signed, bytes.fromhex(stamp + digest), ip_address(source), 0.0)  # monotonic: of any age


@pytest.mark.parametrize("name", CAPTURED)
def test_a_flipped_bit_is_a_wrong_signature_wherever_it_is(name):
    version, interval_cs, _count = CAPTURED[name]
    at, packet, _whole = pcap.timed_packets(name)[0]
    reasons = {}
    for octet in range(len(packet.payload)):
        reasons.setdefault(refused(changed(packet, octet), at, expected(version, interval_cs)), []).append(octet)
    length = len(packet.payload)
    trailer = length - 28
    assert reasons.pop("hmac_malformed") == [trailer, trailer + 2, trailer + 3]
    assert reasons.pop("hmac_key") == [trailer + 1]
    assert reasons.pop("hmac_stale") == [trailer + 4, trailer + 5, trailer + 6]  # seconds, by 256 and more
    assert reasons.pop("checksum") == [6, 7]  # the only octets that are not signed
    assert reasons.pop("length", [3]) == [3]
    assert reasons.pop("truncated", [3]) == [3]
    assert set(reasons) == {"hmac"}
    assert {0, 1, 2, 4, 5, 8, trailer + 7, trailer + 11, length - 1} <= set(reasons["hmac"])


def test_another_version_is_called_so():
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    assert refused(packet, at, expected(3, 100)) == "version"


def test_a_forged_priority_with_a_right_checksum_is_a_wrong_signature():
    at, packet, _whole = pcap.timed_packets("v3-hmac-ipv4-multicast")[0]
    forged = changed(changed(packet, 2, 0x80), 6, 0x80)  # 0x8000 more and 0x8000 less
    assert refused(forged, at, expected(3, 20)) == "hmac"


def test_another_source_address_is_a_wrong_signature():
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    moved = pcap.IpPacket(ip_address("192.168.8.5"), packet.destination, 112, 255, packet.payload)
    assert refused(moved, at, expected(2, 100)) == "hmac"


def test_a_replay_and_a_late_packet_are_refused():
    (first_at, first, _whole), (second_at, second, _whole2) = pcap.timed_packets("v2-hmac-multicast")[:2]
    expectation = expected(2, 100)
    receive(first, first_at, expectation)
    assert refused(first, first_at, expectation) == "hmac_replay"
    receive(second, second_at, expectation)
    assert refused(first, second_at, expectation) == "hmac_replay"


@pytest.mark.parametrize(("late_s", "reason"), [(4.0, None), (6.5, "hmac_stale"), (-4.0, None), (-6.5, "hmac_stale")])
def test_a_sequence_outside_the_window_is_stale(late_s, reason):
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    expectation = expected(2, 100)
    if reason is None:
        receive(packet, at + late_s, expectation)
        assert expectation.verifier.drift_s in (4, -4, 3, -3, 5, -5)
    else:
        assert refused(packet, at + late_s, expectation) == reason


def test_an_unknown_key_and_another_key_with_the_same_id():
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    assert refused(packet, at, expected(2, 100, key_id=2)) == "hmac_key"
    assert refused(packet, at, expected(2, 100, secret=OTHER)) == "hmac"


def test_a_packet_without_a_trailer_is_refused():
    at, packet, _whole = pcap.timed_packets("v2-noauth-multicast")[0]
    assert refused(packet, at, expected(2, 100)) == "hmac_missing"
    assert receive(packet, at, expected(2, 100, required=False)).priority == 100  # permissive, receive-only


def test_a_trailer_that_nobody_expects():
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    plain = Expectation(2, 51, 100, frozenset((VIP,)))
    assert refused(packet, at, plain) == "length"


@pytest.mark.parametrize("cut", [1, 8, 20, 27])
def test_half_a_trailer_is_refused(cut):
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    half = pcap.IpPacket(packet.source, packet.destination, 112, 255, packet.payload[:-cut])
    assert refused(half, at, expected(2, 100)) == "length"
    assert refused(half, at, expected(2, 100, required=False)) == "length"


def test_a_forged_packet_leaves_no_mark():
    at, packet, _whole = pcap.timed_packets("v2-hmac-multicast")[0]
    expectation = expected(2, 100)
    assert refused(changed(packet, TRAILER_AT + 9), at, expectation) == "hmac"  # a later sequence than its own
    assert receive(packet, at, expectation).priority == 100


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("hex:" + SECRET.hex(), SECRET),
        ("hex:" + SECRET.hex().upper(), SECRET),
        ("a passphrase of thirty-two octets", b"a passphrase of thirty-two octets"),
        ("hex:" + (SECRET + SECRET).hex(), SECRET + SECRET),
    ],
)
def test_how_a_key_is_spelled(text, secret):
    assert secret_of(text) == secret


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "this one has 0"),
        ("x" * 31, "this one has 31"),
        ("x" * 65, "this one has 65"),
        ("hex:" + "ab" * 31, "this one has 31"),
        ("hex:" + "ab" * 65, "this one has 65"),
        ("hex:" + "a" * 65, "hexadecimal digits"),
        ("hex:" + "zz" * 32, "hexadecimal digits"),
    ],
)
def test_a_key_that_is_refused_is_not_shown(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        secret_of(text)
    assert "abab" not in str(caught.value) and "zz" not in str(caught.value) and "xx" not in str(caught.value)


def test_a_key_of_64_octets_fills_the_block():
    """Compare with openssl: printf abc | openssl dgst -sha256 -mac HMAC -macopt hexkey:..."""
    import hashlib
    import hmac

    for secret in (SECRET, SECRET + OTHER, b"k" * 33):
        assert Key(secret).sign(b"abc") == hmac.new(secret, b"abc", hashlib.sha256).digest()[:16]


def test_repr_shows_no_key():
    signer = Signer(1, Key(b"s3cret" * 6), 5, SendSequence())
    verifier = Verifier({1: Key(b"s3cret" * 6)}, 5, True, ReplayWindow())
    assert "s3cret" not in repr(signer) + repr(verifier) + repr(Expectation(2, 51, 100, frozenset(), verifier=verifier))
    assert not isinstance(verifier, PacketError)


def verified(verifier, sequence_s, wall, source="192.168.8.4"):
    """Return None when it is taken, else the reason."""
    source, signed = ip_address(source), b"what is signed"
    trailer = Signer(1, Key(SECRET), None, Continuing(sequence_s << 32)).trailer(signed, 0.0)
    try:
        verifier.verify(signed, trailer, source, wall)
    except PacketError as error:
        return error.reason
    return None


@pytest.mark.parametrize(
    ("behind_s", "reason", "drift_s"),
    [(-6, "hmac_stale", 0), (-5, None, -5), (-3, None, -3), (-2, None, 0), (2, None, 0), (3, None, 3), (5, None, 5)]
    + [(6, "hmac_stale", 0)],
)
def test_the_window_to_the_second(behind_s, reason, drift_s):
    verifier = Verifier({1: Key(SECRET)}, 5, True, ReplayWindow())
    assert verified(verifier, 1_790_000_000, 1_790_000_000.9 + behind_s) == reason
    assert verifier.drift_s == drift_s


def test_no_peer_is_forgotten_because_there_are_many():
    verifier = Verifier({1: Key(SECRET)}, None, True, ReplayWindow(), senders=6)
    peers = [f"192.168.8.{number}" for number in range(6)]
    assert [verified(verifier, 7, 0.0, peer) for peer in peers] == [None] * 6
    assert [verified(verifier, 7, 0.0, peer) for peer in peers] == ["hmac_replay"] * 6


def test_a_key_that_is_not_utf_8_is_taken_as_it_is():
    assert secret_of("\udcff" * 32) == b"\xff" * 32
