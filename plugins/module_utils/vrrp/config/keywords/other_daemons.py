# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 3 of the table: keywords of other parts of keepalived. A file gets one warning for all of them."""

from __future__ import annotations

from .keyword import IGNORED, Block, Entry, foreign

LVS = "the load balancer of keepalived"
BFD = "keepalived's BFD"


def _block(name: str, whose: str, named: bool) -> Block:
    return Block(name, whose, named=named, standing=IGNORED, foreign=True)


#: At the top of a file.
ROOT_FOREIGN: tuple[Entry, ...] = (
    _block("virtual_server", LVS, True),
    _block("virtual_server_group", LVS, True),
    _block("SSL", LVS, False),
    _block("bfd_instance", BFD, True),
    foreign("net_namespace_ipvs", LVS, "[NAME]"),
)

_GLOBAL_LVS = """
    checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name
    checker_rlimit_rtime checker_rlimit_rttime checker_rt_priority enable_snmp_checker lvs_flush lvs_flush_on_stop
    lvs_flush_onstop lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs
    lvs_netlink_monitor_rcv_bufs_force lvs_notify_fifo lvs_notify_fifo_script lvs_process_name lvs_sync_daemon
    lvs_timeouts nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark no_checker_emails rs_init_notifies
    smtp_alert_checker snmp_rs_stats_update_interval snmp_vs_stats_update_interval
"""

_GLOBAL_BFD = """
    bfd_cpu_affinity bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rtime bfd_rlimit_rttime bfd_rt_priority
"""

#: Of global_defs.
GLOBAL_FOREIGN: tuple[Entry, ...] = (
    *(foreign(name, LVS) for name in _GLOBAL_LVS.split()),
    *(foreign(name, BFD) for name in _GLOBAL_BFD.split()),
)

#: Of vrrp_instance.
INSTANCE_FOREIGN: tuple[Entry, ...] = (foreign("lvs_sync_daemon_interface", LVS, "NAME"),)
