# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It keeps the instances of the configuration, those that leave, and which of them has which virtual address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Optional

from ..config.model.configuration import Instance
from ..ip_types import Address, Interface
from ..protocol.constants import PRIORITY_OWNER
from .addresses.desired import installed_by, place_of
from .instance import VrrpInstance
from .netlink.ownership import InterfaceAddress
from .notify.scripts import NotifyQueue
from .track.interface import longest_down_s


class Instances:
    """It keeps all instances of a daemon. ``running`` are those of the configuration by name, in the file's order.

    ``leaving`` are those that the configuration no longer has but that still hold addresses. Several instances may have
    the same virtual address; then none removes it while another holds it.
    """

    def __init__(self) -> None:
        self.running: dict[str, VrrpInstance] = {}
        self.leaving: list[VrrpInstance] = []
        self._former: list[NotifyQueue] = []  # of removed instances; their scripts may run yet
        self._by_address: dict[Interface, list[VrrpInstance]] = {}
        self._by_interface: dict[Optional[str], set[VrrpInstance]] = {}  # None: any interface
        self._by_source: dict[Address, set[VrrpInstance]] = {}
        self.virtual: frozenset[Interface] = frozenset()  # the virtual addresses of all of them

    def all(self) -> Iterator[VrrpInstance]:
        """Return those of the configuration, then those that leave."""
        yield from self.running.values()
        yield from self.leaving

    def by_name(self, name: object) -> Optional[VrrpInstance]:
        """Return the instance of the configuration that has this name, None when there is none."""
        return self.running.get(name) if isinstance(name, str) else None

    def former_queue(self, name: str) -> Optional[NotifyQueue]:
        """Return the notifications of the instance that had this name before: its scripts may run yet."""
        return next((queue for queue in self._former if queue.name == name), None)

    def add(self, instance: VrrpInstance) -> None:
        """Add an instance of the configuration."""
        # Another interface or virtual router id makes another instance, but notify scripts and FIFOs know names only.
        for other in self.leaving:
            if other.name == instance.name:
                other.replace()
        self.running[instance.name] = instance

    def remove(self, instance: VrrpInstance) -> None:
        """Take an instance out of those of the configuration. It leaves until :meth:`forget_stopped`."""
        del self.running[instance.name]
        self.leaving.append(instance)
        self._former = [queue for queue in self._former if not queue.idle] + [instance.reporter.notifications]

    def rename(self, named: Iterable[tuple[str, VrrpInstance]]) -> None:
        """Give those of the configuration these names, in this order."""
        self.running = dict(named)

    def forget_stopped(self) -> list[VrrpInstance]:
        """Forget those that leave and hold no address any more, and return them."""
        stopped = [instance for instance in self.leaving if not instance.router.holds_addresses]
        if stopped:
            self.leaving = [instance for instance in self.leaving if instance not in stopped]
        return stopped

    def notify_queues(self) -> set[NotifyQueue]:
        """Return the notifications of all, of former ones too."""
        return {*(instance.reporter.notifications for instance in self.all()), *self._former}

    # The index of addresses

    def index(self, pairs: Iterable[tuple[VrrpInstance, Instance]]) -> None:
        """Index the addresses again: each instance with a configuration that it has, or soon will have."""
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

    def having(self, address: Interface) -> tuple[VrrpInstance, ...]:
        """Return the instances that have this address."""
        return tuple(self._by_address.get(address, ()))

    def on(self, name: str) -> set[VrrpInstance]:
        """Return the instances that depend on this interface."""
        return self._by_interface.get(name, set()) | self._by_interface.get(None, set())

    def speaking_from(self, address: Interface) -> set[VrrpInstance]:
        """Return the instances that use this as a source address, or whose routes do, on any interface."""
        return self._by_source.get(address.ip, set())

    def held_elsewhere(self, asking: object, addresses: Iterable[Interface]) -> frozenset[InterfaceAddress]:
        """Return those of these addresses that instances other than ``asking`` hold."""
        sharing = {each for address in addresses for each in self.having(address) if each is not asking}
        return frozenset().union(*(each.held for each in sharing))

    def routes_held(self, asking: object) -> frozenset[bytes]:
        """Return the routes and rules of instances other than ``asking``, as the requests that remove them."""
        return frozenset().union(*(each.addresses.routes.held for each in self.all() if each is not asking))

    # Interfaces

    def look_at_interfaces(self, now: float) -> None:
        """Have all of them look at their interfaces again."""
        for instance in list(self.all()):
            instance.interface_changed(now)

    def longest_down_s(self, interface: str) -> Optional[float]:
        """Return for how many seconds an interface may be down before its backups must know; None without instances."""
        bounds_s = (
            longest_down_s(
                each.config.down_timer_adverts, min(each.config.advert_int_cs, each.router.master_interval_cs)
            )
            for each in self.running.values()
            if each.config.interface == interface
        )
        return min(bounds_s, default=None)


def interfaces_of(config: Instance) -> Iterator[Optional[str]]:
    """Yield the interfaces that an instance depends on; None where the kernel chooses one, for a route via gateway."""
    yield from (config.interface, config.lives_on, config.speaks_on)
    yield from (entry.device for entry in installed_by(config) if entry.device)
    for route in config.routes:
        yield from (hop.device for hop in route.hops)
    for rule in config.rules:
        yield from (name for name in (rule.iif, rule.oif) if name)


def sources_of(config: Instance) -> Iterator[Address]:
    """Yield the possible source addresses of an instance on any interface, of its routes, and the owner's addresses."""
    configured = config.configured_source
    if configured is not None:
        yield configured
    yield from (route.source for route in config.routes if route.source is not None)
    if config.priority == PRIORITY_OWNER:
        yield from (entry.address.ip for entry in installed_by(config))
