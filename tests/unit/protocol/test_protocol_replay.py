# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a replay gives the same actions, and notices a changed router."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded import Recorded, anything, failover
from routers import ARTICLE_B, A, T, advert

from vrrp.protocol import timers
from vrrp.protocol.actions import Notify
from vrrp.protocol.event_codec import Record
from vrrp.protocol.replay import RUN_MAX, Outcome, replay, times_of
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import State


def test_the_same_inputs_give_the_same_actions():
    assert replay(failover().record()) == Outcome(compared=40 + 32 + 1)


@pytest.mark.parametrize("limit", [7, 256])
@pytest.mark.parametrize("seed", range(25))
def test_any_record_replays_wherever_the_ring_begins(seed, limit):
    story = anything(seed, limit)
    outcome = replay(story.record())
    assert outcome.difference is None
    assert outcome.compared >= len(story.journal) - 1


def test_a_record_with_too_few_entries_has_nothing_to_compare():
    record = failover().record()
    assert replay(Record(record.header, ())) == Outcome(0)
    assert replay(Record(record.header, record.steps[:1])) == Outcome(0)


def test_a_run_at_the_beginning_is_fed_from_its_second_input():
    record = failover(limit=7).record()
    assert record.steps[0].times == 40
    assert replay(record).compared == 39 + 32


def test_a_run_is_spread_evenly_and_never_early():
    step = replace(failover().record().steps[2], at=100.0, until=103.0, times=4)
    assert list(times_of(step)) == [100.0, pytest.approx(101.0), pytest.approx(102.0), pytest.approx(103.0)]
    assert all(at >= nominal for at, nominal in zip(times_of(step), (100.0, 101.0, 102.0, 103.0)))


def test_an_abort_is_an_input_like_any_other():
    story = Recorded(ARTICLE_B)
    story.feed("start")
    story.feed("expire", now=story.router.deadline)
    story.feed("abort", now=story.now + 0.5)
    outcome = replay(story.record())
    assert (story.router.state, outcome.compared, outcome.difference) == (State.STOP, 2, None)


def test_a_month_of_advertisements_takes_a_moment():
    story = Recorded(replace(ARTICLE_B, announce_delay_s=0.0))
    story.feed("start")
    story.feed("expire", now=story.router.deadline)
    story.feed("expire", now=story.router.deadline)
    record = story.record()
    for_ever = replace(record.steps[-1], times=2_600_000, until=record.steps[-1].at + 2_600_000)
    outcome = replay(Record(record.header, (*record.steps[:-1], for_ever)))
    assert (outcome.compared, outcome.difference) == (1 + RUN_MAX, None)


def test_rounding_makes_no_timer_early():
    early = 0
    for interval_cs in range(3, 99):
        story = Recorded(replace(ARTICLE_B, version=3, interval_cs=interval_cs, announce_delay_s=0.0))
        story.feed("start")
        for _time in range(200):
            story.feed("expire", now=story.router.deadline)
        *_others, run = story.record().steps
        mean_s = (run.until - run.at) / (run.times - 1)
        early += run.at + mean_s < run.after["condition"].advertise_at
        assert replay(story.record()).difference is None
    assert early > 0


def test_the_last_input_of_a_run_is_fed_at_its_own_time():
    """Test a second announcement that is due half a microsecond after an advertisement."""
    story = Recorded(replace(ARTICLE_B, announce_delay_s=3.0000005))
    story.feed("start")
    for _time in range(5):
        story.feed("expire", now=story.router.deadline)
    assert [len(actions) for actions in story.asked] == [1, 4, 1, 1, 1, 1]
    assert replay(story.record()).difference is None


def test_a_stall_in_a_run_is_no_difference():
    """Test a cadence that begins anew in the middle, which the mean of the gaps does not show."""
    story = Recorded()
    story.feed("start")
    for late_s in (0.0, 0.0, 0.0, 2.2, 0.0, 0.0, 1.4, 0.0):
        story.feed("expire", now=story.router.deadline + late_s)
    story.feed("expire", now=story.router.deadline)
    assert replay(story.record()).difference is None


def test_another_reason_is_a_difference(monkeypatch):
    record = failover().record()
    apply = VirtualRouter._apply
    monkeypatch.setattr(
        VirtualRouter, "_apply", lambda self, transition, now: apply(self, transition._replace(reason="why not"), now)
    )
    found = replay(record).difference
    assert (found.entry, found.nth, found.at, found.step.name) == (2, 1, T, "start")
    assert found.recorded == repr(Notify("BACKUP", 90, "it has just started"))
    assert found.replayed == repr(Notify("BACKUP", 90, "why not"))


def test_a_timer_that_has_changed_is_a_difference(monkeypatch):
    record = failover().record()
    monkeypatch.setattr(timers, "master_down_interval_s", lambda version, priority, interval_cs, adverts=3: 3.0)
    found = replay(record).difference
    assert (found.entry, found.recorded, found.replayed) == (2, "deadline 1003.6484375", "deadline 1003.0")


def test_a_difference_inside_a_run_says_where(monkeypatch):
    record = failover().record()
    heard, calls = VirtualRouter.advertisement, []

    def forgetful(self, advertisement, source, now):
        calls.append(now)
        return heard(self, advertisement, source, now) if len(calls) < 10 else (Notify("FAULT", 0, "tired"),)

    monkeypatch.setattr(VirtualRouter, "advertisement", forgetful)
    outcome = replay(record)
    assert (outcome.compared, outcome.difference.entry, outcome.difference.nth) == (10, 3, 10)


def test_a_router_that_raises_is_a_difference(monkeypatch):
    def broken(self, now):
        raise KeyError("down_at")

    record = failover().record()
    monkeypatch.setattr(VirtualRouter, "expire", broken)
    assert replay(record).difference.replayed == "KeyError: 'down_at'"


def test_a_promotion_that_would_be_refused_today_is_a_difference():
    story = Recorded()
    story.feed("start")
    story.feed("promote")
    record = story.record()
    faulty = {**record.steps[0].after, "faults": ("interface eth0 is down",)}
    outcome = replay(Record(record.header, (replace(record.steps[0], after=faulty), *record.steps[1:])))
    assert outcome.difference.replayed.startswith("CommandRefused: it is in FAULT")


def test_the_beginning_may_be_any_entry():
    story = failover()
    record = story.record()
    for first in range(len(record.steps)):
        assert replay(Record(record.header, record.steps[first:])).difference is None


def test_a_rival_and_a_handover_replay():
    story = Recorded()
    story.feed("start")
    story.feed("expire", now=story.router.deadline)
    for second in range(12):
        story.feed("advertisement", advert(50), A, now=story.now + 0.9 + second % 3 * 0.1)
        if story.router.deadline <= story.now + 1.0:
            story.feed("expire", now=story.router.deadline)
    story.feed("advertisement", advert(200), A, now=story.now + 0.4)
    story.feed("expire", now=story.router.deadline)
    assert replay(story.record()).difference is None
