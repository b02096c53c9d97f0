# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance has which virtual address: several may share one, and then nobody takes it off another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Optional

from ...config.model import Address, Instance
from ...protocol.constants import PRIORITY_OWNER
from ..instance import RunningInstance
from ..segment.wire import configured_source
from .addresses import installed_by, place_of
from .interfaces import Interface
from .ownership import Place


class AddressBook:
    """The virtual addresses of all instances."""

    def __init__(self) -> None:
        self._by_address: dict[Interface, list[RunningInstance]] = {}
        self._by_interface: dict[Optional[str], set[RunningInstance]] = {}  # None: any may be meant
        self._by_source: dict[Address, set[RunningInstance]] = {}
        self.virtual: frozenset[Interface] = frozenset()

    def fill(self, pairs: Iterable[tuple[RunningInstance, Instance]]) -> None:
        """Begin anew: each instance with what it has, or soon will have, in its configuration."""
        self._by_address, self._by_interface, self._by_source = {}, {}, {}
        for instance, config in pairs:
            for name in interfaces_of(config):
                self._by_interface.setdefault(name, set()).add(instance)
            for source in sources_of(config):
                self._by_source.setdefault(source, set()).add(instance)
            for entry in installed_by(config):
                known = self._by_address.setdefault(place_of(entry), [])
                if instance not in known:
                    known.append(instance)
        self.virtual = frozenset(self._by_address)

    def of(self, address: Interface) -> tuple[RunningInstance, ...]:
        """The instances that have this address."""
        return tuple(self._by_address.get(address, ()))

    def on(self, name: str) -> set[RunningInstance]:
        """The instances that something about this interface concerns."""
        return self._by_interface.get(name, set()) | self._by_interface.get(None, set())

    def speaking_from(self, address: Interface) -> set[RunningInstance]:
        """The instances that may speak from this address, or whose routes do, wherever it is."""
        return self._by_source.get(address.ip, set())

    def held_elsewhere(self, asking: object, addresses: Iterable[Interface]) -> frozenset[Place]:
        """Which of these addresses are held by instances other than the one that asks."""
        sharing = {each for address in addresses for each in self.of(address) if each is not asking}
        return frozenset().union(*(each.held for each in sharing))


def interfaces_of(config: Instance) -> Iterator[Optional[str]]:
    """The interfaces that an instance depends on; None where the kernel chooses one, for a route through a gateway."""
    yield from (config.interface, config.lives_on, config.speaks_on)
    yield from (entry.device for entry in installed_by(config) if entry.device)
    for route in config.routes:
        yield from (hop.device for hop in route.hops)
    for rule in config.rules:
        yield from (name for name in (rule.iif, rule.oif) if name)


def sources_of(config: Instance) -> Iterator[Address]:
    """The addresses that an instance may speak from wherever they are, those of its routes, and an owner's own."""
    configured = configured_source(config)
    if configured is not None:
        yield configured
    yield from (route.source for route in config.routes if route.source is not None)
    if config.priority == PRIORITY_OWNER:
        yield from (entry.address.ip for entry in installed_by(config))
