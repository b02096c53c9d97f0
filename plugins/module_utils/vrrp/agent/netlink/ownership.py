# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's description of an address tells whether it is ours: a file is not trusted for that.

An address of ours has keepalived's protocol number (IFA_PROTO, Linux 5.18), as our routes do, and a short lifetime
unless ``vip_lease`` is 0. The host's own has neither. Release 0.3.0 gave no number: an address that it has left without
a lifetime is known by the state file and by the kernel's time stamp.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from ...ip_types import Interface
from .links import ActualAddress, InterfaceTable
from .messages import RTPROT_KEEPALIVED

LEASE_MAX_S = 60  # vip_lease
STAMPS = 1 << 32  # time stamps start again at 0 after so many hundredths of a second: 497 days

InterfaceAddress = tuple[int, Interface]  # interface index and address


def is_ours(entry: ActualAddress) -> bool:
    """Return whether an agent or keepalived has set this address."""
    return entry.protocol == RTPROT_KEEPALIVED or entry.valid_s <= LEASE_MAX_S


def was_set(place: InterfaceAddress, table: InterfaceTable, ledger: Container[InterfaceAddress]) -> bool:
    """Return whether the address is there, and an agent or keepalived has set it.

    ``ledger`` has the addresses in the state file of the process before this one. It counts only where the kernel gives
    no protocol numbers: another program may have set the address since.
    """
    entry = table.addresses.get(place[0], {}).get(place[1])
    if entry is None:
        return False
    return is_ours(entry) or (place in ledger and not tells_protocols(table))


def was_set_before(place: InterfaceAddress, table: InterfaceTable, ledger: Mapping[InterfaceAddress, float]) -> bool:
    """Return whether an address that the configuration names is ours; also one of a release that gave no number.

    ``ledger`` says for each address until when the process lived that wrote it, in monotonic seconds. An address that
    has been set or changed since then belongs to another program.
    """
    if place not in ledger or was_set(place, table, ledger):
        return was_set(place, table, ledger)
    entry = table.addresses.get(place[0], {}).get(place[1])
    if entry is None or entry.changed_cs is None:
        return False
    return (int(ledger[place] * 100) - entry.changed_cs) % STAMPS < STAMPS // 2


def tells_protocols(table: InterfaceTable) -> bool:
    """Return whether this kernel gives protocol numbers: then its own addresses, such as 127.0.0.1, have one."""
    return any(entry.protocol for known in table.addresses.values() for entry in known.values())
