# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keepalived.conf as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Optional, Union

Address = Union[IPv4Address, IPv6Address]
Interface = Union[IPv4Interface, IPv6Interface]


@dataclass(frozen=True)
class VirtualAddress:
    """One line of ``virtual_ipaddress``. ``device`` is None when it lives on the instance's interface."""

    address: Interface  # with its prefix length; /32 or /128 where none is written
    device: Optional[str] = None
    broadcast: Optional[str] = None  # an address, "+" or "-"
    label: Optional[str] = None
    scope: Optional[str] = None


@dataclass(frozen=True)
class Authentication:
    auth_type: str  # "PASS"
    auth_pass: str = field(repr=False)  # 1 to 8 octets


@dataclass(frozen=True)
class Script:
    """One ``vrrp_script``. ``command`` is the argument vector; times in seconds."""

    name: str
    command: tuple[str, ...]
    interval_s: float = 1.0
    timeout_s: float = 1.0  # defaults to interval_s
    rise: int = 1
    fall: int = 1
    weight: int = 0
    user: Optional[str] = None
    group: Optional[str] = None
    init_fail: bool = False


@dataclass(frozen=True)
class TrackedScript:
    """One line of ``track_script``; ``weight`` already resolved (own, else the script's)."""

    name: str
    weight: int = 0


@dataclass(frozen=True)
class TrackedGateway:
    """One ``@hotstandby track_gateway``: a neighbour that must answer. ``device`` None is the instance's interface."""

    address: Address
    interval_s: float = 1.0
    timeout_s: float = 1.0  # never longer than interval_s
    rise: int = 1
    fall: int = 3
    weight: int = 0  # 0: FAULT while it does not answer
    device: Optional[str] = None


@dataclass(frozen=True)
class NotifyCommand:
    command: tuple[str, ...]
    user: Optional[str] = None
    group: Optional[str] = None


@dataclass(frozen=True)
class Notify:
    """The notify scripts of an instance; ``any`` is the keyword ``notify`` (INSTANCE NAME STATE PRIORITY)."""

    master: Optional[NotifyCommand] = None
    backup: Optional[NotifyCommand] = None
    fault: Optional[NotifyCommand] = None
    stop: Optional[NotifyCommand] = None
    any: Optional[NotifyCommand] = None
    master_rx_lower_pri: Optional[NotifyCommand] = None  # a MASTER heard another one, of lower priority


@dataclass(frozen=True)
class GratuitousArp:
    """garp_master_*: seconds and counts as keepalived defines them (a refresh of 0 is off)."""

    delay_s: float = 5.0  # garp_master_delay
    repeat: int = 5  # garp_master_repeat
    refresh_s: float = 0.0  # garp_master_refresh
    refresh_repeat: int = 1  # garp_master_refresh_repeat
    lower_prio_delay_s: float = 5.0  # garp_lower_prio_delay
    lower_prio_repeat: int = 5  # garp_lower_prio_repeat
    interval_s: float = 0.0  # vrrp_garp_interval / garp_interval, between two frames


@dataclass(frozen=True)
class Instance:
    """One ``vrrp_instance``."""

    name: str
    interface: str
    virtual_router_id: int
    line: int  # where its block opens, for messages
    addresses: tuple[VirtualAddress, ...] = ()
    initial_state: str = "BACKUP"
    priority: int = 100
    advert_int_cs: int = 100
    version: int = 2
    authentication: Optional[Authentication] = None
    unicast_src_ip: Optional[Address] = None
    unicast_peers: tuple[Address, ...] = ()
    nopreempt: bool = False
    preempt_delay_s: float = 0.0
    track_scripts: tuple[TrackedScript, ...] = ()
    notify: Notify = Notify()
    garp: GratuitousArp = GratuitousArp()
    track_gateways: tuple[TrackedGateway, ...] = ()


@dataclass(frozen=True)
class Globals:
    router_id: Optional[str] = None
    vrrp_version: int = 2
    script_user: Optional[str] = None
    script_group: Optional[str] = None
    enable_script_security: bool = False
    notify_fifo: Optional[str] = None
    vip_lease_s: Optional[int] = None  # lifetime of a virtual address in the kernel; 0: none, None: follows the timers


@dataclass(frozen=True)
class Configuration:
    """A whole file. ``instances`` and ``scripts`` keep the file's order."""

    path: str
    globals: Globals = Globals()
    scripts: tuple[Script, ...] = ()
    instances: tuple[Instance, ...] = ()
