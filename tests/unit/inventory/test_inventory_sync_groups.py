# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that members of sync groups must exist, be in one group, and have one master."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import hosts

VIPS = [f"192.168.8.{last}/24" for last in (100, 101, 102)]


def pair(groups, vips=VIPS, **more):
    return hosts(vips=vips, sync_groups=groups, **more)


def states(plan, host="node-a"):
    return [(each["name"], each["state"]) for each in plan[host]]


def problem(groups, **more):
    with pytest.raises(PairError) as caught:
        instances(pair(groups, **more))
    return str(caught.value.problems[0]).removeprefix("node-a: ")


def test_members_have_one_master_and_the_next_instance_has_the_other():
    plan = instances(pair([{"name": "G", "group": ["VI_1", "VI_2"]}]))
    assert states(plan) == [("VI_1", "MASTER"), ("VI_2", "MASTER"), ("VI_3", "BACKUP")]
    assert states(plan, "node-b") == [("VI_1", "BACKUP"), ("VI_2", "BACKUP"), ("VI_3", "MASTER")]
    plan = instances(pair([{"name": "G", "group": ["VI_1", "VI_3"]}]))
    assert states(plan) == [("VI_1", "MASTER"), ("VI_2", "BACKUP"), ("VI_3", "MASTER")]


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ({"name": "G", "group": ["VI_1", "VI_9"]}, "[0].group: there is no instance VI_9 (there are VI_1, VI_2, VI_3)"),
        ({"name": "G", "group": ["VI_1"]}, "[0].group: G has fewer than two members"),
        ({"name": "G"}, "[0]: it has no group"),
        ({"name": "a b", "group": ["VI_1", "VI_2"]}, "[0].name: 'a b' is not a name"),
        ({"name": "G", "group": ["VI_1", "VI_2"], "notfy": "/bin/x"}, "[0]: 'notfy' is not one of its words"),
        ({"name": "G", "group": ["VI_1", "VI_2"], "track_tcp": "x"}, "[0].track_tcp: a TCP check is a mapping"),
    ],
)
def test_wrong_groups_are_problems(group, text):
    assert problem([group]).startswith(f"ha_pair_sync_groups{text}")


def test_an_instance_is_in_one_group():
    groups = [{"name": "G", "group": ["VI_1", "VI_2"]}, {"name": "H", "group": ["VI_2", "VI_3"]}]
    assert problem(groups) == "ha_pair_sync_groups[1].group: VI_2 is in G already (name it in one group)"


def test_members_with_two_masters_are_a_problem():
    entries = [
        {"name": "inside", "virtual_ipaddress": VIPS[0], "master": "node-a"},
        {"name": "outside", "virtual_ipaddress": VIPS[1], "master": "node-b"},
    ]
    said = hosts(instances=entries, sync_groups=[{"name": "G", "group": ["inside", "outside"]}])
    with pytest.raises(
        PairError, match="node-a is to be master of inside, and node-b of outside, which move as one in G"
    ):
        instances(said)
