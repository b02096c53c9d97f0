# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how each kind of fault is made on a node, and how it is undone. Pure: texts for nft(8) and for a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Optional

from ..deployment import paths

AGENT, NODE, SERVICE = "agent", "node", "service"
NO_FAULT = "there is no fault of a drill"  # what a node answers that has nothing to undo
TABLE = "hotstandby_drill"
NO_RESTART = f"/run/systemd/system/{paths.SERVICE}.d/hotstandby-drill.conf"
NO_RESTART_TEXT = "# Made by a drill of hotstandby.vrrp, which removes it.\n[Service]\nRestart=no\n"


# As for track_unit: a glob such as nginx* would stop several units, and none of them would be started again by it.
_UNIT = re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,254}")
_SUFFIX = re.compile(r"\.(service|socket|target|timer|mount|path|slice|scope|device|swap|automount)$")


def unit(said: str) -> Optional[str]:
    """Return the name of a systemd unit, which is a service without a suffix; None where it is no name."""
    if not _UNIT.fullmatch(said):
        return None
    return said if _SUFFIX.search(said) else f"{said}.service"


def undo(kind: str, services: Sequence[str] = ()) -> list[str]:
    """Return the commands of a shell that undo a fault. They do no harm where it has been undone already."""
    if kind == NODE:
        return [f"! nft list table netdev {TABLE} >/dev/null 2>&1 || nft delete table netdev {TABLE}"]
    if kind == AGENT:
        folder = NO_RESTART.rpartition("/")[0]
        return [
            f"rm -f {NO_RESTART}",
            f"! [ -d {folder} ] || rmdir --ignore-fail-on-non-empty {folder}",
            "systemctl daemon-reload",
            f"systemctl start {paths.SERVICE}",
        ]
    return [f"systemctl start -- {shlex.join(services)}"]


def script(lines: Sequence[str], folder: str) -> str:
    """Return the script that undoes a fault. It does every line, and removes its folder when all of them succeeded."""
    done = [f"{line} || failed=1" for line in lines]
    return "\n".join(["#!/bin/sh", "failed=", *done, '[ -z "$failed" ] || exit 1', f"rm -rf {folder}", ""])


def isolation(interfaces: Sequence[str], addresses: Sequence[str]) -> str:
    """Return the rules that keep VRRP and everything of the virtual addresses away from a node, both ways.

    They stand at the device, where the ARP packets that the agent sends by itself pass as well. All other traffic of
    the node goes on: its own addresses, and so ssh, are not touched.
    """
    found = [ip_address(each.partition("/")[0]) for each in addresses]
    four = ", ".join(str(each) for each in found if each.version == 4)
    six = [each for each in found if each.version == 6]
    rules = ["ip protocol 112 drop", "ip6 nexthdr 112 drop", "ah nexthdr 112 drop"]
    if four:
        rules += [f"{field} {{ {four} }} drop" for field in ("ip saddr", "ip daddr", "arp saddr ip", "arp daddr ip")]
    if six:
        listed = ", ".join(map(str, six))
        rules += [f"{field} {{ {listed} }} drop" for field in ("ip6 saddr", "ip6 daddr")]
        # The target of neighbour discovery, RFC 4861 section 4.3, is 8 octets behind the IPv6 header.
        asks = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }"
        rules += [f"{asks} @nh,384,128 {int(each):#034x} drop" for each in six]
    lines = [f"table netdev {TABLE} {{"]
    for number, name in enumerate(interfaces):
        for hook in ("ingress", "egress"):
            lines.append(f"  chain {hook}{number} {{")
            lines.append(f'    type filter hook {hook} device "{name}" priority -300; policy accept;')
            lines += [f"    {rule}" for rule in rules]
            lines.append("  }")
    return "\n".join([*lines, "}", ""])
