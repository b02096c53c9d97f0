# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual addresses of one instance: what must be on which interface, against what is.

Addresses are reconciled, not toggled. The host's own (:mod:`.ownership`) are never touched. Routes and rules
(:mod:`.virtualroutes`) come behind the addresses and go before them. What ``no_accept`` asks for (:mod:`.firewall`) is
there before they come and stays until they have gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Union

from ...config.model.configuration import Globals, Instance
from ...protocol.constants import PRIORITY_OWNER
from ...protocol.states import NEVER
from ..netlink.address_request import DesiredAddress
from ..netlink.links import Interface, InterfaceTable
from ..netlink.ownership import InterfaceAddress, was_set, was_set_before
from ..netlink.routes import KernelRoute, Key
from .address_ports import AddressPorts
from .desired import absent, duplicated, installed_by, place_of, present, resolve
from .lifetime import lifetime_s
from .virtual_routes import RouteRefused, VirtualRoutes
from .vmac import ArpSilencer

INSTALL_RETRY_S = 10.0  # after the kernel refused a virtual address

Judge = Callable[[InterfaceAddress, InterfaceTable, Mapping[InterfaceAddress, float]], bool]
Lost = Union[DesiredAddress, KernelRoute]  # what was not there as it should be


class VirtualAddresses:
    """``key`` is who has them: bursts and leases are kept under it."""

    def __init__(self, key: Hashable, config: Instance, settings: Globals, ports: AddressPorts) -> None:
        self.wanted: tuple[DesiredAddress, ...] = ()  # those whose interfaces are there
        self.missing: tuple[str, ...] = ()  # the interfaces that are not
        self.refused: tuple[str, ...] = ()  # what the kernel said no to, until it is tried again
        self.retry_at = NEVER
        self.hindrances: tuple[str, ...] = ()  # clauses about what routes, rules or no_accept miss
        self.routes = VirtualRoutes(key, config.name, ports)
        self.hush = ArpSilencer(ports.kernel)
        self._key = key
        self._config = config
        self._lifetime_s = lifetime_s(config, settings)
        self._ports = ports
        self._installed: tuple[
            DesiredAddress, ...
        ] = ()  # what goes on release, whatever the interface is called by then
        self._inherited: dict[
            InterfaceAddress, float
        ] = {}  # what a process before this one has installed, which lived until then
        self._owned: frozenset[InterfaceAddress] = frozenset()  # the host's own among the virtual addresses
        self._given_up: frozenset[DesiredAddress] = frozenset()  # not tracked, and somebody has deleted them
        self._usable: frozenset[int] = frozenset()  # those of our interfaces that are up, by index
        self._keeps = False  # switches are reminded of addresses on other interfaces

    @property
    def held(self) -> frozenset[InterfaceAddress]:
        """What nobody else may take off now."""
        return frozenset((want.index, want.address) for want in self._installed)

    @property
    def installed(self) -> frozenset[InterfaceAddress]:
        """What we have put there, or the process before us."""
        return frozenset(self._inherited).union((want.index, want.address) for want in self._removable(self._installed))

    @property
    def owned(self) -> tuple[Interface, ...]:
        """The virtual addresses that are the host's own, known once it has been MASTER: they never leave this host."""
        return tuple(want.address for want in self.wanted if self._is_owned(want))

    @property
    def owns_source(self) -> frozenset[Interface]:
        """The address owner (priority 255) speaks from the very address that is virtual."""
        if self._config.priority != PRIORITY_OWNER:
            return frozenset()
        return frozenset(place_of(entry) for entry in installed_by(self._config))

    def inherit(self, places: Iterable[InterfaceAddress], removals: Iterable[bytes] = (), until: float = NEVER) -> None:
        """Take over what a process before this one has installed, which lived ``until`` then: it is ours."""
        self._inherited = dict.fromkeys(places, until)
        self.routes.inherit(removals)

    def reconfigure(self, config: Instance, settings: Globals) -> bool:
        """Take a changed configuration. Returns whether the lifetime is another one."""
        before, self._lifetime_s = self._lifetime_s, lifetime_s(config, settings)
        self._config = config
        self.routes.name = config.name
        self.refused = ()
        return before != self._lifetime_s

    def look(self) -> None:
        """Find the interfaces."""
        before = self.wanted
        table, config = self._ports.kernel.table, self._config
        self.wanted, self.missing = resolve(installed_by(config), config.lives_on, table)
        self.routes.configure(config.routes, config.rules)
        others = self.routes.look()
        self.hindrances = tuple(text for name, text in self.routes.faults.items() if name not in self._own_interfaces)
        failure = self._ports.firewall.prepare(self.wanted) if self._guarded else ""
        self.hindrances += (f"no_accept: {failure}",) if failure else ()
        link = table.names.get(config.interface)
        if config.promote_secondaries and link is not None:
            self._ports.promotion.hold(self._key, link)
        else:
            self._ports.promotion.release(self._key)
        usable, self._usable = self._usable, self._usable_links()
        if self._usable - usable:
            self.refused = ()  # the kernel may take now what it did not take of an interface that was about to go down
        if self.wanted != before or others:
            self.refused = ()  # the refusal was about another interface
            self._ports.kernel.prepare(self.wanted, self._lifetime_s)

    def _usable_links(self) -> frozenset[int]:
        table = self._ports.kernel.table
        names = {self._config.interface, *(name for way in self.routes.wanted for name in way.devices)}
        found = [table.links.get(want.index) for want in self.wanted] + [table.names.get(name) for name in names]
        return frozenset(link.index for link in found if link is not None and link.usable)

    def install(self, now: float) -> None:
        """Put all of them on. What the kernel refuses is in ``refused``, and is to be tried again at ``retry_at``."""
        self.hush.end()
        self._given_up = frozenset()
        self._set(self.wanted, now)
        if not self.refused:
            self._refuse(self.routes.install(), now)
        self._keep_known()

    def fall_silent(self) -> None:
        """A peer takes over and announces itself: what is left of a burst of ours would call its clients back."""
        self.hush.begin(self._config)
        self._cancel_announcements()

    def _cancel_announcements(self) -> None:
        self._ports.announcer.cancel(self._key)
        if self._keeps:
            self._ports.announcer.cancel((self._key, "extra"))

    def release(self) -> None:
        """Take ours off, except what another instance holds as well."""
        self._cancel_announcements()
        self.routes.release()
        self._ports.leases.hold(self._key, (), 0)
        mine, self._installed = self._leaving(self._installed), ()
        self._inherited, self._given_up = {}, frozenset()
        self._report(self._ports.kernel.release(mine))
        self.hush.end()
        self._ports.firewall.release(self._key)

    def remove_leftovers(self) -> None:
        """Take off what a predecessor left behind: nobody has made us MASTER yet."""
        self.routes.remove_leftovers()
        self._remove_left_behind(self._left_behind(self.wanted, was_set_before))
        self._remove_strangers()

    def complete(self, now: float) -> tuple[Lost, ...]:
        """While MASTER: put back whatever is not there, announced. Returns it.

        An interface that has come since needs its addresses, tracked or not. One that has another name now has them
        no longer.
        """
        self._note_owned()
        wanted = frozenset(self.wanted)
        self._given_up &= wanted
        gone = [want for want in self._installed if want not in wanted]
        self._installed = tuple(want for want in self.wanted if want not in self._given_up)
        if gone:
            self._remove(present(self._leaving(gone), self._ports.kernel.table))
            self._lease()
        lost = self._lost([want for want in self._installed if not self._taken(want)])
        self._set_and_announce(lost, now)
        return lost + self._complete_routes(now)

    def put_back(self, place: InterfaceAddress, now: float) -> tuple[Lost, ...]:
        """While MASTER: somebody deleted this one. Returns it when it was ours and has been put back."""
        mine = [want for want in self.wanted if (want.index, want.address) == place]
        given_up = [want for want in absent(mine, self._ports.kernel.table) if not want.track and not self._taken(want)]
        if given_up:
            self._given_up |= frozenset(given_up)
            self._installed = tuple(want for want in self._installed if want not in given_up)
            self._lease()  # or its renewal would put it back
        lost = self._lost([want for want in mine if want not in self._given_up and not self._taken(want)])
        self._set_and_announce(lost, now)
        return lost + self._complete_routes(now)  # the kernel deletes routes together with an address

    def routes_gone(self, keys: Collection[Key], now: float) -> tuple[Lost, ...]:
        """While MASTER: somebody deleted these routes and rules. Returns those of ours, which have been put back."""
        back, refused = self.routes.gone(keys)
        self._refuse(refused, now)
        return tuple(back)

    def address_usable(self, now: float) -> bool:
        """While MASTER: an address is at work now. Returns whether a route was refused that waited for it."""
        if not self.routes.waits:
            return False
        refused = self.routes.source_usable()
        self._refuse(refused, now)
        return bool(refused)

    def reconcile(self, now: float) -> None:
        """While MASTER: what the new configuration has no more goes, what it adds comes and is announced."""
        kept = {lasting(want) for want in self.wanted}
        gone = [want for want in self._leaving(self._installed) if lasting(want) not in kept]  # or: with another label
        self._remove(gone)
        self._note_owned()
        altered = [want for want in self._removable(self.wanted) if want not in self._installed]
        self._installed, self._given_up = self.wanted, frozenset()
        added = absent(self.wanted, self._ports.kernel.table)
        if added:
            self._ports.log.info(f"({self._config.name}) setting VIPs {names(added)}")
        altered = [want for want in altered if want not in added]
        if altered:
            self._report(self._ports.kernel.install(altered, self._lifetime_s))
        self._set_and_announce(added, now)
        if self._guarded:
            self._refuse_text(self._guard(), now)
        else:
            self._ports.firewall.release(self._key)
        self._refuse(self.routes.reconcile(), now)
        self._keep_known()
        self._lease()

    def renew_differently(self) -> None:
        """While MASTER: the lifetime has changed."""
        self._report(self._ports.kernel.install(self._removable(self._installed), self._lifetime_s))
        self._lease()

    def lend(self, seconds: int) -> None:
        """A successor is to go on with them. Should none come, they go: those without a lease too."""
        if not self._lifetime_s:
            self._report(self._ports.kernel.install(self._removable(self._installed), seconds))

    def announce(self, repeat: int) -> None:
        """Tell the segment that they live here."""
        self._announce([want for want in self.wanted if want not in self._given_up], repeat)

    def _set(self, wanted: Sequence[DesiredAddress], now: float) -> None:
        self._note_owned()
        self._installed = tuple(dict.fromkeys(self._installed + tuple(wanted)))
        dead = duplicated(self._removable(wanted), self._ports.kernel.table)
        if dead:
            text = "duplicate address detection has failed, another host has it: removed and set again"
            self._ports.log.warning(f"({self._config.name}) {names(dead)}: {text}")
            self._report(self._ports.kernel.release(dead))
        guard = self._guard() if self._guarded else ""
        self.refused = tuple(self._ports.kernel.install(self._removable(wanted), self._lifetime_s))
        self.refused += (guard,) if guard else ()
        self.retry_at = now + INSTALL_RETRY_S
        self._report(self.refused)
        self._lease()
        self._remove_strangers()

    def _remove(self, gone: Sequence[DesiredAddress]) -> None:
        if gone:
            self._ports.log.info(f"({self._config.name}) removing VIPs {names(gone)}")
            self._report(self._ports.kernel.release(gone))

    def _taken(self, want: DesiredAddress) -> bool:
        """Whether its interface is down, with which the kernel takes an IPv6 address off.

        It comes back when the interface is up: to one that is about to be deleted the kernel adds nothing.
        """
        link = self._ports.kernel.table.links.get(want.index)
        return want.address.version == 6 and link is not None and not link.up

    def _set_and_announce(self, wanted: Sequence[DesiredAddress], now: float) -> None:
        if wanted:
            self._set(wanted, now)
            if not self.refused:
                self._announce(wanted, max(self._config.garp.repeat, 1))

    def _complete_routes(self, now: float) -> tuple[Lost, ...]:
        if self.refused:
            return ()  # of what the routes may need; it is given up
        back, refused = self.routes.complete()
        self._refuse(refused, now)
        return tuple(back)

    def _refuse(self, refused: Sequence[RouteRefused], now: float) -> None:
        for each in refused:
            self._refuse_text(each.text, now)

    def _refuse_text(self, text: str, now: float) -> None:
        if text and text not in self.refused:
            self.refused += (text,)
            self.retry_at = now + INSTALL_RETRY_S
            self._report([text])

    @property
    def _own_interfaces(self) -> tuple[str, ...]:
        """Those whose faults are told without us."""
        return self._config.interface, self._config.lives_on, *self.missing

    def _guard(self) -> str:
        """Keep packets from what is installed. Returns a clause about why that is not possible, "" when it is."""
        failure = self._ports.firewall.hold(self._key, self._removable(self._installed))
        return failure and f"no_accept: {failure}"

    @property
    def _guarded(self) -> bool:
        """Whether packets to the addresses are to be dropped: the host's own ones always have them."""
        return not self._config.accept and self._config.priority != PRIORITY_OWNER

    def _remove_strangers(self) -> None:
        """Take off what a predecessor has installed and the configuration does not name any more."""
        known = {(want.index, want.address) for want in self.wanted}
        strangers = [DesiredAddress(index, address) for index, address in self._inherited.keys() - known]
        leftovers = self._left_behind(strangers, was_set)
        self._inherited = {}
        self._remove_left_behind(leftovers)

    def _left_behind(self, wanted: Iterable[DesiredAddress], judge: Judge) -> list[DesiredAddress]:
        table = self._ports.kernel.table
        known = self._inherited
        return [want for want in self._leaving(wanted) if judge((want.index, want.address), table, known)]

    def _remove_left_behind(self, leftovers: Sequence[DesiredAddress]) -> None:
        if leftovers:
            self._ports.log.warning(f"({self._config.name}) removing VIPs that were left behind.")
            self._report(self._ports.kernel.release(leftovers))

    def _lost(self, wanted: Sequence[DesiredAddress]) -> tuple[DesiredAddress, ...]:
        return absent(wanted, self._ports.kernel.table) + duplicated(wanted, self._ports.kernel.table)

    def _announce(self, wanted: Iterable[DesiredAddress], repeat: int) -> None:
        garp, table = self._config.garp, self._ports.kernel.table
        self._ports.announcer.burst(self._key, tuple(wanted), repeat, garp.interval_s, table, garp.gna_interval_s)

    def _keep_known(self) -> None:
        """``garp_extra_if``: switches learn from our advertisements only where we are on the instance's interface."""
        garp, key = self._config.garp, (self._key, "extra")
        if self._keeps:
            self._ports.announcer.cancel(key)
        self._keeps = bool(garp.extra_if_s and self._extra())
        if self._keeps:
            self._ports.announcer.keep(key, garp.delay_s + garp.extra_if_s, garp.extra_if_s, self._announce_extra)

    def _extra(self) -> tuple[DesiredAddress, ...]:
        links = self._ports.kernel.table.links
        known = {want: links[want.index] for want in self.wanted if want.index in links}
        own, every = self._config.lives_on, self._config.garp.extra_if_all
        return tuple(want for want, link in known.items() if link.name != own and (every or link.kind == "macvlan"))

    def _announce_extra(self) -> None:
        garp, table = self._config.garp, self._ports.kernel.table
        key = self._key, "extra"
        self._ports.announcer.burst(key, self._extra(), 1, garp.interval_s, table, garp.gna_interval_s)

    def _lease(self) -> None:
        self._ports.leases.hold(self._key, self._removable(self._installed), self._lifetime_s)
        self._ports.arm(self._ports.leases.deadline)

    def _leaving(self, wanted: Iterable[DesiredAddress]) -> list[DesiredAddress]:
        mine = self._removable(wanted)
        held = self._ports.held_elsewhere(self._key, [want.address for want in mine])
        return [want for want in mine if (want.index, want.address) not in held]

    def _removable(self, wanted: Iterable[DesiredAddress]) -> tuple[DesiredAddress, ...]:
        """The host's own addresses stay on whatever happens, and have no lifetime."""
        return tuple(want for want in wanted if not self._is_owned(want))

    def _is_owned(self, want: DesiredAddress) -> bool:
        return (want.index, want.address) in self._owned

    def _note_owned(self) -> None:
        """Addresses that are there already, and not from us, are the host's own. An owner's are so for good."""
        table = self._ports.kernel.table
        there = {(want.index, want.address) for want in present(self.wanted, table)}
        others = [place for place in there - self.held if not was_set_before(place, table, self._inherited)]
        if self._config.priority != PRIORITY_OWNER:
            self._owned &= there
            others = [(index, address) for index, address in others if not table.addresses[index][address].dad_failed]
        if others:
            self._owned |= set(others) - self._ports.held_elsewhere(self._key, [address for _index, address in others])

    def _report(self, failures: Iterable[str]) -> None:
        for failure in failures:
            self._ports.log.error(f"({self._config.name}) {failure}")


def lasting(want: DesiredAddress) -> DesiredAddress:
    """What the kernel cannot change of an address that is there: the rest does not count."""
    return replace(want, flags=0 if want.address.version == 6 else want.flags, dad=False, preferred_s=None)


def names(wanted: Iterable[Lost]) -> str:
    """Addresses, routes and rules, for people."""
    return ", ".join(
        f"{each.what} {each.text}" if isinstance(each, KernelRoute) else str(each.address) for each in wanted
    )
