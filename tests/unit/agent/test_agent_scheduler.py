# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""There is one timer; each callback does first what is due, and a bug goes to the error hook."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal

import pytest
from virtual_time import play

from vrrp.agent.scheduler import LATE_S, Scheduler


class Parts:
    """A scheduler at ``now``: ``armed`` are its timers, ``done`` is what was called, in order."""

    def __init__(self):
        self.now, self.armed, self.done = 100.0, [], []
        self.scheduler = Scheduler(lambda: self.now, self.call_at)
        self.scheduler.connect(self.said("due"), self.said("error"), self.batch())

    def call_at(self, at, callback):
        self.armed.append(at)
        self.ring = callback
        return self

    def cancel(self):
        self.armed.pop()

    def said(self, word):
        return lambda: self.done.append(word)

    def batch(self):
        parts = self

        class Batch(contextlib.AbstractContextManager):
            def __enter__(self):
                parts.done.append("begin")

            def __exit__(self, *error):
                parts.done.append("end")

        return Batch()


def played(act):
    async def scenario():
        parts = Parts()
        act(parts, parts.scheduler)
        return parts

    return asyncio.run(scenario())


class TestTimer:
    def test_the_timer_is_armed_for_the_earliest_time(self):
        def act(parts, scheduler):
            for at in (110.0, 112.0, 109.0, 111.0):
                scheduler.arm(at)
            assert (parts.armed, scheduler.armed_at) == ([109.0], 109.0)
            parts.ring()

        assert played(act).done == ["begin", "due", "end"]

    def test_never_is_no_time(self):
        assert played(lambda parts, scheduler: scheduler.arm(math.inf)).armed == []

    def test_suspended_it_does_not_listen(self):
        def act(parts, scheduler):
            scheduler.arm(109.0)
            scheduler.suspend()
            scheduler.arm(101.0)
            assert parts.armed == []
            scheduler.resume(105.0)
            assert parts.armed == [105.0]

        played(act)

    def test_cancelled_it_may_be_armed_later_than_before(self):
        def act(parts, scheduler):
            scheduler.arm(101.0)
            scheduler.cancel()
            scheduler.arm(105.0)
            assert parts.armed == [105.0]

        played(act)

    def test_the_timer_is_one_of_the_loop(self):
        async def scenario():
            rung = []
            loop = asyncio.get_running_loop()
            scheduler = Scheduler(loop.time)
            scheduler.connect(lambda: rung.append(loop.time()), lambda: None, contextlib.nullcontext())
            scheduler.arm(loop.time() + 3.0)
            await asyncio.sleep(9.0)
            return rung

        assert play(scenario) == [3.0]


class TestCallbacks:
    @pytest.mark.parametrize(
        ("late_s", "expected"),
        [(LATE_S - 0.001, ["begin", "it", "end"]), (LATE_S + 0.001, ["begin", "due", "it", "end"])],
    )
    def test_a_deadline_that_is_long_past_runs_before_the_callback(self, late_s, expected):
        def act(parts, scheduler):
            scheduler.arm(parts.now)
            parts.now += late_s
            scheduler.callback(parts.said("it"))()
            assert parts.done == expected
            parts.done.clear()
            scheduler.run(parts.said("it"))
            assert parts.done == expected

        played(act)

    def test_a_bug_is_told_after_the_batch(self):
        assert played(lambda parts, scheduler: scheduler.callback(lambda: 1 / 0)()).done == ["begin", "end", "error"]

    def test_run_returns_the_result_and_raises_the_error(self):
        def act(parts, scheduler):
            assert scheduler.run(lambda: 7) == 7
            with pytest.raises(ZeroDivisionError):
                scheduler.run(lambda: 1 / 0)

        assert played(act).done == ["begin", "end", "begin", "end"]

    def test_the_loop_calls_back(self):
        async def scenario():
            loop, done = asyncio.get_running_loop(), []
            scheduler = Scheduler(loop.time)
            scheduler.call_soon(lambda: done.append(loop.time()))
            scheduler.call_later(2.0, lambda: done.append(loop.time()))
            scheduler.call_later(3.0, lambda: done.append(loop.time())).cancel()
            await asyncio.sleep(9.0)
            return done

        assert play(scenario) == [0.0, 2.0]

    def test_a_descriptor_and_a_signal_call_back(self):
        async def scenario():
            scheduler, done = Scheduler(), asyncio.Queue()
            reads, writes = os.pipe()
            try:
                scheduler.add_reader(reads, lambda: done.put_nowait(os.read(reads, 9)))
                os.write(writes, b"x")
                assert await done.get() == b"x"
                scheduler.remove_reader(reads)
                os.write(writes, b"y")
                scheduler.on_signal(signal.SIGUSR2, lambda: done.put_nowait("signal"))
                signal.raise_signal(signal.SIGUSR2)
                assert await done.get() == "signal"
                assert os.read(reads, 9) == b"y"
            finally:
                asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR2)
                os.close(reads)
                os.close(writes)

        asyncio.run(asyncio.wait_for(scenario(), 20))
