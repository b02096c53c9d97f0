# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the values of a plan have the names of its fields, and JSON can hold them."""

from __future__ import annotations

import json

import pytest

from vrrp.config.diff import Diff, DiffEntry, FieldChange, as_values

NOTHING = {
    "globals": [],
    "scripts": [],
    "instances": [],
    "processes": [],
    "files": [],
    "sync_groups": [],
    "garp_groups": [],
    "interface_delays": [],
    "static_addresses": [],
    "static_routes": [],
    "static_rules": [],
    "track_groups": [],
    "peer_must_follow": False,
}
PRIORITY = FieldChange("priority", "100", "90")
VRID = FieldChange("virtual_router_id", "51", "52", True)


def test_an_empty_plan_has_every_field_and_an_empty_list_in_each():
    assert as_values(Diff()) == NOTHING


def test_a_change_of_global_defs_stands_in_its_list_without_an_entry():
    assert as_values(Diff(globals=(FieldChange("router_id", "a", "b"),))) == {
        **NOTHING,
        "globals": [{"field": "router_id", "old": "a", "new": "b", "peer_must_follow": False}],
    }


def test_a_changed_instance_holds_its_changes_in_their_order():
    assert as_values(Diff(instances=(DiffEntry("VI_1", "changed", (VRID, PRIORITY)),))) == {
        **NOTHING,
        "instances": [
            {
                "name": "VI_1",
                "kind": "changed",
                "changes": [
                    {"field": "virtual_router_id", "old": "51", "new": "52", "peer_must_follow": True},
                    {"field": "priority", "old": "100", "new": "90", "peer_must_follow": False},
                ],
            }
        ],
        "peer_must_follow": True,
    }


def test_an_added_or_removed_entry_has_no_changes():
    assert as_values(Diff(scripts=(DiffEntry("b", "added"), DiffEntry("a", "removed"))))["scripts"] == [
        {"name": "b", "kind": "added", "changes": []},
        {"name": "a", "kind": "removed", "changes": []},
    ]


@pytest.mark.parametrize(
    ("changes", "expected"), [((), False), ((PRIORITY,), False), ((VRID,), True), ((PRIORITY, VRID), True)]
)
def test_the_peer_must_follow_when_one_change_of_an_instance_says_so(changes, expected):
    assert as_values(Diff(instances=(DiffEntry("VI_1", "changed", changes),)))["peer_must_follow"] is expected


def test_every_other_list_keeps_its_own_name():
    names = ("processes", "files", "sync_groups", "garp_groups", "interface_delays", "track_groups")
    names += ("static_addresses", "static_routes", "static_rules")
    found = as_values(Diff(**{name: (DiffEntry(f"of {name}", "added"),) for name in names}))
    assert [found[name] for name in names] == [
        [{"name": "of processes", "kind": "added", "changes": []}],
        [{"name": "of files", "kind": "added", "changes": []}],
        [{"name": "of sync_groups", "kind": "added", "changes": []}],
        [{"name": "of garp_groups", "kind": "added", "changes": []}],
        [{"name": "of interface_delays", "kind": "added", "changes": []}],
        [{"name": "of track_groups", "kind": "added", "changes": []}],
        [{"name": "of static_addresses", "kind": "added", "changes": []}],
        [{"name": "of static_routes", "kind": "added", "changes": []}],
        [{"name": "of static_rules", "kind": "added", "changes": []}],
    ]


def test_json_gives_the_same_values_back():
    values = as_values(
        Diff(globals=(PRIORITY,), instances=(DiffEntry("VI_1", "changed", (VRID,)), DiffEntry("VI_2", "added")))
    )
    assert json.loads(json.dumps(values)) == values
