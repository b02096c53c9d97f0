# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the limits of expansions: lines, characters, and depth."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.source_line import CHARACTERS, DEPTH, LINES, Budget, ExpansionLimit, Piece

TOO_MUCH = "f:3:5: error: parameters and sequences make this too long. At most "
CIRCLE = (
    "f:3:5: error: this expands itself without end. "
    "At most 50 parameters and sequences in one another (remove the reference to itself)"
)  # fmt: skip


def piece(depth=0):
    return Piece("f", 3, "$NAME", range(5, 10), addition=True, comment_follows=True, depth=depth)


def errors(findings):
    return [str(error) for error in findings.errors]


def test_the_bounds_of_expansion_are_these():
    assert (LINES, CHARACTERS, DEPTH) == (100_000, 32_000_000, 50)


@pytest.mark.parametrize(
    ("costs", "bound"),
    [
        ([(32_000_001, 0)], "32000000 characters"),
        ([(31_999_999, 0), (1, 0), (1, 0)], "32000000 characters"),
        ([(0, 100_001)], "100000 lines"),
        ([(1, 50_000), (1, 50_000), (0, 1)], "100000 lines"),
        ([(32_000_001, 100_001)], "100000 lines"),
        ([(32_000_000, 100_000), (1, 0)], "32000000 characters"),
    ],
)
def test_a_cost_beyond_the_budget_is_an_error(costs, bound):
    findings = Diagnostics()
    budget = Budget(findings)
    for characters, lines in costs[:-1]:
        budget.spend(piece(), characters, lines)
    assert errors(findings) == []
    with pytest.raises(ExpansionLimit):
        budget.spend(piece(), *costs[-1])
    assert errors(findings) == [TOO_MUCH + bound]


def test_a_cost_of_characters_costs_no_line():
    findings = Diagnostics()
    budget = Budget(findings)
    budget.spend(piece(), 1_000_000)
    budget.spend(piece(), 1_000_000, 100_000)
    assert errors(findings) == []


def test_two_files_do_not_share_a_budget():
    findings = Diagnostics()
    for _each in range(2):
        Budget(findings).spend(piece(), 32_000_000, 100_000)
    assert errors(findings) == []


@pytest.mark.parametrize(("depth", "deeper"), [(0, 1), (1, 2), (49, 50)])
def test_an_expanded_piece_is_one_deeper_and_otherwise_the_same(depth, deeper):
    findings = Diagnostics()
    assert Budget(findings).deeper(piece(depth)) == piece(deeper)
    assert errors(findings) == []


@pytest.mark.parametrize("depth", [50, 51])
def test_an_expansion_beyond_the_greatest_depth_is_called_a_circle(depth):
    findings = Diagnostics()
    with pytest.raises(ExpansionLimit):
        Budget(findings).deeper(piece(depth))
    assert errors(findings) == [CIRCLE]
