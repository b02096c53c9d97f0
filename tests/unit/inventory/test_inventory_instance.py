# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the instances of one host are read from its variables, and that all problems are reported."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance import PairInstance, drafts

VIP, OTHER = "192.168.8.100/24", "192.168.8.101/24"


def read(**said):
    """Return the drafts, and the problems as text."""
    problems = []
    host = Host("node-a", {f"ha_pair_{word}": value for word, value in said.items()})
    found = drafts(host, problems, lambda value: None)
    return found, [str(problem).removeprefix("node-a: ") for problem in problems]


def vips(draft):
    return [str(vip) for vip in draft.vips]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"vips": VIP}, {"VI_1": [VIP]}),
        ({"vips": {"address": VIP, "dev": "eth0"}}, {"VI_1": [f"{VIP} dev eth0"]}),
        ({"vips": [VIP, OTHER]}, {"VI_1": [VIP], "VI_2": [OTHER]}),
        ({"vips": (OTHER,)}, {"VI_1": [OTHER]}),
        ({"instances": {"virtual_ipaddress": VIP}}, {"VI_1": [VIP]}),
        (
            {"instances": [{"name": "a", "virtual_ipaddress": [VIP, OTHER]}, {"virtual_ipaddress": (VIP,)}]},
            {"a": [VIP, OTHER], "VI_2": [VIP]},
        ),
    ],
)
def test_instances_are_named_by_the_user_or_by_their_number(said, names):
    found, problems = read(**said)
    assert {draft.name: vips(draft) for draft in found} == names
    assert problems == []


def test_instances_by_their_names_are_a_list_with_names():
    found, problems = read(instances={"web": {"virtual_ipaddress": VIP}, "db": {"virtual_ipaddress": OTHER}})
    assert found == []
    assert problems == [
        "ha_pair_instances: it is a list, and not a mapping of names (write - name: web for web:, and its words below)"
    ]


def test_a_value_of_an_instance_comes_before_that_of_its_host():
    (first, second), problems = read(
        instances=[{"virtual_ipaddress": VIP, "priority": "120"}, {"virtual_ipaddress": OTHER, "priority": None}],
        priority=90,
        nopreempt="yes",
        interface=" ",
    )
    assert (first.values, second.values) == (
        {"priority": 120, "nopreempt": True},
        {"priority": 90, "nopreempt": True},
    )
    assert first.said == {
        "priority": ("ha_pair_instances[0].priority", "120"),
        "nopreempt": ("ha_pair_nopreempt", "yes"),
        "virtual_ipaddress": ("ha_pair_instances[0].virtual_ipaddress", VIP),
    }
    assert second.said["priority"] == ("ha_pair_priority", 90)
    assert problems == []


def test_the_place_of_a_value_or_where_it_could_be_written():
    ((draft,), _problems) = read(instances={"virtual_ipaddress": VIP, "priority": 1}, state="MASTER")
    assert draft.variable("priority") == "ha_pair_instances[0].priority"
    assert draft.variable("state") == "ha_pair_state"
    assert draft.variable("interface") == "ha_pair_interface"
    ((draft,), _problems) = read(vips=[VIP])
    assert draft.said == {"virtual_ipaddress": ("ha_pair_vips", VIP)}


@pytest.mark.parametrize(("master", "expected"), [("node-b", "node-b"), ("", None), (None, None), (5, "5")])
def test_the_master_that_an_entry_names(master, expected):
    ((draft,), problems) = read(instances={"virtual_ipaddress": VIP, "master": master})
    assert (draft.master, draft.group, problems) == (expected, None, [])


def test_a_draft_begins_empty():
    host = Host("node-a", {})
    draft = PairInstance(host, "VI_1")
    assert (draft.values, draft.said, draft.vips, draft.master, draft.group) == ({}, {}, [], None, None)
    assert draft.values is not PairInstance(host, "VI_2").values


@pytest.mark.parametrize(
    ("said", "problem", "names"),
    [
        ({}, "ha_pair_vips: there is no virtual address (say ha_pair_vips: [ADDRESS/PREFIX])", []),
        ({"vips": [], "instances": " "}, "ha_pair_vips: there is no virtual address (say ha_pair_vips: "
         "[ADDRESS/PREFIX])", []),
        ({"instances": ["VI_1"]}, "ha_pair_instances: each instance is a mapping of keepalived's words", []),
        (
            {"instances": [{"virtual_ipaddress": VIP}], "vips": OTHER},
            "ha_pair_vips: an inventory says instances or VIPs, not both (move the VIPs into ha_pair_instances)",
            ["VI_1"],
        ),
        (
            {"instances": [{"virtual_ipaddress": VIP}, {"virtual_ipaddress": OTHER, "name": "VI_1"}]},
            "ha_pair_instances[1]: two instances have the name VI_1",
            ["VI_1"],
        ),
        (
            {"instances": {"virtual_ipaddress": VIP, "name": "a b"}},
            "ha_pair_instances[0].name: 'a b' is not a name (letters, digits and any of _ . : @ -)",
            ["VI_1"],
        ),
        (
            {"instances": {"virtual_ipaddress": VIP, "vrid": 5, "priorty": 1}},
            "ha_pair_instances[0]: 'priorty' is not a word of an instance (do you mean priority?)",
            ["VI_1"],
        ),
        (
            {"instances": {"virtual_ipaddress": VIP, "state": "UP"}},
            "ha_pair_instances[0].state: 'UP' is neither MASTER nor BACKUP",
            ["VI_1"],
        ),
        ({"vips": VIP, "state": "UP"}, "ha_pair_state: 'UP' is neither MASTER nor BACKUP", ["VI_1"]),
        ({"instances": [{"name": "a"}]}, "ha_pair_instances[0].virtual_ipaddress: an instance without a virtual "
         "address", ["a"]),
        (
            {"instances": [{"virtual_ipaddress": [VIP, "x"]}]},
            "ha_pair_instances[0].virtual_ipaddress: 'x' is not an IP address with an optional prefix length",
            ["VI_1"],
        ),
        ({"vips": ["x"]}, "ha_pair_vips: 'x' is not an IP address with an optional prefix length", ["VI_1"]),
    ],
)  # fmt: skip
def test_every_wrong_entry_is_a_problem(said, problem, names):
    found, problems = read(**said)
    assert problems[-1] == problem
    assert [draft.name for draft in found] == names


def test_an_unknown_word_lists_the_known_ones():
    _found, (problem,) = read(instances={"virtual_ipaddress": VIP, "zzz": 5})
    start = (
        "ha_pair_instances[0]: 'zzz' is not a word of an instance (known are name, virtual_ipaddress, master, state, "
    )
    assert problem.startswith(start)


def test_an_entry_that_is_no_mapping_keeps_its_number():
    found, problems = read(instances=["x", {"virtual_ipaddress": VIP, "priority": 0}])
    assert [draft.name for draft in found] == ["VI_1"]
    assert problems[1].startswith("ha_pair_instances[1].priority: '0' is not a whole number from 1 to 255")


def test_a_value_that_cannot_be_read_counts_as_given():
    ((draft,), _problems) = read(vips=[VIP], priority=0)
    assert (draft.values, draft.said["priority"]) == ({}, ("ha_pair_priority", 0))


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"vips": [VIP], "priority": 0}, "0"),
        ({"vips": ["x"]}, "x"),
        ({"instances": ["x"]}, "x"),
        ({"instances": {"virtual_ipaddress": VIP, "name": "a b"}}, "a b"),
        ({"instances": {"virtual_ipaddress": VIP, "zzz": 1}}, "zzz"),
        ({"instances": {"virtual_ipaddress": VIP}, "vips": OTHER}, OTHER),
        ({"instances": [{"virtual_ipaddress": VIP, "name": "a"}] * 2}, "a"),
        ({"instances": [{"name": "b"}]}, "{'name': 'b'}"),
    ],
)
def test_a_problem_names_the_place_of_its_value(said, value):
    problems = []
    host = Host("node-a", {f"ha_pair_{word}": each for word, each in said.items()})
    drafts(host, problems, lambda found: "hosts.yml:7" if str(found) == value else None)
    assert [problem.where for problem in problems] == ["hosts.yml:7"]
