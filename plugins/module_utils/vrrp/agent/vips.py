# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual addresses of one instance: what must be on which interface, against what is.

Addresses are reconciled, not toggled. The host's own (of an owner, priority 255) are never touched.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from ..config.model import Globals, Instance
from ..protocol.constants import PRIORITY_OWNER
from ..protocol.states import NEVER
from .addresses import Wanted, absent, duplicated, present, resolve
from .edge import Edge
from .interfaces import Interface
from .lease import lifetime_s

INSTALL_RETRY_S = 10.0  # after the kernel refused a virtual address

Place = tuple[int, Interface]  # interface index and address


class VirtualAddresses:
    """``key`` is who has them: bursts and leases are kept under it."""

    def __init__(self, key: Hashable, config: Instance, settings: Globals, edge: Edge) -> None:
        self.wanted: tuple[Wanted, ...] = ()  # those whose interfaces are there
        self.missing: tuple[str, ...] = ()  # the interfaces that are not
        self.refused: tuple[str, ...] = ()  # what the kernel said no to, until it is tried again
        self.retry_at = NEVER
        self._key = key
        self._config = config
        self._lifetime_s = lifetime_s(config, settings)
        self._edge = edge
        self._installed: tuple[Wanted, ...] = ()  # what goes on release, whatever the interface is called by then
        self._inherited: frozenset[Place] = frozenset()  # what a process before this one has installed
        self._owned: frozenset[Place] = frozenset()  # the host's own among the virtual addresses

    @property
    def held(self) -> frozenset[Place]:
        """What nobody else may take off now."""
        return frozenset((want.index, want.address) for want in self._installed)

    @property
    def installed(self) -> frozenset[Place]:
        """What we have put there, or the process before us."""
        return self._inherited.union((want.index, want.address) for want in self._removable(self._installed))

    @property
    def owned(self) -> tuple[Interface, ...]:
        """The virtual addresses that are the host's own, known once it has been MASTER: they never leave this host."""
        return tuple(want.address for want in self.wanted if self._is_owned(want))

    @property
    def owns_source(self) -> frozenset[Interface]:
        """The address owner (priority 255) speaks from the very address that is virtual."""
        if self._config.priority != PRIORITY_OWNER:
            return frozenset()
        return frozenset(entry.address for entry in self._config.addresses)

    def inherit(self, places: Iterable[Place]) -> None:
        """Take over what a process before this one has installed: it is ours, not the host's own."""
        self._inherited = frozenset(places)

    def reconfigure(self, config: Instance, settings: Globals) -> bool:
        """Take a changed configuration. Returns whether the lifetime is another one."""
        before, self._lifetime_s = self._lifetime_s, lifetime_s(config, settings)
        self._config = config
        self.refused = ()
        return before != self._lifetime_s

    def look(self) -> None:
        """Find the interfaces."""
        before = self.wanted
        self.wanted, self.missing = resolve(self._config.addresses, self._config.interface, self._edge.kernel.table)
        if self.wanted != before:
            self.refused = ()  # the refusal was about another interface
            self._edge.kernel.prepare(self.wanted, self._lifetime_s)

    def install(self, now: float) -> None:
        """Put all of them on. What the kernel refuses is in ``refused``, and is to be tried again at ``retry_at``."""
        self._set(self.wanted, now)

    def release(self) -> None:
        """Take ours off, except what another instance holds as well."""
        self._edge.announcer.cancel(self._key)
        self._edge.leases.hold(self._key, (), 0)
        mine, self._installed = self._leaving(self._installed), ()
        self._inherited = frozenset()
        self._report(self._edge.kernel.release(mine))

    def remove_leftovers(self) -> None:
        """Take off what a predecessor left behind: nobody has made us MASTER yet."""
        there = self.wanted
        if self._config.priority == PRIORITY_OWNER:  # others than inherited ones may be the host's own
            there = tuple(want for want in self.wanted if (want.index, want.address) in self._inherited)
        self._remove_left_behind(present(self._leaving(there), self._edge.kernel.table))
        self._remove_strangers()

    def complete(self, now: float) -> tuple[Wanted, ...]:
        """While MASTER: put back whatever is not there, announced. Returns it."""
        self._note_owned()
        self._installed = tuple(dict.fromkeys(self._installed + self.wanted))
        lost = self._lost(self.wanted)
        self._set_and_announce(lost, now)
        return lost

    def put_back(self, place: Place, now: float) -> tuple[Wanted, ...]:
        """While MASTER: somebody deleted this one. Returns it when it was ours and has been put back."""
        mine = [want for want in self.wanted if (want.index, want.address) == place]
        lost = self._lost(mine)
        self._set_and_announce(lost, now)
        return lost

    def reconcile(self, now: float) -> None:
        """While MASTER: what the new configuration has no more goes, what it adds comes and is announced."""
        gone = [want for want in self._leaving(self._installed) if want not in self.wanted]  # or: with another label
        if gone:
            self._edge.log.info(f"({self._config.name}) removing VIPs {names(gone)}")
            self._report(self._edge.kernel.release(gone))
        self._note_owned()
        self._installed = self.wanted
        added = absent(self.wanted, self._edge.kernel.table)
        if added:
            self._edge.log.info(f"({self._config.name}) setting VIPs {names(added)}")
        self._set_and_announce(added, now)
        self._lease()

    def renew_differently(self) -> None:
        """While MASTER: the lifetime has changed."""
        self._report(self._edge.kernel.install(self._removable(self._installed), self._lifetime_s))
        self._lease()

    def announce(self, repeat: int) -> None:
        """Tell the segment that they live here."""
        self._announce(self.wanted, repeat)

    def _set(self, wanted: Sequence[Wanted], now: float) -> None:
        self._note_owned()
        self._installed = tuple(dict.fromkeys(self._installed + tuple(wanted)))
        dead = duplicated(self._removable(wanted), self._edge.kernel.table)
        if dead:
            text = "duplicate address detection has failed, another host has it: removed and set again"
            self._edge.log.warning(f"({self._config.name}) {names(dead)}: {text}")
            self._report(self._edge.kernel.release(dead))
        self.refused = tuple(self._edge.kernel.install(self._removable(wanted), self._lifetime_s))
        self.retry_at = now + INSTALL_RETRY_S
        self._report(self.refused)
        self._lease()
        self._remove_strangers()

    def _set_and_announce(self, wanted: Sequence[Wanted], now: float) -> None:
        if wanted:
            self._set(wanted, now)
            if not self.refused:
                self._announce(wanted, max(self._config.garp.repeat, 1))

    def _remove_strangers(self) -> None:
        """Take off what a predecessor has installed and the configuration does not name any more."""
        known = {(want.index, want.address) for want in self.wanted}
        strangers = [Wanted(index, address) for index, address in self._inherited - known]
        self._inherited = frozenset()
        self._remove_left_behind(present(self._leaving(strangers), self._edge.kernel.table))

    def _remove_left_behind(self, leftovers: Sequence[Wanted]) -> None:
        if leftovers:
            self._edge.log.warning(f"({self._config.name}) removing VIPs that were left behind.")
            self._report(self._edge.kernel.release(leftovers))

    def _lost(self, wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
        return absent(wanted, self._edge.kernel.table) + duplicated(wanted, self._edge.kernel.table)

    def _announce(self, wanted: Iterable[Wanted], repeat: int) -> None:
        interval_s = self._config.garp.interval_s
        self._edge.announcer.burst(self._key, tuple(wanted), repeat, interval_s, self._edge.kernel.table)

    def _lease(self) -> None:
        self._edge.leases.hold(self._key, self._removable(self._installed), self._lifetime_s)
        self._edge.arm(self._edge.leases.deadline)

    def _leaving(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        mine = self._removable(wanted)
        held = self._edge.held_elsewhere(self._key, [want.address for want in mine])
        return [want for want in mine if (want.index, want.address) not in held]

    def _removable(self, wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
        """The host's own addresses stay on whatever happens, and have no lifetime."""
        return tuple(want for want in wanted if not self._is_owned(want))

    def _is_owned(self, want: Wanted) -> bool:
        return self._config.priority == PRIORITY_OWNER and (want.index, want.address) in self._owned

    def _note_owned(self) -> None:
        """An address owner's addresses that are there already, and not from us, are the host's own."""
        if self._config.priority == PRIORITY_OWNER:
            ours = {(want.index, want.address) for want in self._installed} | self._inherited
            there = {(want.index, want.address) for want in present(self.wanted, self._edge.kernel.table)}
            self._owned |= there - ours

    def _report(self, failures: Iterable[str]) -> None:
        for failure in failures:
            self._edge.log.error(f"({self._config.name}) {failure}")


def names(wanted: Iterable[Wanted]) -> str:
    """The addresses, for people."""
    return ", ".join(str(want.address) for want in wanted)
