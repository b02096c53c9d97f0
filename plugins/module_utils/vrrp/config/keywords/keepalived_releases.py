# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the releases of keepalived that are known here, and which of them knows a keyword first.

A keyword that is not listed is known since the oldest of :data:`RELEASES`. What a release makes of a value is in
:mod:`.keepalived_values`.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

RELEASES = [
    "2.0.19",
    "2.0.20",
    "2.1.0",
    "2.1.1",
    "2.1.2",
    "2.1.3",
    "2.1.4",
    "2.1.5",
    "2.2.0",
    "2.2.1",
    "2.2.2",
    "2.2.3",
    "2.2.4",
    "2.2.5",
    "2.2.6",
    "2.2.7",
    "2.2.8",
    "2.3.0",
    "2.3.1",
    "2.3.2",
    "2.3.3",
    "2.3.4",
    "2.4.0",
    "2.4.1",
    "2.4.2",
    "2.4.3",
]

#: The releases that distributions carry, and the newest one: a column each in docs/keepalived_versions.md.
SHOWN = ("2.0.19", "2.1.5", "2.2.4", "2.2.7", "2.2.8", "2.3.4", "2.4.3")

#: No release knows it: keepalived's manual describes it, and its parser has another name for it, or none.
NEVER = "never"

_VERSION = re.compile(r"(?:keepalived[- ])?v?(\d+)\.(\d+)\.(\d+)", re.IGNORECASE)


class KeepalivedRelease(NamedTuple):
    """It is the number of a release, which compares as releases follow each other."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class UnknownRelease(ValueError):
    """The text names no release that is known here; the message says which are."""


def number(text: str) -> KeepalivedRelease:
    """Return the release that the table writes as ``text``, such as "2.2.7"."""
    major, minor, patch = map(int, text.split("."))
    return KeepalivedRelease(major, minor, patch)


OLDEST, NEWEST = number(RELEASES[0]), number(RELEASES[-1])


def release(text: str) -> KeepalivedRelease:
    """Return the release that a user names: "keepalived-2.2.7", "2.2.7" or "Keepalived v2.2.7".

    One between two known ones is taken, as every entry of the table holds from a release on. Raises UnknownRelease for
    an older one, a newer one, and for a text that is none.
    """
    found = _VERSION.fullmatch(text.strip())
    if found:
        named = KeepalivedRelease(*map(int, found.groups()))
        if OLDEST <= named <= NEWEST:
            return named
    known = f"known are keepalived-{RELEASES[0]} to keepalived-{RELEASES[-1]}: {', '.join(RELEASES)}"
    raise UnknownRelease(f'"{text}" is no known release of keepalived; {known}')


#: block -> release -> the keywords that it is the first to know. "" is the top of a file. Those inside a block that
#: came later are not named again.
_SINCE = {
    "": {
        "2.1.0": "net_namespace_ipvs track_file",
        "2.2.3": "interface_up_down_delays",
    },
    "global_defs": {
        "2.1.0": """
            bfd_rlimit_rttime checker_rlimit_rttime vrrp_rlimit_rttime max_auto_priority min_auto_priority_delay
            reload_repeat reload_time_file startup_script startup_script_timeout shutdown_script
            shutdown_script_timeout
        """,
        "2.2.0": """
            checker_process_name disable_local_igmp include_check lvs_flush_on_stop reload_check_config reload_file
            tmp_config_directory vmac_prefix vmac_addr_prefix vrrp_vmac_garp_intvl
        """,
        "2.2.2": "nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark",
        "2.2.3": "config_save_dir data_use_instance vrrp_down_timer_adverts vrrp_garp_extra_if",
        "2.2.5": "fifo_write_vrrp_states_on_reload",
        "2.2.8": "json_version v3_checksum_as_v2",
        "2.3.0": """
            dbus_no_interface_name snmp_vs_stats_update_interval snmp_rs_stats_update_interval use_symlink_paths
        """,
        "2.3.2": "iproute_usr_dir iproute_etc_dir",
        "2.3.3": "state_dump_file stats_dump_file json_dump_file vrrp_owner_ignore_adverts",
        "2.4.0": "vrrp_delay_after_boot",
        NEVER: "state_file_location stats_file_location json_file_location set_supplementary_groups",
    },
    "vrrp_instance": {
        "2.1.0": "check_unicast_src notify_deleted unicast_ttl",
        "2.2.0": "use_vmac_addr vmac_garp_intvl",
        "2.2.3": "down_timer_adverts garp_extra_if",
        "2.2.5": "mcast_dst_ip unicast_fault_no_peer vrf",
        "2.2.8": "no_virtual_ipaddress timer_expired_backup v3_checksum_as_v2",
        "2.3.2": "thread_timer_expired",
        "2.3.3": "owner_ignore_adverts",
        "2.4.0": "auth_hmac",
    },
    "vrrp_sync_group": {"2.2.0": "notify_priority_changes", NEVER: "notify_deleted"},
}

#: (block, keyword) -> the release, or NEVER.
SINCE = {
    (block, word): since
    for block, releases in _SINCE.items()
    for since, words in releases.items()
    for word in words.split()
}

_CAME_LATER = "leave it out, or use keepalived {since} or later"

#: (block, keyword) -> what to do without it, where leaving it out is not all that there is to say.
ADVICE = {
    ("", "track_file"): "call the block vrrp_track_file, which every release knows",
    ("", "interface_up_down_delays"): "without it each loss of a carrier counts at once",
    ("global_defs", "vrrp_garp_extra_if"): "vrrp_vmac_garp_intvl does it since 2.2.0",
    ("global_defs", "vrrp_down_timer_adverts"): "without it 3 missed advertisements end a MASTER; give the peer 3 too",
    ("global_defs", "v3_checksum_as_v2"): (
        "without it a VRRPv3 advertisement over IPv4 has the pseudo-header in its checksum: leave it out on both nodes"
    ),
    ("global_defs", "lvs_flush_on_stop"): "lvs_flush_onstop, which every release knows",
    ("global_defs", "checker_process_name"): "lvs_process_name, which every release knows",
    ("global_defs", "vrrp_rlimit_rttime"): "vrrp_rlimit_rtime, which every release knows",
    ("global_defs", "checker_rlimit_rttime"): "checker_rlimit_rtime, which every release knows",
    ("global_defs", "bfd_rlimit_rttime"): "bfd_rlimit_rtime, which every release knows",
    ("global_defs", "state_file_location"): "its parser calls it state_dump_file, since 2.3.3",
    ("global_defs", "stats_file_location"): "its parser calls it stats_dump_file, since 2.3.3",
    ("global_defs", "json_file_location"): "its parser calls it json_dump_file, since 2.3.3",
    ("vrrp_instance", "unicast_ttl"): "without it unicast advertisements have the TTL 255",
    ("vrrp_instance", "check_unicast_src"): "without it an advertisement from any sender is heard",
    ("vrrp_instance", "notify_deleted"): "without it a reload that removes the instance tells FAULT",
    ("vrrp_instance", "down_timer_adverts"): "without it 3 missed advertisements end a MASTER; give the peer 3 too",
    ("vrrp_instance", "garp_extra_if"): "vmac_garp_intvl does it since 2.2.0",
    ("vrrp_instance", "mcast_dst_ip"): (
        "without it the instance speaks to the group of vrrp_mcast_group4 or vrrp_mcast_group6, where its peer does not"
        " hear it: write one of these in global_defs, on both nodes"
    ),
    ("vrrp_instance", "unicast_fault_no_peer"): "without it an instance whose list of peers is empty uses multicast",
    ("vrrp_instance", "vrf"): "name an interface of that VRF as interface",
    ("vrrp_instance", "no_virtual_ipaddress"): "give the instance an address: VRRPv3 needs one",
    ("vrrp_instance", "v3_checksum_as_v2"): (
        "without it a VRRPv3 advertisement over IPv4 has the pseudo-header in its checksum: leave it out on both nodes"
    ),
    ("vrrp_instance", "thread_timer_expired"): "timer_expired_backup does it since 2.2.8",
    ("vrrp_instance", "auth_hmac"): (
        "take it out on both nodes before this one runs; unicast_peer with check_unicast_src, or version 2 with"
        " auth_pass, is what this release has"
    ),
    ("vrrp_sync_group", "notify_deleted"): "write it in the instances of the group",
}


#: Keywords of global_defs that only some builds of a release know -> what it must be built with.
BUILT_WITH = {
    word: option
    for option, words in {
        "ipset": "vrrp_ipsets",
        "iptables or nftables": "vrrp_iptables",
        "nftables": """
            nftables nftables_priority nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority
            nftables_ipvs_start_fwmark
        """,
        "SNMP": """
            snmp_socket enable_traps enable_snmp_vrrp enable_snmp_keepalived enable_snmp_checker enable_snmp_rfc
            enable_snmp_rfcv2 enable_snmp_rfcv3 snmp_vs_stats_update_interval snmp_rs_stats_update_interval
        """,
        "D-Bus": "enable_dbus dbus_service_name dbus_no_interface_name",
        "JSON": "json_version",
    }.items()
    for word in words.split()
}


def since(block: str, keyword: str) -> Optional[str]:
    """Return the release that knows a keyword first, or NEVER; None where every release here knows it."""
    return SINCE.get((block, keyword))


def knows(named: KeepalivedRelease, block: str, keyword: str) -> bool:
    """Return whether a release knows a keyword of :data:`.table.ROOT` in ``block``."""
    first = since(block, keyword)
    return first is None or (first != NEVER and named >= number(first))


def advice(block: str, keyword: str) -> str:
    """Return what to do on a release that does not know the keyword."""
    known = ADVICE.get((block, keyword))
    first = since(block, keyword)
    if known is not None:
        return known
    return "leave it out" if first in (None, NEVER) else _CAME_LATER.format(since=first)
