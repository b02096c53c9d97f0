# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the settings of a whole host are read in the order of the configuration file."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host_variables import (
    ROLE_VARIABLES,
    SETTINGS,
    settings,
)

EXTRA = {"path": "/run/f", "user": "root adm", "script": "/bin/r"}


@pytest.mark.parametrize(
    ("word", "value", "expected"),
    [
        ("vip_lease", "5", 5),
        ("vrrp_startup_delay", 0.001, 0.001),
        ("vrrp_delay_after_boot", 4294, 4294),
        ("vrrp_garp_interval", "0.25", 0.25),
        ("vrrp_gna_interval", 4294, 4294),
        ("default_interface", "eth1", "eth1"),
        ("vmac_prefix", "vrrp.", "vrrp."),
        ("log_unknown_vrids", "yes", True),
        ("notify_fifo", EXTRA, EXTRA),
        ("vrrp_notify_fifo", "/run/f", "/run/f"),
        ("fifo_write_vrrp_states_on_reload", 0, False),
        ("startup_script", "/bin/up", "/bin/up"),
        ("startup_script_timeout", 1, 1),
        ("shutdown_script", {"command": "/bin/down"}, "/bin/down"),
        ("shutdown_script_timeout", 1000, 1000),
        ("interface_up_down_delays", {"interface": "a", "down": 1}, [{"interface": "a", "down": 1}]),
        ("garp_groups", [{"interfaces": "a"}], [{"interfaces": ["a"]}]),
        ("track_groups", {"name": "a", "group": "b"}, [{"name": "a", "group": ["b"]}]),
        ("static_ipaddress", "192.168.8.9/24 dev eth0", ["192.168.8.9/24 dev eth0"]),
        ("static_routes", [], []),
        ("static_rules", ("a", "b"), ["a", "b"]),
    ],
)
def test_a_setting_has_the_reader_of_its_kind(word, value, expected):
    assert SETTINGS[word](value) == expected


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("vrrp_startup_delay", 0),
        ("vrrp_startup_delay", 4295),
        ("vrrp_delay_after_boot", 0),
        ("vrrp_delay_after_boot", 4295),
        ("vrrp_garp_interval", 0),
        ("vrrp_garp_interval", 4295),
        ("vrrp_gna_interval", 0),
        ("startup_script_timeout", 0),
        ("shutdown_script_timeout", 1001),
    ],
)
def test_a_time_out_of_range_is_a_problem(word, value):
    with pytest.raises(ValueError, match=f"^'{value}' is not a (whole )?number from "):
        SETTINGS[word](value)


def judged(variables, places=()):
    problems = []
    named = {f"ha_pair_{word}": value for word, value in variables.items()}
    settings(Host("node-a", named), problems, lambda value: dict(places).get(str(value)))
    return [str(problem) for problem in problems]


def test_every_wrong_setting_is_one_problem_with_its_place():
    said = {"static_rules": ["a }"], "vip_lease": 99, "default_interface": "eth0", "log_unknown_vrids": "perhaps"}
    assert judged(said, {"perhaps": "hosts.yml:4"}) == [
        "node-a: ha_pair_vip_lease: '99' is not a whole number from 0 to 60: seconds, where 0 is no lifetime and 1"
        " too short",
        "hosts.yml:4: node-a: ha_pair_log_unknown_vrids: 'perhaps' is neither true nor false",
        "node-a: ha_pair_static_rules: 'a }' is not a line of words as the configuration file has them",
    ]


def test_a_setting_that_is_not_there_is_no_problem():
    assert judged({}) == []
    assert judged({"vip_lease": None, "notify_fifo": " ", "priority": "of no setting"}) == []


@pytest.mark.parametrize("value", ["01", "1", 1])
def test_a_lease_of_one_second_is_read_however_it_is_written(value):
    problems = []
    settings(Host("node-a", {"ha_pair_vip_lease": value}), problems, lambda _value: None)
    assert [str(each) for each in problems] == [
        f"node-a: ha_pair_vip_lease: '{value}' is too short: a lifetime is 0, which is none, or 2 to 60 seconds"
    ]


def test_the_places_of_the_metrics_are_an_address_and_a_file():
    assert ROLE_VARIABLES["metrics_listen"]("192.168.8.4:9165")
    assert ROLE_VARIABLES["metrics_textfile"]("/var/lib/node/hotstandby.prom")
    with pytest.raises(ValueError, match="'9165' is not an address with a port"):
        ROLE_VARIABLES["metrics_listen"]("9165")
    with pytest.raises(ValueError, match="'/a.txt' does not end with .prom, so node_exporter would not read it"):
        ROLE_VARIABLES["metrics_textfile"]("/a.txt")
