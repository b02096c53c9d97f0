# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each word of an instance has a reader; some words must be alike on both hosts."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import (
    ADDITIONS,
    FIELDS,
    OWN_WORDS,
)


@pytest.mark.parametrize(
    "word",
    [
        "unicast", "unicast_fault_no_peer", "track_src_ip", "v3_checksum_as_v2", "skip_check_adv_addr",
        "lower_prio_no_advert", "higher_prio_send_advert", "nopreempt", "vmac_xmit_base", "accept",
        "promote_secondaries", "dont_track_primary", "notify_priority_changes",
    ],
)  # fmt: skip
def test_words_for_yes_and_no_are_read(word):
    assert (FIELDS[word].read("yes"), FIELDS[word].read("0")) == (True, False)
    with pytest.raises(ValueError, match="^'perhaps' is neither true nor false$"):
        FIELDS[word].read("perhaps")


@pytest.mark.parametrize(
    "word",
    [
        "notify", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted",
        "notify_master_rx_lower_pri",
    ],
)  # fmt: skip
def test_commands_are_read(word):
    said = {"command": "/bin/n x", "user": "root"}
    assert (FIELDS[word].read("/bin/n x"), FIELDS[word].read(said)) == ("/bin/n x", said)


def test_these_words_must_be_alike_on_both_hosts():
    assert [word for word, field in FIELDS.items() if field.shared] == [
        "virtual_router_id", "advert_int", "version", "auth_type", "auth_pass", "auth_hmac", "mcast_dst_ip",
        "v3_checksum_as_v2", "unicast", "takeover_within",
    ]  # fmt: skip


def test_these_words_are_secret():
    assert [word for word, field in FIELDS.items() if field.secret] == ["auth_pass", "auth_hmac"]


def test_these_words_of_an_entry_are_no_fields():
    assert OWN_WORDS == ("name", "virtual_ipaddress", "master")
    assert not set(OWN_WORDS) & set(FIELDS)


def test_the_built_in_checks_have_our_own_keywords():
    assert ADDITIONS == {
        "track_gateways": "track_gateway",
        "track_tcp": "track_tcp",
        "track_http": "track_http",
        "track_unit": "track_unit",
    }


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [
        ("virtual_router_id", 1, 255),
        ("priority", 1, 255),
        ("advert_int", 0.01, 255),
        ("version", 2, 3),
        ("unicast_ttl", 1, 255),
        ("down_timer_adverts", 1, 100),
        ("preempt_delay", 0, 1000),
        ("kernel_rx_buf_size", 0, 2147483647),
        ("garp_master_delay", 0, 1000),
        ("garp_master_repeat", 1, 1000),
        ("garp_master_refresh", 0, 1000),
        ("garp_master_refresh_repeat", 1, 1000),
        ("garp_lower_prio_delay", 0, 1000),
        ("garp_lower_prio_repeat", 0, 1000),
    ],
)
def test_numbers_are_read_between_their_limits(word, low, high):
    read = FIELDS[word].read
    assert (read(low), read(high)) == (low, high)
    for value in (low - 0.001 if low == 0.01 else low - 1, high + 1):
        with pytest.raises(ValueError, match=f"^'{value}' is not a "):
            read(value)


@pytest.mark.parametrize(
    ("word", "value", "expected"),
    [
        ("state", "backup", "BACKUP"),
        ("interface", "eth0", "eth0"),
        ("auth_pass", "1111", "1111"),
        ("auth_type", "ah", "AH"),
        ("auth_type", "pass", "PASS"),
        ("unicast", "yes", True),
        ("unicast_src_ip", "FD00::4", "fd00::4"),
        ("unicast_peer", "192.168.8.6", ["192.168.8.6"]),
        ("nopreempt", "no", False),
        ("preempt_delay", "2.5", 2.5),
        ("use_vmac", 1, True),
        ("accept", "off", False),
        ("virtual_routes", ["blackhole 10.0.0.0/8"], ["blackhole 10.0.0.0/8"]),
        ("virtual_ipaddress_excluded", "192.168.8.9/24", ["192.168.8.9/24"]),
        ("track_interface", "eth1", [{"name": "eth1"}]),
        ("track_gateways", "192.168.8.1", [{"address": "192.168.8.1"}]),
        ("notify", "/bin/n", "/bin/n"),
        ("notify_deleted", True, True),
        ("garp_extra_if", "all 30", "all 30"),
    ],
)
def test_a_word_has_the_reader_of_its_kind(word, value, expected):
    assert FIELDS[word].read(value) == expected
