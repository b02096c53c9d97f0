# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that weights of an address owner are left out of the variables and reported; the rest makes a pair."""

from __future__ import annotations

import pytest
from test_inventory_import_refusals import imported, instance

DEFINED = "vrrp_track_process p {\nprocess x\nweight -5\n}\n"
TRACKED = ("track_process {", "p", "}")
GROUP = "vrrp_sync_group G {\ngroup {\nVI_51\nVI_52\n}\n}\n"
WHY = "the role refuses a weight for the owner of an address (priority 255), where it never counts: p"


def owner(number, *lines):
    return instance(number, *lines).replace("priority 100", "priority 255")


def told(found):
    return [(gap["keyword"], gap["line"], gap["why"]) for gap in found.not_carried_over()]


def test_an_owner_of_an_address_tracks_nothing_with_a_weight():
    assert told(imported(DEFINED + owner(51, *TRACKED))) == [("track_process", DEFINED.count("\n") + 1, WHY)]


def test_another_member_of_its_sync_group_tracks_nothing_with_a_weight():
    found = imported(DEFINED + owner(51) + instance(52, *TRACKED) + GROUP)
    assert [(keyword, why) for keyword, _line, why in told(found)] == [("track_process", WHY)]


def test_a_sync_group_of_an_owner_tracks_with_weight_0():
    group = "vrrp_sync_group {} {{\ngroup {{\n{}\n}}\ntrack_process {{\np\n}}\n}}\n".format
    instances = owner(51) + "".join(map(instance, (52, 53, 54)))
    found = imported(DEFINED + instances + group("G", "VI_51\nVI_52") + group("H", "VI_53\nVI_54"))
    assert told(found) == []
    tracked = {each["name"]: each["track_process"] for each in found.shared["ha_pair_sync_groups"]}
    assert tracked == {"G": [{"name": "p", "weight": 0}], "H": ["p"]}


@pytest.mark.parametrize(
    ("line", "keyword", "name"),
    [
        ("track_gateway 10.9.0.1 weight 10", "track_gateway", "10.9.0.1"),
        ("track_tcp 10.9.0.2 80 weight 10", "track_tcp", "10.9.0.2"),
        ("track_http http://10.9.0.1/x?token=1 weight 10", "track_http", "http://10.9.0.1/x"),
        ("track_unit a.service weight 10", "track_unit", "a.service"),
    ],
)
def test_a_check_without_a_name_is_told_by_what_it_asks(line, keyword, name):
    weighs = GROUP.replace("\ngroup {", "\nsync_group_tracking_weight\ngroup {")
    found = imported(owner(51) + instance(52, f"@hotstandby {line}") + weighs)
    assert told(found) == [(keyword, owner(51).count("\n") + 1, WHY.removesuffix("p") + name)]


@pytest.mark.parametrize("lines", [(), ("track_process {", "p weight 0", "}")])
def test_trackers_without_weight_are_carried_over(lines):
    assert told(imported(DEFINED + owner(51, *lines))) == []


def test_instances_that_are_no_owners_keep_their_weights():
    found = imported(DEFINED + instance(51, *TRACKED) + instance(52, *TRACKED) + GROUP)
    assert told(found) == []
    assert "p" in repr(found.host | found.shared)
