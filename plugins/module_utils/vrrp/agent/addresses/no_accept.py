# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall drops packets to and from virtual addresses for ``no_accept``, except neighbour discovery.

For ``use_vmac`` it also drops the multicast group reports of a macvlan: a frame from the MAC address of the virtual
router makes every switch send the frames for that address to this node.

There is one table of nf_tables, ``inet hotstandby``. Its rules never change: the addresses are elements of its sets,
added before the addresses come and deleted after they have gone. ARP does not pass through it. The rules are in
:mod:`~..netlink.nftables`.
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
    from ..netlink.nftables import Element, NfTables

MISSING = (errno.EOPNOTSUPP, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT)
SET4, SET6, SET6_LINK, MACVLANS = "vips4", "vips6", "vips6_link", "macvlans"


class NoAcceptTable:
    """It keeps the nf_tables table of this agent. It opens no socket before the first element is needed."""

    def __init__(self) -> None:
        self._held: dict[Hashable, frozenset[Element]] = {}
        self._there: frozenset[Element] = frozenset()
        self._tables: Optional[NfTables] = None

    @property
    def used(self) -> bool:
        """Return whether the table of this agent is there."""
        return self._tables is not None

    def prepare(self, wanted: Iterable[DesiredAddress] = ()) -> str:
        """Make the table, for these addresses. Returns why that is not possible, "" when it is there."""
        failure = self._make() if self._tables is None else ""
        if self._tables is not None:
            self._tables.prepare(sorted(map(element_of, wanted)))
        return failure

    def hold(self, key: Hashable, wanted: Iterable[DesiredAddress]) -> str:
        """Drop packets to and from these addresses for ``key``, and no others. Returns an error text, "" for none."""
        failure = self.prepare()
        if failure:
            return failure
        self._held[key] = frozenset(element_of(want) for want in wanted)
        return self._update()

    def silence(self, indexes: Iterable[int]) -> str:
        """Drop the multicast group reports of these macvlans. Returns why that fails, "" on success."""
        elements = frozenset((MACVLANS, index.to_bytes(4, sys.byteorder)) for index in indexes)
        if not elements and MACVLANS not in self._held:
            return ""
        failure = self.prepare()
        if failure:
            return failure
        self._held[MACVLANS] = elements
        return self._update()

    def release(self, key: Hashable) -> None:
        """Stop dropping packets for ``key``: its addresses have gone."""
        if self._held.pop(key, None):
            self._update()

    def close(self, leave: bool = False) -> None:
        """Delete the table as the process ends, or keep it for a successor (``leave``)."""
        if self._tables is not None and not leave:
            self._tables.delete()
        self._tables, self._there = None, frozenset()
        self._held.clear()

    def _update(self) -> str:
        wanted = frozenset().union(*self._held.values())
        if self._tables is None or wanted == self._there:
            return ""
        code = self._tables.change(sorted(wanted - self._there), sorted(self._there - wanted))
        if code == errno.ENOENT:  # another program has flushed the whole ruleset
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
    """Return the set and key of an address. A link-local one belongs to one interface, any other one to the host."""
    packed = want.address.ip.packed
    if is_link_local_ipv6(want.address):
        return SET6_LINK, packed + want.index.to_bytes(4, sys.byteorder)
    return (SET4 if want.address.version == 4 else SET6), packed


def explained(code: int) -> str:
    """Return one clause for people about an errno, "" for 0."""
    if not code:
        return ""
    why = "this kernel has no nf_tables" if code in MISSING else os.strerror(code)
    return f"cannot filter packets: {why}"


def available() -> bool:
    """Return whether the kernel has nf_tables; True also where the rights to ask are missing."""
    from ..netlink.nftables import transact

    return transact([]) not in MISSING


def remove_leftover() -> None:
    """Delete the table that a dead agent has left."""
    open_tables().delete()


def open_tables() -> NfTables:
    """Return the nf_tables socket. The import is here, as it costs time that most instances need not spend."""
    from ..netlink.nftables import NfTables

    return NfTables()
