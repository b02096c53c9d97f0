# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that global settings, scripts, trackers, groups and commands become words of the role."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import from_model as say
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.model import configuration as model
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.model import trackers


def command(*words, user=None, group=None):
    return model.NotifyCommand(words, user, group)


def instance(**garp):
    return model.Instance("VI_1", "eth0", 51, 1, garp=model.GratuitousArp(**garp))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {"interval": 1}),
        ({"interval_s": 2.0, "timeout_s": 2.0}, {"interval": 2}),
        ({"interval_s": 2.0, "timeout_s": 0.5}, {"interval": 2, "timeout": 0.5}),
        ({"rise": 2, "fall": 3, "weight": -20, "reverse": True},
         {"interval": 1, "rise": 2, "fall": 3, "weight": -20, "reverse": True}),
        ({"user": "www", "group": "adm", "init_fail": True}, {"interval": 1, "user": "www adm", "init_fail": True}),
        ({"user": "www"}, {"interval": 1, "user": "www"}),
    ],
)  # fmt: skip
def test_a_script_becomes_words_of_the_role(fields, words):
    found = say.script_words(trackers.Script("chk", ("/bin/test", "a b"), **fields))
    assert found == {"name": "chk", "script": "/bin/test 'a b'", **words}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {"process": "nginx"}),
        ({"parameters": ()}, {"process": "nginx", "param_match": "exact"}),
        ({"parameters": ("-g", "x")}, {"process": "nginx -g x"}),
        ({"parameters": ("-g",), "param_match": "partial"}, {"process": "nginx -g", "param_match": "partial"}),
        ({"quorum": 2, "quorum_max": 9, "weight": 7}, {"process": "nginx", "quorum": 2, "quorum_max": 9, "weight": 7}),
        ({"quorum": 0, "quorum_max": 0, "full_command": True},
         {"process": "nginx", "quorum_max": 0, "full_command": True}),
        ({"fork_delay_s": 1.0, "terminate_delay_s": 1.5, "reverse": True},
         {"process": "nginx", "fork_delay": 1, "terminate_delay": 1.5, "reverse": True}),
    ],
)  # fmt: skip
def test_a_process_becomes_words_of_the_role(fields, words):
    assert say.process_words(trackers.Process("web", "nginx", **fields)) == {"name": "web", **words}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {}),
        ({"weight": 0, "reverse": True}, {"weight": 0, "reverse": True}),
        ({"init": 0}, {"init_file": 0}),
        ({"init": 3, "init_overwrite": True}, {"init_file": 3, "overwrite": True}),
        ({"init_overwrite": True}, {}),
    ],
)
def test_a_file_becomes_words_of_the_role(fields, words):
    found = say.file_words(trackers.File("level", "/run/level", **fields))
    assert found == {"name": "level", "file": "/run/level", **words}


def test_a_sync_group_becomes_words_of_the_role():
    group = model.SyncGroup(
        "G",
        1,
        ("a", "b"),
        trackers.Tracking(scripts=(trackers.Tracked("chk", 5),)),
        model.NotifyScripts(fault=command("/f", user="root")),
        True,
    )
    assert say.group_words(group, model.Configuration("f")) == {
        "name": "G",
        "group": ["a", "b"],
        "sync_group_tracking_weight": True,
        "track_script": [{"name": "chk", "weight": 5}],
        "notify_fault": {"command": "/f", "user": "root"},
    }
    least = model.SyncGroup("G", 1, ("a",))
    assert say.group_words(least, model.Configuration("f")) == {"name": "G", "group": ["a"]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {}),
        ({"router_id": "A", "script_user": "root", "vrrp_version": 3, "enable_script_security": True}, {}),
        ({"default_interface": "eth1", "vmac_prefix": "v.", "log_unknown_vrids": True},
         {"default_interface": "eth1", "log_unknown_vrids": True, "vmac_prefix": "v"}),
        ({"vip_lease_s": 0}, {"vip_lease": 0}),
        ({"startup_delay_s": 2.5, "delay_after_boot_s": 9.0},
         {"vrrp_startup_delay": 2.5, "vrrp_delay_after_boot": 9}),
        ({"notify_fifo": model.Fifo("/f")}, {"notify_fifo": "/f"}),
        ({"vrrp_notify_fifo": model.Fifo("/f", "root", "adm", script=command("/r"))},
         {"vrrp_notify_fifo": {"path": "/f", "user": "root adm", "script": "/r"}}),
        ({"fifo_write_states_on_reload": True}, {"fifo_write_vrrp_states_on_reload": True}),
        ({"startup_script": command("/up"), "shutdown_script": command("/down"), "shutdown_script_timeout_s": 7},
         {"startup_script": "/up", "shutdown_script": "/down", "shutdown_script_timeout": 7}),
        ({"startup_script_timeout_s": 7}, {}),
    ],
)  # fmt: skip
def test_global_settings_become_words_of_the_role(fields, words):
    assert say.global_words(model.Configuration("f", model.Globals(**fields))) == words


@pytest.mark.parametrize(
    ("instances", "words"),
    [
        ((instance(),), {}),
        ((instance(interval_s=0.01), instance(interval_s=0.01)), {"vrrp_garp_interval": 0.01}),
        ((instance(gna_interval_s=2.0),), {"vrrp_gna_interval": 2}),
        ((instance(interval_s=0.01), instance()), {}),
    ],
)
def test_a_pause_that_all_instances_have_is_a_global_one(instances, words):
    assert say.global_words(model.Configuration("f", instances=instances)) == words


def test_groups_and_delays_become_words_of_the_role():
    configuration = model.Configuration(
        "f",
        garp_groups=(model.GarpGroup(("eth0", "eth1"), 0.5, 1.0), model.GarpGroup(("eth2",), gna_interval_s=0.0)),
        interface_delays=(model.InterfaceDelay("eth0", 0.5, 1.0),),
        track_groups=(("all", ("a", "b")),),
    )
    assert say.global_words(configuration) == {
        "garp_groups": [
            {"interfaces": ["eth0", "eth1"], "garp_interval": 0.5, "gna_interval": 1},
            {"interfaces": ["eth2"], "gna_interval": 0},
        ],
        "track_groups": [{"name": "all", "group": ["a", "b"]}],
        "interface_up_down_delays": [{"interface": "eth0", "down": 0.5, "up": 1}],
    }


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("/bin/n", "x"), "/bin/n x"),
        (("a b", "", "c#", "!d", "e\tf"), r"'a b' '' 'c#' '!d' 'e\\011f'"),
        (
            ("it's", '"', "\\", "{{x}}", "${x}", "$x", "{a}"),
            r"'it\\047s' '\\042' '\\134' '\\173{x}}' '\\044{x}' $x {a}",
        ),
        (("\udce9", "é", "\u00a0"), r"'\\351' é '\\302\\240'"),
        ((), ""),
    ],
)
def test_words_of_a_command_are_one_line(words, line):
    assert say.joined(words) == line


def test_a_command_names_who_runs_it():
    assert say.command(command("/n", "a b")) == "/n 'a b'"
    assert say.command(command("/n", user="a", group="b")) == {"command": "/n", "user": "a b"}


@pytest.mark.parametrize(
    ("fields", "runs"),
    [
        ({}, False),
        ({"globals": model.Globals(notify_fifo=model.Fifo("/f"), script_user="root")}, False),
        ({"globals": model.Globals(vrrp_notify_fifo=model.Fifo("/f", script=command("/r")))}, True),
        ({"globals": model.Globals(startup_script=command("/up"))}, True),
        ({"globals": model.Globals(shutdown_script=command("/down"))}, True),
        ({"scripts": (trackers.Script("chk", ("/c",)),)}, True),
        ({"processes": (trackers.Process("web", "nginx"),)}, False),
        ({"instances": (model.Instance("a", "e", 1, 1, notify=model.NotifyScripts(says_deleted=True)),)}, False),
        ({"instances": (model.Instance("a", "e", 1, 1, notify=model.NotifyScripts(deleted=command("/d"))),)}, True),
        ({"sync_groups": (model.SyncGroup("G", 1, (), notify=model.NotifyScripts(any=command("/n"))),)}, True),
    ],
)
def test_a_script_of_any_kind_is_found(fields, runs):
    assert say.runs_anything(model.Configuration("f", **fields)) is runs
