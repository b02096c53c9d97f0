# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``@hotstandby track_gateway``: one line -> TrackedGateway, and what such lines mean together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..problems import Findings, Invalid
from ..text.syntax import Statement
from ..trackers import TrackedGateway
from .converters import interface
from .converters_addresses import host
from .options import TIMES, TIMES_SYNTAX, options

if TYPE_CHECKING:
    from ..reader import Section, Setting

SYNTAX = f"ADDRESS {TIMES_SYNTAX} [interface NAME]"
_OPTIONS = {**TIMES, "interface": ("device", interface)}


def tracked_gateway(statement: Statement) -> TrackedGateway:
    """ADDRESS with its options in any order."""
    if not statement.values:
        raise Invalid("track_gateway names no address", hint="track_gateway 192.0.2.1")
    address = host(statement.values[0])
    return TrackedGateway(address, **options("track_gateway", statement.values[1:], _OPTIONS, SYNTAX))


def tracked_gateways(section: Section, findings: Findings) -> tuple[TrackedGateway, ...]:
    """The gateways of one vrrp_instance or vrrp_sync_group, each once for an interface."""
    own = section.get("interface")
    first: dict[Any, Setting] = {}
    for item in section.many.get("track.gateways", ()):
        gateway: TrackedGateway = item.value
        before = first.setdefault((gateway.address, gateway.device or own), item)
        if before is not item:
            text = f"track_gateway {gateway.address} is given twice, first in {before.start.seen_from(item.start)}"
            findings.error(item.start, text, hint="remove one")
        elif gateway.device is None and section.block.name == "vrrp_sync_group":
            findings.error(
                item.start,
                f"track_gateway {gateway.address} of a group names no interface",
                "a group has no interface of its own",
                f"track_gateway {gateway.address} interface eth0",
            )
    return tuple(item.value for item in first.values())


def no_virtual_gateways(root: Section, findings: Findings) -> None:
    """A virtual address answers from whoever is MASTER: from us, who do not hear ourselves, or from the peer."""
    sections = root.inside("vrrp_instance")
    virtual = {
        item.value.address.ip: item
        for section in sections
        for name in ("virtual_ipaddress", "virtual_ipaddress_excluded")
        for block in section.inside(name)
        for item in block.items
    }
    trackers = sections + root.inside("vrrp_sync_group")
    for item in (item for section in trackers for item in section.many.get("track.gateways", ())):
        owner = virtual.get(item.value.address)
        if owner is not None:
            findings.error(
                item.start,
                f"track_gateway {item.value.address} is a virtual address, in {owner.start.seen_from(item.start)}",
                "a gateway is a machine that is none of the pair",
                "name the router of the segment",
            )
