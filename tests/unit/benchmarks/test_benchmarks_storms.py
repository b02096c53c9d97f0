# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the longest silence of a master, and the rows of a storm."""

from __future__ import annotations

import pytest
import storms
from rows import KINDS, OURS, QUICK

from lab.storms import STORMS


@pytest.mark.parametrize(
    ("heard", "silence"),
    [
        ([(0.9, 1), (1.1, 1), (1.5, 1), (1.6, 1), (1.9, 1)], 0.4),
        ([(0.95, 1), (1.35, 1), (1.9, 1), (1.95, 1)], 0.55),  # a silence that has begun before counts in full
        ([(0.9, 1), (1.1, 1), (1.2, 1)], 0.8),  # and one that lasts at the end counts, too
        ([(0.9, 1)], 1.0),
        ([], 1.0),
        ([(1.1, 1), (1.2, 2), (1.3, 1), (1.7, 2), (1.8, 1), (1.9, 2)], 0.5),  # each virtual router is measured alone
        ([(1.1, 1), (1.3, 1), (1.5, 1), (1.7, 1), (1.9, 1), (5.0, 1)], 0.2),  # later ones do not count
    ],
)
def test_the_longest_silence(heard, silence):
    assert storms.longest_silence(heard, 1.0, 2.0) == pytest.approx(silence)


def test_every_storm_is_played_around_one_instance_and_around_many():
    tasks = storms.tasks(QUICK)
    rows = [row for task in tasks for row in task.rows]
    assert len(tasks) == 2
    assert len(rows) == len({row.work for row in rows}) == 2 * len(STORMS) * 5
    assert all(task.kinds == KINDS and task.guards for task in tasks)


def test_the_goals_are_those_of_the_loop():
    rows = storms.rows_of(STORMS[0], 255, 5.0)
    rows["false"].add(OURS, 1)
    rows["silence"].add(OURS, 150.1)
    rows["pss"].add(OURS, 45.1)
    rows["lines"].add(OURS, 101)
    rows["cpu"].add(OURS, 99)
    assert {name for name, row in rows.items() if row.missed} == {"false", "silence", "pss", "lines"}
