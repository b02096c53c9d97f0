# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several lines that track gateways, services or units mean together: each thing once, and none that is ours."""

from __future__ import annotations

from typing import Any

from ..problems import Findings
from ..reader import Section, Setting
from ..trackers import TrackedGateway, TrackedHttp, TrackedTcp


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


def once_each(section: Section, field: str, findings: Findings) -> tuple[Any, ...]:
    """The lines of one kind; the same thing twice is an error."""
    first: dict[Any, Any] = {}
    for item in section.many.get(field, ()):
        before = first.setdefault(_what(item.value), item)
        if before is not item:
            text = f"{item.statement.keyword} asks for the same thing as {before.start.seen_from(item.start)}"
            findings.error(item.start, text, hint="remove one")
    return tuple(item.value for item in first.values())


def _what(value: Any) -> tuple[Any, ...]:
    """What is asked for, without how often and what it weighs."""
    if isinstance(value, TrackedTcp):
        return value.host, value.port
    if isinstance(value, TrackedHttp):
        return value.url, value.host, value.body, value.status
    return (value.unit,)
