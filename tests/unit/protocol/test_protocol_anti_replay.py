# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that sequences grow with any clock, and recover where they must."""

from __future__ import annotations

import pytest

from vrrp.protocol.anti_replay import ReplayWindow, SendSequence, ahead_s, at_clock, later

NOW = 1_700_000_000.5
A, B = b"\xc0\xa8\x08\x04", b"\xc0\xa8\x08\x06"


def test_a_sequence_is_the_clock():
    assert at_clock(NOW) == 1_700_000_000 << 32 | 0x8000 << 16
    assert SendSequence().take(NOW, 5) == 1_700_000_000 << 32 | 0x80000000


@pytest.mark.parametrize(
    ("sequence", "other", "is_later"),
    [(2, 1, True), (1, 1, False), (1, 2, False), (0, (1 << 64) - 1, True), ((1 << 64) - 1, 0, False)],
)
def test_serial_numbers_wrap(sequence, other, is_later):
    assert later(sequence, other) is is_later


@pytest.mark.parametrize(("sequence_s", "wall", "ahead"), [(10, 7.9, 3), (7, 10.2, -3), (1, 2**32 + 0.0, 1)])
def test_ahead_s_is_the_lead_over_the_clock_in_seconds(sequence_s, wall, ahead):
    assert ahead_s(sequence_s << 32, wall) == ahead


@pytest.mark.parametrize("window_s", [5, None])
def test_a_sequence_grows_even_when_the_clock_stands_still(window_s):
    sequence = SendSequence()
    taken = [sequence.take(NOW, window_s) for _each in range(70_000)]  # more than the counter holds: it carries
    assert taken == list(range(taken[0], taken[0] + 70_000))


def test_a_sequence_after_a_restart_is_above_the_one_before():
    before = SendSequence()
    last = [before.take(NOW + step / 100, 5) for step in range(300)][-1]
    assert later(SendSequence().take(NOW + 3.0, 5), last)


@pytest.mark.parametrize(("back_s", "window_s"), [(3, 5), (5, 5), (3600, None)])
def test_a_clock_that_goes_back_a_little_or_in_monotonic_mode_counts_on(back_s, window_s):
    sequence = SendSequence()
    last = sequence.take(NOW, window_s)
    assert sequence.take(NOW - back_s, window_s) == last + 1


def test_a_clock_that_goes_back_by_more_than_the_window_begins_anew():
    """Test the way back: a sequence that is so far ahead would be refused for an hour."""
    sequence = SendSequence()
    sequence.take(NOW, 5)
    assert sequence.take(NOW - 3600, 5) == at_clock(NOW - 3600)


def test_a_mark_is_kept_for_each_sender():
    marks = ReplayWindow()
    assert marks.accept(A, at_clock(NOW), NOW, 5)
    assert not marks.accept(A, at_clock(NOW), NOW, 5)
    assert marks.accept(B, at_clock(NOW - 1), NOW, 5)
    assert not marks.accept(A, at_clock(NOW) - 1, NOW, 5)
    assert marks.accept(A, at_clock(NOW) + 1, NOW, 5)


def test_a_mark_outside_the_window_is_forgotten_so_that_a_clock_step_heals():
    marks = ReplayWindow()
    assert marks.accept(A, at_clock(NOW + 3600), NOW + 3600, 5)  # both clocks were an hour ahead
    assert marks.accept(A, at_clock(NOW), NOW, 5)
    assert not marks.accept(A, at_clock(NOW), NOW, 5)


def test_a_mark_inside_the_window_is_kept():
    marks = ReplayWindow()
    assert marks.accept(A, at_clock(NOW + 4), NOW, 5)
    assert not marks.accept(A, at_clock(NOW + 3), NOW, 5)


def test_monotonic_marks_never_go_back():
    marks = ReplayWindow()
    assert marks.accept(A, at_clock(NOW + 3600), NOW, None)
    assert not marks.accept(A, at_clock(NOW), NOW, None)


def test_a_pair_survives_every_clock_step_of_one_of_them():
    """Test that the sender is heard after the step as soon as its clock is right, without a restart."""
    for step_s in (-3600, -6, -5, -1, 1, 5, 6, 3600):
        sequence, marks = SendSequence(), ReplayWindow()
        assert marks.accept(A, sequence.take(NOW, 5), NOW, 5)
        sequence.take(NOW + step_s, 5)  # sent while the clock was wrong, heard by no receiver or by some
        sent = sequence.take(NOW + 1, 5)  # the clock is right again
        assert abs(ahead_s(sent, NOW + 1)) <= 5, step_s
        assert marks.accept(A, sent, NOW + 1, 5), step_s


def test_only_the_latest_senders_are_remembered():
    marks = ReplayWindow()
    for number in range(4):
        assert marks.accept(bytes([number]), 10, NOW, None)
    assert marks.accept(bytes([0]), 11, NOW, None)  # heard again: it is not the oldest any more
    assert marks.accept(bytes([9]), 10, NOW, None)
    assert not marks.accept(bytes([0]), 11, NOW, None)
    assert marks.accept(bytes([1]), 10, NOW, None)  # forgotten


def test_a_sender_that_is_known_pushes_no_other_out():
    marks = ReplayWindow()
    for number in range(4):
        assert marks.accept(bytes([number]), 10, NOW, None)
    assert marks.accept(bytes([3]), 11, NOW, None)
    assert not any(marks.accept(bytes([number]), 10, NOW, None) for number in range(4))


def test_marks_have_room_for_every_unicast_peer():
    marks = ReplayWindow()
    for number in range(20):
        assert marks.accept(bytes([number]), 10, NOW, None, room=20)
    assert not any(marks.accept(bytes([number]), 10, NOW, None, room=20) for number in range(20))


@pytest.mark.parametrize("window_s", [5, None])
def test_a_number_from_before_a_restart_is_refused_after_it(window_s):
    before, after, sequence = ReplayWindow(), ReplayWindow(), SendSequence()
    recorded = [sequence.take(NOW + step / 10, window_s) for step in range(20)]
    assert all(before.accept(A, each, NOW + 2, window_s) for each in recorded)
    after.restore(before.heard, NOW + 2)
    assert not any(after.accept(A, each, NOW + 2, window_s) for each in recorded)
    assert after.accept(A, sequence.take(NOW + 3, window_s), NOW + 3, window_s)


@pytest.mark.parametrize(("ahead_s", "known"), [(-1e6, True), (0, True), (60, True), (61, False), (86400, False)])
def test_a_mark_ahead_of_our_clock_is_not_taken_over(ahead_s, known):
    """Test a mark of a sender whose clock was wrong: without a window it would be ignored for as long."""
    marks = ReplayWindow()
    marks.restore({A: at_clock(NOW + ahead_s)}, NOW)
    assert (marks.heard == {A: at_clock(NOW + ahead_s)}) is known
