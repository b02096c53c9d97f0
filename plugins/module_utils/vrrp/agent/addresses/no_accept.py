# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``no_accept``: packets to and from virtual addresses are dropped, except those that ask for the neighbour.

``use_vmac``: a macvlan must not tell the segment which groups it listens to. What leaves from the Ethernet address of
the virtual router teaches every switch that it lives here.

One table of nf_tables, ``inet hotstandby``. Its rules never change: the addresses are elements of its sets, added
before the addresses come and deleted after they have gone. ARP does not pass here. See :mod:`.nftables` for the words.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Optional

from ..netlink.address_request import DesiredAddress
from .desired import is_link_local_ipv6

if TYPE_CHECKING:
    from ..netlink.nftables import NfTables

Element = tuple[str, bytes]  # the set and the key
MISSING = (errno.EOPNOTSUPP, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT)
SET4, SET6, SET6_LINK, MACVLANS = "vips4", "vips6", "vips6_link", "macvlans"


class Firewall:
    """Opens nothing and asks for nothing before the first address is to be guarded."""

    def __init__(self) -> None:
        self._held: dict[Hashable, frozenset[Element]] = {}
        self._there: frozenset[Element] = frozenset()
        self._tables: Optional[NfTables] = None

    @property
    def used(self) -> bool:
        """Whether there is a table of ours."""
        return self._tables is not None

    def prepare(self, wanted: Iterable[DesiredAddress] = ()) -> str:
        """Make the table, for these addresses. Returns why that is not possible, "" when it is there."""
        failure = self._make() if self._tables is None else ""
        if self._tables is not None:
            self._tables.prepare(sorted(map(element_of, wanted)))
        return failure

    def hold(self, key: Hashable, wanted: Iterable[DesiredAddress]) -> str:
        """From now on these are the addresses that ``key`` guards. Returns why the kernel does not, "" when it does."""
        failure = self.prepare()
        if failure:
            return failure
        self._held[key] = frozenset(element_of(want) for want in wanted)
        return self._update()

    def silence(self, indexes: Iterable[int]) -> str:
        """From now on these macvlans report no multicast groups. Returns why they still do, "" when they do not."""
        elements = frozenset((MACVLANS, index.to_bytes(4, sys.byteorder)) for index in indexes)
        if not elements and MACVLANS not in self._held:
            return ""
        failure = self.prepare()
        if failure:
            return failure
        self._held[MACVLANS] = elements
        return self._update()

    def release(self, key: Hashable) -> None:
        """These addresses have gone."""
        if self._held.pop(key, None):
            self._update()

    def close(self, leave: bool = False) -> None:
        """The process ends. ``leave``: a successor takes the table over."""
        if self._tables is not None and not leave:
            self._tables.delete()
        self._tables, self._there = None, frozenset()
        self._held.clear()

    def _update(self) -> str:
        wanted = frozenset().union(*self._held.values())
        if self._tables is None or wanted == self._there:
            return ""
        code = self._tables.change(sorted(wanted - self._there), sorted(self._there - wanted))
        if code == errno.ENOENT:  # somebody has flushed the whole ruleset
            return self._make()
        self._there = self._there if code else wanted
        return explained(code)

    def _make(self) -> str:
        wanted = frozenset().union(*self._held.values())
        tables = self._tables or open_tables()
        code = tables.make(sorted(wanted))
        self._tables, self._there = (None, frozenset()) if code else (tables, wanted)
        return explained(code)


def element_of(want: DesiredAddress) -> Element:
    """A link-local address belongs to one interface, any other one to the host."""
    packed = want.address.ip.packed
    if is_link_local_ipv6(want.address):
        return SET6_LINK, packed + want.index.to_bytes(4, sys.byteorder)
    return (SET4 if want.address.version == 4 else SET6), packed


def explained(code: int) -> str:
    """One clause for people; "" for no error."""
    if not code:
        return ""
    why = "this kernel has no nf_tables" if code in MISSING else os.strerror(code)
    return f"cannot filter packets: {why}"


def available() -> bool:
    """Whether the kernel has nf_tables; yes, where we must not ask."""
    from ..netlink.nftables import transact

    return transact([]) not in MISSING


def remove_leftover() -> None:
    """Delete the table that a dead agent has left behind."""
    open_tables().delete()


def open_tables() -> NfTables:
    """Only those who need it pay for the import."""
    from ..netlink.nftables import NfTables

    return NfTables()
