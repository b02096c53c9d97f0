# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that two drafts of one instance get a master, a standby and their priorities."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance import PairInstance
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.master_assignment import assign


def draft(host, master=None, **values):
    said = {word: (f"ha_pair_{word}", value) for word, value in values.items()}
    return PairInstance(Host(host, {}), "VI_1", values=dict(values), said=said, master=master)


def assigned(first, second, default="node-a"):
    """Return states and priorities of both as text, and the problems."""
    problems = []
    assign((first, second), default, problems, lambda value: None)
    both = [f"{each.values.get('state')} {each.values.get('priority')}" for each in (first, second)]
    return both, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({}, {}, ["MASTER 100", "BACKUP 90"]),
        ({"state": "MASTER"}, {}, ["MASTER 100", "BACKUP 90"]),
        ({}, {"state": "MASTER"}, ["BACKUP 90", "MASTER 100"]),
        ({"state": "BACKUP"}, {}, ["BACKUP 90", "MASTER 100"]),
        ({}, {"state": "BACKUP"}, ["MASTER 100", "BACKUP 90"]),
        ({"state": "BACKUP"}, {"state": "BACKUP"}, ["BACKUP 100", "BACKUP 90"]),
        ({"priority": 50}, {"priority": 51}, ["BACKUP 50", "MASTER 51"]),
        ({"priority": 51, "state": "BACKUP"}, {"priority": 50}, ["MASTER 51", "BACKUP 50"]),
        ({"priority": 100}, {}, ["MASTER 100", "BACKUP 90"]),
        ({"priority": 99}, {}, ["BACKUP 99", "MASTER 109"]),
        ({}, {"priority": 100}, ["BACKUP 90", "MASTER 100"]),
        ({}, {"priority": 99}, ["MASTER 109", "BACKUP 99"]),
        ({"priority": 1}, {"state": "MASTER"}, ["BACKUP 1", "MASTER 100"]),
        ({"state": "MASTER"}, {"priority": 250}, ["MASTER 254", "BACKUP 250"]),
        ({"state": "MASTER", "priority": 255}, {}, ["MASTER 255", "BACKUP 90"]),
        ({"state": "MASTER", "priority": 5}, {}, ["MASTER 5", "BACKUP 1"]),
        ({"nopreempt": True}, {}, ["BACKUP 100", "BACKUP 90"]),
        ({"nopreempt": False}, {"preempt_delay": 0}, ["MASTER 100", "BACKUP 90"]),
        ({}, {"preempt_delay": 0.5}, ["BACKUP 100", "BACKUP 90"]),
    ],
)
def test_states_and_priorities_say_which_host_is_master(here, there, expected):
    assert assigned(draft("node-a", **here), draft("node-b", **there)) == (expected, [])


@pytest.mark.parametrize(
    ("default", "expected"),
    [("node-a", ["MASTER 100", "BACKUP 90"]), ("node-b", ["BACKUP 90", "MASTER 100"])],
)
def test_without_states_and_priorities_the_default_is_master(default, expected):
    assert assigned(draft("node-a"), draft("node-b"), default) == (expected, [])
    both = {"state": "BACKUP"}
    states = [each.replace("MASTER", "BACKUP") for each in expected]
    assert assigned(draft("node-a", **both), draft("node-b", **both), default) == (states, [])


@pytest.mark.parametrize(
    ("here", "there"),
    [("node-b", None), (None, "node-b"), ("node-b", "node-b")],
)
def test_a_host_that_is_named_as_master_is_master(here, there):
    assert assigned(draft("node-a", here), draft("node-b", there)) == (["BACKUP 90", "MASTER 100"], [])


def test_a_state_counts_before_a_name_and_a_name_before_priorities():
    claim = assigned(draft("node-a", "node-b", state="MASTER"), draft("node-b"))
    assert claim == (["MASTER 100", "BACKUP 90"], [])
    named = assigned(draft("node-a", "node-a", priority=90), draft("node-b"))
    assert named == (["MASTER 90", "BACKUP 80"], [])


@pytest.mark.parametrize(
    ("here", "there", "names"),
    [("node-z", None, "node-z"), ("node-z", "node-z", "node-z"), ("node-b", "node-a", "node-a and node-b")],
)
def test_an_unknown_or_contradictory_master_is_a_problem(here, there, names):
    found, problems = assigned(draft("node-a", here), draft("node-b", there))
    assert found == ["None None", "None None"]
    assert problems == [
        f"node-a: ha_pair_instances.master: {names} cannot be the master of VI_1"
        " (name one of node-a and node-b, the same on both)"
    ]


def test_two_masters_are_told_on_both_hosts():
    found, problems = assigned(draft("node-a", state="MASTER"), draft("node-b", state="MASTER"))
    assert found == ["MASTER None", "MASTER None"]
    text = "ha_pair_state: both claim to be master of VI_1 (let one say BACKUP, or none say anything)"
    assert problems == [f"node-a: {text}", f"node-b: {text}"]


def test_equal_priorities_are_told_on_both_hosts():
    found, problems = assigned(draft("node-a", priority=7), draft("node-b", priority=7))
    assert found == ["None 7", "None 7"]
    text = (
        "ha_pair_priority: both have priority 7 for VI_1 (give them different ones, or leave them out:"
        " equal priorities leave it to chance who is master)"
    )
    assert problems == [f"node-a: {text}", f"node-b: {text}"]


@pytest.mark.parametrize(
    ("here", "there", "host", "hint"),
    [
        ({"state": "MASTER", "priority": 90}, {"priority": 100}, "node-a", "node-a has 90, node-b has 100"),
        ({"state": "MASTER", "priority": 90}, {"priority": 90}, "node-a", "node-a has 90, node-b has 90"),
        ({"state": "MASTER"}, {"priority": 254}, "node-b", "node-a has 254, node-b has 254"),
        ({"state": "MASTER", "priority": 1}, {}, "node-a", "node-a has 1, node-b has 1"),
    ],
)
def test_a_master_below_its_backup_is_a_problem(here, there, host, hint):
    _found, problems = assigned(draft("node-a", **here), draft("node-b", **there))
    text = "node-a is to be master of VI_1, but node-b has the higher priority"
    assert problems == [f"{host}: ha_pair_priority: {text} ({hint})"]


@pytest.mark.parametrize("values", [{"nopreempt": True}, {"preempt_delay": 3}])
def test_preemption_words_need_a_start_as_backup(values):
    (word,) = values
    found, problems = assigned(draft("node-a", state="MASTER", **values), draft("node-b", **values))
    assert found == ["BACKUP 100", "BACKUP 90"]
    text = f"{word} has no effect on a host that says MASTER (say BACKUP on both)"
    assert problems == [f"node-a: ha_pair_state: {text}"]


@pytest.mark.parametrize("word", ["state", "priority"])
def test_a_value_that_could_not_be_read_leaves_both_as_they_are(word):
    first = draft("node-a")
    first.said[word] = (f"ha_pair_{word}", "?")
    assert assigned(first, draft("node-b", priority=5)) == (["None None", "None 5"], [])


def test_a_problem_has_the_place_of_the_value():
    problems = []
    pair = draft("node-a", priority=7), draft("node-b", priority=7)
    assign(pair, "node-a", problems, {7: "hosts.yml:3"}.get)
    assert [problem.where for problem in problems] == ["hosts.yml:3", "hosts.yml:3"]
