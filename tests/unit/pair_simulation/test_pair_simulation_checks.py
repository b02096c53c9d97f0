# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a node tracks, how long a check needs, and what follows from it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.checks import NodeChecks
from tracked_nodes import GATEWAY, LOAD, OURS, PROCESS, REVERSE, WEB, node


def checks(*instances, priority=100):
    return NodeChecks(node("node-a", priority, *instances))


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        ("", {}),
        (WEB, {"chk_web": (4, 6)}),
        (LOAD, {"chk_load": (0, 1)}),
        (PROCESS, {"haproxy": (0.5, 0.5)}),
        (GATEWAY, {"192.168.8.1": (2.5, 3.5)}),
        (
            OURS,
            {
                "127.0.0.1:5432": (1, 2),
                "[::1]:5432": (2, 3),
                "http://127.0.0.1/health": (2, 4),
                "tomcat10.service": (0, 1),
            },
        ),
    ],
)
def test_a_check_has_a_name_and_sees_a_failure_within_some_time(tracks, expected):
    found = checks(tracks).checks
    assert {name: (check.soonest_s, check.latest_s) for name, check in found.items()} == expected


def test_a_check_knows_its_instances_and_whether_it_is_a_gateway():
    found = checks(WEB, f"{WEB}\n    {GATEWAY}").checks
    assert found["chk_web"].instances == ("VI_1", "VI_2") and not found["chk_web"].gateway
    assert found["192.168.8.1"].instances == ("VI_2",) and found["192.168.8.1"].gateway


def test_a_reversed_check_and_an_interface_are_no_service():
    tracks = f"{REVERSE}\n    track_interface {{\n        eth1\n    }}"
    assert checks(tracks).checks == {}


def test_a_check_with_a_weight_changes_the_priority_and_is_no_fault():
    web, load, process = checks(WEB), checks(LOAD), checks(PROCESS)
    assert (web.verdict("VI_1", ()).faults, web.verdict("VI_1", ["chk_web"]).faults) == ((), ("script chk_web failed",))
    assert [load.verdict("VI_1", failing).priority for failing in ((), ["chk_load"], ["other"])] == [100, 80, 100]
    assert [process.verdict("VI_1", failing).priority for failing in ((), ["haproxy"])] == [105, 100]
    assert process.base_priority("VI_1") == 100
    assert checks(LOAD, priority=10).verdict("VI_1", ["chk_load"]).priority == 1, "a priority stays above 0"
