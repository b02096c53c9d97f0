# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what checks make of services that die, and of gateways that a node does not reach."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.checks import NodeChecks
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.faults import read
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.services import (
    FOREVER,
    Services,
    side_of_client,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation.faults import parse
from tracked_nodes import GATEWAY, LOAD, PROCESS, WEB, pair


class Scene:
    """It is a pair that tracks something, and faults."""

    def __init__(self, said, *instances):
        checks = {node.name: NodeChecks(node) for node in pair(*instances)}
        self.services = Services(checks)
        self.faults = read(said, checks, {"VI_1", "VI_2"})

    def seen(self, share=0.5):
        return [str(fault) for fault in self.services.seen(self.faults, share)]


@pytest.mark.parametrize(("share", "at"), [(0, 14), (0.5, 15), (1, 16)])
def test_a_service_that_dies_is_a_fault_when_its_check_has_seen_it(share, at):
    assert Scene("at 10: break node-a chk_web", WEB).seen(share) == [
        f"at {at}: check node-a +0 on VI_1",
        f"at {at}: break node-a chk_web failed on VI_1",
    ]


def test_a_service_with_a_weight_changes_the_priority():
    assert Scene("at 10: break node-a chk_load", LOAD).seen() == ["at 10.5: check node-a -20 on VI_1"]
    assert Scene("at 10: break node-a haproxy", PROCESS).seen() == ["at 10.5: check node-a +0 on VI_1"]
    assert Scene("at 10: break node-a chk_load; at 20: mend node-a", LOAD).seen() == [
        "at 10.5: check node-a -20 on VI_1",
        "at 20: mend node-a",
        "at 20: check node-a +0 on VI_1",
        "at 20: mend node-a on VI_1",
    ]


def test_each_instance_that_tracks_it_is_concerned_and_no_other():
    both = f"{WEB}\n    {PROCESS}"
    assert Scene("at 10: break node-a haproxy", both, WEB).seen() == ["at 10.5: check node-a +0 on VI_1"]
    assert len(Scene("at 10: break node-a chk_web", both, WEB).seen()) == 4
    assert len(Scene("at 10: break node-a chk_web on VI_2", both, WEB).seen()) == 2


def test_a_service_that_is_mended_before_a_check_sees_it_causes_no_fault():
    scene = Scene("at 10: break node-a chk_web; at 13: mend node-a", WEB)
    assert scene.seen() == ["at 13: mend node-a"]
    assert scene.services.dead(scene.faults) == [(("VI_1",), "node-a", 10, 13)]


def test_a_service_is_dead_until_it_is_mended():
    scene = Scene("at 10: break node-a chk_web; at 20: mend node-b", WEB)
    assert scene.services.dead(scene.faults) == [(("VI_1",), "node-a", 10, FOREVER)]
    assert scene.services.waits(scene.faults)
    assert not Scene("at 10: break node-a", WEB).services.waits([])


def test_a_check_without_a_name_fails_at_once():
    assert Scene("at 10: break node-a", WEB).seen() == ["at 10: break node-a"]


def test_a_node_apart_from_the_client_does_not_reach_its_gateway():
    scene = Scene("at 10: split node-a | node-b client; at 40: heal", GATEWAY)
    assert scene.seen() == [
        "at 10: split node-a | node-b client",
        "at 13: check node-a +0 on VI_1",
        "at 13: break node-a 192.168.8.1 failed on VI_1",
        "at 40: heal",
        "at 40: check node-a +0 on VI_1",
        "at 40: mend node-a on VI_1",
    ]
    assert scene.services.dead(scene.faults) == [], "there is no client on that side"
    assert list(scene.services.notes(scene.faults, "VI_1")) == [
        (13.0, "192.168.8.1 fails on node-a (it needs 2.5 to 3.5 s to see it)"),
        (40, "192.168.8.1 succeeds again on node-a"),
    ]
    assert list(scene.services.notes(scene.faults, "VI_2")) == []


@pytest.mark.parametrize(
    "said",
    [
        "at 10: split node-a | node-b client; at 11: heal",
        "at 10: cut node-a; at 11: join node-a",
        "at 10: split node-a | node-b client; at 11: split node-b | node-a client; at 12: heal",
    ],
)
def test_a_gateway_that_is_back_before_it_is_missed_is_not_missed(said):
    assert not [text for text in Scene(said, GATEWAY).seen() if "check" in text]


def test_notes_are_about_the_checks_of_the_instance():
    scene = Scene("at 10: break node-a haproxy", f"{WEB}\n    {PROCESS}", WEB)
    assert list(scene.services.notes(scene.faults, "VI_1")) == [
        (10.5, "haproxy fails on node-a (it needs 0.5 s to see it)")
    ]
    assert list(scene.services.notes(scene.faults, "VI_2")) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("node-a | node-b client", {"node-b"}),
        ("node-a client | node-b", {"node-a"}),
        ("node-a | node-b", {"node-a"}),
        ("node-a", {"node-b"}),
        ("node-a node-b | client", set()),
    ],
)
def test_the_side_of_the_client(words, expected):
    nodes = ["node-a", "node-b"]
    assert side_of_client(parse(f"at 1: split {words}", nodes), nodes) == expected
