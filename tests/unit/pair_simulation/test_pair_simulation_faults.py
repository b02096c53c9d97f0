# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test how faults are read, and that what does not exist is refused with the likely fix."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.checks import NodeChecks
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.faults import (
    check_of,
    nodes_of,
    read,
    texts,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation.faults import FaultError, parse
from tracked_nodes import WEB, pair

CHECKS = {node.name: NodeChecks(node) for node in pair(WEB)}
WORDS = {"VI_1", "eth0"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, []),
        ("", []),
        ([], []),
        (" ; ", []),
        ("at 10: kill node-a", ["at 10: kill node-a"]),
        ("at 10: kill node-a; at 20: boot node-a;", ["at 10: kill node-a", "at 20: boot node-a"]),
        (
            ["at 10: kill node-a", "at 20: boot node-a ; at 30: heal"],
            ["at 10: kill node-a", "at 20: boot node-a", "at 30: heal"],
        ),
        ([{"at 10": "kill node-a"}], ["at 10: kill node-a"]),
        ({"at 10": "kill node-a"}, ["at 10: kill node-a"]),
    ],
)
def test_several_faults_are_a_list_or_one_text(said, expected):
    assert texts(said) == expected


def test_faults_are_sorted_by_their_time():
    found = read("at 20: boot node-a; at 10: kill node-a; at 15: loss 20% on VI_1", CHECKS, WORDS)
    assert list(map(str, found)) == ["at 10: kill node-a", "at 15: loss 20% on VI_1", "at 20: boot node-a"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "at 10: kill node-x",
            'fault "at 10: kill node-x": there is no node "node-x" (did you mean "node-b"?). There are: node-a, node-b',
        ),
        ("kill node-a", 'fault "kill node-a": "kill node-a" does not begin with a time (write: at 10: kill NODE)'),
        ("at 10: kil node-a", 'fault "at 10: kil node-a": "kil" is no fault (did you mean "kill"?)'),
        (
            "at 10: break node-a chk_wbe",
            'chk_wbe": node-a has no check "chk_wbe" (did you mean chk_web?). It has: chk_web. ',
        ),
        (
            "at 10: kill node-a on VI_2",
            "no instance or interface is called VI_2. There are: VI_1, eth0 (did you mean VI_1?)",
        ),
        (
            "at 10: kill node-a; at 20: restart node-a",
            'fault "at 20: restart node-a": node-a has no power since "at 10: kill node-a" (write: at 20: boot node-a)',
        ),
        (7, 'fault "7": "7" does not begin with a time'),
    ],
)
def test_a_bad_fault_is_refused(said, message):
    with pytest.raises(FaultError) as caught:
        read(said, CHECKS, WORDS)
    assert message in str(caught.value)


def test_a_node_without_checks_says_so():
    checks = {node.name: NodeChecks(node) for node in pair()}
    with pytest.raises(FaultError, match='node-a has no check "chk_web". It has none. `break node-a` alone is any'):
        check_of(parse("at 10: break node-a chk_web", checks), checks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 10: kill node-a", {"node-a"}),
        ("at 10: split node-a | node-b client", {"node-a", "node-b"}),
        ("at 10: break node-a chk_web", {"node-a"}),
        ("at 10: heal", set()),
        ("at 10: loss 5%", set()),
    ],
)
def test_the_nodes_of_a_fault(text, expected):
    assert nodes_of(parse(text, CHECKS)) == expected
