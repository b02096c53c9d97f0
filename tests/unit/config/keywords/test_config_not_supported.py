# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the keywords for keepalived itself are known, and say what to do instead."""

from __future__ import annotations

import pytest
from listed_keywords import names, only

from vrrp.config.keywords.global_defs import GLOBAL_DEFS
from vrrp.config.keywords.keyword import Block
from vrrp.config.keywords.not_supported import GLOBAL_PROCESS, ROOT_PROCESS
from vrrp.config.keywords.other_daemons import GLOBAL_FOREIGN


def test_global_defs_has_these_keywords_for_keepalived_itself():
    expected = """
        max_auto_priority min_auto_priority_delay vrrp_priority vrrp_no_swap vrrp_cpu_affinity vrrp_rt_priority
        vrrp_rlimit_rttime vrrp_rlimit_rtime notification_email notification_email_from smtp_server smtp_helo_name
        smtp_connect_timeout smtp_alert smtp_alert_vrrp no_email_faults enable_snmp_vrrp enable_snmp_keepalived
        enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_traps snmp_socket enable_dbus dbus_service_name
        dbus_no_interface_name json_version state_file_location stats_file_location json_file_location state_dump_file
        stats_dump_file json_dump_file data_use_instance tmp_config_directory config_save_dir random_seed
        reload_check_config reload_time_file reload_repeat reload_file umask iproute_usr_dir iproute_etc_dir
        use_symlink_paths set_supplementary_groups process_names process_name vrrp_process_name dynamic_interfaces
        vrrp_iptables vrrp_ipsets nftables nftables_priority nftables_counters nftables_ifindex disable_local_igmp
        vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
        vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs process_monitor_rcv_bufs_force
        vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier
    """
    assert names(GLOBAL_PROCESS) == expected.split()


def test_the_top_of_a_file_has_these_keywords_that_do_not_work():
    assert names(ROOT_PROCESS) == [
        *("net_namespace", "namespace_with_ipsets", "instance", "use_pid_dir", "child_wait_time"),
        *("linkbeat_use_polling", "linkbeat_interfaces"),
    ]


@pytest.mark.parametrize(
    ("name", "values", "instead"),
    [
        ("vrrp_priority", "-20-19", "Nice= in a drop-in of hotstandby.service (systemctl edit hotstandby)"),
        (
            "vrrp_rlimit_rtime",
            "MICROSECONDS",
            "LimitRTTIME= in a drop-in of hotstandby.service (systemctl edit hotstandby)",
        ),
        ("smtp_server", "ADDRESS [PORT]", "send it from a notify script"),
        ("enable_snmp_rfcv3", "", "ask hotstandby status --json, or vrrp_info"),
        ("json_dump_file", "PATH", "ask hotstandby status --json, or vrrp_info"),
        ("reload_time_file", "PATH", "a systemd timer that runs: systemctl reload hotstandby"),
        ("process_monitor_rcv_bufs_force", "BOOL", ""),
        ("nftables_priority", "NUMBER", ""),
    ],
)
def test_keywords_for_keepalived_itself_say_what_to_do_instead(name, values, instead):
    entry = only(GLOBAL_PROCESS, name)
    assert (entry.values, entry.instead, entry.standing, entry.foreign) == (values, instead, "ignored", False)


def test_the_addresses_of_mail_are_a_block_that_is_ignored():
    entry = only(GLOBAL_PROCESS, "notification_email")
    assert (type(entry), entry.items, entry.standing) == (Block, "ADDRESS", "ignored")


def test_no_keyword_stands_twice_in_global_defs():
    every = names((*GLOBAL_PROCESS, *GLOBAL_FOREIGN))
    assert len(every) == len(set(every))
    assert set(every) <= set(GLOBAL_DEFS.keywords)
