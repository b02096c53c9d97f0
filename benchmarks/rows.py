# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds rows of measured values for two daemons. Nothing is measured here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import mean, median
from typing import Optional

OURS, THEIRS = "hotstandby", "keepalived"
KINDS = (OURS, THEIRS)


@dataclass
class Row:
    """It is one line of the table: the same work by both daemons, in ``unit``; less is better in every row.

    ``goal`` is the most that ours may need. With ``counts`` the values are events of many runs, and their sum is shown
    instead of a median. A value that reaches ``cap``, the end of measuring, means "more". ``published`` are figures
    of others that were not measured here. ``failed`` says why a side lacks values. Rows of the same ``group`` are
    shown as one.
    """

    work: str
    unit: str
    goal: Optional[float] = None
    counts: bool = False
    cap: Optional[float] = None
    group: str = ""
    published: dict[str, float] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, value: float) -> None:
        self.values[kind].append(value)

    def figure(self, kind: str) -> Optional[float]:
        """Return one number for a side: the median, the mean of counted events, else a published figure, else None."""
        values = self.values[kind]
        if not values:
            return self.published.get(kind)
        return mean(values) if self.counts else median(values)

    @property
    def ratio(self) -> Optional[float]:
        """Return ours divided by keepalived's, infinite when only theirs is 0. None when nothing can be compared."""
        ours, theirs = self.figure(OURS), self.figure(THEIRS)
        if ours is None or theirs is None or not ours and not theirs:
            return None
        return ours / theirs if theirs else math.inf

    @property
    def lost(self) -> bool:
        """Return whether keepalived is better, by more than the table shows."""
        return self.ratio is not None and self.ratio >= 1.005

    @property
    def missed(self) -> bool:
        """Return whether our worst value is beyond the goal."""
        return self.goal is not None and bool(self.values[OURS]) and max(self.values[OURS]) > self.goal


def merged(rows: list[Row]) -> list[Row]:
    """Merge the rows of each group into one with all their values, in the place of the first."""
    shown: dict[str, Row] = {}
    for number, row in enumerate(rows):
        key = row.group or f"row {number}"
        if not row.group:
            shown[key] = row
            continue
        if key not in shown:
            shown[key] = replace(row, work=row.group, values={kind: [] for kind in KINDS}, failed={})
        for kind in KINDS:
            shown[key].values[kind] += row.values[kind]
        shown[key].failed.update(row.failed)
    return list(shown.values())


@dataclass
class Task:
    """It fills ``rows`` for one daemon with ``measure(kind)``.

    With ``together`` both are measured at the same time. ``guards`` says that it records failures itself.
    """

    rows: list[Row]
    measure: Callable[[str], None]
    kinds: tuple[str, ...] = KINDS
    together: bool = False
    guards: bool = False


@dataclass(frozen=True)
class Effort:
    """It says how often and how long to measure. Names that end in ``_s`` are in seconds."""

    runs: int = 5  # of measurements that take seconds
    fast_runs: int = 15  # of the rest
    moves: int = 20  # planned moves of each sort
    their_moves: int = 5  # the same of keepalived, which always loses something
    samples: int = 3  # windows of processor time, takeovers of all instances
    sample_s: float = 10.0
    settled_runs: int = 3
    window_s: float = 300.0  # of rest after settling
    starved_runs: int = 10
    starved_s: float = 30.0
    storm_s: float = 5.0  # each of them
    deployments: int = 3
    cap_s: float = 10.0  # two owners: longer is "for ever"


QUICK = Effort(
    runs=1, fast_runs=3, moves=3, their_moves=1, samples=1, sample_s=5.0, settled_runs=1, window_s=15.0,
    starved_runs=1, starved_s=10.0, storm_s=2.0, deployments=1, cap_s=5.0,
)  # fmt: skip
