# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that global_defs has fields of its own, and defaults for the instances."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from smallest_file import LEAST, configuration, errors, instance, warnings

from vrrp.config.model.configuration import Fifo, Globals, GratuitousArp, NotifyCommand

SIX = LEAST.replace("192.0.2.1/24", "fe80::1/64")


def settings(lines):
    return configuration("", lines).globals


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("default_interface eth7", {"default_interface": "eth7"}),
        ("vrrp_startup_delay 5.5", {"startup_delay_s": 5.5}),
        ("vrrp_delay_after_boot 15.23", {"delay_after_boot_s": 15.23}),
        ("log_unknown_vrids", {"log_unknown_vrids": True}),
        ("fifo_write_vrrp_states_on_reload", {"fifo_write_states_on_reload": True}),
        ("startup_script_timeout 1000", {"startup_script_timeout_s": 1000}),
        ("shutdown_script_timeout 1", {"shutdown_script_timeout_s": 1}),
        ('startup_script "/bin/a b" nobody', {"startup_script": NotifyCommand(("/bin/a", "b"), "nobody")}),
        ("shutdown_script /bin/a u g", {"shutdown_script": NotifyCommand(("/bin/a",), "u", "g")}),
        ("notify_fifo /run/f", {"notify_fifo": Fifo("/run/f")}),
        ("vrrp_notify_fifo /run/f u g", {"vrrp_notify_fifo": Fifo("/run/f", "u", "g")}),
        (
            'notify_fifo_script "/bin/a b" u\nnotify_fifo /run/f',
            {"notify_fifo": Fifo("/run/f", script=NotifyCommand(("/bin/a", "b"), "u"))},
        ),
        ("vmac_prefix vip", {"vmac_prefix": "vip."}),
        ("include_check\ninclude_check +match -wildcard_match", {}),
        ("script_user u :g", {"script_user": "u", "script_group": "g"}),
        ("script_user u :", {"script_user": "u"}),
    ],
)
def test_a_keyword_of_global_defs_is_read(line, fields):
    assert settings(line) == Globals(**fields)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("include_check +match -readble", 'include_check "-readble" is unknown'),
        ("vrrp_startup_delay 0", "vrrp_startup_delay 0 is out of range"),
        ("startup_script_timeout 0", "startup_script_timeout 0 is out of range. startup_script_timeout is 1 to 1000"),
        ("notify_fifo f", 'notify_fifo "f" is not an absolute path'),
        ("notify_fifo", "notify_fifo names no file"),
        ("notify_fifo_script /bin/a", "notify_fifo_script without notify_fifo. it has nothing to read"),
        ("vrrp_mcast_group4 192.0.2.1", '"192.0.2.1" is not an IPv4 multicast address (224.0.0.18 or ff02::12)'),
        ("vrrp_mcast_group6 224.0.0.18", '"224.0.0.18" is not an IPv6 multicast address'),
        ("vrrp_mcast_group6 ff05::12", '"ff05::12" is not link-local'),
        ("vrrp_mcast_group4 all", '"all" is not an IP address'),
        ("vrrp_garp_extra_if all", "vrrp_garp_extra_if takes a number of seconds (vrrp_garp_extra_if all 100)"),
        ("vrrp_garp_extra_if 0", "vrrp_garp_extra_if 0 is out of range. vrrp_garp_extra_if is 1 to 86400"),
        ("vrrp_down_timer_adverts 101", "vrrp_down_timer_adverts 101 is out of range"),
        ("vrrp_lower_prio_no_advert maybe", 'vrrp_lower_prio_no_advert "maybe" is neither on nor off'),
        ("vrrp_min_garp On", "(did you mean on?)"),
        ("startup_script /bin/a\nstartup_script /bin/b", "startup_script is given twice, first in line 2"),
    ],
)
def test_a_value_that_is_refused(line, expected):
    (error,) = errors("", line)
    assert expected in error


def test_one_fifo_twice_is_left_out():
    (warning,) = warnings("", "notify_fifo /run/f\nvrrp_notify_fifo /run/f")
    assert warning.startswith("3:18: warning: vrrp_notify_fifo is notify_fifo once more")
    assert settings("notify_fifo /run/f\nvrrp_notify_fifo /run/f").vrrp_notify_fifo is None


# (line of global_defs, line of vrrp_instance that differs, field, value from global_defs, value of its own)
INHERITED = [
    ("v3_checksum_as_v2", "v3_checksum_as_v2 off", "v3_checksum_as_v2", True, False),
    ("vrrp_skip_check_adv_addr", "skip_check_adv_addr no", "skip_check_adv_addr", True, False),
    ("vrrp_down_timer_adverts 5", "down_timer_adverts 2", "down_timer_adverts", 5, 2),
    ("vrrp_higher_prio_send_advert true", "higher_prio_send_advert off", "higher_prio_send_advert", True, False),
    ("vrrp_lower_prio_no_advert yes", "lower_prio_no_advert false", "lower_prio_no_advert", True, False),
    (
        "vrrp_mcast_group4 224.0.0.9",
        "mcast_dst_ip 224.0.0.10",
        "mcast_dst_ip",
        ip_address("224.0.0.9"),
        ip_address("224.0.0.10"),
    ),
]


@pytest.mark.parametrize(("line", "own", "field", "value", "other"), INHERITED)
def test_an_instance_takes_defaults_from_global_defs(line, own, field, value, other):
    assert getattr(instance("", line), field) == value
    assert getattr(instance(own, line), field) == other
    assert getattr(instance(own), field) == other
    assert getattr(instance(), field) not in (value, None) or field == "mcast_dst_ip"


def test_the_multicast_group_is_for_its_family_and_not_for_unicast():
    groups = "vrrp_mcast_group4 224.0.0.9\nvrrp_mcast_group6 ff02::9"
    assert instance("", groups, least=SIX).mcast_dst_ip == ip_address("ff02::9")
    assert instance("unicast_peer { 192.0.2.9 }", groups).mcast_dst_ip is None
    assert instance("", "vrrp_mcast_group4 224.0.0.18").mcast_dst_ip is None
    assert instance().mcast_dst_ip is None


@pytest.mark.parametrize(
    ("globals_", "lines", "expected"),
    [
        ("vrrp_min_garp", "", GratuitousArp(0.0, 1, 0.0, 1, 0.0, 1)),
        ("vrrp_min_garp off", "", GratuitousArp()),
        ("vrrp_min_garp\nvrrp_garp_master_delay 9", "", GratuitousArp(9.0, 1, 0.0, 1, 9.0, 1)),
        ("vrrp_min_garp", "garp_master_repeat 3", GratuitousArp(0.0, 3, 0.0, 1, 0.0, 1)),
        ("vrrp_gna_interval 0.5\nvrrp_garp_interval 0.25", "", GratuitousArp(interval_s=0.25, gna_interval_s=0.5)),
        ("vrrp_garp_extra_if 100", "", GratuitousArp(extra_if_s=100.0)),
        ("vrrp_garp_extra_if all 100", "garp_extra_if 0", GratuitousArp()),
        ("vrrp_vmac_garp_intvl 9 all", "", GratuitousArp(extra_if_s=9.0, extra_if_all=True)),
        ("", "vmac_garp_intvl all 5", GratuitousArp(extra_if_s=5.0, extra_if_all=True)),
    ],
)
def test_announcements_take_their_defaults_from_global_defs(globals_, lines, expected):
    assert instance(lines, globals_).garp == expected


@pytest.mark.parametrize(
    ("globals_", "group", "own", "expected"),
    [
        ("", "", "", False),
        ("vrrp_notify_priority_changes on", "", "", True),
        ("vrrp_notify_priority_changes on", "notify_priority_changes off", "", False),
        ("", "notify_priority_changes", "notify_priority_changes off", False),
        ("", "notify_priority_changes", "", True),
        ("", "", "notify_priority_changes yes", True),
    ],
)
def test_global_defs_says_which_instances_notify_of_priorities(globals_, group, own, expected):
    blocks = f"vrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n{group}\n}}"
    assert instance(own, globals_, blocks).notify.priority_changes is expected
