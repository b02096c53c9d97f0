# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check when garbage is collected, and what that costs."""

from __future__ import annotations

import gc
import weakref

import pytest

from vrrp.agent.process import garbage_collection
from vrrp.agent.process.garbage_collection import Collector


class Knot:
    """Garbage that only a collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector():
    made = Collector()
    made.start()
    yield made
    made.stop()
    assert gc.isenabled()


def tied_and_lost(number=1):
    knots = [Knot() for _number in range(number)]
    return [weakref.ref(knot) for knot in knots]


def test_the_collector_does_not_run_by_itself(collector):
    gc.collect()
    lost = tied_and_lost(garbage_collection.YOUNG_MIN * 20)
    assert all(each() for each in lost)
    collector.collect()
    assert not any(each() for each in lost)
    assert collector.longest_s > 0


def test_a_few_young_objects_are_not_collected(collector, monkeypatch):
    monkeypatch.setattr(garbage_collection.gc, "get_count", lambda: (garbage_collection.YOUNG_MIN - 1, 0, 0))
    (lost,) = tied_and_lost()
    collector.collect()
    assert lost() is not None
    assert collector.longest_s == 0


def test_all_generations_are_collected_now_and_then(collector, monkeypatch):
    monkeypatch.setattr(garbage_collection, "EVERYTHING_EVERY", 3)
    monkeypatch.setattr(garbage_collection.gc, "get_count", lambda: (0, 0, 0))
    knot = Knot()
    lost = weakref.ref(knot)
    gc.collect()  # it is old now
    del knot
    for alive in (True, True, False):
        collector.collect()
        assert (lost() is not None) is alive


def test_the_collector_is_left_as_it_was():
    gc.disable()
    try:
        made = Collector()
        made.start()
        made.stop()
        assert not gc.isenabled()
    finally:
        gc.enable()
