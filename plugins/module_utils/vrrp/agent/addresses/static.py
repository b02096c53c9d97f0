# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The static configuration is what this process sets on the host that belongs to no single instance.

Static addresses, routes and rules are there from the start to the end, in every state; the table of ``no_accept`` and
``promote_secondaries`` for as long as an instance asks for them. A successor takes all of it over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Optional, Protocol

from ...config.model.configuration import Configuration
from ...protocol.constants import PRIORITY_OWNER
from ..netlink.address_request import DesiredAddress
from ..netlink.links import AddressChanged, KernelChange
from ..netlink.ownership import InterfaceAddress, was_set
from ..netlink.routes import RouteKey
from ..scheduler import Scheduler
from .address_config import AddressConfig
from .address_ports import AddressPorts
from .no_accept import remove_leftover
from .virtual_addresses import INSTALL_RETRY_S, Lost, VirtualAddresses, names

NAME = "static"

TrackGroup = Optional[str]  # the track_group of what is static, None without one


class Member(Protocol):
    """A member is an instance as the static configuration sees it."""

    @property
    def name(self) -> str:
        """Return its name."""

    def routes_gone(self, keys: Collection[RouteKey], now: float) -> None:
        """Take that these routes and rules were deleted."""

    def interface_changed(self, now: float) -> None:
        """Look again at what keeps it from taking part."""


@dataclass(frozen=True)
class StaticSnapshot:
    """It keeps what a successor must know: the ``installed`` addresses, and ``removals`` of routes and rules."""

    installed: tuple[InterfaceAddress, ...] = ()
    removals: tuple[bytes, ...] = ()
    firewall: bool = False  # the table of this agent is there
    promoted: tuple[int, ...] = ()  # interfaces, by index, whose promote_secondaries was set


class StaticConfig:
    """It keeps the static addresses, routes and rules. Nothing is set before :meth:`begin`.

    ``remember`` is called when something that a successor must know has changed. ``members()`` returns all instances.
    """

    def __init__(
        self,
        ports: AddressPorts,
        scheduler: Scheduler,
        members: Callable[[], Iterable[Member]],
        remember: Callable[[], None],
    ) -> None:
        self._ports = ports
        self._scheduler = scheduler
        self._members = members
        self._remember = remember
        self._log = ports.log
        self._kernel = ports.kernel
        self._firewall = ports.firewall
        self._promotion = ports.promotion
        self._begun = False
        self._statics: dict[TrackGroup, VirtualAddresses] = {}
        self._track_groups: dict[str, tuple[str, ...]] = {}
        self._retrying = False
        self._said: tuple[str, ...] = ()  # the problems that instances know of

    def begin(self, configuration: Configuration, left: StaticSnapshot, lived_until: float) -> None:
        """Set the static ones, and take over what the process before this one has ``left``.

        That process ``lived_until`` then (monotonic seconds).
        """
        self._begun = True
        self._promotion.inherit(left.promoted)
        guarded = any(
            each.vmac or (not each.accept and each.priority != PRIORITY_OWNER) for each in configuration.instances
        )
        if left.firewall and not guarded and not self._firewall.used:
            remove_leftover()
        self._configure(configuration)
        if left.installed or left.removals:
            self._inherit(left, lived_until)
        for statics in self._statics.values():
            statics.install(self._scheduler.now())
        self._said = self._problems()
        self._retry_later()
        self._scheduler.call_soon(self._promotion.settle)  # by then each instance has said whether it wants it

    def apply(self, configuration: Configuration) -> None:
        """Take a changed configuration."""
        if not self._begun:
            return
        self._configure(configuration)
        for group, statics in list(self._statics.items()):
            statics.reconcile(self._scheduler.now())
            if not statics.wanted and not statics.missing and not statics.routes.wanted:
                del self._statics[group]
        self._retry_later()
        self._said = ()
        self._tell()

    def kernel_changed(self, changes: Collection[KernelChange], now: float) -> None:
        """Put back what is missing, and tell the instances which routes and rules have gone."""
        routes_gone = self._kernel.take_routes_gone()
        for instance in list(self._members()) if routes_gone else ():
            instance.routes_gone(routes_gone, now)
        if not self._statics or not (changes or routes_gone):
            return
        gone = [each.present for each in changes if isinstance(each, AddressChanged) and not each.added]
        for statics in self._statics.values():
            untracked = {(want.index, want.address) for want in statics.wanted if not want.track}
            for place in untracked.intersection((each.index, each.address) for each in gone):
                self._tell_put_back(statics.put_back(place, now))
        self._complete()

    def faults_of(self, instance: str) -> tuple[str, ...]:
        """Return why this instance cannot take part: clauses about what is missing of a track_group that names it."""
        groups = [group for group, members in self._track_groups.items() if instance in members]
        found = [self._statics[group] for group in groups if group in self._statics]
        return tuple(text for statics in found for text in problems(statics))

    def routes_held(self, asking: object) -> frozenset[bytes]:
        """Return the static routes and rules of others than ``asking``, as the requests that remove them."""
        found = [statics.routes.held for group, statics in self._statics.items() if asking != (self, group)]
        return frozenset().union(*found)

    def forget(self, instance: object) -> None:
        """Release what a stopped instance asked for: its part of the firewall table, and promote_secondaries."""
        self._firewall.release(instance)
        self._promotion.release(instance)

    def snapshot(self) -> StaticSnapshot:
        """Return what a successor must know of this."""
        installed = frozenset().union(*(each.installed for each in self._statics.values()))
        removals = frozenset().union(*(each.routes.installed for each in self._statics.values()))
        return StaticSnapshot(
            tuple(sorted(installed, key=str)),
            tuple(sorted(removals)),
            self._firewall.used,
            tuple(sorted(self._promotion.changed)),
        )

    def close(self, leave: bool) -> None:
        """Remove all of it as the process ends, or keep it for a successor (``leave``)."""
        for statics in self._statics.values():
            if not leave:
                statics.release()
        self._statics = {}
        self._firewall.close(leave)
        self._promotion.close(leave)

    def _configure(self, configuration: Configuration) -> None:
        self._track_groups = dict(configuration.track_groups)
        parts = by_group(configuration)
        for group in {**dict.fromkeys(self._statics), **parts}:
            part = parts.get(group, static_of(configuration, ()))
            if group in self._statics:
                self._statics[group].reconfigure(part)
            else:
                self._statics[group] = VirtualAddresses((self, group), part, self._ports)
            self._statics[group].look()

    def _inherit(self, left: StaticSnapshot, until: float) -> None:
        """Take over what is still wanted; remove the rest."""
        places, removals = set(left.installed), set(left.removals)
        for statics in self._statics.values():
            mine = places & {(want.index, want.address) for want in statics.wanted}
            ours = removals & {way.remove for way in statics.routes.wanted}
            statics.inherit(mine, ours, until)
            places, removals = places - mine, removals - ours
        if places or removals:
            self._log.warning(f"({NAME}) removing addresses and routes that were left behind.")
            self._kernel.remove_routes(sorted(removals))
            there = [place for place in places if was_set(place, self._kernel.table, places)]
            self._kernel.release([DesiredAddress(index, address) for index, address in there])

    def _tell(self) -> None:
        """Have the instances of all track_groups look again, if the problems have changed."""
        before, self._said = self._said, self._problems()
        if before == self._said:
            return
        members = {name for names in self._track_groups.values() for name in names}
        for instance in list(self._members()):
            if instance.name in members:
                instance.interface_changed(self._scheduler.now())

    def _problems(self) -> tuple[str, ...]:
        return tuple(text for statics in self._statics.values() for text in problems(statics))

    def _complete(self) -> None:
        for statics in self._statics.values():
            statics.look()
            statics.forget_refusals()
            self._tell_put_back(statics.complete(self._scheduler.now()))
        self._retry_later()
        self._tell()

    def _tell_put_back(self, lost: Collection[Lost]) -> None:
        if lost:
            self._log.warning(f"({NAME}) {names(lost)} was not there as it should be and was put back")
            self._remember()

    def _retry_later(self) -> None:
        if not self._retrying and self._problems():
            self._retrying = True
            self._scheduler.call_later(INSTALL_RETRY_S, self._retry)

    def _retry(self) -> None:
        self._retrying = False
        self._complete()


def problems(statics: VirtualAddresses) -> tuple[str, ...]:
    """Return clauses about what is not there."""
    missing = tuple(f"interface {name} does not exist" for name in statics.missing)
    return tuple(dict.fromkeys(missing + statics.hindrances + statics.refused))


def by_group(configuration: Configuration) -> dict[TrackGroup, AddressConfig]:
    """Return the static configuration of each track_group. As for an owner, what is there already is the host's own."""
    groups: dict[TrackGroup, None] = dict.fromkeys(each.track_group for each in configuration.static_addresses)
    groups.update(dict.fromkeys(each.track_group for each in configuration.static_routes))
    groups.update(dict.fromkeys(each.track_group for each in configuration.static_rules))
    return {group: static_of(configuration, (group,)) for group in groups}


def static_of(configuration: Configuration, groups: Collection[TrackGroup]) -> AddressConfig:
    """Return the static entries of these track_groups. They have no lifetime, and what the host has stays its own."""
    interface = configuration.globals.default_interface
    return AddressConfig(
        name=NAME,
        interface=interface,
        lives_on=interface,
        addresses=tuple(each for each in configuration.static_addresses if each.track_group in groups),
        routes=tuple(each for each in configuration.static_routes if each.track_group in groups),
        rules=tuple(each for each in configuration.static_rules if each.track_group in groups),
        owner=True,
    )
