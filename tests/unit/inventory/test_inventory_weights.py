# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a weight that cannot move the address is a problem, and one that can is none."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

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
def test_a_weight_that_is_too_small_is_a_problem(own, weight, text):
    assert said(*own, scripts=[script(weight)]) == [f"node-a: ha_pair_scripts[0].weight: {text}"]


@pytest.mark.parametrize(("own", "weight"), [(FAR, 51), (FAR, -51), (FAR, 0), (({}, {}), -11), (({}, {}), 11)])
def test_a_weight_that_moves_the_address_is_no_problem(own, weight):
    assert said(*own, scripts=[script(weight)]) == []


def test_a_weight_above_the_highest_priority_is_a_problem():
    """Both have 254 with any result of their own check: RFC 9568 section 5.2.4 leaves 255 to owners."""
    (problem,) = said({"priority": 254}, {"priority": 250}, scripts=[script(6)])
    assert "when c fails node-a has 254 and node-b 254: it stays master" in problem


def test_weights_that_move_the_address_together_are_no_problem():
    assert said(scripts=[script(-6), script(-6, "d")]) == []
    assert len(said(scripts=[script(-2), script(-3, "d"), script(-4, "e")])) == 3


def test_a_weight_that_never_decides_is_a_problem_beside_one_that_does():
    # With -200 each host is at 1, with any result of the other check.
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
def test_weights_of_every_kind_are_judged(tracked, variable, when):
    (problem,) = said(**tracked)
    assert problem.startswith(f"node-a: ha_pair_{variable}: when {when} node-a has 95 and node-b 90: it stays master")


def test_the_interface_of_the_instance_is_a_fault_whatever_its_weight():
    assert said(track_interface=[{"name": "eth0", "weight": -5}]) == []


def test_a_positive_weight_of_the_master_alone_is_a_problem():
    variables = {"scripts": [script(60)]}
    (problem,) = said(variables)
    assert problem == (
        "node-a: ha_pair_scripts[0].weight: when c fails node-a has 100 and node-b 90: it stays master (weight 0)"
    )


def test_a_number_in_a_file_counts_times_its_weight():
    assert said(track_files=[{"name": "f", "file": "/run/f", "weight": -1}], track_file=["f"]) == []


@pytest.mark.parametrize("weight", [-20, 20])
def test_nopreempt_with_a_weight_is_a_problem(weight):
    assert said(nopreempt=True, scripts=[script(weight)]) == [
        "node-a: ha_pair_scripts[0].weight: nopreempt: a weight never moves a living master"
        " (weight 0, which is a fault, or no nopreempt)"
    ]
    assert said(nopreempt=True, scripts=[script(0)]) == []


def test_the_owner_of_an_address_has_no_weights():
    (problem,) = said({"priority": 255}, scripts=[script(-20)])
    assert "the owner of an address (priority 255) has no weights" in problem


def test_a_weight_that_cannot_be_read_is_one_problem():
    assert said(scripts=[script("much")]) == [
        "node-a: ha_pair_scripts[0].weight: 'much' is not a whole number from -253 to 253: it takes a priority from one"
        " end to the other at most",
        "node-b: ha_pair_scripts[0].weight: 'much' is not a whole number from -253 to 253: it takes a priority from one"
        " end to the other at most",
    ]


def test_a_weight_of_254_is_read_where_it_may_stand():
    processes = [{"name": "p", "process": "x", "weight": -254}]
    assert said(track_processes=processes, track_process=["p"]) == []
    (problem,) = said(track_processes=processes, track_process=["p"], nopreempt=True)
    assert "nopreempt: a weight never moves a living master" in problem


FILE = {"name": "f", "file": "/run/f"}


@pytest.mark.parametrize("more", [{}, {"weight": 1}, {"weight": -7}])
def test_a_weight_beside_a_number_in_a_file_is_no_problem(more):
    assert said(track_files=[{**FILE, **more}], track_file=["f"], scripts=[script(-5)]) == []


@pytest.mark.parametrize(
    "tracked",
    [{"track_files": [{**FILE, "weight": 0}], "track_file": ["f"]},
     {"track_files": [FILE], "track_file": [{"name": "f", "weight": 0}]}, {"track_files": [FILE]}],
)  # fmt: skip
def test_a_number_that_is_a_fault_or_not_tracked_hides_nothing(tracked):
    (problem,) = said(**tracked, scripts=[script(-5)])
    assert "when c fails node-a has 95 and node-b 90: it stays master" in problem


def test_a_number_in_a_file_is_no_weight_of_an_owner():
    (problem,) = said({"priority": 255}, track_files=[{**FILE, "weight": 2}], track_file=["f"])
    assert problem.startswith("node-a: ha_pair_track_files[0].weight: the owner of an address (priority 255) has no")


def grouped(group=None, own=None, node_a=None, node_b=None, **both):
    """Return the problems of two instances in the group G; ``own`` are words of the second one."""
    entries = [{"virtual_ipaddress": [VIP]}, {"virtual_ipaddress": ["192.168.8.101/24"], **(own or {})}]
    groups = [{"name": "G", "group": ["VI_1", "VI_2"], **(group or {})}]
    try:
        instances(hosts(node_a, node_b, instances=entries, sync_groups=groups, **both))
    except PairError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("tracked", "variable", "label"),
    [
        ({"scripts": [script(-5)]}, "scripts[0].weight", "c"),
        ({"scripts": [script(-50)]}, "scripts[0].weight", "c"),
        ({"scripts": [script(0)], "track_script": [{"name": "c", "weight": -50}]}, "track_script", "c"),
        ({"track_gateways": [{"address": GATEWAY, "weight": -50}]}, "track_gateways", f"gateway {GATEWAY}"),
        ({"track_unit": [{"unit": "a.service", "weight": 50}]}, "track_unit", "unit a.service"),
        ({"track_files": [{**FILE, "weight": -2}], "track_file": ["f"]}, "track_files[0].weight", "f"),
    ],
)
def test_weights_of_members_of_a_group_do_not_count(tracked, variable, label):
    (problem,) = grouped(**tracked)
    assert problem.startswith(f"node-a: ha_pair_{variable}: weight ")
    hint = "(track it in the group, or weight 0, which is a fault)"
    assert problem.endswith(f" of {label} does not count in a member of the sync group G {hint}")


def test_a_weight_of_the_standby_alone_is_told_of_the_standby():
    (problem,) = grouped(node_b={"scripts": [script(-50)]})
    assert problem.startswith("node-b: ha_pair_scripts[0].weight: weight -50 of c does not count in a member of")


def test_trackers_without_weight_or_in_the_group_are_no_problem():
    assert grouped(scripts=[script(0)], track_gateways=[GATEWAY]) == []
    assert grouped({"track_script": ["c"]}, scripts=[script(-50)]) == []
    assert grouped({"track_gateways": [{"address": GATEWAY, "weight": -11}]}) == []
    assert grouped({"sync_group_tracking_weight": True}, scripts=[script(-50)]) == []
    processes = [{"name": "p", "process": "x", "weight": -11}]
    assert grouped(track_processes=processes, track_process=["p"]) == []


WITH_WEIGHTS = {"sync_group_tracking_weight": True}


@pytest.mark.parametrize(
    ("group", "both", "variable", "weight"),
    [
        ({"track_script": ["c"]}, {"scripts": [script(-5)]}, "scripts[0].weight", 95),
        ({"track_script": [{"name": "c", "weight": -5}]}, {"scripts": [script(0)]}, "sync_groups[0].track_script", 95),
        ({"track_unit": [{"unit": "c", "weight": -5}]}, {}, "sync_groups[0].track_unit", 95),
        (WITH_WEIGHTS, {"scripts": [script(-5)]}, "scripts[0].weight", 95),
        ({}, {"track_processes": [{"name": "c", "process": "x", "weight": -5}], "track_process": ["c"]},
         "track_processes[0].weight", 95),
    ],
)  # fmt: skip
def test_a_weight_of_a_group_that_is_too_small_is_a_problem(group, both, variable, weight):
    both = {**both, "track_script": []} if variable.startswith("sync") else both
    (problem,) = grouped(group, **both)
    assert problem.startswith(f"node-a: ha_pair_{variable}: when ")
    assert problem.endswith(
        f"fails node-a has {weight} and node-b 90 in VI_1: it stays master of the sync group G"
        " (weight -11 or less, or 0)"
    )


def test_each_member_has_to_fall_below_the_standby():
    """The standby takes a group when it would be master of each member: docs/groups.md."""
    group = {"track_gateways": [{"address": GATEWAY, "interface": "eth0", "weight": -20}]}
    far = {"instances": [{"virtual_ipaddress": [VIP], "priority": 150},
                         {"virtual_ipaddress": ["192.168.8.101/24"], "priority": 100}]}  # fmt: skip
    near = {"instances": [{**each, "priority": 90} for each in far["instances"]]}
    both = {"sync_groups": [{"name": "G", "group": ["VI_1", "VI_2"], **group}]}
    with pytest.raises(PairError) as caught:
        instances(hosts(far, near, **both))
    (problem,) = caught.value.problems
    assert problem.text == (
        f"when gateway {GATEWAY} fails node-a has 130 and node-b 90 in VI_1: it stays master of the sync group G"
    )
    assert problem.hint == "weight -61 or less, or 0"


def test_a_weight_that_counts_for_one_member_alone_is_a_problem():
    own = {"track_script": ["c"]}
    (problem,) = grouped(WITH_WEIGHTS, own, scripts=[script(-50)], track_script=[])
    assert problem.endswith(
        "node-b 90 in VI_1: it stays master of the sync group G (track it in the group, or weight 0)"
    )


def test_nopreempt_of_one_member_holds_the_group():
    group = {"track_gateways": [{"address": GATEWAY, "interface": "eth0", "weight": -20}]}
    (problem,) = grouped(group, {"nopreempt": True})
    assert "nopreempt: a weight never moves a living master" in problem


def test_an_owner_in_a_group_leaves_it_no_weights():
    group = {"track_gateways": [{"address": GATEWAY, "interface": "eth0", "weight": -20}]}
    problems = grouped(group, node_a={"priority": 255})
    assert any("the owner of an address (priority 255) has no weights" in problem for problem in problems)


def test_the_group_tracks_the_interface_of_a_member():
    group = {"track_interface": [{"name": "eth0", "weight": -5}]}
    assert grouped(group) == []
    assert "when eth0 fails node-a has 95" in grouped(group, dont_track_primary=True)[0]


def test_a_tracker_without_weight_counts_as_a_fault_only():
    group = {"track_script": [{"name": "c", "weight": -5}]}
    assert grouped(group, scripts=[script(0)]) == []


def test_too_many_combinations_of_weights_are_not_judged():
    tracked = [{"unit": f"u{number}", "weight": -(number + 1)} for number in range(12)]
    own = {"track_unit": [{"unit": f"v{number}", "weight": -(number + 1)} for number in range(12)]}
    far = {"node_a": {"priority": 200}, "node_b": {"priority": 20}}
    assert len(grouped({"track_unit": tracked}, **far)) == 12
    assert grouped({**WITH_WEIGHTS, "track_unit": tracked}, own, **far) == []
