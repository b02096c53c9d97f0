# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the keywords that the agent does not use, and that keepalived does not take without a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from ..syntax.parser import Statement, Word
from .keepalived_changes import IGNORED, REFUSED, ValueChange

#: block -> keywords. Every release ends at once where the value is missing.
_ENDS = {
    "": "child_wait_time",
    "global_defs": """
        vmac_addr_prefix vrrp_rlimit_rttime vrrp_rlimit_rtime smtp_server smtp_connect_timeout config_save_dir
        random_seed umask process_name vrrp_process_name nftables_priority snmp_vs_stats_update_interval
        snmp_rs_stats_update_interval checker_process_name checker_rlimit_rttime checker_rlimit_rtime lvs_process_name
        nftables_ipvs_priority nftables_ipvs_start_fwmark bfd_process_name bfd_rlimit_rttime bfd_rlimit_rtime
    """,
    "vrrp_instance": "vrf debug lvs_sync_daemon_interface",
}
#: block -> keywords. Every release skips the line, with a message.
_SKIPPED = {
    "": "net_namespace instance",
    "global_defs": """
        min_auto_priority_delay vrrp_priority vrrp_cpu_affinity vrrp_rt_priority notification_email_from snmp_socket
        dbus_service_name tmp_config_directory reload_time_file vrrp_netlink_cmd_rcv_bufs vrrp_netlink_monitor_rcv_bufs
        process_monitor_rcv_bufs vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier json_version state_dump_file
        stats_dump_file json_dump_file iproute_usr_dir iproute_etc_dir checker_cpu_affinity checker_priority
        checker_rt_priority lvs_netlink_cmd_rcv_bufs lvs_netlink_monitor_rcv_bufs lvs_notify_fifo
        lvs_notify_fifo_script lvs_sync_daemon lvs_timeouts bfd_cpu_affinity bfd_priority bfd_rt_priority
    """,
}


def _alone(statement: Statement) -> Optional[Word]:
    """Return the keyword of a statement without a value."""
    return None if statement.values else statement.words[0]


def _changes(names: dict[str, str], effect: str, what: str) -> Iterator[ValueChange]:
    for block, words in names.items():
        for word in words.split():
            yield ValueChange(block, word, "no value", _alone, effect, what, "give it one, or leave it out")


NO_VALUE: tuple[ValueChange, ...] = (
    *_changes(_ENDS, REFUSED, "it does not start: the value is missing"),
    *_changes(_SKIPPED, IGNORED, "it skips the line"),
)


def ends(block: str, keyword: str) -> bool:
    """Return whether keepalived does not start with a file in which this keyword has no value."""
    return keyword in _ENDS.get(block, "").split()
