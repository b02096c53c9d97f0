# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a packet before the state machine hears of it (RFC 9568 section 7.1, RFC 3768 section 7.1).

A packet that fails a check is discarded under a reason, one word that is also the name of its counter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Optional

from ..ip_types import Address
from . import simple_password
from .auth_hmac import TRAILER_LENGTH, Verifier, covered
from .constants import AUTH_AH, AUTH_DATA_LENGTH, AUTH_NONE, HEADER_LENGTH, INTERVAL_V3_MAX_CS, VERSION_2, VRRP_TTL
from .packet import Advertisement, PacketError, decode, length_of

REASONS = {
    "truncated": "shorter than its own counts say",
    "length": "longer than its own counts say",
    "version": "of another VRRP version",
    "type": "no advertisement",
    "checksum": "damaged on its way",
    "interval": "with another advertisement interval (VRRPv2), or with 0",
    "vrid": "for a virtual router that is not here",
    "ttl": "with a TTL or hop limit that it cannot have: not from this segment, or outside min_ttl and max_ttl",
    "source": "not from a configured unicast peer",
    "own": "our own, reflected, or of a router with our source address that cannot be told from us",
    "destination": "to a multicast group where unicast is configured, or the other way round, or to another group",
    "auth_type": "with another kind of authentication",
    "auth_pass": "with another password",
    "hmac_missing": "without the trailer that auth_hmac demands",
    "hmac_malformed": "with a trailer of an unknown kind",
    "hmac_key": "signed with a key that is not configured here",
    "hmac": "with a wrong signature: another key with the same id, or forged",
    "hmac_stale": "signed too long ago, or in the future: the clocks differ, or it is an old recording",
    "hmac_replay": "signed with a sequence that was heard already: a recording",
    "ah": "with a wrong IPsec AH signature: another password, or changed on its way",
    "ah_index": "with an IPsec AH index that is not its source address",
    "ah_replay": "with an IPsec AH sequence number that was heard already",
    "addresses": "for none of our addresses: another pair uses this virtual router id",
}


class Discard(Exception):
    """The packet is discarded. ``reason`` is a key of :data:`REASONS`, ``detail`` a clause for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Expectation:
    """It says what an instance expects of the advertisements that it listens to.

    ``interval_cs`` binds in VRRPv2 only: in VRRPv3 a backup learns the interval from the master. ``sources`` are the
    configured unicast peers, empty on a multicast group, and ``ttl_limits`` the lowest and the highest TTL or hop limit
    of some of them. ``min_ttl`` is lower than 255 only on unicast. ``group`` is the multicast group, if it matters.
    ``skip_known``: the addresses of a router that we follow already are not looked at. ``verifier`` is there with
    ``auth_hmac``; it remembers what it has heard.
    """

    version: int
    vrid: int
    interval_cs: int
    addresses: frozenset[Address]
    auth_type: int = AUTH_NONE
    auth_data: bytes = field(default=bytes(AUTH_DATA_LENGTH), repr=False)
    own_source: Optional[Address] = None
    sources: frozenset[Address] = frozenset()
    min_ttl: int = VRRP_TTL
    ttl_limits: tuple[tuple[Address, int, int], ...] = ()
    group: Optional[Address] = None
    skip_known: bool = False
    verifier: Optional[Verifier] = field(default=None, repr=False, compare=False)


def peek_vrid(payload: bytes) -> Optional[int]:
    """Return the virtual router id of an IP payload, None when it is too short to have one."""
    return payload[1] if len(payload) >= HEADER_LENGTH else None


def peek_interval_s(payload: bytes) -> float:
    """Return the advertisement interval that an IP payload claims, 0 when it is too short to have one."""
    if len(payload) < HEADER_LENGTH:
        return 0.0
    if payload[0] >> 4 == VERSION_2:
        return float(payload[5])
    return (int.from_bytes(payload[4:6], "big") & INTERVAL_V3_MAX_CS) / 100


def accept(
    payload: bytes,
    source: Address,
    destination: Address,
    ttl: int,
    expected: Expectation,
    wall: float = 0.0,
    known: bool = False,
    said: Optional[Collection[int]] = None,
) -> Advertisement:
    """Return the advertisement in ``payload`` when everything about it is as expected, else raise :class:`Discard`.

    ``wall`` is UTC in seconds, for ``auth_hmac``; ``known`` says that we follow its sender already. ``said`` are the
    priorities that we have sent a moment ago. A packet from our own address with another priority comes from another
    router with the same address; without ``said`` every packet from there counts as ours. The caller has checked an
    IPsec Authentication Header before (:mod:`~.ipsec_ah`).
    """
    if ttl < expected.min_ttl:
        raise Discard("ttl", f"invalid TTL/HL. Received {ttl} and expect {expected.min_ttl} at least")
    if source == expected.own_source and _may_be_ours(payload, expected, said):
        raise Discard("own", f"its source {source} is our own address")
    _check_destination(destination, expected)
    if expected.sources and source not in expected.sources:
        raise Discard("source", f"unicast source address {source} not a unicast peer")
    for peer, lowest, highest in expected.ttl_limits:
        if source == peer and not lowest <= ttl <= highest:
            raise Discard("ttl", f"TTL/HL {ttl} from {source} not in range [{lowest}, {highest}]")
    try:
        trailer = (
            _check_trailer(payload, source, expected, expected.verifier, wall) if expected.verifier is not None else 0
        )
        advertisement = decode(payload, source, destination, trailer)
    except PacketError as error:
        raise Discard(error.reason, error.detail) from None
    _check_version(advertisement.version, expected)
    if advertisement.vrid != expected.vrid:
        raise Discard("vrid", f"virtual router {advertisement.vrid}, ours is {expected.vrid}")
    if advertisement.version == VERSION_2:
        _check_version_2(advertisement, expected)
    # RFC 3768 drops a differing list, keepalived 2.4 and RFC 9568 take it. While an address is being added on one node
    # after the other the lists differ and the pair must not fall apart; a list without one address of ours is another
    # pair with the same virtual router id, and that must not move our mastership.
    looked_at = expected.addresses and not (known and expected.skip_known)
    if looked_at and expected.addresses.isdisjoint(advertisement.addresses):
        raise Discard("addresses", "it carries none of our virtual addresses")
    return advertisement


def _may_be_ours(payload: bytes, expected: Expectation, said: Optional[Collection[int]]) -> bool:
    """Return whether we may have sent it. A signed one counts as ours at any age: a recording has our signature."""
    signed = expected.verifier is not None or expected.auth_type == AUTH_AH
    return said is None or signed or len(payload) < HEADER_LENGTH or payload[2] in said


def is_for(expected: Expectation, source: Address, destination: Address) -> bool:
    """Return whether sender and receiver are this instance's, where several share a virtual router id on a link."""
    if expected.sources:
        own = expected.own_source in (None, destination)
        return source in expected.sources and own and not destination.is_multicast
    return destination.is_multicast and expected.group in (None, destination)


def is_followed(payload: bytes, ip_version: int) -> bool:
    """Return whether a trailer's length follows the advertisement. keepalived, too, goes by the length alone."""
    return len(payload) >= HEADER_LENGTH and len(payload) == length_of(payload, ip_version) + TRAILER_LENGTH


def _check_destination(destination: Address, expected: Expectation) -> None:
    if expected.sources:
        if destination.is_multicast:
            raise Discard("destination", "Expected unicast packet but received multicast packet")
    elif expected.group is not None and destination != expected.group:
        if not destination.is_multicast:
            raise Discard("destination", "Expected multicast packet but received unicast packet")
        raise Discard("destination", f"to the group {destination}, ours is {expected.group}")


def _check_trailer(payload: bytes, source: Address, expected: Expectation, verifier: Verifier, wall: float) -> int:
    """Return the length of the trailer once it is verified. The rest of the packet is untrusted before."""
    if not is_followed(payload, source.version):
        whole = len(payload) >= HEADER_LENGTH and len(payload) == length_of(payload, source.version)
        if whole and verifier.required:
            raise PacketError("hmac_missing", "missing authentication trailer")
        return 0  # of any other length: decode refuses it
    _check_version(payload[0] >> 4, expected)
    advertisement, trailer = payload[:-TRAILER_LENGTH], payload[-TRAILER_LENGTH:]
    signed = covered(expected.version, expected.vrid, source, advertisement)
    verifier.verify(signed, trailer, source, wall)
    return TRAILER_LENGTH


def _check_version(version: int, expected: Expectation) -> None:
    if version != expected.version:
        raise Discard("version", f"wrong VRRP version. Received {version} and expect {expected.version}")


def _check_version_2(advertisement: Advertisement, expected: Expectation) -> None:
    if advertisement.auth_type != expected.auth_type:
        raise Discard("auth_type", f"received a {advertisement.auth_type} auth, expecting {expected.auth_type}!")
    if expected.auth_type != AUTH_NONE and not simple_password.same(expected.auth_data, advertisement.auth_data):
        raise Discard("auth_pass", "received an invalid passwd!")
    if advertisement.interval_cs != expected.interval_cs:
        ours, theirs = expected.interval_cs // 100, advertisement.interval_cs // 100
        raise Discard("interval", f"advertisement interval mismatch mine={ours} sec rcv'd={theirs} sec")
