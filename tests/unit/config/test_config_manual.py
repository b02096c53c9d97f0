# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that every keyword of keepalived's manual is in the table, and that the page in docs is made from it.

The names are copied by hand from keepalived.conf(5) of 2.4.3, block by block; below are those that only its parser has.
"""

from __future__ import annotations

import keywords
import pytest

from vrrp.config.keywords.table import ROOT, Block, blocks

TRACKING = "track_interface track_script track_file track_process track_bfd"

MANUAL = {
    "": """
        net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir linkbeat_use_polling
        child_wait_time global_defs linkbeat_interfaces track_group static_ipaddress static_routes static_rules
        track_file vrrp_track_file vrrp_track_process bfd_instance vrrp_script vrrp_sync_group garp_group
        vrrp_instance interface_up_down_delays SSL virtual_server_group virtual_server
    """,
    "global_defs": """
        tmp_config_directory config_save_dir process_names process_name vrrp_process_name checker_process_name
        bfd_process_name use_symlink_paths set_supplementary_groups startup_script startup_script_timeout
        shutdown_script shutdown_script_timeout notification_email notification_email_from smtp_server smtp_helo_name
        smtp_connect_timeout smtp_alert smtp_alert_vrrp smtp_alert_checker checker_log_all_failures no_email_faults
        router_id vrrp_mcast_group4 vrrp_mcast_group6 default_interface lvs_sync_daemon lvs_timeouts lvs_flush
        lvs_flush_on_stop vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_lower_prio_delay
        vrrp_garp_lower_prio_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_interval
        vrrp_gna_interval vrrp_min_garp vrrp_garp_extra_if vrrp_down_timer_adverts vrrp_lower_prio_no_advert
        vrrp_higher_prio_send_advert vrrp_version v3_checksum_as_v2 nftables nftables_priority nftables_counters
        nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark vrrp_iptables vrrp_ipsets
        disable_local_igmp vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict vrrp_notify_priority_changes
        max_auto_priority min_auto_priority_delay vrrp_priority checker_priority bfd_priority vrrp_no_swap
        checker_no_swap bfd_no_swap vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity vrrp_rt_priority
        checker_rt_priority bfd_rt_priority vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime snmp_socket
        enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_traps
        snmp_vs_stats_update_interval snmp_rs_stats_update_interval enable_dbus dbus_service_name
        dbus_no_interface_name script_user enable_script_security notify_fifo notify_fifo_script vrrp_notify_fifo
        vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script fifo_write_vrrp_states_on_reload
        dynamic_interfaces vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
        vrrp_netlink_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
        lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs
        process_monitor_rcv_bufs_force vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier rs_init_notifies no_checker_emails
        umask vrrp_startup_delay vrrp_delay_after_boot log_unknown_vrids vmac_prefix vmac_addr_prefix random_seed
        reload_check_config include_check reload_time_file reload_repeat reload_file data_use_instance
        state_file_location stats_file_location json_file_location json_version iproute_usr_dir iproute_etc_dir
    """,
    "vrrp_script": "script interval timeout weight rise fall user init_fail",
    "vrrp_track_process": """
        process param_match weight quorum quorum_max fork_delay terminate_delay delay full_command
    """,
    "track_file": "file weight init_file",
    "vrrp_track_file": "file weight init_file",
    "vrrp_sync_group": f"""
        group {TRACKING} notify_master notify_backup notify_fault notify_stop notify_deleted notify
        notify_priority_changes smtp_alert global_tracking sync_group_tracking_weight
    """,
    "track_group": "group",
    "garp_group": "garp_interval gna_interval interface interfaces",
    "vrrp_instance": f"""
        state interface vrf use_vmac use_vmac_addr vmac_xmit_base use_ipvlan native_ipv6 dont_track_primary {TRACKING}
        mcast_src_ip unicast_src_ip mcast_dst_ip track_src_ip version check_unicast_src unicast_peer
        unicast_fault_no_peer unicast_ttl old_unicast_checksum v3_checksum_as_v2 garp_master_delay garp_master_repeat
        garp_lower_prio_delay garp_lower_prio_repeat garp_master_refresh garp_master_refresh_repeat garp_extra_if
        down_timer_adverts timer_expired_backup lower_prio_no_advert higher_prio_send_advert virtual_router_id
        priority advert_int authentication auth_hmac virtual_ipaddress virtual_ipaddress_excluded no_virtual_ipaddress
        promote_secondaries virtual_routes virtual_rules accept no_accept nopreempt preempt preempt_delay
        skip_check_adv_addr strict_mode debug notify_master notify_backup notify_fault notify_stop notify notify_deleted
        notify_master_rx_lower_pri notify_priority_changes smtp_alert kernel_rx_buf_size linkbeat_use_polling
    """,
    "authentication": "auth_type auth_pass",
    "auth_hmac": "key active_key anti_replay time_window mode",
}

PARSER = {
    "global_defs": """
        bfd_rlimit_rtime checker_rlimit_rtime vrrp_rlimit_rtime enable_snmp_keepalived json_dump_file lvs_flush_onstop
        lvs_process_name state_dump_file stats_dump_file vrrp_owner_ignore_adverts vrrp_vmac_garp_intvl
    """,
    "vrrp_instance": """
        lvs_sync_daemon_interface owner_ignore_adverts thread_timer_expired vmac_garp_intvl
    """,
}

OURS = {
    "global_defs": "agent_script_user vip_lease peer_status",
    "vrrp_instance": "track_gateway track_tcp track_http track_unit",
    "vrrp_sync_group": "track_gateway track_tcp track_http track_unit",
}


def table(name):
    (found,) = [block for block in blocks() if block.name == name and (block.keywords or not name)]
    return found


@pytest.mark.parametrize("name", MANUAL)
def test_every_keyword_of_the_manual_is_there_and_no_other(name):
    named = set(MANUAL[name].split()) | set(PARSER.get(name, "").split()) | set(OURS.get(name, "").split())
    assert set(table(name).keywords) == named


def test_every_block_with_keywords_is_in_the_list():
    assert {block.name for block in blocks() if block.keywords} == set(MANUAL)


@pytest.mark.parametrize("name", OURS)
def test_our_own_keywords_stand_on_hotstandby_lines(name):
    assert {entry.name for entry in table(name).keywords.values() if entry.addition} == set(OURS[name].split())


def test_the_page_is_made_from_the_table():
    assert keywords.PAGE.read_text(encoding="utf-8") == keywords.render(), "make keywords"


def test_the_page_names_every_keyword():
    page = keywords.render()
    for block in blocks():
        for entry in block.keywords.values():
            assert f"| `{'@hotstandby ' if entry.addition else ''}{entry.name}` |" in page


def test_the_parts_of_other_daemons_are_marked():
    foreign = {entry.name for entry in ROOT.keywords.values() if entry.foreign}
    assert foreign == {"virtual_server", "virtual_server_group", "SSL", "bfd_instance", "net_namespace_ipvs"}
    assert all(isinstance(ROOT.keywords[name], Block) for name in foreign - {"net_namespace_ipvs"})
