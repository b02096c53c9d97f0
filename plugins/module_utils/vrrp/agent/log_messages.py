# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the log lines of one instance in keepalived's words, so that existing alert rules match."""

from __future__ import annotations

from typing import Optional

from ..ip_types import Address
from ..protocol.constants import PRIORITY_OWNER
from ..protocol.explain import TWO_OWNERS
from ..protocol.packet import Advertisement
from .statistics import Conflict


def priority_zero(name: str, source: Address, holds_addresses: bool) -> str:
    """Return the line for a master on the segment that stops."""
    who, what = ("Master", "message") if holds_addresses else ("Backup", "advertisement")
    return f"({name}) {who} received priority 0 {what} from {source}"


def outbid(name: str, advertisement: Advertisement, source: Address, ours: int) -> str:
    """Return the line for a MASTER that hears an advertisement that wins."""
    text = f"higher priority {advertisement.priority}, ours {ours}"
    if advertisement.priority == ours:
        text = f"same priority {ours} but higher IP address than ours"
    if advertisement.priority == PRIORITY_OWNER == ours:
        text += f". {TWO_OWNERS}"
    return f"({name}) Master received advert from {source} with {text}"


def rival(name: str, address: str, priority: int, ours: int) -> str:
    """Return the line for a MASTER that hears another one that loses."""
    text = f"lower priority {priority}, ours {ours}"
    if priority == ours:
        text = f"same priority {ours} but no higher IP address than ours"
    owners = f". {TWO_OWNERS}" if priority == PRIORITY_OWNER == ours else ""
    return f"({name}) Received advert from {address} with {text}, forcing new election: there were two masters{owners}"


def effective_priority(name: str, before: int, after: int) -> str:
    """Return the line for a priority that the checks have changed."""
    return f"({name}) Changing effective priority from {before} to {after}"


def entering(name: str, state: str, reason: str) -> str:
    """Return the line for a change of state."""
    return f"({name}) Entering {state} STATE ({reason})"


def refused(name: str, source: Address, detail: str) -> str:
    """Return the line for a discarded packet of this instance. ``detail`` begins as keepalived's line does."""
    return f"({name}) {detail} (discarded a packet from {source})"


def stranger(vrid: Optional[int], interface: str, source: Address) -> str:
    """Return the line for a packet of no instance here. Without ``vrid`` it was too short to have one."""
    if vrid is None:
        return f"VRRP packet too short on interface({interface}) from {source}. ignoring..."
    return f"Unknown VRID({vrid}) received on interface({interface}) from {source}. ignoring..."


def timeout(name: str) -> str:
    """Return the line for a master that was silent for too long."""
    return f"({name}) Receive advertisement timeout"


def lower(name: str, advertisement: Advertisement, source: Address) -> str:
    """Return the line for a BACKUP that hears a router that it will take over from."""
    return f"({name}) received lower priority ({advertisement.priority}) advert from {source} - discarding"


def conflict(name: str, address: Address, found: Conflict, owner: bool) -> str:
    """Return the line for another host that has one of our addresses (RFC 5227: we defend the address)."""
    remedy = conflict_remedy(owner)
    return (
        f"({name}) {found.host} on {found.interface} claims {address} too: some clients reach that host instead of us. "
        f"{remedy[0].upper()}{remedy[1:]}"
    )


def conflict_remedy(owner: bool) -> str:
    """Say what to do about a host that has an address of ours. For an ``owner`` (255) it is likely the other node."""
    if not owner:
        return "take the address off that host"
    return (
        "is that host the other node: write a priority below 255 there, and give this node a second address that the "
        "other one hears it from. If not, take the address off it"
    )


def taken_off(address: str, interface: str) -> str:
    """Return the line for one of our addresses that was deleted by others."""
    return f"Netlink reflector reports IP {address} removed from {interface}"
