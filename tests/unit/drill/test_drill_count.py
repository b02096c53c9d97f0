# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which probes count as lost, and how long a loss lasts."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.count import WINDOW_S, Count


def counted(answers, interval_s=0.25):
    """Return a count of probes that were sent at an interval and answered, or not, at once."""
    count = Count("192.0.2.1")
    for number, answered in enumerate(answers):
        at = 100 + number * interval_s
        assert count.sent(at) == number
        if answered:
            count.answer(number, at)
    return count


def test_all_answered():
    result = counted([True] * 4).result(0.25)
    assert result == {
        "address": "192.0.2.1", "sent": 4, "lost": 0, "lost_s": 0.0, "longest_s": 0.0, "losses": [],
        "longest_gap_s": 0.25,
    }  # fmt: skip


def test_a_loss_lasts_from_its_first_probe_to_the_next_answered_one():
    result = counted([True, False, False, True, False, True]).result(0.25)
    assert (result["lost"], result["longest_s"]) == (3, 0.5)
    assert result["losses"] == [
        {"from_s": 0.25, "to_s": 0.75, "count": 2},
        {"from_s": 1.0, "to_s": 1.25, "count": 1},
    ]


def test_a_loss_at_the_end_lasts_an_interval_longer_than_its_last_probe():
    assert counted([True, False, False]).result(0.25)["losses"] == [{"from_s": 0.25, "to_s": 0.75, "count": 2}]
    assert counted([False]).result(0.25)["losses"] == [{"from_s": 0.0, "to_s": 0.25, "count": 1}]


def test_losses_that_are_not_listed_are_counted():
    result = counted([True, False] * 600).result(0.25)
    assert (len(result["losses"]), result["lost"], result["lost_s"]) == (500, 600, 150)


def test_an_answer_that_comes_too_late_or_to_no_probe_is_none():
    count = counted([False, False])
    count.answer(0, 100 + WINDOW_S)
    count.answer(1, 100.25 + WINDOW_S + 0.01)
    count.answer(9, 100.5)
    assert count.result(0.25)["losses"] == [{"from_s": 0.25, "to_s": 0.5, "count": 1}]


def test_an_answer_is_outstanding_for_a_second():
    count = counted([False, True])
    assert count.outstanding(100 + WINDOW_S)
    assert not count.outstanding(100.5 + WINDOW_S)
    assert not counted([True]).outstanding(100)
    assert not Count("192.0.2.1").outstanding(100)


def test_nothing_sent():
    assert Count("192.0.2.1").result(0.01)["sent"] == 0


def test_a_probe_tells_how_late_it_was_itself():
    count = Count("192.0.2.1")
    for at in (1.0, 1.01, 1.31):
        count.answer(count.sent(at), at)
    assert count.result(0.01)["longest_gap_s"] == 0.3
