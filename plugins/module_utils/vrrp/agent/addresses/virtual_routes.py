# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent sets the routes and rules of an instance right after its addresses, and removes them before these."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...config.model.routes import Route, Rule
from ..netlink.routes import ANY, KernelRoute, RouteKey, listed, resolve, unusable
from .address_ports import AddressPorts

HARMLESS_ON_REMOVE = (errno.ESRCH, errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@dataclass(frozen=True)
class RouteRefused:
    """It names a route or rule that the kernel refused, and why, in one clause."""

    way: KernelRoute
    text: str


class VirtualRoutes:
    """It keeps the routes and rules of one holder, ``key``. Its name stands before the lines of the log."""

    def __init__(self, key: object, name: str, ports: AddressPorts) -> None:
        self.wanted: tuple[KernelRoute, ...] = ()
        self.faults: dict[str, str] = {}  # by interface
        self._name = name
        self._key = key
        self._ports = ports
        self._configured: tuple[tuple[Route, ...], tuple[Rule, ...]] = ((), ())
        self._installed: dict[bytes, KernelRoute] = {}  # ours, by the request that removes it
        self._there: set[bytes] = set()  # what the kernel has as far as we know, the host's own included
        self._inherited: frozenset[bytes] = frozenset()
        self._waiting: tuple[KernelRoute, ...] = ()  # for their source address, which is not usable yet
        self._given_up: set[bytes] = set()  # not tracked, and deleted by another program

    def rename(self, name: str) -> None:
        """Take another name for the lines of the log."""
        self._name = name

    @property
    def held(self) -> frozenset[bytes]:
        """Return those that no other instance may remove now, as the requests that remove them."""
        return frozenset(self._installed)

    @property
    def installed(self) -> frozenset[bytes]:
        """Return those that we or the process before us have set, as the requests that remove them."""
        return self._inherited | self.held

    def inherit(self, removals: Iterable[bytes]) -> None:
        """Take over what a process before this one has installed."""
        self._inherited = frozenset(removals)

    def configure(self, routes: tuple[Route, ...], rules: tuple[Rule, ...]) -> None:
        """Take the routes and rules of a configuration; :meth:`look` turns them into requests."""
        self._configured = routes, rules

    def look(self) -> bool:
        """Find the interfaces. Returns whether something else is wanted than before."""
        before = self.wanted
        self.wanted, self.faults = resolve(*self._configured, self._ports.kernel.table)
        if self.wanted and not before:
            self._ports.kernel.watch_routes()
        return self.wanted != before

    def is_there(self, way: KernelRoute) -> bool:
        """Return whether the kernel has it, as far as it told us. For the status."""
        return way.remove in self._there

    def install(self) -> list[RouteRefused]:
        """Set all of them. What is there already stays; it is ours when it carries our protocol number."""
        self._given_up.clear()
        if not self.wanted and not self._inherited:
            return []
        refused = self._add(self.wanted)[1]
        self._remove_strangers()
        return refused

    def complete(self) -> tuple[list[KernelRoute], list[RouteRefused]]:
        """Set what a new interface makes possible, and what was lost together with an interface or an address."""
        self._remove_unwanted()
        back, refused = self._add([way for way in self.wanted if way.remove not in self._given_up])
        return back, [each for each in refused if each.way.track]

    def gone(self, keys: Collection[RouteKey]) -> tuple[list[KernelRoute], list[RouteRefused]]:
        """Take that these were deleted, and set again those that are ours."""
        mine = [way for way in self.wanted if way.key in keys or ANY in keys]
        for way in mine:
            if not way.track:
                self._there.discard(way.remove)
                if ANY not in keys and not self._taken(way):
                    self._given_up.add(way.remove)
        return self._add([way for way in mine if way.track])

    def source_usable(self) -> list[RouteRefused]:
        """Set those that waited for a source address: one is usable now. Returns those that the kernel refused."""
        waiting, self._waiting = self._waiting, ()
        return self._add([way for way in waiting if way in self.wanted])[1]

    @property
    def waits(self) -> bool:
        """Return whether a route waits for its source address, which cannot be used yet."""
        return bool(self._waiting)

    def reconcile(self) -> list[RouteRefused]:
        """Remove what the new configuration no longer has, and set what it adds. Returns what the kernel refused."""
        self._remove_unwanted()
        added = [way for way in self.wanted if way.remove not in self._there]
        if added:
            self._ports.log.info(f"({self._name}) setting {texts(added)}")
        # All of them: the address that has just gone may have taken some along.
        self._given_up.clear()
        return self._add(self.wanted)[1]

    def _remove_unwanted(self) -> None:
        wanted = {way.remove for way in self.wanted}
        leaving = [way for removal, way in self._installed.items() if removal not in wanted]
        if leaving:
            self._ports.log.info(f"({self._name}) removing {texts(leaving)}")
            self._remove(way.remove for way in leaving)

    def release(self) -> None:
        """Remove ours, except what another instance holds as well."""
        self._remove(reversed(list(self._installed)))
        self._inherited = frozenset()
        self._waiting = ()
        self._there.clear()
        self._given_up.clear()

    def remove_leftovers(self) -> None:
        """Remove what the process before this one left: this instance is not MASTER yet."""
        signed = {way.remove for way in self.wanted if way.signed}
        left, self._inherited = self._inherited | signed, frozenset()
        self._tell_left_behind(self._remove(left))

    def _remove_strangers(self) -> None:
        known = {way.remove for way in self.wanted}
        left, self._inherited = self._inherited - known, frozenset()
        self._tell_left_behind(self._remove(left))

    def _tell_left_behind(self, count: int) -> None:
        if count:
            self._ports.log.warning(f"({self._name}) removed {count} routes or rules that were left behind.")

    def _add(self, ways: Iterable[KernelRoute]) -> tuple[list[KernelRoute], list[RouteRefused]]:
        """Set these. Returns those that were not there, and those that the kernel refused."""
        ready: list[KernelRoute] = []
        waiting: list[KernelRoute] = []
        for way in ways:
            if way.track or not self._idle(way):
                (waiting if self._has_to_wait(way) else ready).append(way)
        self._waiting = tuple(dict.fromkeys(self._waiting + tuple(waiting)))
        if not ready:
            return [], []
        new, refused = [], []
        for way, code in zip(ready, self._ports.kernel.add_routes(ready)):
            if code == 0:
                new.append(way)
            elif code == errno.ENODEV and self._is_deleted(way):
                self._there.discard(way.remove)
                continue
            elif code != errno.EEXIST and not self._listed(way):
                refused.append(RouteRefused(way, f"cannot set {way.what} {way.text}: {os.strerror(code)}"))
                self._there.discard(way.remove)
                continue
            self._there.add(way.remove)
            if code == 0 or way.signed or way.remove in self._inherited:
                self._installed[way.remove] = way
        return new, refused

    def _is_deleted(self, way: KernelRoute) -> bool:
        """Return whether an interface of it is deleted, and the event that says so has not been read."""
        names = self._ports.kernel.table.names
        return any(self._ports.kernel.is_deleted(names[name].index) for name in way.devices if name in names)

    def _idle(self, way: KernelRoute) -> bool:
        """Return whether nothing can be sent through its interfaces: the kernel refuses it until they are up."""
        return bool(unusable(way.devices, self._ports.kernel.table))

    def _taken(self, way: KernelRoute) -> bool:
        """Return whether the kernel has removed it with its interface: it sends such events for IPv6 routes only."""
        return way.key[1] == socket.AF_INET6 and self._idle(way)

    def _listed(self, way: KernelRoute) -> bool:
        """Return whether the kernel has what it would refuse now: a rule can hide the gateway of a set route."""
        if way.remove not in self._there or way.key[0] or not way.signed:
            return False
        try:
            return way.key in listed(way.key[1], way.key[2])
        except OSError:
            return False

    def _has_to_wait(self, way: KernelRoute) -> bool:
        """Return whether its IPv6 source address is tentative: the kernel refuses such a route."""
        if way.source is None:
            return False
        entries = self._ports.kernel.table.entries(way.source)
        return bool(entries) and all(entry.tentative for entry in entries)

    def _remove(self, removals: Iterable[bytes]) -> int:
        """Remove these, unless others hold them. Returns how many were there."""
        leaving = [(removal, self._installed.pop(removal, None)) for removal in list(removals)]
        if not leaving:
            return 0
        held = self._ports.routes_held_elsewhere(self._key)
        self._there.difference_update(removal for removal, _way in leaving)
        asked = [(removal, way) for removal, way in leaving if removal not in held]
        if not asked:
            return 0
        codes = self._ports.kernel.remove_routes([removal for removal, _way in asked])
        for (_removal, way), code in zip(asked, codes):
            if code and code not in HARMLESS_ON_REMOVE:
                text = f"{way.what} {way.text}" if way is not None else "a route or rule that was left behind"
                self._ports.log.error(f"({self._name}) cannot remove {text}: {os.strerror(code)}")
        return codes.count(0)


def texts(ways: Sequence[KernelRoute]) -> str:
    """Return them as one text for people."""
    return ", ".join(f"{way.what} {way.text}" for way in ways)
