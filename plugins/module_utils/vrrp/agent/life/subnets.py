# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual addresses that are an end of a subnet of this machine, whatever the prefix length of their line."""

from __future__ import annotations

from collections.abc import Iterator

from ...config.model import Instance
from ...config.together.subnet_ends import end_of
from ..kernel.interfaces import InterfaceTable


def end_misfits(instance: Instance, table: InterfaceTable) -> Iterator[tuple[str, str]]:
    """Yield a text and a hint for each of them."""
    virtual = {entry.address.ip for entry in instance.addresses}
    for entry in instance.addresses:
        if end_of(entry.address.ip, entry.address):
            continue  # the file alone says so
        own = [each.address for each in table.on(entry.device or instance.interface) if each.address.ip not in virtual]
        for subnet, address in {address.network: address for address in own}.items():
            end = end_of(entry.address.ip, address)
            if end:
                yield f"{entry.address.ip} is the {end} address of {subnet}", "no host has it: choose another address"
