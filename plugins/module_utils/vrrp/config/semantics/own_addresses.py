# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds sources and peers that are virtual addresses of the same file: only a MASTER has these. Pure."""

from __future__ import annotations

from typing import Any

from ...protocol.constants import PRIORITY_OWNER
from ..syntax.diagnostics import Diagnostics, show
from .sections import Section, Setting

_BLOCKS = ("virtual_ipaddress", "virtual_ipaddress_excluded")
_SOURCES = ("unicast_src_ip", "mcast_src_ip")


def judge_virtual_hosts(root: Section, findings: Diagnostics) -> None:
    """Warn of each. An instance's own virtual address as its source is checked with the rest of that instance."""
    virtual: dict[Any, tuple[Section, Setting]] = {}
    for section in root.inside("vrrp_instance"):
        for item in (item for name in _BLOCKS for block in section.inside(name) for item in block.items):
            virtual.setdefault(_host(item.value.address.ip, item.value.device, section), (section, item))
    for section in root.inside("vrrp_instance"):
        named = [section.settings[name] for name in _SOURCES if name in section.settings]
        source = max(named, key=lambda setting: setting.start, default=None)
        peers = [item for block in section.inside("unicast_peer") for item in block.items]
        if source is not None:
            _source(section, source, bool(peers), virtual, findings)
        for item in peers:
            holder, there = virtual.get(_host(item.value.address, None, section), (None, item))
            if holder is not None and (source is None or item.value.address != source.value):
                findings.warning(
                    item.start,
                    f"unicast_peer {item.value.address} is a virtual address of {show(holder.name)}, in"
                    f" {there.start.seen_from(item.start)}",
                    "The MASTER of it speaks to itself",
                    "name an address that the other node keeps",
                )


def _source(section: Section, source: Setting, unicast: bool, virtual: dict[Any, Any], findings: Diagnostics) -> None:
    holder, there = virtual.get(_host(source.value, None, section), (section, source))
    if holder is section or holder.get("priority") == PRIORITY_OWNER:
        return
    # To the IPv4 multicast group a node can send from any address, also from one that it does not have.
    needed = unicast or source.value.version == 6 or section.has("track_src_ip")
    rule = f"It is in FAULT while {show(holder.name)} is not MASTER here"
    findings.warning(
        source.place,
        f"{source.statement.keyword} {source.value} is a virtual address of {show(holder.name)}, in"
        f" {there.start.seen_from(source.place)}",
        rule if needed else "The kernel of whoever is MASTER of that one drops what comes from it",
        "name an address of this node's own",
    )


def _host(address: Any, device: Any, section: Section) -> tuple[Any, Any]:
    """Return a key for a host: a link-local address needs its interface, any other address is of one host."""
    return address, (device or section.get("interface")) if address.is_link_local else None
