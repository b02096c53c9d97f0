# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says which addresses, routes and rules must be on this host together, and how they are treated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ...config.model.configuration import Globals, GratuitousArp, Instance, VirtualAddress
from ...config.model.routes import Route, Rule
from ...protocol.constants import PRIORITY_OWNER
from .desired import installed_by
from .lifetime import lifetime_s


@dataclass(frozen=True)
class AddressConfig:
    """It holds what one instance has while it is MASTER, or what is static.

    ``owner``: the addresses may be the host's own, which stay (priority 255). ``guarded``: ``no_accept`` drops packets
    to them. ``macvlan`` is the name of the macvlan that holds IPv4 addresses. ``lifetime_s`` is their lifetime in the
    kernel in seconds, 0 for ever.
    """

    name: str
    interface: str
    lives_on: str
    addresses: tuple[VirtualAddress, ...] = ()
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    garp: GratuitousArp = GratuitousArp()
    owner: bool = False
    guarded: bool = False
    promote_secondaries: bool = False
    macvlan: Optional[str] = None
    lifetime_s: int = 0

    @classmethod
    def of(cls, config: Instance, settings: Globals) -> AddressConfig:
        """Return what an instance asks for."""
        owner = config.priority == PRIORITY_OWNER
        return cls(
            name=config.name,
            interface=config.interface,
            lives_on=config.lives_on,
            addresses=installed_by(config),
            routes=config.routes,
            rules=config.rules,
            garp=config.garp,
            owner=owner,
            guarded=not config.accept and not owner,
            promote_secondaries=config.promote_secondaries,
            macvlan=config.lives_on if config.vmac is not None and config.ip_version == 4 else None,
            lifetime_s=lifetime_s(config, settings),
        )
