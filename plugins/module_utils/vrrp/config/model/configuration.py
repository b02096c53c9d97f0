# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines keepalived.conf as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from ...ip_types import Address, Interface
from .routes import Route, Rule
from .trackers import File, Process, Script, Tracking


@dataclass(frozen=True)
class VirtualAddress:
    """It is one line of ``virtual_ipaddress``. ``device`` is None when it lives on the instance's interface."""

    address: Interface  # with its prefix length; /32 or /128 where none is written
    device: Optional[str] = None
    broadcast: Optional[str] = None  # an address, "+" or "-"
    label: Optional[str] = None
    scope: Optional[str] = None
    peer: Optional[Interface] = None  # the other end of a point-to-point link
    home: bool = False
    nodad: bool = True  # IPv6: keepalived turns duplicate address detection off unless told otherwise
    mngtmpaddr: bool = False
    noprefixroute: bool = False
    autojoin: bool = False
    no_track: bool = False  # when another program deletes it, nothing happens: it is not put back
    preferred_lft_s: Optional[int] = None  # 0 deprecates, None is for ever (for a /128: see the manual)
    use_vmac: bool = False
    track_group: Optional[str] = None  # static ones only


@dataclass(frozen=True)
class Authentication:
    """It holds the block ``authentication`` of an instance; VRRPv2 only."""

    auth_type: str  # "PASS" or "AH"
    auth_pass: str = field(repr=False)  # 1 to 8 octets


@dataclass(frozen=True)
class HmacKey:
    """It is one ``key`` of ``auth_hmac``. The key of a ``file:`` is read when the agent takes the configuration."""

    key_id: int  # 1 to 255
    secret: bytes = field(default=b"", repr=False)  # 32 to 64 octets; empty where it comes from a file
    file: Optional[str] = None


@dataclass(frozen=True)
class AuthHmac:
    """It is the block ``auth_hmac``: advertisements end in a trailer that signs them."""

    keys: tuple[HmacKey, ...]
    active_key: int
    anti_replay: str = "time"  # or "monotonic"
    time_window_s: int = 5  # max(3 advert_int, 5) where the file says nothing
    mode: str = "enforce"  # or "permissive", "receive-only"


@dataclass(frozen=True)
class TtlLimit:
    """It holds ``min_ttl`` and ``max_ttl`` of one line of ``unicast_peer``."""

    peer: Address
    min_ttl: int = 0
    max_ttl: int = 255


@dataclass(frozen=True)
class Vmac:
    """It is ``use_vmac``: a macvlan with the address 00:00:5e:00:01:VRID (IPv6 00:00:5e:00:02:VRID), or ``mac``."""

    name: Optional[str] = None  # None: vrrp.VRID, or vrrp6.VRID
    mac: Optional[str] = None
    xmit_base: bool = False  # vmac_xmit_base: advertisements leave from the interface below


@dataclass(frozen=True)
class NotifyCommand:
    """It holds one command with its arguments, and the user and group it runs as where the file names them."""

    command: tuple[str, ...]
    user: Optional[str] = None
    group: Optional[str] = None


@dataclass(frozen=True)
class NotifyScripts:
    """It holds the notify scripts of an instance; ``any`` is the keyword ``notify`` (INSTANCE NAME STATE PRIORITY)."""

    master: Optional[NotifyCommand] = None
    backup: Optional[NotifyCommand] = None
    fault: Optional[NotifyCommand] = None
    stop: Optional[NotifyCommand] = None
    any: Optional[NotifyCommand] = None
    master_rx_lower_pri: Optional[NotifyCommand] = None  # a MASTER heard another one, of lower priority
    deleted: Optional[NotifyCommand] = None  # removed by a reload
    says_deleted: bool = False  # notify_deleted, with or without a command: DELETED is told instead of FAULT
    priority_changes: bool = False  # FIFOs hear of each change of the effective priority


@dataclass(frozen=True)
class GratuitousArp:
    """It holds garp_master_*: seconds and counts as keepalived defines them (a refresh of 0 is off)."""

    delay_s: float = 5.0  # garp_master_delay
    repeat: int = 5  # garp_master_repeat
    refresh_s: float = 0.0  # garp_master_refresh
    refresh_repeat: int = 1  # garp_master_refresh_repeat
    lower_prio_delay_s: float = 5.0  # garp_lower_prio_delay
    lower_prio_repeat: int = 5  # garp_lower_prio_repeat
    interval_s: float = 0.0  # vrrp_garp_interval / garp_interval, between two frames
    gna_interval_s: float = 0.0  # vrrp_gna_interval / gna_interval, between two unsolicited neighbour advertisements
    extra_if_s: float = 0.0  # garp_extra_if: how often addresses on other interfaces are announced; 0 is off
    extra_if_all: bool = False


@dataclass(frozen=True)
class Instance:
    """It is one ``vrrp_instance``."""

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
    track: Tracking = Tracking()
    notify: NotifyScripts = NotifyScripts()
    garp: GratuitousArp = GratuitousArp()
    hmac: Optional[AuthHmac] = None
    mcast_src_ip: Optional[Address] = None
    mcast_dst_ip: Optional[Address] = None  # None: the protocol's group, or vrrp_mcast_group4/6
    track_src_ip: bool = False  # FAULT while the configured source address is not there
    unicast_ttl: int = 255
    ttl_limits: tuple[TtlLimit, ...] = ()
    check_unicast_src: bool = True
    unicast_fault_no_peer: bool = False
    v3_checksum_as_v2: bool = False
    skip_check_adv_addr: bool = False
    down_timer_adverts: int = 3
    lower_prio_no_advert: bool = False
    higher_prio_send_advert: bool = False
    dont_track_primary: bool = False
    accept: bool = True
    promote_secondaries: bool = False
    excluded: tuple[VirtualAddress, ...] = ()  # virtual_ipaddress_excluded: of either family, not in advertisements
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    vmac: Optional[Vmac] = None
    kernel_rx_buf_size: Optional[int] = None
    shares_vrid: bool = False  # with an earlier instance on its link: the peers show which one a packet is for

    @property
    def ip_version(self) -> int:
        """Return 4 or 6, of its first virtual address, else of its first peer. It is part of a router's identity."""
        if self.addresses:
            return self.addresses[0].address.version
        return self.unicast_peers[0].version if self.unicast_peers else 4

    @property
    def configured_source(self) -> Optional[Address]:
        """Return the source address of its advertisements that the file sets, or None."""
        return self.unicast_src_ip if self.unicast_src_ip is not None else self.mcast_src_ip

    @property
    def lives_on(self) -> str:
        """Return the interface of its addresses: its macvlan, where it has one. The default name is keepalived's."""
        if self.vmac is None:
            return self.interface
        return self.vmac.name or f"vrrp.{self.virtual_router_id}"

    @property
    def speaks_on(self) -> str:
        """Return the interface of its advertisements."""
        return self.interface if self.vmac is None or self.vmac.xmit_base else self.lives_on


@dataclass(frozen=True)
class SyncGroup:
    """It is one ``vrrp_sync_group``: its members are MASTER together or not at all."""

    name: str
    line: int
    members: tuple[str, ...]
    track: Tracking = Tracking()
    notify: NotifyScripts = NotifyScripts()
    tracking_weight: bool = False  # sync_group_tracking_weight: weights of the members count


@dataclass(frozen=True)
class GarpGroup:
    """It is one ``garp_group``: the pauses hold for these interfaces taken together."""

    interfaces: tuple[str, ...]
    garp_interval_s: Optional[float] = None
    gna_interval_s: Optional[float] = None


@dataclass(frozen=True)
class InterfaceDelay:
    """It is one line of ``interface_up_down_delays``."""

    name: str
    down_s: float
    up_s: float


@dataclass(frozen=True)
class Fifo:
    """It is ``notify_fifo`` or ``vrrp_notify_fifo``, and the script that reads it."""

    path: str
    user: Optional[str] = None  # its owner
    group: Optional[str] = None
    mode: Optional[int] = None
    script: Optional[NotifyCommand] = None


@dataclass(frozen=True)
class PeerStatus:
    """It is ``peer_status``: where the other node of the pair is told how this one does, and heard.

    The agent reads the keys when it takes the configuration: the first one signs, each is accepted. ``problem`` says
    why there are none. ``read_at`` is when they were read, monotonic seconds.
    """

    address: Address
    source: Optional[Address] = None  # None: the kernel chooses
    port: int = 61112
    key_file: str = "/etc/hotstandby/peer.key"
    keys: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    problem: str = field(default="", compare=False)
    read_at: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Globals:
    """It holds the settings of ``global_defs``."""

    router_id: Optional[str] = None
    vrrp_version: int = 2
    script_user: Optional[str] = None
    script_group: Optional[str] = None
    enable_script_security: bool = False
    vip_lease_s: Optional[int] = None  # lifetime of a virtual address in the kernel; 0: none, None: follows the timers
    default_interface: str = "eth0"
    startup_delay_s: float = 0.0  # vrrp_startup_delay
    delay_after_boot_s: float = 0.0  # vrrp_delay_after_boot: the longer one of the two counts
    notify_fifo: Optional[Fifo] = None
    vrrp_notify_fifo: Optional[Fifo] = None
    fifo_write_states_on_reload: bool = False
    startup_script: Optional[NotifyCommand] = None
    startup_script_timeout_s: int = 10
    shutdown_script: Optional[NotifyCommand] = None
    shutdown_script_timeout_s: int = 10
    vmac_prefix: str = "vrrp."
    log_unknown_vrids: bool = False
    peer_status: Optional[PeerStatus] = None


@dataclass(frozen=True)
class Configuration:
    """It holds a whole file, in the file's order."""

    path: str
    globals: Globals = Globals()
    scripts: tuple[Script, ...] = ()
    instances: tuple[Instance, ...] = ()
    processes: tuple[Process, ...] = ()
    files: tuple[File, ...] = ()
    sync_groups: tuple[SyncGroup, ...] = ()
    garp_groups: tuple[GarpGroup, ...] = ()
    interface_delays: tuple[InterfaceDelay, ...] = ()
    static_addresses: tuple[VirtualAddress, ...] = ()
    static_routes: tuple[Route, ...] = ()
    static_rules: tuple[Rule, ...] = ()
    track_groups: tuple[tuple[str, tuple[str, ...]], ...] = ()  # track_group: name -> instances
