# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With ``use_vmac`` the addresses are on a macvlan with the MAC address of the virtual router (RFC 9568 section 7.3).

Then clients see the same MAC address after a takeover. Each node has the macvlan; only the MASTER has addresses on it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Optional

from ...config.model.configuration import Instance
from ...protocol.constants import VIRTUAL_MAC
from ..log import Log
from ..netlink import link_requests as links
from ..netlink.kernel import Kernel
from ..netlink.links import InterfaceTable, Link

# The macvlan answers ARP only for the addresses on it, and receives packets also while there is none.
ON_MACVLAN = {"arp_ignore": 1, "accept_local": 1, "rp_filter": 0, "promote_secondaries": 1}
ARP_IGNORE_ALL = 8  # linux/Documentation/networking/ip-sysctl.rst
# The interface below must not answer ARP for the macvlan's addresses, nor send a request from one of them: the receiver
# of a request learns from it, and would learn two MAC addresses in turn. (keepalived sets the first two.)
ON_PARENT = {"arp_ignore": 1, "arp_filter": 1, "arp_announce": 2}


class ArpSilencer:
    """It keeps the macvlan of an instance that hands over from answering ARP. The macvlan still receives packets.

    The new master announces itself with ARP requests. Our answer would come from the MAC address that both nodes have,
    and switches would send its frames to us, although we release the addresses in a moment.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._index = 0  # of the macvlan that does not answer

    def begin(self, macvlan: Optional[str]) -> None:
        """Let the macvlan with this name answer no ARP request. Without a name nothing is done."""
        link = self._kernel.table.names.get(macvlan) if macvlan is not None else None
        if link is not None and not self._index:
            self._index = link.index
            self._set(ARP_IGNORE_ALL)

    def end(self) -> None:
        """Let the macvlan answer ARP requests again."""
        if self._index:
            self._set(ON_MACVLAN["arp_ignore"])
            self._index = 0

    def _set(self, value: int) -> None:
        self._kernel.ask([links.ipv4_settings(self._index, {"arp_ignore": value})])


class Vmacs:
    """It makes the macvlans of a configuration where they are missing, and removes those that are no longer wanted."""

    def __init__(self, kernel: Kernel, silence: Callable[[Iterable[int]], str], log: Log) -> None:
        """Take the ports. ``silence`` stops multicast group reports of interfaces, by index, or says why it cannot."""
        self._kernel = kernel
        self._silence = silence
        self._log = log
        self.busy = False  # the kernel was asked for something, and its events have not been read yet
        self.parents: dict[int, dict[str, int]] = {}  # the former settings of the interfaces below, by index
        self._wanted: dict[str, Macvlan] = {}
        self._inherited: set[int] = set()  # by index: those of the process before this one
        self._refused: set[Macvlan] = set()
        self._ready: set[int] = set()  # by index: set up by this process

    @property
    def made(self) -> tuple[int, ...]:
        """Return the indexes of those that this process must remove at its end."""
        return tuple(sorted(self._ready))

    def inherit(self, made: Iterable[int], parents: Mapping[int, Mapping[str, int]]) -> None:
        """Take over what the process before this one has made and set. :meth:`apply` removes what is not wanted."""
        self._inherited = set(made)
        self.parents = {index: dict(settings) for index, settings in parents.items()}

    def apply(self, configs: Iterable[Instance]) -> None:
        """Make the macvlans of ``configs``, and remove others. They are in the table after the next kernel events."""
        wanted = {each.name: each for each in map(macvlan_of, configs) if each is not None}
        before, self._wanted = self._wanted, wanted
        self._refused.clear()
        self._remove(macvlan for name, macvlan in before.items() if wanted.get(name) != macvlan)
        gone = self._remove_inherited()
        self._restore({macvlan.parent for macvlan in wanted.values() if macvlan.version == 4})
        self.look()
        self.busy = self.busy or gone

    def kernel_changed(self, changes: object, now: float) -> None:
        """Take that something has changed in the kernel."""
        self.look()

    def look(self) -> None:
        """Make those that are missing, and set up those that have just come."""
        table, self.busy = self._kernel.table, False
        for macvlan in self._wanted.values():
            link, parent = table.names.get(macvlan.name), table.names.get(macvlan.parent)
            if link is None and parent is not None:
                self._make(macvlan, parent)
            elif link is not None and parent is not None and macvlan.is_it(link, table):
                self._set_up(macvlan, link, parent)
        if self._ready - table.links.keys():
            self._ready &= table.links.keys()
            self._silence(self._ready)

    def close(self, leave: bool) -> None:
        """Remove them as the process ends, or keep them for a successor (``leave``)."""
        if leave:
            return
        self._remove(self._wanted.values())
        self._wanted = {}
        self._restore(set())

    def _make(self, macvlan: Macvlan, parent: Link) -> None:
        if macvlan in self._refused:
            return  # a new try at each event would fail again
        (code,) = self._kernel.ask([links.macvlan(macvlan.name, parent.index, macvlan.mac)])
        if code not in (0, errno.EEXIST):
            self._refused.add(macvlan)
            self._log.error(f"cannot make the macvlan {macvlan.name} on {macvlan.parent}: {os.strerror(code)}")
        elif not code:
            self.busy = True
            self._log.info(f"made the macvlan {macvlan.name} on {macvlan.parent}")

    def _set_up(self, macvlan: Macvlan, link: Link, parent: Link) -> None:
        if link.index in self._ready:
            return
        self._ready.add(link.index)
        self.busy = True
        requests = [links.without_link_local(link.index), links.up(link.index)]
        if macvlan.version == 4:
            requests.insert(0, links.ipv4_settings(link.index, ON_MACVLAN))
            self._set_parent(parent)
        loud = self._silence(self._ready)
        if loud:
            text = "each time it starts, switches may send what is for the MASTER to this node until the MASTER speaks"
            self._log.warning(f"({macvlan.name}) {loud}: {text}")
        for code in self._kernel.ask(requests):
            if code not in (0, errno.EAFNOSUPPORT):  # no IPv6 on this machine, or turned off on this link
                self._log.error(f"cannot set up the macvlan {macvlan.name}: {os.strerror(code)}")

    def _set_parent(self, parent: Link) -> None:
        before = {name: setting(parent.name, name) for name in ON_PARENT}
        if before != ON_PARENT:
            known = {name: value for name, value in before.items() if value is not None}
            self.parents.setdefault(parent.index, known)
            self._kernel.ask([links.ipv4_settings(parent.index, ON_PARENT)])

    def _restore(self, kept: Collection[str]) -> None:
        """Restore the former settings of interfaces, except those with the names in ``kept``."""
        links_by_index = self._kernel.table.links
        for index, settings in list(self.parents.items()):
            if index not in links_by_index or links_by_index[index].name not in kept:
                del self.parents[index]
                if index in links_by_index:
                    self._kernel.ask([links.ipv4_settings(index, settings)])

    def _remove_inherited(self) -> bool:
        """Remove those that the configuration no longer asks for. Returns whether there were any."""
        table, gone = self._kernel.table, False
        for link in [table.links[index] for index in sorted(self._inherited) if index in table.links]:
            wanted = self._wanted.get(link.name)
            if link.kind == "macvlan" and (wanted is None or not wanted.is_it(link, table)):
                self._kernel.ask([links.removed(link.index)])
                gone = True
        self._inherited.clear()
        return gone

    def _remove(self, macvlans: Iterable[Macvlan]) -> None:
        table = self._kernel.table
        for macvlan in macvlans:
            link = table.names.get(macvlan.name)
            if link is not None and macvlan.is_it(link, table):
                self._kernel.ask([links.removed(link.index)])


@dataclass(frozen=True)
class Macvlan:
    """It describes one macvlan that must be there."""

    name: str
    parent: str
    mac: bytes
    version: int  # of the addresses on it

    def is_it(self, link: Link, table: InterfaceTable) -> bool:
        """Return whether ``link`` is this macvlan, even if another program made it."""
        below = table.names.get(self.parent)
        return (link.kind, link.mac, link.parent) == ("macvlan", self.mac, below.index if below else 0)


def macvlan_of(config: Instance) -> Optional[Macvlan]:
    """Return the macvlan of an instance with ``use_vmac``, None for one without."""
    if config.vmac is None:
        return None
    version = config.ip_version
    mac = bytes.fromhex(config.vmac.mac.replace(":", "")) if config.vmac.mac else VIRTUAL_MAC[version]
    if len(mac) == 5:
        mac += bytes([config.virtual_router_id])
    return Macvlan(config.lives_on, config.interface, mac, version)


def fault_of(config: Instance, table: InterfaceTable) -> Optional[str]:
    """Return one clause that says why the macvlan of an instance cannot be used, None when it can."""
    wanted = macvlan_of(config)
    link = table.names.get(wanted.name) if wanted is not None else None
    if wanted is None:
        return None
    if link is None:
        return f"the macvlan {wanted.name} does not exist"
    if not wanted.is_it(link, table):
        return f"interface {wanted.name} is there already and is not the macvlan of this virtual router"
    # Its carrier is that of the interface below, which is judged elsewhere, perhaps with a delay.
    return None if link.up else f"the macvlan {wanted.name} is down"


def misfit_of(config: Instance) -> Optional[tuple[str, str]]:
    """Return which setting of this machine the macvlan of an instance cannot work with, and the remedy; else None."""
    if config.vmac is None or config.ip_version != 4 or setting("all", "rp_filter") != 1:
        return None
    text = f"packets for its addresses arrive on {config.lives_on} and are dropped: net.ipv4.conf.all.rp_filter is 1"
    return text, "set it to 0 or 2"


def setting(interface: str, name: str) -> Optional[int]:
    """Return a number in /proc/sys/net/ipv4/conf, None where there is none."""
    try:
        with open(f"/proc/sys/net/ipv4/conf/{interface}/{name}", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
