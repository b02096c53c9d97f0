# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines routes and rules, virtual or static, as frozen dataclasses: the words of ip-route(8) and ip-rule(8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ...ip_types import Address, Network


@dataclass(frozen=True)
class NextHop:
    """It is one next hop of a route."""

    via: Optional[Address] = None
    device: Optional[str] = None
    weight: int = 1  # 1 to 256
    onlink: bool = False


@dataclass(frozen=True)
class Route:
    """It is one line of ``virtual_routes`` or ``static_routes``."""

    destination: Network
    kind: str = "unicast"  # or "blackhole", "unreachable", "prohibit", "throw", "local", ...
    hops: tuple[NextHop, ...] = ()
    source: Optional[Address] = None  # src: the preferred source address
    table: Optional[int] = None  # None: main
    metric: Optional[int] = None
    scope: Optional[str] = None
    protocol: Optional[int] = None  # None: keepalived's own, 18
    tos: Optional[int] = None
    mtu: Optional[int] = None
    mtu_lock: bool = False
    advmss: Optional[int] = None
    no_track: bool = False
    track_group: Optional[str] = None  # static ones only


@dataclass(frozen=True)
class Rule:
    """It is one line of ``virtual_rules`` or ``static_rules``."""

    version: int  # 4 or 6
    action: str = "table"  # or "blackhole", "unreachable", "prohibit", "goto", "nop"
    table: Optional[int] = None
    goto: Optional[int] = None
    source: Optional[Network] = None  # from
    destination: Optional[Network] = None  # to
    inverted: bool = False  # not
    priority: Optional[int] = None  # preference, order
    fwmark: Optional[int] = None
    fwmask: Optional[int] = None
    tos: Optional[int] = None
    iif: Optional[str] = None
    oif: Optional[str] = None
    suppress_prefixlength: Optional[int] = None
    suppress_ifgroup: Optional[int] = None
    protocol: Optional[int] = None
    no_track: bool = False
    track_group: Optional[str] = None
