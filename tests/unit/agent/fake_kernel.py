# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of the kernel keeps addresses, routes and rules, and the order of what was asked."""

from __future__ import annotations

import errno
import os
from ipaddress import ip_interface

from vrrp.agent.netlink.links import ActualAddress, AddressChanged, InterfaceTable


class FakeKernel:
    """It keeps the addresses that were set; ``done`` has all requests in order.

    ``refuses`` is the error of setting an address; ``stale`` is as in the real one. ``routes`` are the routes and rules
    that are there, by the ``remove`` of a KernelRoute; setting one that is in ``no_way`` fails with the error there.
    """

    refuses = None
    stale = False

    def __init__(self, done, filled: InterfaceTable) -> None:
        self.table = filled
        self.done = done
        self.lifetimes_s: dict = {}
        self.routes: set = set()
        self.no_way: dict = {}
        self.deleted: set = set()  # interfaces, by index, whose event has not been read
        self.renewed: list = []
        self.routes_gone: set = set()

    def take_routes_gone(self):
        gone, self.routes_gone = self.routes_gone, set()
        return gone

    def prepare(self, wanted, lifetime_s):
        pass

    def renewals(self, leases):
        return [f"{want.address} {lifetime_s}" for want, lifetime_s in leases]

    def renew(self, batches):
        self.renewed += batches

    def watch_routes(self):
        pass

    def ask(self, requests):
        self.done.append(("ask", len(requests)))
        return [0 for _request in requests]

    def is_deleted(self, index):
        return index in self.deleted

    def add_routes(self, ways):
        return [self._add_route(way) for way in ways]

    def _add_route(self, way):
        self.done.append(("add", way.what))
        if way.remove in self.no_way:
            return self.no_way[way.remove]
        if way.remove in self.routes:
            return errno.EEXIST
        self.routes.add(way.remove)
        return 0

    def remove_routes(self, removals):
        return [self._remove_route(removal) for removal in removals]

    def _remove_route(self, removal):
        self.done.append(("remove", removal))
        if removal not in self.routes:
            return errno.ESRCH
        self.routes.remove(removal)
        return 0

    def install(self, wanted, lifetime_s=0):
        self.lifetimes_s.update((want.address, lifetime_s) for want in wanted)
        self.done.append(("install", *(str(want.address) for want in wanted)))
        if self.refuses is not None:
            return [f"cannot set {want.address} on eth0: {self.refuses}" for want in wanted]
        for want in wanted:
            self.table.remember(ActualAddress(want.index, want.address))
        return []

    def release(self, wanted):
        self.done.append(("release", *(str(want.address) for want in wanted)))
        for want in wanted:
            self.table.forget(want.index, want.address)
        return []

    def somebody_deletes(self, address: str, index=2) -> AddressChanged:
        present = ActualAddress(index, ip_interface(address))
        self.table.forget(index, present.address)
        return AddressChanged(present, added=False)


class LoopKernel(FakeKernel):
    """A kernel for a whole agent: :meth:`happens` makes events, which the agent reads when it is told to."""

    def __init__(self, filled: InterfaceTable) -> None:
        super().__init__([], filled)
        self._pipe = os.pipe()
        self.events: list = []

    def fileno(self) -> int:
        return self._pipe[0]

    def close(self) -> None:
        for end in self._pipe:
            os.close(end)

    def wake(self) -> None:
        """Tell the loop that there is something to read."""
        os.write(self._pipe[1], b"x")

    def happens(self, *changes) -> None:
        self.events += changes

    def read_events(self):
        events, self.events = self.events, []
        return events
