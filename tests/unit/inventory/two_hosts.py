# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It describes two hosts as an inventory and vrrp_info do."""

from __future__ import annotations

from typing import Any


def interfaces(*addresses: str, name: str = "eth0", held: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return what vrrp_info returns of a host with ``addresses``; ``held`` are there because it is master."""
    loopback = {"name": "lo", "loopback": True, "addresses": [{"address": "127.0.0.1/8", "secondary": False}]}
    there = [{"address": address, "secondary": address in held} for address in (*addresses, *held)]
    return [loopback, {"name": name, "loopback": False, "addresses": there, "virtual_addresses": list(held)}]


def hosts(node_a: Any = None, node_b: Any = None, **both: Any) -> dict[str, dict[str, Any]]:
    """Return the variables of node-a (192.168.8.4) and node-b (192.168.8.6), given without the prefix ``ha_pair_``."""
    own = {
        "node-a": {"interfaces": interfaces("192.168.8.4/24"), **both, **(node_a or {})},
        "node-b": {"interfaces": interfaces("192.168.8.6/24"), **both, **(node_b or {})},
    }
    return {host: {f"ha_pair_{name}": value for name, value in said.items()} for host, said in own.items()}


VIP = "192.168.8.100/24"
