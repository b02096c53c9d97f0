# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A weight that cannot move the address is a problem, and one that can is none."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.derivation import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.problem import PairError
from pair_inventory import VIP, hosts

FAR = ({"priority": 100}, {"priority": 50})
GATEWAY = "192.168.8.1"


def script(weight, name="c", **more):
    return {"name": name, "script": "/bin/true", "weight": weight, **more}


def said(node_a=None, node_b=None, **both):
    try:
        instances(hosts(node_a, node_b, vips=[VIP], **both))
    except PairError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("own", "weight", "text"),
    [
        (FAR, 2, "when c fails node-a has 100 and node-b 52: it stays master (weight 51 or more, or 0)"),
        (FAR, 50, "when c fails node-a has 100 and node-b 100: it stays master (weight 51 or more, or 0)"),
        (({}, {}), -5, "when c fails node-a has 95 and node-b 90: it stays master (weight -11 or less, or 0)"),
        (({}, {}), "-10", "when c fails node-a has 90 and node-b 90: it stays master (weight -11 or less, or 0)"),
    ],
)
def test_a_weight_that_is_too_small(own, weight, text):
    assert said(*own, scripts=[script(weight)]) == [f"node-a: ha_pair_scripts[0].weight: {text}"]


@pytest.mark.parametrize(("own", "weight"), [(FAR, 51), (FAR, -51), (FAR, 0), (({}, {}), -11), (({}, {}), 11)])
def test_a_weight_that_moves_the_address(own, weight):
    assert said(*own, scripts=[script(weight)]) == []


def test_a_weight_that_the_highest_priority_swallows():
    """Both have 254 whatever their own check says: RFC 9568 section 5.2.4 leaves 255 to owners."""
    (problem,) = said({"priority": 254}, {"priority": 250}, scripts=[script(6)])
    assert "when c fails node-a has 254 and node-b 254: it stays master" in problem


def test_several_that_move_it_together():
    assert said(scripts=[script(-6), script(-6, "d")]) == []
    assert len(said(scripts=[script(-2), script(-3, "d"), script(-4, "e")])) == 3


def test_one_that_never_decides_beside_one_that_does():
    # With -200 either host is at 1, whatever the other check takes from it.
    assert said(*FAR, scripts=[script(-200), script(-5, "d")]) == [
        "node-a: ha_pair_scripts[1].weight: when d fails node-a has 95 and node-b 50: it stays master"
        " (weight -51 or less, or 0)"
    ]


@pytest.mark.parametrize(
    ("tracked", "variable", "when"),
    [
        (
            {"track_interface": [{"name": "eth0", "weight": -5}], "dont_track_primary": True},
            "track_interface",
            "eth0 fails",
        ),
        ({"track_gateways": [{"address": GATEWAY, "weight": -5}]}, "track_gateways", f"gateway {GATEWAY} fails"),
        (
            {"track_tcp": [{"address": "127.0.0.1", "port": 80, "weight": -5}]},
            "track_tcp",
            "tcp 127.0.0.1 80 fails",
        ),
        ({"track_unit": [{"unit": "a.service", "weight": -5}]}, "track_unit", "unit a.service fails"),
        (
            {"track_processes": [{"name": "p", "process": "x", "weight": -5}], "track_process": ["p"]},
            "track_processes[0].weight",
            "p fails",
        ),
        ({"scripts": [script(5, reverse=True)]}, "scripts[0].weight", "c succeeds"),
        (
            {"scripts": [script(-50)], "track_script": [{"name": "c", "weight": -5}]},
            "track_script",
            "c fails",
        ),
    ],
)
def test_whatever_is_tracked(tracked, variable, when):
    (problem,) = said(**tracked)
    assert problem.startswith(f"node-a: ha_pair_{variable}: when {when} node-a has 95 and node-b 90: it stays master")


def test_the_interface_of_the_instance_is_a_fault_whatever_its_weight():
    assert said(track_interface=[{"name": "eth0", "weight": -5}]) == []


def test_a_positive_weight_that_only_the_master_has():
    variables = {"scripts": [script(60)]}
    (problem,) = said(variables)
    assert problem == (
        "node-a: ha_pair_scripts[0].weight: when c fails node-a has 100 and node-b 90: it stays master (weight 0)"
    )


def test_a_number_in_a_file_counts_times_its_weight():
    assert said(track_files=[{"name": "f", "file": "/run/f", "weight": -1}], track_file=["f"]) == []


@pytest.mark.parametrize("weight", [-20, 20])
def test_nopreempt_with_a_weight(weight):
    assert said(nopreempt=True, scripts=[script(weight)]) == [
        "node-a: ha_pair_scripts[0].weight: nopreempt: a weight never moves a living master"
        " (weight 0, which is a fault, or no nopreempt)"
    ]
    assert said(nopreempt=True, scripts=[script(0)]) == []


def test_the_owner_of_an_address_has_no_weights():
    (problem,) = said({"priority": 255}, scripts=[script(-20)])
    assert "the owner of an address (priority 255) has no weights" in problem


def test_a_weight_that_cannot_be_read_is_said_once():
    assert said(scripts=[script("much")]) == [
        "node-a: ha_pair_scripts[0].weight: 'much' is not a whole number from -253 to 253: it takes a priority from one"
        " end to the other at most",
        "node-b: ha_pair_scripts[0].weight: 'much' is not a whole number from -253 to 253: it takes a priority from one"
        " end to the other at most",
    ]


def test_members_of_a_group_are_left_to_the_group():
    both = {"vips": [VIP, "192.168.8.101/24"], "sync_groups": [{"name": "G", "group": ["VI_1", "VI_2"]}]}
    instances(hosts(**both, scripts=[script(-5)]))
