# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that processes and files that can be tracked are checked, and that tracked ones must be defined."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host, Nic
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance import PairInstance
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.trackers import (
    FILE,
    KINDS,
    PROCESS,
    definitions,
    trackers,
)

WORDS = {"name": str, "size": int, "colour": str}


def host(nics=(), **said):
    variables = {f"ha_pair_{word}": value for word, value in said.items()}
    return Host("node-a", variables, {name: Nic(name) for name in nics})


def defined(value, places=None):
    problems = []
    known = definitions(
        host(things=value), "things", WORDS, "size", problems, lambda found: (places or {}).get(str(found))
    )
    return known, [str(problem).removeprefix("node-a: ") for problem in problems]


def judged(of_host, **tracked):
    said = {word: (f"ha_pair_{word}", entries) for word, entries in tracked.items()}
    problems = []
    trackers(of_host, [PairInstance(of_host, "VI_1", values=tracked, said=said)], problems, lambda value: None)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("words", "good", "read"),
    [
        (PROCESS, {"name": "web", "process": "nginx -g x", "param_match": "exact"}, ["web", "nginx -g x", "exact"]),
        (PROCESS, {"param_match": "initial", "weight": "-254", "reverse": "no"}, ["initial", -254, False]),
        (PROCESS, {"param_match": "partial", "weight": 254, "quorum": 1}, ["partial", 254, 1]),
        (PROCESS, {"quorum": 65535, "quorum_max": 0, "full_command": 1}, [65535, 0, True]),
        (PROCESS, {"fork_delay": 0.001, "terminate_delay": 3600}, [0.001, 3600]),
        (FILE, {"name": "level", "file": "/run/l", "weight": 254, "reverse": "yes"}, ["level", "/run/l", 254, True]),
        (FILE, {"init_file": -(2**31), "overwrite": False}, [-2147483648, False]),
        (FILE, {"init_file": "2147483647"}, [2147483647]),
    ],
)
def test_values_of_a_definition_are_read(words, good, read):
    assert [words[word](value) for word, value in good.items()] == read


@pytest.mark.parametrize(
    ("words", "word", "value", "text"),
    [
        (PROCESS, "param_match", "all", "'all' is not exact, initial or partial"),
        (PROCESS, "weight", 255, "'255' is not a whole number from -254 to 254: it takes a priority from one end"),
        (PROCESS, "quorum", 0, "'0' is not a whole number from 1 to 65535: how many must run"),
        (PROCESS, "quorum_max", 65536, "'65536' is not a whole number from 0 to 65535: how many may run"),
        (PROCESS, "fork_delay", 0, "'0' is not a number from 0.001 to 3600: how long enough of them run"),
        (PROCESS, "terminate_delay", 3601, "'3601' is not a number from 0.001 to 3600: how long they are missed"),
        (FILE, "file", "level", "'level' is not an absolute path"),
        (FILE, "weight", -255, "'-255' is not a whole number from -254 to 254"),
        (FILE, "init_file", 2**31, "'2147483648' is not a whole number from -2147483648 to 2147483647: the number"),
    ],
)
def test_values_of_a_definition_are_refused(words, word, value, text):
    with pytest.raises(ValueError) as caught:
        words[word](value)
    assert str(caught.value).startswith(text)


def test_each_kind_of_definition_has_its_list_of_trackers():
    assert {variable: kind[1:] for variable, kind in KINDS.items()} == {
        "track_processes": ("process", "track_process"),
        "track_files": ("file", "track_file"),
    }


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (None, []),
        ([], []),
        ({"name": "a", "size": 1}, ["a"]),
        ([{"name": "b", "size": 1}, {"name": 5, "size": "2", "colour": None}], ["b", "5"]),
        (({"name": "a", "size": 0},), ["a"]),
    ],
)
def test_defined_names_are_listed(value, known):
    assert defined(value) == (known, [])


@pytest.mark.parametrize(
    ("value", "known", "problems"),
    [
        (["a"], [], ["ha_pair_things[0]: it is a mapping of name, size, colour"]),
        ("a", [], ["ha_pair_things[0]: it is a mapping of name, size, colour"]),
        ([{"size": 1}], ["None"], ["ha_pair_things[0]: it has no name"]),
        ([{"name": "a"}], ["a"], ["ha_pair_things[0]: it has no size"]),
        ([{}], ["None"], ["ha_pair_things[0]: it has no name", "ha_pair_things[0]: it has no size"]),
        (
            [{"name": "a", "size": 1, "clour": "red"}],
            ["a"],
            ["ha_pair_things[0]: 'clour' is not one of its words (known are name, size, colour)"],
        ),
        (
            [{"name": "a", "size": 1}, {"name": "b", "size": "x"}],
            ["a", "b"],
            ["ha_pair_things[1].size: invalid literal for int() with base 10: 'x'"],
        ),
        (
            [{"name": "a", "size": 1}, {"name": "b", "size": 1}, {"name": "a", "size": 1}],
            ["a", "b", "a"],
            ["ha_pair_things[2]: two have the name a"],
        ),
    ],
)
def test_wrong_definitions_are_problems(value, known, problems):
    assert defined(value) == (known, problems)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([{"name": "a", "size": "x"}], "x"),
        (["y"], "y"),
        ([{"name": "a", "size": 1, "clour": 2}], "clour"),
        ([{"name": "a", "size": 1}] * 2, "a"),
    ],
)
def test_a_problem_has_the_place_of_the_value(value, place):
    assert [problem.split(": ")[0] for problem in defined(value, {place: "hosts.yml:9"})[1]] == ["hosts.yml:9"]


PROCESSES = [{"name": "web", "process": "nginx"}, {"name": "db", "process": "postgres"}]


@pytest.mark.parametrize(
    ("said", "tracked", "problems"),
    [
        ({"track_processes": PROCESSES}, {"track_process": [{"name": "db"}, {"name": "web"}]}, []),
        (
            {"track_processes": PROCESSES},
            {"track_process": [{"name": "web"}, {"name": "mail"}]},
            ["node-a: ha_pair_track_process: there is no process 'mail' (ha_pair_track_processes has web, db)"],
        ),
        (
            {"track_processes": PROCESSES},
            {"track_file": [{"name": "web"}]},
            ["node-a: ha_pair_track_file: there is no file 'web' (ha_pair_track_files has none)"],
        ),
        (
            {"track_files": [{"name": "level", "file": "run"}]},
            {"track_file": [{"name": "level"}]},
            ["node-a: ha_pair_track_files[0].file: 'run' is not an absolute path of plain characters"],
        ),
        ({"track_files": [{"name": "level", "file": "/run/l"}]}, {}, []),
    ],
)
def test_a_tracker_of_an_instance_must_be_defined(said, tracked, problems):
    assert judged(host(**said), **tracked) == problems


def test_a_tracked_interface_must_exist_where_the_network_is_known():
    tracked = {"track_interface": [{"name": "eth0"}, {"name": "eth7"}]}
    assert judged(host(("eth0", "eth1")), **tracked) == [
        "node-a: ha_pair_track_interface: there is no interface eth7"
        " (it has eth0 without address; eth1 without address)"
    ]
    assert judged(host(), **tracked) == []
