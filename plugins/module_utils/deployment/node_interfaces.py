# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists interfaces and their addresses as the kernel has them.

The proof at the end of a deployment must not rely on the agent. And before the first deployment there is no agent, and
on a minimal system no command ``ip``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..vrrp.agent.netlink.links import InterfaceTable, dump


def links(instances: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return every interface as plain values. ``virtual_addresses`` are those that ``instances`` (a status) hold there.

    Raises OSError where the kernel refuses.
    """
    held = {address for instance in instances for address in _held(instance)}
    table = dump(InterfaceTable())
    found = []
    for link in table.names.values():
        addresses = [{"address": str(one.address), "secondary": one.secondary} for one in table.on(link.name)]
        found.append(
            {
                "name": link.name,
                "mac": link.mac.hex(":"),
                "up": link.up,
                "carrier": link.running,
                "loopback": link.loopback,
                "addresses": addresses,
                "virtual_addresses": [one["address"] for one in addresses if one["address"] in held],
            }
        )
    return found


def _held(instance: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of an instance that are on this host; of keepalived's excluded ones all in its list."""
    yield from instance["addresses_present"]
    for each in instance.get("excluded") or ():
        if isinstance(each, str):
            yield each
        elif each["present"]:
            yield each["text"]
