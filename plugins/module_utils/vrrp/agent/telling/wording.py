# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log says of one instance, in keepalived's words, so that existing alert rules match."""

from __future__ import annotations

from typing import Optional

from ...protocol.constants import PRIORITY_OWNER
from ...protocol.explain import TWO_OWNERS
from ...protocol.packet import Address, Advertisement
from .counters import Conflict


def priority_zero(name: str, source: Address, holds_addresses: bool) -> str:
    """The master on the segment stops."""
    who, what = ("Master", "message") if holds_addresses else ("Backup", "advertisement")
    return f"({name}) {who} received priority 0 {what} from {source}"


def outbid(name: str, advertisement: Advertisement, source: Address, ours: int) -> str:
    """We were MASTER, and this advertisement wins."""
    text = f"higher priority {advertisement.priority}, ours {ours}"
    if advertisement.priority == ours:
        text = f"same priority {ours} but higher IP address than ours"
    if advertisement.priority == PRIORITY_OWNER == ours:
        text += f". {TWO_OWNERS}"
    return f"({name}) Master received advert from {source} with {text}"


def rival(name: str, address: str, priority: int, ours: int) -> str:
    """We are MASTER, and another one speaks that loses to us."""
    text = f"lower priority {priority}, ours {ours}"
    if priority == ours:
        text = f"same priority {ours} but no higher IP address than ours"
    owners = f". {TWO_OWNERS}" if priority == PRIORITY_OWNER == ours else ""
    return f"({name}) Received advert from {address} with {text}, forcing new election: there were two masters{owners}"


def effective_priority(name: str, before: int, after: int) -> str:
    """The checks make another priority of the configured one."""
    return f"({name}) Changing effective priority from {before} to {after}"


def entering(name: str, state: str, reason: str) -> str:
    """The state has changed."""
    return f"({name}) Entering {state} STATE ({reason})"


def refused(name: str, source: Address, detail: str) -> str:
    """A packet for this instance was not believed. ``detail`` begins as keepalived's line does."""
    return f"({name}) {detail} (discarded a packet from {source})"


def stranger(vrid: Optional[int], interface: str, source: Address) -> str:
    """A packet for nobody here; without a ``vrid`` it was too short to say for whom."""
    if vrid is None:
        return f"VRRP packet too short on interface({interface}) from {source}. ignoring..."
    return f"Unknown VRID({vrid}) received on interface({interface}) from {source}. ignoring..."


def timeout(name: str) -> str:
    """The master has been silent for its time."""
    return f"({name}) Receive advertisement timeout"


def lower(name: str, advertisement: Advertisement, source: Address) -> str:
    """We are BACKUP, and somebody speaks whom we shall replace."""
    return f"({name}) received lower priority ({advertisement.priority}) advert from {source} - discarding"


def conflict(name: str, address: Address, found: Conflict, owner: bool) -> str:
    """Another host has one of our addresses. RFC 5227 calls what we do about it to defend the address."""
    remedy = conflict_remedy(owner)
    return (
        f"({name}) {found.host} on {found.interface} claims {address} too: some clients reach that host instead of us. "
        f"{remedy[0].upper()}{remedy[1:]}"
    )


def conflict_remedy(owner: bool) -> str:
    """What to do about a host that has an address of ours; of an ``owner`` (255) that host is likely the other node."""
    if not owner:
        return "take the address off that host"
    return (
        "is that host the other node: write a priority below 255 there, and give this node a second address that the "
        "other one hears it from. If not, take the address off it"
    )


def taken_off(address: str, interface: str) -> str:
    """Somebody has deleted one of our addresses."""
    return f"Netlink reflector reports IP {address} removed from {interface}"
