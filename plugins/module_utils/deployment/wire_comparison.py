# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It compares what our agent would send with what keepalived sends, for each instance of a configuration. Pure.

On the master both packets are of this node, so only :data:`.packet_fields.BY_NATURE` may differ. On the standby ours is
made as if it were the master's, and the standby's own agent has to accept what it hears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Optional

from ..vrrp.agent.addresses.desired import installed_by, place_of, source_address
from ..vrrp.agent.netlink.links import InterfaceTable
from ..vrrp.agent.network import ip_headers
from ..vrrp.agent.network.authentication import Authenticator
from ..vrrp.config.model.configuration import Configuration, Instance
from ..vrrp.ip_types import Address
from ..vrrp.protocol.constants import AH_PROTOCOL
from ..vrrp.protocol.validation import Discard, accept
from .packet_fields import BY_NATURE, OWN, FieldDifference, differences
from .wire_listener import Heard

PRIORITY = "priority"


@dataclass(frozen=True)
class Priority:
    """It is what keepalived itself says of an instance: its priority in the file, and with its checks."""

    base: int
    effective: int


def instance_of(heard: Heard, configuration: Configuration) -> Optional[Instance]:
    """Return the instance of an advertisement: that with its interface, virtual router id and IP version."""
    received = heard.received
    wanted = heard.interface, received.payload[1], received.source.version
    found = [each for each in configuration.instances if _identity(each) == wanted]
    for each in found:
        if not each.shares_vrid or received.source in each.unicast_peers:
            return each
    return found[0] if found else None


def compare(
    configuration: Configuration,
    heard: Sequence[Heard],
    table: InterfaceTable,
    keepalived: Mapping[str, Priority],
    wall: float,
) -> list[dict[str, Any]]:
    """Return for each instance what was compared. ``wall`` is the time of the node, UTC in seconds.

    ``problems`` are sentences: they stop a migration. ``differences`` are all fields that differ, with ``by_nature``,
    the reason why a field may.
    """
    own = {entry.address.ip for known in table.addresses.values() for entry in known.values()}
    newest: dict[str, Heard] = {}
    for each in heard:
        instance = instance_of(each, configuration)
        if instance is not None and each.received.payload[2]:  # priority 0 says that its sender stops
            newest[instance.name] = each
    return [
        _compared(each, newest.get(each.name), own, table, keepalived.get(each.name), wall)
        for each in configuration.instances
    ]


def _identity(instance: Instance) -> tuple[str, int, int]:
    return instance.interface, instance.virtual_router_id, instance.ip_version


def _compared(
    instance: Instance,
    heard: Optional[Heard],
    own: set[Address],
    table: InterfaceTable,
    said: Optional[Priority],
    wall: float,
) -> dict[str, Any]:
    result: dict[str, Any] = {"name": instance.name, "sender": None, "sends": False, "octets": 0, "differences": []}
    if heard is None:
        text = f"{instance.name}: nobody advertises virtual router id {instance.virtual_router_id}"
        return {**result, "problems": [f"{text} on {instance.interface}: there is nothing to compare with"]}
    received = heard.received
    sends = heard.sent or received.source in own
    source = our_source(instance, table) if sends else received.source
    ours = packet(
        instance if sends else _in_place_of(instance, heard), source, received.payload[2], received.destination
    )
    found = differences(ours, heard.packet) if ours else []
    told = [_told(each, _why(each.field, sends)) for each in found]
    problems = [_problem(instance, each) for each in found if each.field not in BY_NATURE]
    if not ours:
        problems.append(
            f"{instance.name}: our agent would not send to {received.destination}, and keepalived does"
            if source is not None
            else f"{instance.name}: {instance.interface} has no address from which our agent would send"
        )
    if sends:
        priority = _priority(instance, received.payload[2], said)
        told += [_told(priority[0], priority[1])] if priority else []
        problems += [_problem(instance, priority[0])] if priority and not priority[1] else []
    else:
        discard = discarded(instance, heard, our_source(instance, table), wall)
        text = f"{instance.name}: our agent would discard what {received.source} sends"
        problems += [f"{text}: {discard}"] if discard else []
    return {
        **result,
        "sender": str(received.source),
        "sends": sends,
        "octets": len(heard.packet),
        "differences": told,
        "problems": problems,
    }


def our_source(instance: Instance, table: InterfaceTable) -> Optional[Address]:
    """Return the address from which our agent would send on this node."""
    if instance.configured_source is not None:
        return instance.configured_source
    virtual = frozenset(place_of(entry) for entry in installed_by(instance))
    return source_address(instance.interface, virtual, table, instance.ip_version)


def packet(instance: Instance, source: Optional[Address], priority: int, destination: Address) -> Optional[bytes]:
    """Return the packet that our agent would send from ``source``; None where it would send none there."""
    authenticator = Authenticator(instance)
    authenticator.take(instance, source)
    return next((each for each, text in authenticator.packets(priority) if text == str(destination)), None)


def _in_place_of(instance: Instance, heard: Heard) -> Instance:
    """Return the instance as the sender of a unicast advertisement has it: its peer is this node."""
    destination = heard.received.destination
    if not instance.unicast_peers or destination.is_multicast:
        return instance
    return replace(instance, unicast_peers=(destination,))


def discarded(instance: Instance, heard: Heard, source: Optional[Address], wall: float) -> str:
    """Return why our agent would discard an advertisement; "" where it would take it."""
    authenticator, received = Authenticator(instance, lambda: wall), heard.received
    authenticator.take(instance, source)
    inside_ah = received.source.version == 4 and heard.packet[ip_headers.PROTOCOL_AT] == AH_PROTOCOL
    try:
        authenticator.check_ah(inside_ah, heard.packet)
        accept(received.payload, received.source, received.destination, received.hops, authenticator.expectation, wall)
    except Discard as discard:
        return discard.detail
    return ""


def _priority(instance: Instance, advertised: int, said: Optional[Priority]) -> Optional[tuple[FieldDifference, str]]:
    """Return how the advertised priority differs from that of the file, and the reason where keepalived has one."""
    if advertised == instance.priority:
        return None
    why = ""
    if said is not None and (said.base, said.effective) == (instance.priority, advertised):
        why = "keepalived's checks change it at the moment"
    return FieldDifference(PRIORITY, str(instance.priority), str(advertised)), why


def _why(field: str, sends: bool) -> str:
    return BY_NATURE.get(field, "" if sends or field not in OWN else "each node has its own")


def _told(difference: FieldDifference, why: str) -> dict[str, str]:
    return {**asdict(difference), "by_nature": why}


def _problem(instance: Instance, difference: FieldDifference) -> str:
    text = f"{instance.name}: {difference.field}: our agent would send {difference.ours}"
    return f"{text}, keepalived sends {difference.theirs}"
