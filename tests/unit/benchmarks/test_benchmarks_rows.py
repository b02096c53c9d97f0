# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the figures that a row makes of its values."""

from __future__ import annotations

import math

import pytest
from rows import KINDS, OURS, THEIRS, Row, merged


def row(ours=(), theirs=(), **options):
    made = Row("work", "ms", **options)
    made.values = {OURS: list(ours), THEIRS: list(theirs)}
    return made


def test_the_figure_is_the_median():
    assert row([1, 2, 9]).figure(OURS) == 2


def test_the_figure_of_counted_events_is_their_mean():
    assert row([0, 0, 0, 4], counts=True).figure(OURS) == 1


def test_without_values_the_figure_is_the_published_one():
    made = row([5], published={THEIRS: 15.5})
    assert made.figure(THEIRS) == 15.5
    assert made.ratio == pytest.approx(5 / 15.5)


def test_measured_values_win_over_published_ones():
    assert row([5], [10], published={THEIRS: 15.5}).ratio == 0.5


@pytest.mark.parametrize(
    ("ours", "theirs", "ratio"),
    [([1], [2], 0.5), ([0], [2], 0.0), ([2], [0], math.inf), ([0], [0], None), ([], [2], None), ([2], [], None)],
)
def test_the_ratio(ours, theirs, ratio):
    assert row(ours, theirs).ratio == ratio


@pytest.mark.parametrize(
    ("ours", "theirs", "lost"),
    [([1.01], [1], True), ([1.001], [1], False), ([0.9], [1], False), ([1], [0], True), ([0], [0], False)],
)
def test_we_lose_where_the_table_shows_more_than_one(ours, theirs, lost):
    assert row(ours, theirs).lost is lost


def test_a_goal_is_missed_by_the_worst_value():
    assert row([0, 0, 1], goal=0).missed
    assert not row([0, 0, 0], goal=0).missed
    assert not row([], goal=0).missed
    assert not row([9]).missed


def test_rows_have_values_of_their_own():
    Row("a", "s").add(OURS, 1)
    assert Row("b", "s").values == {kind: [] for kind in KINDS}


def test_a_group_is_one_row_where_its_first_one_stood():
    first, alone, second = row([1], [3], group="both"), row([7]), row([2], group="both")
    second.failed[THEIRS] = "broke"
    shown = merged([first, alone, second])
    assert [each.work for each in shown] == ["both", "work"]
    assert shown[0].values == {OURS: [1, 2], THEIRS: [3]}
    assert shown[0].failed == {THEIRS: "broke"}
    assert first.values[OURS] == [1], "the rows themselves stay as they are"
