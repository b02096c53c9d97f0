# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The macvlan that an instance with ``use_vmac`` lives on: which it must be, and why what is there is not it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ...config.model import Instance
from ...protocol.constants import VIRTUAL_MAC
from .interfaces import InterfaceTable, Link


@dataclass(frozen=True)
class Macvlan:
    """One macvlan that must be there."""

    name: str
    parent: str
    mac: bytes
    version: int  # of the addresses that live on it

    def is_it(self, link: Link, table: InterfaceTable) -> bool:
        """Whether ``link`` is this one, whoever made it."""
        below = table.names.get(self.parent)
        return (link.kind, link.mac, link.parent) == ("macvlan", self.mac, below.index if below else 0)


def macvlan_of(config: Instance) -> Optional[Macvlan]:
    """What an instance with ``use_vmac`` lives on, None for one without."""
    if config.vmac is None:
        return None
    version = config.ip_version
    mac = bytes.fromhex(config.vmac.mac.replace(":", "")) if config.vmac.mac else VIRTUAL_MAC[version]
    if len(mac) == 5:
        mac += bytes([config.virtual_router_id])
    return Macvlan(config.lives_on, config.interface, mac, version)


def fault_of(config: Instance, table: InterfaceTable) -> Optional[str]:
    """Why the macvlan of an instance cannot be used, as one clause for people."""
    wanted = macvlan_of(config)
    link = table.names.get(wanted.name) if wanted is not None else None
    if wanted is None:
        return None
    if link is None:
        return f"the macvlan {wanted.name} does not exist"
    if not wanted.is_it(link, table):
        return f"interface {wanted.name} is there already and is not the macvlan of this virtual router"
    # Its carrier is that of the interface below, which has its own say, and perhaps a delay.
    return None if link.up else f"the macvlan {wanted.name} is down"


def misfit_of(config: Instance) -> Optional[tuple[str, str]]:
    """What this machine does that the macvlan of an instance does not go with, and what to do about it."""
    if config.vmac is None or config.ip_version != 4 or setting("all", "rp_filter") != 1:
        return None
    text = f"packets for its addresses arrive on {config.lives_on} and are dropped: net.ipv4.conf.all.rp_filter is 1"
    return text, "set it to 0 or 2"


def setting(interface: str, name: str) -> Optional[int]:
    """A number in /proc/sys/net/ipv4/conf, None where there is none."""
    try:
        with open(f"/proc/sys/net/ipv4/conf/{interface}/{name}", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
