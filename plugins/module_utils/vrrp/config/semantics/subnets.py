# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the network and the broadcast address of an IPv4 subnet, which no host can have. Pure."""

from __future__ import annotations

from ...ip_types import Address, Interface
from ..model.configuration import VirtualAddress
from ..syntax.diagnostics import Diagnostics
from .sections import Setting


def end_of(address: Address, subnet: Interface) -> str:
    """Return "network" or "broadcast" where ``address`` is that of ``subnet``, else "". A /31 has none (RFC 3021)."""
    network = subnet.network
    if address.version != 4 or subnet.version != 4 or network.prefixlen > 30:
        return ""
    return {network.broadcast_address: "broadcast", network.network_address: "network"}.get(address, "")


def judge_ends(items: list[Setting], findings: Diagnostics) -> None:
    """Report each virtual address that is the broadcast (error) or network address (warning) of its own subnet."""
    for item in items:
        entry: VirtualAddress = item.value
        end = end_of(entry.address.ip, entry.address)
        if end:
            say = findings.error if end == "broadcast" else findings.warning
            text = f"{entry.address.ip} is the {end} address of {entry.address.network}"
            say(item.start, text, "RFC 1122 3.2.1.3: no host has it", "choose another address, or correct the prefix")
