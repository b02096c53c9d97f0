# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a receiver checks before the state machine hears of a packet (RFC 9568 section 7.1, RFC 3768 section 7.1).

Whatever fails a check is discarded under a reason, one word that is also the name of its counter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from . import auth
from .constants import AUTH_DATA_LENGTH, AUTH_NONE, HEADER_LENGTH, VERSION_2, VRRP_TTL
from .packet import Address, Advertisement, PacketError, decode

REASONS = {
    "truncated": "shorter than its own counts say",
    "length": "longer than its own counts say",
    "version": "of another VRRP version",
    "type": "no advertisement",
    "checksum": "damaged on its way",
    "interval": "with another advertisement interval (VRRPv2), or with 0",
    "vrid": "for a virtual router that is not here",
    "ttl": "not from this segment: its TTL or hop limit is not 255",
    "source": "not from a configured unicast peer",
    "own": "our own, reflected",
    "destination": "to the multicast group where unicast is configured, or the other way round",
    "auth_type": "with another kind of authentication",
    "auth_pass": "with another password",
    "addresses": "for none of our addresses: another pair uses this virtual router id",
}


class Discard(Exception):
    """Not for the state machine. ``reason`` is a key of :data:`REASONS`, ``detail`` a clause for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Expectation:
    """What an instance expects of the advertisements that it listens to.

    ``interval_cs`` binds in VRRPv2 only: in VRRPv3 a backup learns the interval from the master. ``sources`` are the
    configured unicast peers, empty on a multicast group. ``min_ttl`` is lower than 255 only where peers are routed.
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


def peek_vrid(payload: bytes) -> Optional[int]:
    """Return the virtual router id of an IP payload, None when it is too short to have one."""
    return payload[1] if len(payload) >= HEADER_LENGTH else None


def accept(payload: bytes, source: Address, destination: Address, ttl: int, expected: Expectation) -> Advertisement:
    """Return the advertisement in ``payload`` when everything about it is as expected, else raise :class:`Discard`."""
    if ttl < expected.min_ttl:
        raise Discard("ttl", f"TTL {ttl}, at least {expected.min_ttl} expected")
    if source == expected.own_source:
        raise Discard("own", f"its source {source} is our own address")
    if expected.sources and source not in expected.sources:
        raise Discard("source", f"{source} is no unicast_peer")
    try:
        advertisement = decode(payload, source, destination)
    except PacketError as error:
        raise Discard(error.reason, error.detail) from None
    if advertisement.version != expected.version:
        raise Discard("version", f"VRRPv{advertisement.version}, we speak VRRPv{expected.version}")
    if advertisement.vrid != expected.vrid:
        raise Discard("vrid", f"virtual router {advertisement.vrid}, ours is {expected.vrid}")
    if advertisement.version == VERSION_2:
        _check_version_2(advertisement, expected)
    # RFC 3768 drops a differing list, keepalived 2.4 and RFC 9568 take it. While an address is being added on one node
    # after the other the lists differ and the pair must not fall apart; a list without one address of ours is another
    # pair with the same virtual router id, and that must not move our mastership.
    if expected.addresses and expected.addresses.isdisjoint(advertisement.addresses):
        raise Discard("addresses", "it carries none of our virtual addresses")
    return advertisement


def _check_version_2(advertisement: Advertisement, expected: Expectation) -> None:
    if advertisement.auth_type != expected.auth_type:
        raise Discard("auth_type", f"authentication type {advertisement.auth_type}, ours is {expected.auth_type}")
    if expected.auth_type != AUTH_NONE and not auth.same(expected.auth_data, advertisement.auth_data):
        raise Discard("auth_pass", "the password differs from ours")
    if advertisement.interval_cs != expected.interval_cs:
        raise Discard(
            "interval", f"advert_int {advertisement.interval_cs // 100} s, ours is {expected.interval_cs // 100} s"
        )
