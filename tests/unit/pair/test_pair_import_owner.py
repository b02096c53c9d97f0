# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has a weight in an owner of an address is left out of the variables and told; the rest makes a pair."""

from __future__ import annotations

import pytest
from test_pair_import_refusals import imported, instance

DEFINED = "vrrp_track_process p {\nprocess x\nweight -5\n}\n"
TRACKED = ("track_process {", "p", "}")
GROUP = "vrrp_sync_group G {\ngroup {\nVI_51\nVI_52\n}\n}\n"
WHY = "the role refuses a weight for the owner of an address (priority 255), where it never counts: p"


def owner(number, *lines):
    return instance(number, *lines).replace("priority 100", "priority 255")


def told(found):
    return [(gap["keyword"], gap["line"], gap["why"]) for gap in found.not_carried_over()]


def test_an_owner_tracks_nothing_with_a_weight():
    assert told(imported(DEFINED + owner(51, *TRACKED))) == [("track_process", DEFINED.count("\n") + 1, WHY)]


def test_nor_does_another_member_of_its_sync_group():
    found = imported(DEFINED + owner(51) + instance(52, *TRACKED) + GROUP)
    assert [(keyword, why) for keyword, _line, why in told(found)] == [("track_process", WHY)]


@pytest.mark.parametrize("lines", [(), ("track_process {", "p weight 0", "}")])
def test_what_has_no_weight_is_carried_over(lines):
    assert told(imported(DEFINED + owner(51, *lines))) == []


def test_others_keep_their_weights():
    found = imported(DEFINED + instance(51, *TRACKED) + instance(52, *TRACKED) + GROUP)
    assert told(found) == []
    assert "p" in repr(found.host | found.shared)
