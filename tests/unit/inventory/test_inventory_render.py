# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the sections of a file beside its instances are written as lines, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.filter.sections import FilterModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from role_template import ROLE, files
from two_hosts import VIP, hosts

TEMPLATE = (ROLE / "templates" / "hotstandby.conf.j2").read_text(encoding="utf-8")
SPECS = yaml.safe_load(Path(ROLE, "meta", "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS = SPECS["argument_specs"]["main"]["options"]


def said(**variables):
    return {f"ha_pair_{word}": value for word, value in variables.items()}


def test_an_empty_inventory_writes_no_sections():
    assert sections({}) == {"global_defs": [], "blocks": []}
    assert FilterModule().filters()["sections"] is sections


def test_global_defs_is_written():
    assert sections(
        said(
            vip_lease="3",
            vrrp_startup_delay="2.5",
            log_unknown_vrids="yes",
            fifo_write_vrrp_states_on_reload="no",
            notify_fifo={"path": "/run/f", "user": "root", "script": {"command": "/bin/r x", "user": "nobody"}},
            startup_script="/bin/up now",
            startup_script_timeout=5,
        )
    )["global_defs"] == [
        'startup_script "/bin/up now"',
        "startup_script_timeout 5",
        "notify_fifo /run/f root",
        'notify_fifo_script "/bin/r x" nobody',
        "@hotstandby vip_lease 3",
        "vrrp_startup_delay 2.5",
        "log_unknown_vrids",
    ]


def test_blocks_are_written():
    found = sections(
        said(
            interface_up_down_delays=[{"interface": "eth0", "down": 1, "up": 2}, {"interface": "eth1", "down": 0.5}],
            static_routes="10.9.0.0/16 via 192.168.8.1",
            track_processes=[{"name": "web", "process": "nginx -g", "param_match": "exact", "reverse": True}],
            track_files=[{"name": "level", "file": "/run/level", "init_file": 0, "overwrite": True, "weight": -3}],
            sync_groups=[{"name": "G", "group": ["a", "b"], "track_unit": "nginx", "notify": "/bin/x"}],
        )
    )["blocks"]
    assert [(each["head"], each["lines"]) for each in found] == [
        ("vrrp_track_process web", ["process nginx -g", "param_match", "weight 0 reverse"]),
        ("track_file level", ["file /run/level", "weight -3", "init_file 0 overwrite"]),
        ("vrrp_sync_group G", ["group {", "    a", "    b", "}", "@hotstandby track_unit nginx", 'notify "/bin/x"']),
        ("interface_up_down_delays", ["eth0 1 2", "eth1 0.5"]),
        ("static_routes", ["10.9.0.0/16 via 192.168.8.1"]),
    ]


@pytest.mark.parametrize(
    ("word", "value", "text"),
    [
        ("vip_lease", 1, "'1' is too short"),
        ("notify_fifo", "fifo", "'fifo' is not an absolute path"),
        ("notify_fifo", {"user": "root"}, "a mapping names its path"),
        ("startup_script", 'say "x"', 'it must be one line without any "'),
        ("startup_script", {"comand": "x"}, "'comand' is not a word of a command"),
        ("interface_up_down_delays", [{"interface": "eth0"}], "it is a mapping of interface, down and optionally up"),
        ("interface_up_down_delays", [{"interface": "eth0", "down": 256}], "'256' is not a number from 0 to 255"),
        (
            "garp_groups",
            [{"interfaces": "eth0", "garp_intervall": 1}],
            "'garp_intervall' is not a word of a garp group",
        ),
        ("track_groups", [{"name": "all"}], "it is a mapping of name and group"),
        ("static_routes", ["10.0.0.0/8 } evil {"], "is not a line of words"),
        ("vrrp_startup_delay", "soon", "'soon' is not a number from 0.001 to 4294"),
    ],
)
def test_a_value_that_the_agent_would_refuse_is_a_problem(word, value, text):
    with pytest.raises(PairError) as caught:
        instances(hosts(vips=[VIP], **{word: value}))
    first, second = map(str, caught.value.problems)
    assert first.startswith(f"node-a: ha_pair_{word}: ") and text in first
    assert second.startswith("node-b: ")


INSTANCE = {
    "name": "VI_1",
    "state": "MASTER",
    "advert_int": 0.5,
    "auth_pass": "1111",
    "virtual_ipaddress": ["192.168.8.100/24"],
    "nopreempt": False,
    "accept": False,
    "use_vmac": "vrrp51",
    "track_script": [{"name": "chk", "weight": 5, "reverse": True}],
    "track_gateways": ["192.168.8.1 interval 2"],
    "notify": {"command": "/bin/n x", "user": "root"},
    "notify_deleted": True,
    "notify_priority_changes": False,
}


def test_an_instance():
    (block,) = sections({}, [INSTANCE])["blocks"]
    assert block == {
        "head": "vrrp_instance VI_1",
        "lines": [
            "state MASTER",
            "advert_int 0.5",
            *("authentication {", "    auth_type PASS", '    auth_pass "1111"', "}"),
            *("virtual_ipaddress {", "    192.168.8.100/24", "}"),
            "no_accept",
            "use_vmac vrrp51",
            *("track_script {", "    chk weight 5 reverse", "}"),
            "@hotstandby track_gateway 192.168.8.1 interval 2",
            'notify "/bin/n x" root',
            "notify_deleted",
            "notify_priority_changes false",
        ],
    }


def test_a_kind_of_authentication_without_a_password_is_not_written():
    assert sections({}, [{"name": "a", "auth_type": "AH"}])["blocks"] == [{"head": "vrrp_instance a", "lines": []}]


def test_texts_of_an_ini_inventory_are_read():
    text = files(hosts(vips=VIP, use_vmac="yes", accept="false", lower_prio_no_advert="no", notify_deleted=True))[
        "node-a"
    ]
    assert "    use_vmac\n" in text and "    no_accept\n" in text and "lower_prio" not in text
    assert "    notify_deleted\n" in text
    assert inspect(text, "f").problems == ()


def test_commands_make_the_file_name_who_runs_them():
    users = {"notify": {"command": "/bin/n x", "user": "root root"}}
    text = files(hosts(vips=[VIP], **users))["node-a"]
    assert '    notify "/bin/n x" root root\n' in text and "agent_script_user hotstandby" in text
    assert "agent_script_user" not in files(hosts(vips=[VIP], notify_priority_changes=True))["node-a"]
    group = {"name": "G", "group": ["VI_1", "VI_2"], "notify": "/bin/g"}
    two = files(hosts(vips=[VIP, "192.168.8.101/24"], sync_groups=[group]))["node-a"]
    assert "agent_script_user" in two
    assert "agent_script_user" in files(hosts(vips=[VIP], notify_fifo={"path": "/f", "script": "/bin/r"}))["node-a"]


def test_options_of_an_address_are_written():
    vip = {"address": "192.168.8.100/24", "label": "eth0:1", "no_track": True, "home": False}
    for said_so in (vip, "192.168.8.100/24 no_track label eth0:1"):
        plan = instances(hosts(vips=[said_so]))
        assert plan["node-a"][0]["virtual_ipaddress"] == ["192.168.8.100/24 label eth0:1 no_track"]
    with pytest.raises(PairError, match="'label' has no value"):
        instances(hosts(vips=["192.168.8.100/24 label"]))


@pytest.mark.parametrize(("value", "written"), [(0.00001, "0.00001"), ("1e-05", "0.00001"), (0.5, "0.5"), (2, "2")])
def test_a_small_number_is_written_in_digits(value, written):
    said = {
        "ha_pair_vrrp_garp_interval": value,
        "ha_pair_garp_groups": [{"interfaces": ["eth0"], "garp_interval": value}],
    }
    found = sections(said)
    assert found["global_defs"] == [f"vrrp_garp_interval {written}"]
    assert found["blocks"][0]["lines"][0] == f"garp_interval {written}"
