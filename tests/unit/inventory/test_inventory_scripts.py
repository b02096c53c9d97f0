# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that problems of check scripts have the line of the inventory, as those of an instance have."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts


def problems(script, locate=lambda value: None, **more):
    scripts = [{"name": "chk", "script": "/bin/true", **script}]
    with pytest.raises(PairError) as caught:
        instances(hosts({"scripts": scripts, **more}, vips=[VIP]), locate)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("word", "value", "text"),
    [
        ("interval", 0.5, "'0.5' is not a whole number from 1 to 4294: time between two starts, in seconds, of which"),
        ("timeout", 1.5, "'1.5' is not a whole number from 1 to 4294: how long it may run before it has failed; "),
        ("interval", 0, "'0' is not a whole number from 1 to 4294"),
        ("weight", 300, "'300' is not a whole number from -253 to 253"),
        ("rise", 0, "'0' is not a whole number from 1"),
        ("name", "a b", "'a b' is not a name"),
        ("script", 'say "x"', 'it must be one line without any "'),
        ("user", "a b c", "'a b c' is not a user, nor a user and a group"),
        ("init_fail", "maybe", "'maybe' is neither true nor false"),
    ],
)  # fmt: skip
def test_a_value_that_the_agent_or_keepalived_would_refuse_is_a_problem(word, value, text):
    (problem,) = problems({word: value}, {value: "hosts.yml:9"}.get)
    assert problem.startswith(f"hosts.yml:9: node-a: ha_pair_scripts[0].{word}: {text}")


@pytest.mark.parametrize(
    ("word", "hint"),
    [("intervall", "did you mean interval?"), ("nosuch", "known are name, script, interval, timeout, rise, fall, ")],
)
def test_a_word_that_no_script_has_is_a_problem(word, hint):
    (problem,) = problems({word: 1}, {word: "hosts.yml:9"}.get)
    assert problem.startswith(f"hosts.yml:9: node-a: ha_pair_scripts[0]: '{word}' is not a word of a script ({hint}")


def test_a_script_without_name_or_command_is_a_problem():
    for word in ("name", "script"):
        assert problems({word: None})[0] == f"node-a: ha_pair_scripts[0]: it has no {word}"


def test_a_script_user_that_cannot_be_is_a_problem():
    (problem,) = problems({}, script_user="www data admin")
    assert problem == "node-a: ha_pair_script_user: 'www data admin' is not a user, nor a user and a group"


def test_two_scripts_of_one_name_are_a_problem():
    scripts = [{"name": "chk", "script": "/bin/true"}, {"name": "chk", "script": "/bin/false"}]
    with pytest.raises(PairError, match="two scripts have the name chk"):
        instances(hosts(vips=[VIP], scripts=scripts))


def test_scripts_are_read():
    script = {"name": "chk", "script": "/bin/true", "interval": "2", "weight": -20, "user": "daemon daemon"}
    assert instances(hosts(vips=[VIP], scripts=[script]))["node-a"][0]["track_script"] == [{"name": "chk"}]


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        (
            {"name": "chk", "script": "/bin/true"},
            "ha_pair_scripts: it is a list of mappings (write a list: a dash before its first word)",
        ),
        ("/bin/true", "ha_pair_scripts: it is a list of mappings (write a list: a dash before its first word)"),
    ],
)
def test_scripts_that_are_no_list_are_a_problem(scripts, expected):
    with pytest.raises(PairError) as caught:
        instances(hosts({"scripts": scripts}, vips=[VIP]))
    assert str(caught.value.problems[0]) == f"node-a: {expected}"


def test_a_script_that_is_no_mapping_does_not_hide_the_others():
    scripts = ["/bin/true", {"name": "chk", "script": "/bin/true", "weight": 300}]
    with pytest.raises(PairError) as caught:
        instances(hosts({"scripts": scripts}, vips=[VIP]), {"/bin/true": "hosts.yml:7"}.get)
    first, second, *_others = map(str, caught.value.problems)
    assert first.startswith("hosts.yml:7: node-a: ha_pair_scripts[0]: it is a mapping of name, script, interval")
    assert second.startswith("node-a: ha_pair_scripts[0].weight: '300' is not a whole number")


@pytest.mark.parametrize(("known", "hint"), [(["chk", "web"], "chk, web"), ([], "none")])
def test_a_tracked_script_must_exist(known, hint):
    scripts = [{"name": name, "script": "/bin/true"} for name in known]
    with pytest.raises(PairError) as caught:
        instances(hosts(vips=[VIP], scripts=scripts, track_script=["chek"]))
    assert [str(each) for each in caught.value.problems] == [
        f"{name}: ha_pair_track_script: there is no script 'chek' (ha_pair_scripts has {hint})"
        for name in ("node-a", "node-b")
    ]


def test_only_the_named_scripts_are_tracked():
    scripts = [{"name": name, "script": "/bin/true"} for name in ("chk", "web")]
    found = instances(hosts(vips=[VIP], scripts=scripts, track_script=[{"name": "web", "weight": -20}]))
    assert found["node-a"][0]["track_script"] == [{"name": "web", "weight": -20}]
