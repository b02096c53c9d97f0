# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the blocks of keepalived.conf(5) have their keywords, each with field, values and standing."""

from __future__ import annotations

import pytest
from listed_keywords import names, only

from vrrp.config.keywords.global_defs import GLOBAL_DEFS, LARGEST, LONGEST_S, garp
from vrrp.config.keywords.groups import GARP_GROUP, INTERFACE_DELAYS, STATIC, VRRP_SYNC_GROUP, notifications
from vrrp.config.keywords.keyword import Block, Keyword
from vrrp.config.keywords.not_supported import GLOBAL_PROCESS, ROOT_PROCESS
from vrrp.config.keywords.track_blocks import TRACK_FILE, TRACKING, VRRP_SCRIPT, VRRP_TRACK_FILE, VRRP_TRACK_PROCESS
from vrrp.config.keywords.vrrp_instance import AUTH_HMAC, AUTHENTICATION, VRRP_INSTANCE
from vrrp.config.syntax.diagnostics import Invalid
from vrrp.config.syntax.parser import parse


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            VRRP_INSTANCE,
            "state interface virtual_router_id priority advert_int version native_ipv6 authentication auth_hmac"
            " virtual_ipaddress virtual_ipaddress_excluded no_virtual_ipaddress promote_secondaries virtual_routes"
            " virtual_rules accept no_accept use_vmac use_vmac_addr vmac_xmit_base use_ipvlan vrf unicast_src_ip"
            " mcast_src_ip mcast_dst_ip track_src_ip unicast_peer check_unicast_src unicast_fault_no_peer unicast_ttl"
            " old_unicast_checksum v3_checksum_as_v2 nopreempt preempt preempt_delay down_timer_adverts"
            " lower_prio_no_advert higher_prio_send_advert skip_check_adv_addr strict_mode timer_expired_backup"
            " thread_timer_expired owner_ignore_adverts dont_track_primary kernel_rx_buf_size debug"
            " linkbeat_use_polling track_interface track_script track_file track_process track_bfd track_gateway"
            " track_tcp track_http track_unit notify_master notify_backup notify_fault notify_stop notify"
            " notify_deleted notify_master_rx_lower_pri notify_priority_changes smtp_alert garp_master_delay"
            " garp_master_repeat garp_master_refresh garp_master_refresh_repeat garp_lower_prio_delay"
            " garp_lower_prio_repeat garp_extra_if vmac_garp_intvl lvs_sync_daemon_interface",
        ),
        (
            VRRP_SYNC_GROUP,
            "group track_interface track_script track_file track_process track_bfd track_gateway track_tcp track_http"
            " track_unit notify_master notify_backup notify_fault notify_stop notify notify_priority_changes"
            " notify_deleted smtp_alert sync_group_tracking_weight global_tracking",
        ),
        (VRRP_SCRIPT, "script interval timeout rise fall weight user init_fail"),
        (
            VRRP_TRACK_PROCESS,
            "process param_match weight quorum quorum_max fork_delay terminate_delay delay full_command",
        ),
        (TRACK_FILE, "file weight init_file"),
        (VRRP_TRACK_FILE, "file weight init_file"),
        (GARP_GROUP, "garp_interval gna_interval interface interfaces"),
        (AUTHENTICATION, "auth_type auth_pass"),
        (AUTH_HMAC, "key active_key anti_replay time_window mode"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_block_has_these_keywords(block, expected):
    assert list(block.keywords) == expected.split()


def test_global_defs_has_these_keywords_that_work():
    expected = """
        router_id default_interface script_user agent_script_user enable_script_security startup_script
        startup_script_timeout shutdown_script shutdown_script_timeout notify_fifo notify_fifo_script vrrp_notify_fifo
        vrrp_notify_fifo_script fifo_write_vrrp_states_on_reload vip_lease peer_status vrrp_garp_master_delay
        vrrp_garp_master_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_lower_prio_delay
        vrrp_garp_lower_prio_repeat vrrp_garp_extra_if vrrp_vmac_garp_intvl vrrp_garp_interval vrrp_gna_interval
        vrrp_min_garp vrrp_mcast_group4 vrrp_mcast_group6 vrrp_version vrrp_lower_prio_no_advert
        vrrp_higher_prio_send_advert vrrp_skip_check_adv_addr v3_checksum_as_v2 vrrp_notify_priority_changes
        vrrp_strict vrrp_down_timer_adverts vrrp_check_unicast_src vrrp_startup_delay vrrp_delay_after_boot
        log_unknown_vrids vmac_prefix include_check
    """
    assert names(entry for entry in GLOBAL_DEFS.keywords.values() if entry.standing == "works") == expected.split()


SAME = """
    track_gateway=track.gateways track_tcp=track.tcp track_http=track.http track_unit=track.units
    notify_master=notify.master notify_backup=notify.backup notify_fault=notify.fault notify_stop=notify.stop
    notify=notify.any notify_priority_changes=notify.priority_changes
"""


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            VRRP_INSTANCE,
            f"""{SAME}
            state=initial_state use_vmac=vmac preempt_delay=preempt_delay_s notify_deleted=deleted
            notify_master_rx_lower_pri=notify.master_rx_lower_pri garp_master_delay=garp.delay_s
            garp_master_repeat=garp.repeat garp_master_refresh=garp.refresh_s
            garp_master_refresh_repeat=garp.refresh_repeat garp_lower_prio_delay=garp.lower_prio_delay_s
            garp_lower_prio_repeat=garp.lower_prio_repeat garp_extra_if=garp.extra_if vmac_garp_intvl=garp.extra_if
            """,
        ),
        (VRRP_SYNC_GROUP, f"{SAME} sync_group_tracking_weight=tracking_weight"),
        (VRRP_SCRIPT, "script=command interval=interval_s timeout=timeout_s"),
        (VRRP_TRACK_PROCESS, "fork_delay=fork_delay_s terminate_delay=terminate_delay_s"),
        (TRACK_FILE, "file=path init_file=init"),
        (GARP_GROUP, "garp_interval=garp_interval_s gna_interval=gna_interval_s"),
        (AUTHENTICATION, ""),
        (AUTH_HMAC, "key=keys time_window=time_window_s"),
        (
            GLOBAL_DEFS,
            """
            startup_script_timeout=startup_script_timeout_s shutdown_script_timeout=shutdown_script_timeout_s
            fifo_write_vrrp_states_on_reload=fifo_write_states_on_reload vip_lease=vip_lease_s
            vrrp_garp_master_delay=garp.delay_s vrrp_garp_master_repeat=garp.repeat
            vrrp_garp_master_refresh=garp.refresh_s vrrp_garp_master_refresh_repeat=garp.refresh_repeat
            vrrp_garp_lower_prio_delay=garp.lower_prio_delay_s vrrp_garp_lower_prio_repeat=garp.lower_prio_repeat
            vrrp_garp_extra_if=garp.extra_if vrrp_vmac_garp_intvl=garp.extra_if vrrp_garp_interval=garp.interval_s
            vrrp_gna_interval=garp.gna_interval_s vrrp_min_garp=min_garp vrrp_mcast_group4=mcast_group4
            vrrp_mcast_group6=mcast_group6 vrrp_lower_prio_no_advert=default.lower_prio_no_advert
            vrrp_higher_prio_send_advert=default.higher_prio_send_advert
            vrrp_skip_check_adv_addr=default.skip_check_adv_addr v3_checksum_as_v2=default.v3_checksum_as_v2
            vrrp_notify_priority_changes=default.notify.priority_changes vrrp_strict=default.strict_mode
            vrrp_down_timer_adverts=default.down_timer_adverts vrrp_check_unicast_src=check_unicast_src
            vrrp_startup_delay=startup_delay_s vrrp_delay_after_boot=delay_after_boot_s
            """,
        ),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_field_of_a_keyword_has_its_name_or_another_one(block, expected):
    keywords = [entry for entry in block.keywords.values() if isinstance(entry, Keyword)]
    found = [f"{entry.name}={entry.field}" for entry in keywords if entry.field != entry.name]
    assert sorted(found) == sorted(expected.split())


@pytest.mark.parametrize(
    ("block", "name", "good", "bad"),
    [
        (VRRP_INSTANCE, "virtual_router_id", ("1", "255"), ("0", "256")),
        (VRRP_INSTANCE, "priority", ("1", "255"), ("0", "256")),
        (VRRP_INSTANCE, "advert_int", ("0.01", "255"), ("0.009", "255.1")),
        (VRRP_INSTANCE, "version", ("2", "3"), ("1", "4")),
        (VRRP_INSTANCE, "preempt_delay", ("0", "1000"), ("-1", "1000.1")),
        (VRRP_INSTANCE, "down_timer_adverts", ("1", "100"), ("0", "101")),
        (VRRP_INSTANCE, "unicast_ttl", ("0", "255"), ("-1", "256")),
        (VRRP_INSTANCE, "kernel_rx_buf_size", ("0", "2147483647"), ("-1", "2147483648")),
        (VRRP_INSTANCE, "garp_master_delay", ("0", "4294"), ("-1", "4295")),
        (VRRP_INSTANCE, "garp_master_repeat", ("1", "2147483647"), ("0", "2147483648")),
        (VRRP_INSTANCE, "garp_master_refresh", ("0", "2147483647"), ("-1", "2147483648")),
        (VRRP_INSTANCE, "garp_master_refresh_repeat", ("1", "2147483647"), ("0", "2147483648")),
        (VRRP_INSTANCE, "garp_lower_prio_delay", ("0", "4294"), ("-1", "4295")),
        (VRRP_INSTANCE, "garp_lower_prio_repeat", ("0", "2147483647"), ("-1", "2147483648")),
        (VRRP_INSTANCE, "garp_extra_if", ("0", "86400"), ("-1", "86401")),
        (GLOBAL_DEFS, "vrrp_garp_extra_if", ("1", "86400"), ("0", "86401")),
        (GLOBAL_DEFS, "vrrp_garp_interval", ("0.000001", "4294"), ("0.0000001", "4294.1")),
        (GLOBAL_DEFS, "vrrp_version", ("2", "3"), ("1", "4")),
        (GLOBAL_DEFS, "vrrp_down_timer_adverts", ("1", "100"), ("0", "101")),
        (GLOBAL_DEFS, "startup_script_timeout", ("1", "1000"), ("0", "1001")),
        (GLOBAL_DEFS, "vrrp_startup_delay", ("0.001", "4294"), ("0", "4294.1")),
        (GLOBAL_DEFS, "vrrp_delay_after_boot", ("0.001", "4294"), ("0", "4294.1")),
        (GARP_GROUP, "gna_interval", ("0", "4294"), ("-1", "4294.1")),
        (VRRP_SCRIPT, "interval", ("0.001", "4294"), ("0", "4294.1")),
        (VRRP_SCRIPT, "timeout", ("0.001", "4294"), ("0", "4294.1")),
        (VRRP_SCRIPT, "rise", ("1", "2147483647"), ("0", "2147483648")),
        (VRRP_SCRIPT, "fall", ("1", "2147483647"), ("0", "2147483648")),
        (VRRP_SCRIPT, "weight", ("-253", "253"), ("-254", "254")),
        (VRRP_TRACK_PROCESS, "weight", ("-254", "254"), ("-255", "255")),
        (VRRP_TRACK_PROCESS, "quorum", ("1", "65535"), ("0", "65536")),
        (VRRP_TRACK_PROCESS, "quorum_max", ("0", "65535"), ("-1", "65536")),
        (VRRP_TRACK_PROCESS, "fork_delay", ("0.000001", "3600"), ("0", "3600.1")),
        (TRACK_FILE, "weight", ("-254", "254"), ("-255", "255")),
        (AUTH_HMAC, "active_key", ("1", "255"), ("0", "256")),
        (AUTH_HMAC, "time_window", ("1", "300"), ("0", "301")),
    ],
)
def test_a_number_is_read_between_its_limits(block, name, good, bad):
    refused = []
    for written in (*good, *bad):
        (statement,) = parse(f"{name} {written}", "f").statements
        try:
            block.keywords[name].convert(statement)
        except Invalid:
            refused.append(written)
    assert refused == list(bad)


@pytest.mark.parametrize(
    ("block", "name", "good"),
    [
        (AUTHENTICATION, "auth_type", ["PASS", "AH"]),
        (AUTH_HMAC, "anti_replay", ["time", "monotonic"]),
        (AUTH_HMAC, "mode", ["enforce", "permissive", "receive-only"]),
    ],
)
def test_a_keyword_takes_these_words(block, name, good):
    statements = [parse(f"{name} {written}", "f").statements[0] for written in good]
    assert [block.keywords[name].convert(statement) for statement in statements] == good
    with pytest.raises(Invalid) as raised:
        block.keywords[name].convert(parse(f"{name} other", "f").statements[0])
    assert raised.value.rule == f"{name} is {' or '.join(good)}"


@pytest.mark.parametrize(
    ("block", "name", "field", "values"),
    [
        (VRRP_INSTANCE, "state", "initial_state", "MASTER|BACKUP"),
        (VRRP_INSTANCE, "priority", "priority", "1-255"),
        (VRRP_INSTANCE, "advert_int", "advert_int", "SECONDS"),
        (VRRP_INSTANCE, "use_vmac", "vmac", "[[name] NAME] [MAC] [netlink_notify_msg]"),
        (VRRP_INSTANCE, "preempt_delay", "preempt_delay_s", "SECONDS"),
        (VRRP_INSTANCE, "unicast_ttl", "unicast_ttl", "0-255"),
        (VRRP_INSTANCE, "notify", "notify.any", "COMMAND [USER [GROUP]]"),
        (VRRP_INSTANCE, "notify_deleted", "deleted", "[COMMAND [USER [GROUP]]]"),
        (VRRP_INSTANCE, "garp_master_delay", "garp.delay_s", "SECONDS"),
        (GLOBAL_DEFS, "vrrp_garp_master_delay", "garp.delay_s", "SECONDS"),
        (GLOBAL_DEFS, "vrrp_garp_interval", "garp.interval_s", "SECONDS"),
        (GLOBAL_DEFS, "vrrp_gna_interval", "garp.gna_interval_s", "SECONDS"),
        (GLOBAL_DEFS, "vrrp_strict", "default.strict_mode", ""),
        (GLOBAL_DEFS, "vrrp_skip_check_adv_addr", "default.skip_check_adv_addr", "[BOOL]"),
        (GLOBAL_DEFS, "vrrp_startup_delay", "startup_delay_s", "SECONDS"),
        (GLOBAL_DEFS, "startup_script_timeout", "startup_script_timeout_s", "1-1000"),
        (GLOBAL_DEFS, "vrrp_notify_fifo", "vrrp_notify_fifo", "PATH [USER [GROUP]]"),
        (VRRP_SYNC_GROUP, "sync_group_tracking_weight", "tracking_weight", ""),
        (GARP_GROUP, "gna_interval", "gna_interval_s", "SECONDS"),
        (VRRP_SCRIPT, "script", "command", 'COMMAND | "COMMAND ARGUMENT ..."'),
        (VRRP_SCRIPT, "timeout", "timeout_s", "SECONDS"),
        (VRRP_TRACK_PROCESS, "quorum_max", "quorum_max", "COUNT"),
        (TRACK_FILE, "file", "path", "PATH"),
        (VRRP_TRACK_FILE, "init_file", "init", "[NUMBER] [overwrite]"),
        (AUTHENTICATION, "auth_type", "auth_type", "PASS|AH"),
        (AUTH_HMAC, "time_window", "time_window_s", "1-300"),
    ],
)
def test_a_keyword_that_works_names_its_field_and_its_values(block, name, field, values):
    entry = block.keywords[name]
    assert (entry.field, entry.values, entry.standing) == (field, values, "works")


@pytest.mark.parametrize(
    ("block", "once"),
    [
        (
            VRRP_INSTANCE,
            "notify notify_backup notify_deleted notify_fault notify_master notify_master_rx_lower_pri"
            " notify_stop state",
        ),
        (VRRP_SYNC_GROUP, "notify notify_backup notify_fault notify_master notify_stop"),
        (
            GLOBAL_DEFS,
            "notify_fifo notify_fifo_script shutdown_script startup_script vrrp_notify_fifo vrrp_notify_fifo_script",
        ),
        (VRRP_TRACK_PROCESS, "process"),
        (TRACK_FILE, "file"),
        (VRRP_SCRIPT, ""),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_keepalived_keeps_the_first_line_of_these_keywords(block, once):
    assert sorted(name for name, entry in block.keywords.items() if getattr(entry, "once", False)) == once.split()


def test_our_own_keywords_stand_on_lines_of_hotstandby():
    ours = ["track_gateway", "track_tcp", "track_http", "track_unit"]
    assert names(entry for entry in TRACKING if entry.addition) == ours
    assert names(entry for entry in VRRP_INSTANCE.keywords.values() if entry.addition) == ours
    assert names(entry for entry in VRRP_SYNC_GROUP.keywords.values() if entry.addition) == ours
    found = names(entry for entry in GLOBAL_DEFS.keywords.values() if entry.addition)
    assert found == ["agent_script_user", "vip_lease", "peer_status"]


@pytest.mark.parametrize(
    ("block", "many"),
    [
        (VRRP_INSTANCE, ["track_gateway", "track_tcp", "track_http", "track_unit"]),
        (AUTH_HMAC, ["key"]),
        (GLOBAL_DEFS, ["include_check"]),
        (VRRP_SCRIPT, []),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_each_line_of_these_keywords_adds_one_value(block, many):
    assert [name for name, entry in block.keywords.items() if getattr(entry, "many", False)] == many


def test_these_blocks_have_a_name():
    every = (VRRP_INSTANCE, VRRP_SYNC_GROUP, VRRP_SCRIPT, VRRP_TRACK_PROCESS, TRACK_FILE, VRRP_TRACK_FILE, GLOBAL_DEFS)
    assert [(block.name, block.named) for block in (*every, GARP_GROUP, INTERFACE_DELAYS, *STATIC)] == [
        ("vrrp_instance", True),
        ("vrrp_sync_group", True),
        ("vrrp_script", True),
        ("vrrp_track_process", True),
        ("track_file", True),
        ("vrrp_track_file", True),
        ("global_defs", False),
        ("garp_group", False),
        ("interface_up_down_delays", False),
        ("track_group", True),  # keepalived finds only one that stands above the line that names it
        ("static_ipaddress", False),
        ("static_routes", False),
        ("static_rules", False),
    ]


def test_only_the_blocks_of_passwords_and_keys_are_secret():
    inside = [entry for entry in VRRP_INSTANCE.keywords.values() if isinstance(entry, Block)]
    assert names(block for block in inside if block.secret) == ["authentication", "auth_hmac"]


def test_an_instance_has_these_keywords_and_a_group_has_not():
    group = names(notifications(False))
    assert [name for name in names(notifications(True)) if name not in group] == ["notify_master_rx_lower_pri"]
    assert only(notifications(True), "notify_deleted").standing == "works"
    assert only(notifications(False), "notify_deleted").standing == "ignored"


@pytest.mark.parametrize("prefix", ["", "vrrp_"])
def test_announcements_have_one_list_with_two_prefixes(prefix):
    assert [(entry.name, entry.field) for entry in garp(prefix, "")] == [
        (f"{prefix}garp_master_delay", "garp.delay_s"),
        (f"{prefix}garp_master_repeat", "garp.repeat"),
        (f"{prefix}garp_master_refresh", "garp.refresh_s"),
        (f"{prefix}garp_master_refresh_repeat", "garp.refresh_repeat"),
        (f"{prefix}garp_lower_prio_delay", "garp.lower_prio_delay_s"),
        (f"{prefix}garp_lower_prio_repeat", "garp.lower_prio_repeat"),
        (f"{prefix}garp_extra_if", "garp.extra_if"),
        (f"{prefix}vmac_garp_intvl", "garp.extra_if"),
    ]


def test_the_limits_are_those_of_the_counters_of_keepalived():
    assert (LARGEST, LONGEST_S) == (2147483647, 4294)


def test_the_lists_of_what_is_tracked_show_their_limits():
    assert [(entry.name, entry.items) for entry in TRACKING if isinstance(entry, Block)] == [
        ("track_interface", "NAME [weight -253-253 [reverse]]"),
        ("track_script", "NAME [weight -253-253 [reverse|noreverse]]"),
        ("track_file", "NAME [weight -254-254 [reverse|noreverse]]"),
        ("track_process", "NAME [weight -254-254 [reverse|noreverse]]"),
        ("track_bfd", "NAME [weight -253-253 [reverse|noreverse]]"),
    ]


def test_these_keywords_are_refused():
    entries = [*VRRP_INSTANCE.keywords.values(), *VRRP_SYNC_GROUP.keywords.values(), *GLOBAL_PROCESS, *ROOT_PROCESS]
    assert [(entry.name, getattr(entry, "harmless", ())) for entry in entries if entry.standing == "refused"] == [
        ("use_ipvlan", ()),
        ("vrf", ()),
        ("old_unicast_checksum", ("never",)),
        ("track_bfd", ()),
        ("track_bfd", ()),
        ("net_namespace", ()),
    ]
