# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance has which virtual address: several may share one, and then nobody takes it off another."""

from __future__ import annotations

from collections.abc import Iterable

from ...config.model import Instance
from ..instance import RunningInstance
from .addresses import installed_by, place_of
from .interfaces import Interface
from .vips import Place


class AddressBook:
    """The virtual addresses of all instances."""

    def __init__(self) -> None:
        self._by_address: dict[Interface, list[RunningInstance]] = {}
        self.virtual: frozenset[Interface] = frozenset()

    def fill(self, pairs: Iterable[tuple[RunningInstance, Instance]]) -> None:
        """Begin anew: each instance with what it has, or soon will have, in its configuration."""
        self._by_address = {}
        for instance, config in pairs:
            for entry in installed_by(config):
                known = self._by_address.setdefault(place_of(entry), [])
                if instance not in known:
                    known.append(instance)
        self.virtual = frozenset(self._by_address)

    def of(self, address: Interface) -> tuple[RunningInstance, ...]:
        """The instances that have this address."""
        return tuple(self._by_address.get(address, ()))

    def held_elsewhere(self, asking: object, addresses: Iterable[Interface]) -> frozenset[Place]:
        """Which of these addresses are held by instances other than the one that asks."""
        sharing = {each for address in addresses for each in self.of(address) if each is not asking}
        return frozenset().union(*(each.held for each in sharing))
