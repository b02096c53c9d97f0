# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which instances the priorities of two hosts give to each of them."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.priorities import leads, own, takes_back


def instance(base, weight=0, name="VI_1", **more):
    reasons = [{"name": "chk", "delta": weight, "text": "it fails"}] if weight else []
    return {"name": name, "base_priority": base, "reasons": reasons, **more}


def looks(a, b):
    return {host: {"instances": list(instances)} for host, instances in (("a", a), ("b", b))}


@pytest.mark.parametrize(
    ("base", "weight", "priority"),
    [(100, 0, 100), (100, -20, 80), (100, 7, 107), (5, -20, 1), (250, 20, 254), (255, -20, 255)],
)
def test_weights_count_within_the_limits_and_not_for_the_owner(base, weight, priority):
    assert own(instance(base, weight)) == priority


def test_a_promotion_is_no_priority_of_its_own():
    promoted = {**instance(100), "priority": 254, "reasons": None}
    assert own(promoted) == 100


@pytest.mark.parametrize(
    ("one", "two", "first", "second"),
    [
        (instance(100), instance(90), ["VI_1"], []),
        (instance(100, -20), instance(90), [], ["VI_1"]),
        (instance(100), instance(100), [], []),
        (instance(100), instance(90, name="VI_2"), ["VI_1"], ["VI_2"]),
    ],
    ids=["by its file", "by a check", "equal", "it is the only one"],
)
def test_a_host_leads_where_its_priority_is_the_highest(one, two, first, second):
    found = looks([one], [two])
    assert (leads("a", found), leads("b", found)) == (first, second)


@pytest.mark.parametrize(
    ("former", "other", "taken"),
    [
        (instance(100), instance(90), True),
        (instance(90), instance(100), False),
        (instance(90), instance(90), True),
        (instance(90), instance(100, -20), True),
        (instance(100, -20), instance(90), True),
        (instance(90, -5), instance(100, -5), False),
        (instance(100, preempt=False), instance(90), False),
        (instance(100, preempt=True), instance(90), True),
        (instance(100), instance(90, name="VI_2"), False),
    ],
)
def test_a_former_master_takes_back_what_a_priority_lets_it_have(former, other, taken):
    assert takes_back("a", looks([former], [other])) == (["VI_1"] if taken else [])


def test_a_host_that_has_no_instance_gets_none():
    found = {"a": {"instances": []}, "b": {}}
    assert [leads(host, found) + takes_back(host, found) for host in found] == [[], []]
