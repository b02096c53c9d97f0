# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the status of an agent to people."""

from __future__ import annotations

from typing import Any, Optional

from .cli_table import table


def status_lines(answer: dict[str, Any]) -> list[str]:
    """Return the table: one row for each instance, and below it the warnings about it."""
    if not answer["instances"]:
        return [f"no instances in {answer['config']}"]
    rows = [("INSTANCE", "STATE", "PRIORITY", "TAKEOVER", "VIP", "MASTER", "WHY")]
    for each in answer["instances"]:
        rows.append(
            (
                each["name"],
                each["state"],
                str(each["priority"]),
                f"{each['takeover_s']:g} s" if "takeover_s" in each else "-",  # an older agent sends none
                ", ".join(addresses_of(each)) or "-",
                each["master"]["address"] if each["master"] else "-",
                each["why"],
            )
        )
    head, *lines = table(rows)
    told = [head]
    for each, line in zip(answer["instances"], lines):
        told += [line, *(f"  warning: {text}" for text in each.get("warnings", ()))]  # an older agent sends none
    return told + peer_lines(answer.get("peer"))


def peer_lines(peer: Optional[dict[str, Any]]) -> list[str]:
    """Return what is known of the other node of the pair beside VRRP; nothing where none is configured."""
    if peer is None:
        return []
    heard = "not heard yet" if peer["heard_s"] is None else f"last heard {peer['heard_s']:.1f} s ago"
    name = f"{peer['name']} ({peer['address']})" if peer["name"] else peer["address"]
    told = f"peer {name}: {heard}{', release ' + peer['version'] if peer['version'] else ''}"
    return [f"{told}{', drained' if peer['drained'] else ''}", *(f"  warning: {text}" for text in peer["warnings"])]


def addresses_of(instance: dict[str, Any]) -> list[str]:
    """Return the virtual addresses; one that a MASTER should have and has not is marked as missing."""
    present = instance["addresses_present"]
    lost = [name for name in instance["addresses"] if instance["state"] == "MASTER" and name not in present]
    return [f"{name} (missing)" if name in lost else name for name in instance["addresses"]]
