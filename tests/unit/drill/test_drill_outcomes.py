# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a report has every pair of a play, also those that stopped before a verdict."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.outcomes import cause, outcomes
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import Pair
from test_drill_outcome import judged

WEB, DB = Pair("web", ("web-a", "web-b")), Pair("", ("db-a", "db-b"))
DRAINED = {"db-a": {"failed": "stopped, because db-b is drained"}, "db-b": {"failed": "VI_1 is drained"}}


def test_a_pair_that_was_refused_has_failed():
    passed = judged()
    found = outcomes([WEB, DB], {"web-a": {"judged": [passed]}, "web-b": {"judged": [passed]}, **DRAINED})
    assert found[0] == passed
    [refused] = found[1:]
    assert (refused["pair"], refused["passed"], refused["measured"]) == ("db-a, db-b", False, None)
    assert refused["remarks"] == ["db-b: VI_1 is drained"]


def test_a_second_drill_that_was_not_done_has_failed():
    found = outcomes([WEB], {"web-a": {"judged": [judged()], "failed": "drill_window: it is 05:00"}, "web-b": {}})
    assert [each["passed"] for each in found] == [True, False]


def test_a_failure_that_was_judged_is_told_once():
    failed = judged(failed="web-a failed")
    assert outcomes([WEB], {"web-a": {"judged": [failed], "failed": "web-a failed"}}) == [failed]


@pytest.mark.parametrize("hosts", [{}, {"web-a": {"judged": None, "failed": None}}])
def test_a_pair_whose_turn_has_not_come_is_left_out(hosts):
    assert outcomes([WEB], hosts) == []


def test_the_host_that_failed_is_named_once():
    assert cause({"web-a": "web-a is unreachable"}) == "web-a is unreachable"
