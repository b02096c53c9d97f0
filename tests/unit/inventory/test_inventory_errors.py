# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a problem shows place, host, variable, rule and hint, and that an error counts each problem once."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import (
    PairError,
    VariableProblem,
    nowhere,
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (VariableProblem("node-a", "ha_pair_vips", "it is bad"), "node-a: ha_pair_vips: it is bad"),
        (VariableProblem("node-a", "x", "it is bad", "say y"), "node-a: x: it is bad (say y)"),
        (VariableProblem("node-a", "x", "it is bad", where="hosts.yml:7"), "hosts.yml:7: node-a: x: it is bad"),
        (VariableProblem("node-a", "x", "it is bad", "say y", "h:7"), "h:7: node-a: x: it is bad (say y)"),
        (VariableProblem("node-a", "x", "it is bad", "", ""), "node-a: x: it is bad"),
    ],
)
def test_a_problem_is_one_line(problem, text):
    assert str(problem) == text


def test_one_problem_is_not_many():
    error = PairError([VariableProblem("a", "b", "c")])
    assert str(error) == "1 problem in the inventory of this pair:\n  a: b: c"


def test_problems_keep_their_order_and_come_once():
    first, second, elsewhere = (
        VariableProblem("b", "x", "t"),
        VariableProblem("a", "x", "t"),
        VariableProblem("b", "x", "t", where="f:1"),
    )
    error = PairError(iter([first, second, VariableProblem("b", "x", "t"), elsewhere]))
    assert error.problems == (first, second, elsewhere)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("value", [None, "a", {"a": 1}])
def test_a_value_of_unknown_origin_has_no_place(value):
    assert nowhere(value) is None
