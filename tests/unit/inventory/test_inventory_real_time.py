# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a takeover time which needs real-time scheduling is refused on a node that has none."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.real_time import has_real_time, refused
from two_hosts import VIP, hosts


def agent(policy):
    return {"program": "hotstandby", "agent": {"realtime": {"policy": policy, "nice": -20}}, "real_time": True}


def plan(within):
    return instances(hosts(vips=[VIP], takeover_within=within))["node-a"]


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (agent("SCHED_RR"), True),
        (agent("SCHED_FIFO"), True),
        (agent("SCHED_OTHER"), False),  # what runs counts more than what root is granted
        ({"program": None, "agent": {}, "real_time": False}, False),
        ({"program": None, "agent": {}, "real_time": True}, True),
        ({"program": "keepalived", "agent": {"pid": 7}, "real_time": False}, False),
        ({"program": "hotstandby", "agent": {"pid": 7}}, None),  # an agent of an older release
        ({"real_time": None}, None),
        ({}, None),
    ],
)
def test_the_agent_or_the_right_of_root_tells_if_a_node_has_real_time(found, known):
    assert has_real_time(found) is known


@pytest.mark.parametrize("found", [agent("SCHED_OTHER"), {"real_time": False}])
@pytest.mark.parametrize(("within", "interval"), [(0.05, "0.01"), (0.1, "0.02")])
def test_a_short_interval_is_refused_without_real_time(found, within, interval):
    (told,) = refused("node-a", found, plan(within))
    assert told.startswith(
        f"node-a: VI_1: takeover_within {within} needs an advertisement every {interval} s, and this"
    )
    assert told.endswith("let its kernel grant SCHED_RR (docs/takeover.md), or say 0.12 or more")


@pytest.mark.parametrize("within", [0.12, 0.5, 4, None])
def test_a_longer_interval_needs_none(within):
    assert refused("node-a", {"real_time": False}, plan(within)) == []


@pytest.mark.parametrize("found", [agent("SCHED_RR"), {"real_time": True}, {}])
def test_a_node_with_real_time_or_without_an_answer_takes_the_shortest(found):
    assert refused("node-a", found, plan(0.05)) == []
