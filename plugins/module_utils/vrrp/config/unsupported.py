# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""keepalived's keywords that this agent does not support yet, by block ("" is the top of a file).

They are listed so that a message can say "not supported yet" where it would otherwise say "unknown". A keyword that
becomes supported leaves this list for :mod:`.schema`.
"""

from __future__ import annotations

_ROOT = """
    SSL bfd_instance bfd_process_name child_wait_time garp_group group instance interface_up_down_delays
    linkbeat_interfaces linkbeat_use_polling namespace_with_ipsets net_namespace net_namespace_ipvs
    static_ipaddress static_routes static_rules track_file track_group use_pid_dir virtual_server
    virtual_server_group vrrp_sync_group vrrp_track_file vrrp_track_process
"""

_GLOBAL_DEFS = """
    bfd_cpu_affinity bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rttime bfd_rt_priority
    checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name
    checker_rlimit_rttime checker_rt_priority config_save_dir data_use_instance dbus_service_name
    default_interface disable_local_igmp dynamic_interfaces enable_dbus enable_snmp_checker
    enable_snmp_keepalived enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp enable_traps
    fifo_write_vrrp_states_on_reload include_check log_unknown_vrids lvs_flush lvs_flush_on_stop lvs_flush_onstop
    lvs_notify_fifo lvs_notify_fifo_script lvs_process_name lvs_sync_daemon lvs_timeouts max_auto_priority
    min_auto_priority_delay nftables nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_priority
    nftables_ipvs_start_fwmark nftables_priority no_checker_emails no_email_faults notification_email
    notification_email_from notify_fifo notify_fifo_script process_name process_names random_seed
    reload_check_config reload_file reload_repeat reload_time_file rs_init_notifies shutdown_script
    shutdown_script_timeout smtp_alert smtp_alert_checker smtp_alert_vrrp smtp_connect_timeout smtp_helo_name
    smtp_server snmp_socket startup_script startup_script_timeout tmp_config_directory umask vmac_addr_prefix
    vmac_prefix vrrp_check_unicast_src vrrp_cpu_affinity vrrp_down_timer_adverts vrrp_garp_extra_if
    vrrp_gna_interval vrrp_higher_prio_send_advert vrrp_ipsets vrrp_iptables vrrp_lower_prio_no_advert
    vrrp_mcast_group4 vrrp_mcast_group6 vrrp_min_garp vrrp_no_swap vrrp_notify_fifo vrrp_notify_fifo_script
    vrrp_notify_priority_changes vrrp_priority vrrp_process_name vrrp_rlimit_rttime vrrp_rt_priority
    vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict
    vrrp_vmac_garp_intvl
"""

_VRRP_INSTANCE = """
    accept check_unicast_src debug dont_track_primary down_timer_adverts garp_extra_if higher_prio_send_advert
    kernel_rx_buf_size linkbeat_use_polling lower_prio_no_advert lvs_sync_daemon_interface mcast_dst_ip
    mcast_src_ip native_ipv6 no_accept no_virtual_ipaddress notify_deleted
    notify_priority_changes old_unicast_checksum owner_ignore_adverts promote_secondaries skip_check_adv_addr
    smtp_alert strict_mode timer_expired_backup thread_timer_expired track_bfd track_file track_interface
    track_process track_src_ip unicast_fault_no_peer unicast_ttl use_ipvlan use_vmac use_vmac_addr
    v3_checksum_as_v2 virtual_ipaddress_excluded virtual_routes virtual_rules vmac_garp_intvl vmac_xmit_base vrf
"""

_GARP_GROUP = "garp_interval gna_interval interfaces"

_SYNC_GROUP = "global_tracking sync_group_tracking_weight"

UNSUPPORTED: dict[str, frozenset[str]] = {
    "": frozenset(_ROOT.split()),
    "global_defs": frozenset(_GLOBAL_DEFS.split()),
    "vrrp_instance": frozenset(_VRRP_INSTANCE.split()),
    "authentication": frozenset(["auth_hmac"]),
    "garp_group": frozenset(_GARP_GROUP.split()),
    "vrrp_sync_group": frozenset(_SYNC_GROUP.split()),
}
