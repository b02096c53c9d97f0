# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that anything on the wire is an advertisement, or discarded under one of the declared reasons."""

from __future__ import annotations

from ipaddress import ip_address

from fuzzing import fuzz
from hypothesis import assume
from hypothesis import strategies as st

from vrrp.agent.network import ip_headers
from vrrp.protocol import ipsec_ah
from vrrp.protocol.anti_replay import ReplayWindow, SendSequence
from vrrp.protocol.auth_hmac import Key, Signer, Verifier, covered, secret_of
from vrrp.protocol.packet import MESSAGE_ONLY, PSEUDO_HEADER, Advertisement, PacketError, decode, encode, followed
from vrrp.protocol.validation import REASONS, Discard, Expectation, accept, is_followed, peek_vrid

SECRET = bytes(range(32))
WALL = 1_800_000_000.0
IPV4 = ["192.0.2.1", "192.0.2.2", "224.0.0.18", "255.255.255.255", "0.0.0.0"]
IPV6 = ["fe80::1", "fe80::2", "ff02::12", "2001:db8::1", "::"]
ENDS = st.sampled_from([IPV4, IPV6]).flatmap(
    lambda family: st.tuples(st.sampled_from(family), st.sampled_from(family)).map(
        lambda pair: tuple(map(ip_address, pair))
    )
)


@st.composite
def advertisements(draw, ends):
    source, _destination = ends
    version = 3 if source.version == 6 else draw(st.sampled_from([2, 3]))
    addresses = st.sampled_from(IPV6 if source.version == 6 else IPV4).map(ip_address)
    return Advertisement(
        version=version,
        vrid=draw(st.integers(1, 255)),
        priority=draw(st.integers(0, 255)),
        addresses=tuple(draw(st.lists(addresses, max_size=5))),
        interval_cs=draw(st.integers(1, 255)) * 100 if version == 2 else draw(st.integers(1, 4095)),
        auth_type=draw(st.sampled_from([0, 1])) if version == 2 else 0,
        auth_data=draw(st.binary(min_size=8, max_size=8)) if version == 2 else bytes(8),
        checksum_kind=draw(st.sampled_from([MESSAGE_ONLY, PSEUDO_HEADER])),
    )


def signer():
    return Signer(1, Key(SECRET), 5, SendSequence())


@st.composite
def damaged(draw, octets):
    """Return bytes that are nearly right: some changed, cut off, put in."""
    found = bytearray(octets)
    for _change in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(found) - 1, 0)))
        kind = draw(st.sampled_from(["flip", "set", "cut", "insert"]))
        if kind == "flip" and found:
            found[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set" and found:
            found[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del found[at:]
        elif kind == "insert":
            found[at:at] = draw(st.binary(max_size=30))
    return bytes(found)


@st.composite
def arrivals(draw):
    """Return (payload, source, destination): anything, or an advertisement, with or without a trailer or damage."""
    ends = draw(ENDS)
    if draw(st.booleans()):
        return (draw(st.binary(max_size=120)), *ends)
    advertisement = draw(advertisements(ends))
    payload = encode(advertisement, *ends)
    if draw(st.booleans()):
        signed = covered(advertisement.version, advertisement.vrid, ends[0], payload)
        payload = followed(payload, signer().trailer(signed, WALL + draw(st.sampled_from([0.0, 3.0, -600.0]))), *ends)
    return (draw(damaged(payload)), *ends)


@st.composite
def expectations(draw):
    addresses = st.frozensets(st.sampled_from(IPV4 + IPV6).map(ip_address), max_size=3)
    verifier = None
    if draw(st.booleans()):
        window = draw(st.sampled_from([None, 1, 5, 300]))
        verifier = Verifier({1: Key(SECRET)}, window, draw(st.booleans()), ReplayWindow())
    return Expectation(
        version=draw(st.sampled_from([2, 3])),
        vrid=draw(st.integers(1, 255)),
        interval_cs=draw(st.sampled_from([100, 200, 33])),
        addresses=draw(addresses),
        auth_type=draw(st.sampled_from([0, 1, 2])),
        auth_data=draw(st.binary(min_size=8, max_size=8)),
        own_source=draw(st.none() | st.sampled_from(IPV4 + IPV6).map(ip_address)),
        sources=draw(addresses),
        min_ttl=draw(st.sampled_from([0, 1, 255])),
        ttl_limits=tuple(
            (peer, draw(st.integers(0, 255)), draw(st.integers(0, 255))) for peer in sorted(draw(addresses), key=str)
        ),
        group=draw(st.none() | st.sampled_from([ip_address("224.0.0.18"), ip_address("ff02::12")])),
        skip_known=draw(st.booleans()),
        verifier=verifier,
    )


@fuzz(arrivals(), st.sampled_from([0, 28]))
def test_any_octets_decode_or_are_refused(arrival, trailer):
    payload, source, destination = arrival
    try:
        assert isinstance(decode(payload, source, destination, trailer), Advertisement)
    except PacketError as error:
        assert error.reason in REASONS
        assert error.detail
    else:
        # What decodes ends with the advertisement, or 28 octets later: only the length says which.
        assert is_followed(payload, source.version) is (trailer == 28)
    assert peek_vrid(payload) == (payload[1] if len(payload) >= 8 else None)


@fuzz(ENDS.flatmap(lambda ends: st.tuples(st.just(ends), advertisements(ends))))
def test_a_sent_advertisement_is_received_as_it_was(sent):
    ends, advertisement = sent
    received = decode(encode(advertisement, *ends), *ends)
    for name in ("version", "vrid", "priority", "addresses", "interval_cs", "auth_type", "auth_data"):
        assert getattr(received, name) == getattr(advertisement, name)


@fuzz(arrivals(), expectations(), st.integers(0, 255), st.booleans(), st.sampled_from([0.0, WALL, WALL + 1, 2.0**40]))
def test_any_packet_is_accepted_or_discarded_by_a_known_reason(arrival, expected, ttl, known, wall):
    for _again in range(2):  # the second one is a replay
        try:
            advertisement = accept(*arrival, ttl, expected, wall, known)
        except Discard as discard:
            assert discard.reason in REASONS
            assert discard.detail
        else:
            assert (advertisement.version, advertisement.vrid) == (expected.version, expected.vrid)
            assert ttl >= expected.min_ttl
            assert not (expected.verifier and expected.verifier.required and not is_followed(arrival[0], 4)) or (
                is_followed(arrival[0], 6)
            )


@fuzz(ENDS.flatmap(lambda ends: st.tuples(st.just(ends), advertisements(ends))), st.data())
def test_a_trailer_proves_every_bit_before_it(sent, data):
    ends, advertisement = sent
    payload = encode(advertisement, *ends)
    signed = covered(advertisement.version, advertisement.vrid, ends[0], payload)
    trailer = signer().trailer(signed, WALL)
    Verifier({1: Key(SECRET)}, 5, True, ReplayWindow()).verify(signed, trailer, ends[0], WALL)
    at = data.draw(st.integers(0, len(signed) + len(trailer) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    forged = bytearray(signed + trailer)
    forged[at] ^= bit
    try:
        Verifier({1: Key(SECRET)}, 5, True, ReplayWindow()).verify(
            bytes(forged[: len(signed)]), bytes(forged[len(signed) :]), ends[0], WALL
        )
    except PacketError as error:
        assert error.reason in REASONS
    else:
        raise AssertionError(f"octet {at}, bit {bit}: not noticed")


@fuzz(st.text(max_size=140) | st.text("0123456789abcdefx:", max_size=140).map("hex:".__add__))
def test_any_key_is_read_or_refused_without_showing_it(text):
    try:
        assert 32 <= len(secret_of(text)) <= 64
    except ValueError as error:
        assert len(text) < 8 or text not in str(error)


@st.composite
def ip_packets(draw):
    ends = draw(ENDS)
    payload = encode(draw(advertisements(ends)), *ends)
    if draw(st.booleans()) and ends[0].version == 4:
        key = draw(st.sampled_from([b"12345678", b"other\0\0\0"]))
        number, identification = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 65535))
        packet = ipsec_ah.seal(key, number, identification, *ends, draw(st.integers(0, 255)), 0xC0, payload)
    else:
        packet = ip_headers.write(*ends, payload, draw(st.integers(0, 255)))
    return draw(damaged(packet))


@fuzz(ip_packets() | st.binary(max_size=120), st.booleans())
def test_any_headers_are_read_or_refused(packet, unicast):
    received = ip_headers.read(packet)
    assume(received is not None)
    assert 0 <= received.hops <= 255
    assert packet.endswith(received.payload)
    if received.source.version == 4 and packet[ip_headers.PROTOCOL_AT] == 51:
        try:
            ipsec_ah.verify(b"12345678", packet, unicast, ipsec_ah.Counter())
        except PacketError as error:
            assert error.reason in REASONS
