# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the table of a run and the text below it."""

from __future__ import annotations

import json
import math

import report
from rows import OURS, THEIRS, Row

FACTS = {
    "date": "2026-01-31", "versions": {OURS: "1.0", THEIRS: "v2"}, "python": "3.11", "kernel": "6.1", "cores": 2,
}  # fmt: skip


def row(ours=(), theirs=(), work="work", unit="ms", **options):
    made = Row(work, unit, **options)
    made.values = {OURS: list(ours), THEIRS: list(theirs)}
    return made


def cells(text, work):
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {work} ") and "| goal" not in line]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_line_of_the_table():
    text = report.as_text([row([1, 2, 4.5], [10], goal=3)], FACTS)
    assert cells(text, "work") == ["work", "ms", "2 (1 to 4.50, 3)", "10", "0.20", "3"]


def test_every_line_of_the_table_is_as_long_as_the_others():
    text = report.as_text([row([1], [2]), row([1, 2], work="a longer piece of work")], FACTS)
    assert len({len(line) for line in text.splitlines() if line.startswith("|")}) == 1


def test_counted_events_are_summed_and_the_worst_run_is_named():
    assert report.value(row([0, 2, 1], counts=True), OURS) == "3 in 3 runs, worst 2"
    assert report.value(row([0, 0], counts=True), OURS) == "0 in 2 runs"
    assert report.value(row([4], counts=True), OURS) == "4 in 1 run"


def test_a_value_that_reached_the_end_of_measuring_is_more_than_that():
    assert report.value(row([10.0], cap=10.0), OURS) == "> 10"
    assert report.value(row([2, 10, 10], cap=10), OURS) == "> 10 (2 to > 10, 3)"
    assert report.value(row([9.99], cap=10), OURS) == "9.99"


def test_a_contender_without_a_value_says_why():
    made = row(published={THEIRS: 15.6})
    made.failed[OURS] = "broke"
    assert report.value(made, OURS) == "failed"
    assert report.value(made, THEIRS) == "15.60 (published)"
    assert report.value(row(), OURS) == "-"


def test_where_we_lose_names_the_rows_above_one_and_no_others():
    text = report.as_text([row([3], [2], work="slow"), row([1], [2], work="fast"), row([1], [0], work="odd")], FACTS)
    below = text.split("Where we lose:")[1]
    assert "- slow (ms): 1.50 times what keepalived needs" in below
    assert "- odd (ms): keepalived has none" in below
    assert "fast" not in below


def test_nothing_is_said_below_the_table_when_there_is_nothing_to_say():
    assert report.as_text([row([1], [2])], FACTS).splitlines()[-1].startswith("| work")


def test_a_missed_goal_names_its_row_though_the_group_is_one_line():
    rows = [row([0], work="move, v2", goal=0, group="move"), row([5], work="move, v3", goal=0, group="move")]
    text = report.as_text(rows, FACTS)
    assert cells(text, "move")[2] == "2.50 (0 to 5, 2)"
    assert "- move, v3: 5 ms, at most 0 wanted" in text
    assert "- move, v2" not in text


def test_one_failure_of_many_rows_is_told_once():
    rows = [row(work=name) for name in ("first", "second", "third")]
    for each in rows:
        each.failed[THEIRS] = "does not come to rest"
    assert report.failures(rows) == ["keepalived: first and 2 more: does not come to rest"]


def test_json_holds_every_value_and_nothing_that_json_cannot_say():
    made = row([1, 2], [0, 0], goal=1)
    assert made.ratio == math.inf
    entry = json.loads(json.dumps(report.as_json([made], FACTS), allow_nan=False))["rows"][0]
    assert entry["values"] == {OURS: [1, 2], THEIRS: [0, 0]}
    assert (entry["ratio"], entry["goal"], entry["missed"], entry["figure"][OURS]) == (None, 1, True, 1.5)
