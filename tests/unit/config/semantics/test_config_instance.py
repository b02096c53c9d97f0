# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lines of one vrrp_instance become an instance, or None without a good interface or VRID."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from one_instance import FOUR, SIX, USUAL, built

from vrrp.config.model.configuration import (
    Authentication,
    AuthHmac,
    GratuitousArp,
    HmacKey,
    NotifyCommand,
    NotifyScripts,
    VirtualAddress,
)
from vrrp.config.model.trackers import Tracked, Tracking
from vrrp.config.semantics.globals import Defaults


def test_an_instance_is_built_of_the_least_lines():
    assert built("") == (USUAL, [], [])


@pytest.mark.parametrize(
    ("least", "error"),
    [
        ("interface eth0\n", '1:1: error: vrrp_instance "VI_1" has no virtual_router_id (add: virtual_router_id 51)'),
        ("virtual_router_id 51\n", '1:1: error: vrrp_instance "VI_1" has no interface (add: interface eth0)'),
    ],
)
def test_without_a_router_id_or_an_interface_there_is_no_instance(least, error):
    assert built("", least=least) == (None, [error], [])
    assert built("", least=least, complete=False) == (None, [], [])


@pytest.mark.parametrize("least", ["interface eth0\nvirtual_router_id 256", "interface a/b\nvirtual_router_id 51"])
def test_a_line_that_was_refused_is_not_called_missing(least):
    assert built("", least=least) == (None, [], [])


@pytest.mark.parametrize(
    ("lines", "state", "priority", "warned"),
    [
        ("", "BACKUP", 100, False),
        ("state MASTER", "MASTER", 255, True),
        ("state MASTER\npriority 254", "MASTER", 254, False),
        ("priority 255", "MASTER", 255, False),
        ("state BACKUP\npriority 255", "BACKUP", 255, False),
        ("state MASTER\npriority 256", "MASTER", 100, False),
    ],
)
def test_the_state_and_the_priority_follow_from_each_other(lines, state, priority, warned):
    found, _errors, warnings = built(lines)
    assert (found.initial_state, found.priority) == (state, priority)
    expected = (
        "5:7: warning: state MASTER without a priority means priority 255. 255 is the owner of the addresses"
        " (RFC 9568 5.2.4) (add: priority 100)"
    )
    assert warnings == [expected] * warned


@pytest.mark.parametrize(
    ("lines", "addresses", "vrrp_version", "expected"),
    [
        ("", FOUR, 2, 2),
        ("", FOUR, 3, 3),
        ("version 2", FOUR, 3, 2),
        ("version 3", FOUR, 2, 3),
        ("", SIX, 2, 3),
        ("version 3", SIX, 2, 3),
        ("unicast_peer { fe80::9 }", "no_virtual_ipaddress", 2, 3),
        ("", "no_virtual_ipaddress", 2, 2),
    ],
)
def test_the_version_is_that_of_the_family_or_of_the_file(lines, addresses, vrrp_version, expected):
    found, errors, _warnings = built(lines, addresses, vrrp_version=vrrp_version)
    assert (found.version, errors) == (expected, [])


@pytest.mark.parametrize(
    ("lines", "advert_int_cs", "errors"),
    [
        ("", 100, []),
        ("advert_int 255", 25500, []),
        ("version 3\nadvert_int 40.95", 4095, []),
        ("version 3\nadvert_int 0.01", 1, []),
        (
            "version 3\nadvert_int 40.96",
            4096,
            ["6:12: error: advert_int 40.96 with VRRPv3. RFC 9568 5.2.7: 0.01 to 40.95 seconds"],
        ),
        (
            "version 3\nadvert_int 1.001",
            100,
            ["6:12: error: advert_int 1.001 with VRRPv3. RFC 9568 5.2.7: whole centiseconds"],
        ),
        (
            "advert_int 1.5",
            150,
            [
                "5:12: error: advert_int 1.5 with VRRPv2. RFC 3768 5.3.7: whole seconds, 1 to 255"
                " (for fractions: version 3, or vrrp_version 3 in global_defs, on every node)"
            ],
        ),
    ],
)
def test_the_interval_of_advertisements_depends_on_the_version(lines, advert_int_cs, errors):
    found, messages, _warnings = built(lines)
    assert (found.advert_int_cs, messages) == (advert_int_cs, errors)


def test_version_2_has_no_ipv6():
    assert built("version 2", SIX)[1] == [
        "5:9: error: version 2 with IPv6 addresses. RFC 3768 is IPv4 only: IPv6 needs VRRPv3 (version 3)"
    ]


@pytest.mark.parametrize(
    ("lines", "nopreempt", "delay_s", "warnings"),
    [
        ("nopreempt", True, 0.0, []),
        ("preempt_delay 0.5", False, 0.5, []),
        ("preempt_delay 0\nnopreempt", True, 0.0, []),
        ("nopreempt\npreempt", False, 0.0, []),
        ("preempt\nnopreempt", True, 0.0, []),
        (
            "preempt_delay 5\nnopreempt",
            True,
            0.0,
            ["5:15: warning: preempt_delay has no effect with nopreempt (remove one)"],
        ),
        (
            "priority 255\nstate BACKUP\nnopreempt",
            False,
            0.0,
            ["7:1: warning: nopreempt has no effect with priority 255 (use state BACKUP)"],
        ),
        (
            "priority 9\nstate MASTER\npreempt_delay 5",
            False,
            0.0,
            ["7:15: warning: preempt_delay has no effect with state MASTER (remove one)"],
        ),
    ],
)
def test_preemption_as_it_is_in_force(lines, nopreempt, delay_s, warnings):
    found, errors, messages = built(lines)
    assert (found.nopreempt, found.preempt_delay_s, errors, messages) == (nopreempt, delay_s, [], warnings)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", True),
        ("no_accept", False),
        ("no_accept\naccept", True),
        ("accept\nno_accept", False),
        ("no_accept\npriority 255", True),
    ],
)
def test_accept_follows_from_the_lines_and_the_priority(lines, expected):
    assert built(lines)[0].accept is expected


@pytest.mark.parametrize(
    ("lines", "field", "expected"),
    [
        ("", "down_timer_adverts", 5),
        ("down_timer_adverts 2", "down_timer_adverts", 2),
        ("", "skip_check_adv_addr", True),
        ("skip_check_adv_addr off", "skip_check_adv_addr", False),
        ("", "garp", GratuitousArp(delay_s=9.0, repeat=3)),
        ("garp_master_delay 1\ngarp_extra_if all 7", "garp", GratuitousArp(1.0, 3, extra_if_s=7.0, extra_if_all=True)),
        ("", "notify", NotifyScripts(priority_changes=True)),
        ("notify_priority_changes off", "notify", NotifyScripts()),
    ],
)
def test_an_instance_takes_its_defaults_from_global_defs(lines, field, expected):
    fields = {"down_timer_adverts": 5, "skip_check_adv_addr": True, "notify.priority_changes": True}
    defaults = Defaults(fields, {"delay_s": 9.0, "repeat": 3}, {})
    assert getattr(built(lines, defaults=defaults)[0], field) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("notify_deleted", NotifyScripts(says_deleted=True)),
        ("notify_deleted /bin/a", NotifyScripts(says_deleted=True, deleted=NotifyCommand(("/bin/a",)))),
        ("notify_stop /bin/a u", NotifyScripts(stop=NotifyCommand(("/bin/a",), "u"))),
    ],
)
def test_notify_commands_are_read(lines, expected):
    assert built(lines)[0].notify == expected


GROUP = "vrrp_sync_group G {\ngroup { VI_1 }\nOPTIONS\n}"
WEIGHED = "track_interface { eth1 weight -5 }"


@pytest.mark.parametrize(
    ("lines", "group", "expected"),
    [
        (WEIGHED, "", (Tracked("eth1", -5),)),
        (WEIGHED, GROUP, (Tracked("eth1"),)),
        (WEIGHED, GROUP.replace("OPTIONS", "sync_group_tracking_weight"), (Tracked("eth1", -5),)),
        (f"{WEIGHED}\npriority 255", "", ()),
        (f"{WEIGHED}\npriority 255", GROUP.replace("OPTIONS", "global_tracking"), ()),
    ],
)
def test_weights_count_only_outside_of_groups_and_owners(lines, group, expected):
    assert built(lines, group=group.replace("OPTIONS", ""))[0].track == Tracking(interfaces=expected)


def test_the_group_decides_about_notify_priority_changes():
    group = GROUP.replace("OPTIONS", "notify_priority_changes")
    assert built("", group=group)[0].notify == NotifyScripts(priority_changes=True)
    assert built("notify_priority_changes off", group=group)[0].notify == NotifyScripts()


def test_ah_does_not_start_as_master_unless_it_is_the_owner():
    lines = "authentication {\nauth_type AH\nauth_pass a\n}\nstate MASTER\n"
    found, errors, warnings = built(f"{lines}priority 100")
    assert (found.initial_state, found.authentication, errors) == ("BACKUP", Authentication("AH", "a"), [])
    assert warnings == ["9:7: warning: state MASTER has no effect with auth_type AH (use state BACKUP)"]
    found, _errors, warnings = built(f"{lines}priority 255")
    assert (found.initial_state, warnings) == ("MASTER", [])


def test_auth_hmac_takes_the_place_of_authentication():
    lines = f"auth_hmac {{\nkey 1 {'s' * 32}\nactive_key 1\n}}\nauthentication {{\nauth_type PASS\nauth_pass a\n}}\n"
    found, errors, _warnings = built(f"{lines}advert_int 3")
    assert (found.authentication, found.hmac) == (None, AuthHmac((HmacKey(1, b"s" * 32),), 1, time_window_s=9))
    assert len(errors) == 1


@pytest.mark.parametrize(
    ("lines", "default", "expected"),
    [("strict_mode", None, False), ("", True, False), ("strict_mode off", True, True), ("", None, True)],
)
def test_strict_mode_is_asked_for_by_the_instance_or_by_global_defs(lines, default, expected):
    defaults = Defaults({} if default is None else {"strict_mode": default}, {}, {})
    assert built(lines, defaults=defaults)[0].accept is expected


def test_routes_and_rules_of_a_master_are_read():
    lines = "virtual_ipaddress_excluded { 2001:db8::1/64 }\nvirtual_routes { default via 192.0.2.9 }\n"
    found = built(f"{lines}virtual_rules {{ table 1 preference 5 }}\nkernel_rx_buf_size 0\npromote_secondaries")[0]
    assert found.excluded == (VirtualAddress(ip_interface("2001:db8::1/64")),)
    assert [route.hops[0].via for route in found.routes] == [ip_address("192.0.2.9")]
    assert [(rule.table, rule.priority) for rule in found.rules] == [(1, 5)]
    assert (found.kernel_rx_buf_size, found.promote_secondaries) == (0, True)
