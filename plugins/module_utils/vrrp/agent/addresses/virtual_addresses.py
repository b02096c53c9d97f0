# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent brings the addresses on the interfaces in line with those that an instance wants.

Only the difference is changed. The host's own addresses (:mod:`~..netlink.ownership`) are never touched. Routes and
rules (:mod:`.virtual_routes`) come after the addresses and go before them. The packet filter of ``no_accept``
(:mod:`.no_accept`) is there before the addresses come, and stays until they have gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Union

from ...ip_types import Interface
from ...protocol.states import NEVER
from ..netlink.address_request import DesiredAddress
from ..netlink.links import InterfaceTable
from ..netlink.ownership import InterfaceAddress, was_set, was_set_before
from ..netlink.routes import KernelRoute, RouteKey
from .address_config import AddressConfig
from .address_ports import AddressPorts
from .desired import absent, duplicated, place_of, present, resolve
from .virtual_routes import RouteRefused, VirtualRoutes
from .vmac import ArpSilencer

INSTALL_RETRY_S = 10.0  # after the kernel refused a virtual address

IsOurs = Callable[[InterfaceAddress, InterfaceTable, Mapping[InterfaceAddress, float]], bool]
Lost = Union[DesiredAddress, KernelRoute]  # what was not there as it should be


class VirtualAddresses:
    """It keeps the virtual addresses of one holder, ``key``: announcements and leases are kept under it."""

    def __init__(self, key: Hashable, config: AddressConfig, ports: AddressPorts) -> None:
        self.wanted: tuple[DesiredAddress, ...] = ()  # those whose interfaces are there
        self.missing: tuple[str, ...] = ()  # the interfaces that are not
        self.refused: tuple[str, ...] = ()  # texts about what the kernel refused, until it is tried again
        self.retry_at = NEVER
        self.hindrances: tuple[str, ...] = ()  # clauses about what routes, rules or no_accept miss
        self.routes = VirtualRoutes(key, config.name, ports)
        self.hush = ArpSilencer(ports.kernel)
        self._key = key
        self._config = config
        self._ports = ports
        # These go on release, even if the interface has another name by then.
        self._installed: tuple[DesiredAddress, ...] = ()
        # A process before this one has installed these, and lived until then.
        self._inherited: dict[InterfaceAddress, float] = {}
        self._owned: frozenset[InterfaceAddress] = frozenset()  # the host's own among the virtual addresses
        self._given_up: frozenset[DesiredAddress] = frozenset()  # not tracked, and deleted by another program
        self._usable: frozenset[int] = frozenset()  # those of our interfaces that are up, by index
        self._keeps = False  # switches are reminded of addresses on other interfaces

    @property
    def held(self) -> frozenset[InterfaceAddress]:
        """Return those that no other instance may remove now."""
        return frozenset((want.index, want.address) for want in self._installed)

    @property
    def installed(self) -> frozenset[InterfaceAddress]:
        """Return those that we or the process before us have set."""
        return frozenset(self._inherited).union((want.index, want.address) for want in self._removable(self._installed))

    @property
    def owned(self) -> tuple[Interface, ...]:
        """Return the virtual addresses that are the host's own, known once it was MASTER: they stay on this host."""
        return tuple(want.address for want in self.wanted if (want.index, want.address) in self._owned)

    @property
    def owns_source(self) -> frozenset[Interface]:
        """Return the virtual addresses that may be a source address: all for the owner (255), else none."""
        return frozenset(place_of(entry) for entry in self._config.addresses) if self._config.owner else frozenset()

    def inherit(self, places: Iterable[InterfaceAddress], removals: Iterable[bytes] = (), until: float = NEVER) -> None:
        """Take over what a process before this one has installed, which lived ``until`` then: it is ours."""
        self._inherited = dict.fromkeys(places, until)
        self.routes.inherit(removals)

    def reconfigure(self, config: AddressConfig) -> bool:
        """Take a changed configuration. Returns whether the lifetime is another one."""
        before, self._config = self._config, config
        self.routes.rename(config.name)
        self.forget_refusals()
        return before.lifetime_s != config.lifetime_s

    def share(self, config: AddressConfig) -> None:
        """Hold, while MASTER, what another instance holds yet and a coming ``config`` gives to this one.

        The other one does not remove it then. :meth:`reconcile` follows, and drops what this one no longer has.
        """
        wanted, _missing = resolve(config.addresses, config.lives_on, self._ports.kernel.table)
        held = self._ports.held_elsewhere(self._key, [want.address for want in wanted])
        shared = [want for want in wanted if (want.index, want.address) in held]
        self._installed = tuple(dict.fromkeys((*self._installed, *shared)))

    def look(self) -> None:
        """Find the interfaces again, and what hinders the routes, the rules and ``no_accept``."""
        before = self.wanted
        table, config = self._ports.kernel.table, self._config
        self.wanted, self.missing = resolve(config.addresses, config.lives_on, table)
        self.routes.configure(config.routes, config.rules)
        others = self.routes.look()
        self.hindrances = tuple(text for name, text in self.routes.faults.items() if name not in self._own_interfaces)
        failure = self._ports.firewall.prepare(self.wanted) if self._config.guarded else ""
        self.hindrances += (f"no_accept: {failure}",) if failure else ()
        link = table.names.get(config.interface)
        if config.promote_secondaries and link is not None:
            self._ports.promotion.hold(self._key, link)
        else:
            self._ports.promotion.release(self._key)
        usable, self._usable = self._usable, self._usable_links()
        if self._usable - usable:
            self.forget_refusals()  # the kernel may accept now what it refused while the interface was about to go down
        if self.wanted != before or others:
            self.forget_refusals()  # they were about another interface
            self._ports.kernel.prepare(self.wanted, self._config.lifetime_s)

    def _usable_links(self) -> frozenset[int]:
        table = self._ports.kernel.table
        names = {self._config.interface, *(name for way in self.routes.wanted for name in way.devices)}
        found = [table.links.get(want.index) for want in self.wanted] + [table.names.get(name) for name in names]
        return frozenset(link.index for link in found if link is not None and link.usable)

    def install(self, now: float) -> None:
        """Set all of them. What the kernel refuses is in ``refused``, and is to be tried again at ``retry_at``."""
        self.hush.end()
        self._given_up = frozenset()
        self._set(self.wanted, now)
        if not self.refused:
            self._refuse(self.routes.install(), now)
        self._keep_known()

    def forget_refusals(self) -> None:
        """Forget what the kernel has refused: it is tried again."""
        self.refused = ()

    def fall_silent(self) -> None:
        """Cancel pending gratuitous ARP, and ARP answers of a macvlan: they would steal clients from the new master."""
        self.hush.begin(self._config.macvlan)
        self._cancel_announcements()

    def _cancel_announcements(self) -> None:
        self._ports.announcer.cancel(self._key)
        if self._keeps:
            self._ports.announcer.cancel((self._key, "extra"))

    def release(self) -> None:
        """Remove ours, except what another instance holds as well."""
        self._cancel_announcements()
        self.routes.release()
        self._ports.leases.hold(self._key, (), 0)
        mine, self._installed = self._leaving(self._installed), ()
        self._inherited, self._given_up = {}, frozenset()
        self._report(self._ports.kernel.release(mine))
        self.hush.end()
        self._ports.firewall.release(self._key)

    def remove_leftovers(self) -> None:
        """Remove what the process before this one left: this instance is not MASTER yet."""
        self.routes.remove_leftovers()
        self._remove_left_behind(self._left_behind(self.wanted, was_set_before))
        self._remove_strangers()

    def complete(self, now: float) -> tuple[Lost, ...]:
        """Put back, while MASTER, all that is not there, and announce it. Returns it.

        A new interface gets its addresses, tracked or not. From one that has another name now they are removed.
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
        """Put back, while MASTER, this address that was deleted. Returns what was ours and has been put back."""
        mine = [want for want in self.wanted if (want.index, want.address) == place]
        given_up = [want for want in absent(mine, self._ports.kernel.table) if not want.track and not self._taken(want)]
        if given_up:
            self._given_up |= frozenset(given_up)
            self._installed = tuple(want for want in self._installed if want not in given_up)
            self._lease()  # or its renewal would put it back
        lost = self._lost([want for want in mine if want not in self._given_up and not self._taken(want)])
        self._set_and_announce(lost, now)
        return lost + self._complete_routes(now)  # the kernel deletes routes together with an address

    def routes_gone(self, keys: Collection[RouteKey], now: float) -> tuple[Lost, ...]:
        """Put back, while MASTER, those of these deleted routes and rules that are ours. Returns them."""
        back, refused = self.routes.gone(keys)
        self._refuse(refused, now)
        return tuple(back)

    def address_usable(self, now: float) -> bool:
        """Set, while MASTER, the routes that waited for an address. Returns whether one was refused."""
        if not self.routes.waits:
            return False
        refused = self.routes.source_usable()
        self._refuse(refused, now)
        return bool(refused)

    def reconcile(self, now: float) -> None:
        """Remove, while MASTER, what a new configuration no longer has; set and announce what it adds."""
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
            self._report(self._ports.kernel.install(altered, self._config.lifetime_s))
        self._set_and_announce(added, now)
        if self._config.guarded:
            self._refuse_text(self._guard(), now)
        else:
            self._ports.firewall.release(self._key)
        self._refuse(self.routes.reconcile(), now)
        self._keep_known()
        self._lease()

    def renew_differently(self) -> None:
        """Set, while MASTER, the changed lifetime."""
        self._report(self._ports.kernel.install(self._removable(self._installed), self._config.lifetime_s))
        self._lease()

    def extend_lifetime(self, seconds: int) -> None:
        """Give addresses without a lease a lifetime in seconds: without a successor they must go, too."""
        if not self._config.lifetime_s:
            self._report(self._ports.kernel.install(self._removable(self._installed), seconds))

    def announce(self, repeat: int) -> None:
        """Announce each of them ``repeat`` times."""
        self._announce([want for want in self.wanted if want not in self._given_up], repeat)

    def _set(self, wanted: Sequence[DesiredAddress], now: float) -> None:
        self._note_owned()
        self._installed = tuple(dict.fromkeys(self._installed + tuple(wanted)))
        ours = self._removable(wanted)
        dead = duplicated(ours, self._ports.kernel.table)
        if dead:
            text = "duplicate address detection has failed, another host has it: removed and set again"
            self._ports.log.warning(f"({self._config.name}) {names(dead)}: {text}")
            self._report(self._ports.kernel.release(dead))
        guard = self._guard() if self._config.guarded else ""
        self.refused = tuple(self._ports.kernel.install(ours, self._config.lifetime_s))
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
        """Return whether the kernel has removed it with its interface: IPv6, and the interface is down.

        It is set again when the interface is up: to one that is about to be deleted the kernel adds nothing.
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
            return ()  # the routes may need the refused address, and mastership is given up
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
        """Return the interfaces whose faults the instance reports itself."""
        return self._config.interface, self._config.lives_on, *self.missing

    def _guard(self) -> str:
        """Drop packets to and from what is installed. Returns a clause about why that fails, "" on success."""
        failure = self._ports.firewall.hold(self._key, self._removable(self._installed))
        return failure and f"no_accept: {failure}"

    def _remove_strangers(self) -> None:
        """Remove what the process before this one has set and the configuration does not name any more."""
        if not self._inherited:
            return
        known = {(want.index, want.address) for want in self.wanted}
        strangers = [DesiredAddress(index, address) for index, address in self._inherited.keys() - known]
        leftovers = self._left_behind(strangers, was_set)
        self._inherited = {}
        self._remove_left_behind(leftovers)

    def _left_behind(self, wanted: Iterable[DesiredAddress], judge: IsOurs) -> list[DesiredAddress]:
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
        """Announce regularly on other interfaces (``garp_extra_if``): switches there see no advertisements of ours."""
        garp, key = self._config.garp, (self._key, "extra")
        if self._keeps:
            self._ports.announcer.cancel(key)
        self._keeps = bool(garp.extra_if_s and self._extra())
        if self._keeps:
            self._ports.announcer.repeat_every(
                key, garp.delay_s + garp.extra_if_s, garp.extra_if_s, self._announce_extra
            )

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
        self._ports.leases.hold(self._key, self._removable(self._installed), self._config.lifetime_s)
        self._ports.arm(self._ports.leases.deadline)

    def _leaving(self, wanted: Iterable[DesiredAddress]) -> list[DesiredAddress]:
        mine = self._removable(wanted)
        held = self._ports.held_elsewhere(self._key, [want.address for want in mine])
        return [want for want in mine if (want.index, want.address) not in held]

    def _removable(self, wanted: Iterable[DesiredAddress]) -> tuple[DesiredAddress, ...]:
        """Return these without the host's own addresses, which are never removed and have no lifetime."""
        return tuple(want for want in wanted if (want.index, want.address) not in self._owned)

    def _note_owned(self) -> None:
        """Note those that are there, and not from us: they are the host's own. For an owner they stay so."""
        table = self._ports.kernel.table
        there = {(want.index, want.address) for want in present(self.wanted, table)}
        others = [place for place in there - self.held if not was_set_before(place, table, self._inherited)]
        if not self._config.owner:
            self._owned &= there
            others = [(index, address) for index, address in others if not table.addresses[index][address].dad_failed]
        if others:
            self._owned |= set(others) - self._ports.held_elsewhere(self._key, [address for _index, address in others])

    def _report(self, failures: Iterable[str]) -> None:
        for failure in failures:
            self._ports.log.error(f"({self._config.name}) {failure}")


def lasting(want: DesiredAddress) -> DesiredAddress:
    """Return it with only those properties that the kernel cannot change on an address that is there."""
    return replace(want, flags=0 if want.address.version == 6 else want.flags, dad=False, preferred_s=None)


def names(wanted: Iterable[Lost]) -> str:
    """Return addresses, routes and rules as one text for people."""
    return ", ".join(
        f"{each.what} {each.text}" if isinstance(each, KernelRoute) else str(each.address) for each in wanted
    )
