# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a timeline is printed for users and for programs."""

from __future__ import annotations

from vrrp.simulation.timeline import ADDRESS, FAULT, LOST, STATE, Timeline, TimelineEntry, lines


def test_columns_stand_below_each_other_and_times_are_aligned_at_the_point():
    timeline = Timeline()
    timeline.note(0.0, "a", STATE, "BACKUP: it has just started", "BACKUP")
    timeline.note(123.4567, "node-b", FAULT, "kill node-b", "kill")
    assert lines(timeline.entries) == [
        "    0.000     a       state  BACKUP: it has just started",
        "  123.4567    node-b  fault  kill node-b",
    ]


def test_losses_in_a_row_are_one_line():
    lost = [TimelineEntry(float(at), "lan", LOST, "one of a for b is lost", "a b") for at in range(3)]
    other = TimelineEntry(3.0, "lan", LOST, "one of b for a is lost", "b a")
    assert [line.split("  ")[-1] for line in lines([*lost, other])] == [
        "one of a for b is lost (3 times)",
        "one of b for a is lost",
    ]


def test_around_a_moment_there_are_all_earlier_faults():
    timeline = Timeline()
    timeline.note(1.0, "a", FAULT, "kill a")
    timeline.note(2.0, "a", STATE, "x")
    timeline.note(9.0, "a", STATE, "y")
    timeline.note(20.0, "a", FAULT, "boot a")
    assert [entry.at for entry in timeline.around(10.0, 2.0)] == [1.0, 9.0]


def test_a_node_owns_the_addresses_until_it_removes_them_or_has_no_power():
    timeline = Timeline()
    for at, node, kind, value in (
        (1.0, "a", ADDRESS, "on"),
        (2.0, "a", ADDRESS, "on"),
        (3.0, "a", ADDRESS, "off"),
        (4.0, "a", ADDRESS, "off"),
        (5.0, "a", ADDRESS, "on"),
        (6.0, "b", FAULT, "kill"),
        (7.0, "a", FAULT, "crash"),
        (8.0, "a", FAULT, "kill"),
        (9.0, "b", ADDRESS, "on"),
    ):
        timeline.note(at, node, kind, "", value)
    assert timeline.owned("a", 20.0) == [(1.0, 3.0), (5.0, 8.0)]
    assert timeline.owned("b", 20.0) == [(9.0, 20.0)]
    assert timeline.owned("b", 9.0) == []


def test_an_entry_as_json():
    entry = TimelineEntry(1.23456789, "a", STATE, "MASTER: why", "MASTER")
    assert entry.as_json() == {"at": 1.234568, "node": "a", "kind": "state", "value": "MASTER", "text": "MASTER: why"}


def test_nothing_is_nothing():
    assert lines([]) == []
