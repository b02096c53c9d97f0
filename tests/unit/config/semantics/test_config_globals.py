# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that all blocks of global_defs together give the settings of the node and the defaults of its instances."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.config.model.configuration import Fifo, Globals, NotifyCommand
from vrrp.config.semantics.globals import Defaults, read_globals, spread
from vrrp.config.semantics.sections import read
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

SCRIPT = NotifyCommand(("/bin/a",))


def settings(*blocks):
    """Return globals, defaults, errors and warnings; the lines of the first block begin in line 2."""
    before, findings = Diagnostics(), Diagnostics()
    root = read(parse("".join(f"global_defs {{\n{lines}\n}}\n" for lines in blocks), "f"), before)
    assert before.errors == []
    found, defaults = read_globals(root.inside("global_defs"), findings)
    return found, defaults, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]


def test_a_file_without_global_defs_has_the_defaults():
    assert settings() == (Globals(), Defaults({}, {}, {}), [], [])


def test_the_last_of_several_blocks_counts():
    found = settings("router_id a\nvrrp_version 3", "router_id b\nvrrp_startup_delay 2.5")[0]
    assert found == Globals(router_id="b", vrrp_version=3, startup_delay_s=2.5)


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("script_user nobody", {"script_user": "nobody"}),
        ("script_user nobody nogroup", {"script_user": "nobody", "script_group": "nogroup"}),
        ("script_user nobody nogroup\n@hotstandby agent_script_user root", {"script_user": "root"}),
        (
            "fifo_write_vrrp_states_on_reload\nlog_unknown_vrids\ndefault_interface eth7\nvrrp_delay_after_boot 1",
            {"fifo_write_states_on_reload": True, "log_unknown_vrids": True, "default_interface": "eth7"}
            | {"delay_after_boot_s": 1.0},
        ),
        ("enable_script_security", {"enable_script_security": True}),
        ("@hotstandby vip_lease 0", {"vip_lease_s": 0}),
        ("vmac_prefix vip", {"vmac_prefix": "vip."}),
        (
            "startup_script /bin/a\nshutdown_script_timeout 7",
            {"startup_script": SCRIPT, "shutdown_script_timeout_s": 7},
        ),
        (
            "shutdown_script /bin/a\nstartup_script_timeout 8",
            {"shutdown_script": SCRIPT, "startup_script_timeout_s": 8},
        ),
    ],
)
def test_settings_of_the_node_are_read(lines, fields):
    assert settings(lines) == (Globals(**fields), Defaults({}, {}, {}), [], [])


@pytest.mark.parametrize("name", ["notify_fifo", "vrrp_notify_fifo"])
def test_a_fifo_has_the_script_that_reads_it(name):
    assert settings(f"{name} /run/f nobody")[0] == Globals(**{name: Fifo("/run/f", "nobody")})
    found = settings(f"{name}_script /bin/a", f"{name} /run/f")[0]
    assert found == Globals(**{name: Fifo("/run/f", script=SCRIPT)})


@pytest.mark.parametrize("name", ["notify_fifo", "vrrp_notify_fifo"])
def test_a_script_without_its_fifo_is_an_error(name):
    found, _defaults, errors, _warnings = settings(f"{name}_script /bin/a")
    assert found == Globals()
    column = len(name) + 9
    assert errors == [
        f"2:{column}: error: {name}_script without {name}. it has nothing to read (add: {name} /run/hotstandby/{name})"
    ]


def test_the_second_of_two_fifos_with_one_path_is_left_out():
    found, _defaults, errors, warnings = settings("notify_fifo /run/f\nvrrp_notify_fifo /run/f nobody")
    assert found == Globals(notify_fifo=Fifo("/run/f"))
    assert errors == []
    assert warnings == [
        "3:1: warning: vrrp_notify_fifo is notify_fifo once more. keepalived ignores the second one: each line would"
        " come twice (remove it)"
    ]


def test_two_fifos_with_two_paths_are_kept():
    found, _defaults, errors, warnings = settings("notify_fifo /run/f\nvrrp_notify_fifo /run/g")
    assert found == Globals(notify_fifo=Fifo("/run/f"), vrrp_notify_fifo=Fifo("/run/g"))
    assert (errors, warnings) == ([], [])


@pytest.mark.parametrize(
    ("lines", "garp"),
    [
        ("vrrp_min_garp", {"repeat": 1, "delay_s": 0.0, "lower_prio_repeat": 1, "lower_prio_delay_s": 0.0}),
        ("vrrp_min_garp off", {}),
        (
            "vrrp_min_garp\nvrrp_garp_master_repeat 3",
            {"repeat": 3, "delay_s": 0.0, "lower_prio_repeat": 3, "lower_prio_delay_s": 0.0},
        ),
        ("vrrp_garp_master_delay 9", {"delay_s": 9.0, "lower_prio_delay_s": 9.0}),
        ("vrrp_garp_master_repeat 9", {"repeat": 9, "lower_prio_repeat": 9}),
        (
            "vrrp_garp_master_delay 9\nvrrp_garp_lower_prio_delay 1",
            {"delay_s": 9.0, "lower_prio_delay_s": 1.0},
        ),
        ("vrrp_garp_lower_prio_repeat 0", {"lower_prio_repeat": 0}),
        ("vrrp_garp_interval 0.5", {"interval_s": 0.5}),
        ("vrrp_garp_extra_if all 100", {"extra_if_s": 100.0, "extra_if_all": True}),
    ],
)
def test_defaults_of_announcements_are_read(lines, garp):
    assert settings(lines)[:2] == (Globals(), Defaults({}, garp, {}))


@pytest.mark.parametrize(
    ("lines", "groups"),
    [
        ("vrrp_mcast_group4 224.0.0.9", {4: ip_address("224.0.0.9")}),
        ("vrrp_mcast_group6 ff02::9", {6: ip_address("ff02::9")}),
        ("vrrp_mcast_group4 224.0.0.18\nvrrp_mcast_group6 ff02::0:12", {}),
    ],
)
def test_multicast_groups_other_than_those_of_the_rfc_are_kept(lines, groups):
    assert settings(lines)[1] == Defaults({}, {}, groups)


def test_other_defaults_of_instances_are_read():
    lines = "vrrp_down_timer_adverts 5\nv3_checksum_as_v2 off\nvrrp_strict\nvrrp_notify_priority_changes"
    fields = {"down_timer_adverts": 5, "v3_checksum_as_v2": False, "strict_mode": True}
    fields["notify.priority_changes"] = True
    assert settings(lines)[1] == Defaults(fields, {}, {})


@pytest.mark.parametrize(
    ("garp", "expected"),
    [
        ({}, {}),
        ({"repeat": 1}, {"repeat": 1}),
        ({"extra_if": (5.0, False), "repeat": 1}, {"extra_if_s": 5.0, "extra_if_all": False, "repeat": 1}),
    ],
)
def test_the_extra_interfaces_are_two_fields(garp, expected):
    assert spread(garp) == expected
