# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the journal: what becomes an entry, what is folded, and what it costs."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import pytest
from recorded import Recorded, failover
from routers import ARTICLE_B, A, T, advert

from vrrp.protocol.actions import SendAdvertisement
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.states import Backup


def names(journal):
    return [(entry.name, entry.count) for entry in journal]


def test_runs_are_folded_and_the_rest_is_not():
    assert names(failover().journal) == [
        ("source_changed", 1),
        ("start", 1),
        ("advertisement", 40),
        ("expire", 1),  # takes over
        ("expire", 5),
        ("expire", 1),  # advertises, and announces for the second time
        ("expire", 23),
        ("stop", 1),
        ("expire", 1),
    ]


def test_a_run_knows_its_times_and_how_it_ended():
    story = Recorded()
    story.feed("start")
    heard = advert(100)
    for at in (1.0, 2.0, 3.25, 4.0):
        story.feed("advertisement", heard, A, now=T + at)
    entry = list(story.journal)[-1]
    assert (entry.first_at, entry.last_at, entry.count, entry.longest_gap_s) == (T + 1, T + 4, 4, 1.25)
    assert entry.condition == story.router.condition != dict(zip(story.journal.attributes, entry.after))["condition"]
    assert entry.master.seen_at == T + 4


@pytest.mark.parametrize(
    "second",
    [
        ("advertisement", advert(101), A),
        ("advertisement", advert(100), advert(100).addresses[0]),
        ("priority_changed", 80),
        ("demote",),
        ("fault_changed", ("interface eth0 is down",)),
    ],
)
def test_another_input_ends_a_run(second):
    story = Recorded()
    story.feed("start")
    for at in (1, 2):
        story.feed("advertisement", advert(100), A, now=T + at)
    story.feed(*second, now=T + 2.5)
    story.feed("advertisement", advert(100), A, now=T + 3)
    assert [name for name, _count in names(story.journal)] == ["start", "advertisement", second[0], "advertisement"]


def test_an_answer_that_differs_ends_a_run():
    story = Recorded()
    story.feed("start")
    story.feed("expire", now=story.router.deadline)
    for _second in range(2):
        story.feed("expire", now=story.router.deadline)
    story.feed("priority_changed", 80)
    story.feed("expire", now=story.router.deadline)
    assert [entry.actions for entry in story.journal][-3:] == [
        (SendAdvertisement(90),),
        (),
        (SendAdvertisement(80),),
    ]


def test_an_answer_to_a_rival_is_an_entry_each_time():
    """Test that entries keep their times: with a mean of them the answers would come at other times."""
    story = Recorded()
    story.feed("start")
    story.feed("expire", now=story.router.deadline)
    rival = advert(50)
    for _interval in range(4):
        assert story.feed("advertisement", rival, A, now=story.now + 1.0)
    assert names(story.journal)[2:] == [("advertisement", 1)] * 4


def test_an_input_that_changes_nothing_leaves_no_entry_and_no_gap():
    story = Recorded()
    story.feed("start")
    story.feed("priority_changed", 90)
    for second in range(1, 5):
        story.feed("advertisement", advert(100), A, now=T + second)
        story.feed("priority_changed", 90, now=T + second + 0.1)
        assert story.feed("expire", now=T + second + 0.2) == ()
    assert names(story.journal) == [("start", 1), ("priority_changed", 1), ("advertisement", 4)]


def test_the_same_priority_after_a_new_configuration_is_an_input():
    story = Recorded()
    story.feed("start")
    for _time in range(2):
        story.feed("priority_changed", 80)
        story.feed("parameters_changed", ARTICLE_B)
    assert [name for name, _count in names(story.journal)][1:] == ["priority_changed", "parameters_changed"] * 2


def test_the_ring_forgets_the_oldest_and_counts_them():
    story = Recorded(limit=4)
    story.feed("start")
    for number in range(10):
        story.feed("advertisement", advert(100 + number), A, now=T + number)
    assert (len(story.journal), story.journal.lost) == (4, 7)
    assert [entry.arguments[0].priority for entry in story.journal] == [106, 107, 108, 109]


def test_entries_are_counted_from_one_of_them_on():
    empty = EventLog()
    assert (empty.end, empty.after(0, 0.0), empty.after(3, 1.0)) == ((0, 0.0), 0, 0)
    for limit in (256, 4):
        journal = failover(limit).journal
        entries = list(journal)
        assert journal.end == (9, entries[-1].first_at)
        for number, entry in enumerate(entries, 1 + journal.lost):
            assert journal.after(number, entry.first_at) == 9 - number
            assert journal.after(number, entry.first_at + 0.5) == len(entries), "it is of another log"
        assert journal.after(journal.lost, 0.0) == journal.after(10, 0.0) == journal.after(-1, 0.0) == len(entries)


def test_an_entry_keeps_the_router_as_it_was():
    story = Recorded()
    story.feed("start")
    story.feed("advertisement", advert(100), A, now=T + 1)
    started = dict(zip(story.journal.attributes, list(story.journal)[0].after))
    assert (started["condition"], started["master"]) == (Backup(T + 3.6484375), None)


def test_a_run_makes_no_objects():
    story = Recorded()
    story.feed("start")
    arguments = (advert(100), A)
    for _time in range(600):  # integers above 256 are objects
        story.journal.note(T + 1.5, "advertisement", arguments, (), story.router)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _time in range(1000):
            story.journal.note(T + 1.5, "advertisement", arguments, (), story.router)
        assert tracemalloc.get_traced_memory()[0] - before < 300
    finally:
        tracemalloc.stop()


def test_a_living_pair_fills_little_memory():
    """Measure 255 instances that have begun, heard a master for long, taken over and given back: half a megabyte."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = [failover().journal for _instance in range(25)]
        each = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    finally:
        tracemalloc.stop()
    assert each * 255 < 3_000_000


def test_an_empty_journal_is_small():
    assert sys.getsizeof(EventLog().__dict__) < 400 and len(EventLog()) == 0
