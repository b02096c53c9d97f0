# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A child returns its result; one that does not end, or never begins, is handled."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import signal
import time

import pytest
from agent_fakes import gone

from vrrp.agent.control.server import CommandError
from vrrp.agent.log import Log
from vrrp.agent.process import fork
from vrrp.agent.process.fork import Fork


class Bench:
    """It has a :class:`Fork` whose guard keeps the exceptions that it caught."""

    def __init__(self):
        self.text, self.caught, self.pids = io.StringIO(), [], []
        self.fork = Fork(self._guard, Log(self.text))

    def _guard(self, callback):
        def guarded():
            try:
                callback()
            except Exception as error:
                self.caught.append(error)

        return guarded

    async def ask(self, function, then=lambda found: {"found": found}):
        return await self.fork.run(function, then)

    async def refused(self, function, then=lambda found: {}):
        with pytest.raises(CommandError) as caught:
            await self.ask(function, then)
        return caught.value


@pytest.fixture
def with_bench(play, monkeypatch):
    def run(scenario):
        async def play_it():
            bench = Bench()
            real = fork.start

            def start(function):
                pid, pipe = real(function)
                bench.pids.append(pid)
                return pid, pipe

            monkeypatch.setattr(fork, "start", start)
            try:
                await scenario(bench)
            finally:
                bench.fork.close()
                deadline = time.monotonic() + 10
                while bench.pids and time.monotonic() < deadline:  # no child is left to the tests after this one
                    bench.pids = [pid for pid in bench.pids if os.path.exists(f"/proc/{pid}")]
                    await asyncio.sleep(0.001)
                assert not bench.pids

        play(play_it)

    return run


def test_the_result_of_a_child_is_returned(with_bench):
    async def scenario(bench):
        large = ["x" * 1000] * 1000
        assert await bench.ask(lambda: large) == {"found": large}
        assert (await bench.ask(os.getpid))["found"] != os.getpid()

    with_bench(scenario)


def test_the_loop_goes_on_while_a_child_runs(with_bench, tmp_path):
    """The child waits for a file that the loop makes afterwards."""
    file = tmp_path / "file"

    def wait():
        while not file.exists():
            time.sleep(0.001)
        return 1

    async def scenario(bench):
        asked = asyncio.ensure_future(bench.ask(wait))
        await asyncio.sleep(0.01)
        assert not asked.done()
        file.touch()
        assert await asked == {"found": 1}

    with_bench(scenario)


def test_a_child_changes_nothing_in_its_parent(with_bench):
    async def scenario(bench):
        here = []
        assert await bench.ask(lambda: here.append(1) or len(here)) == {"found": 1}
        assert here == []

    with_bench(scenario)


def test_a_refusal_keeps_its_problems(with_bench):
    def refuse():
        raise CommandError("not valid", ("f:1:1: error: x",))

    async def scenario(bench):
        error = await bench.refused(refuse)
        assert (str(error), error.problems) == ("not valid", ("f:1:1: error: x",))
        assert bench.caught == []

    with_bench(scenario)


def test_a_bug_in_the_child_is_logged_and_ends_nothing(with_bench):
    async def scenario(bench):
        error = await bench.refused(lambda: 1 / 0)
        assert "internal error in the process that reads the configuration: nothing has changed" in str(error)
        assert "ZeroDivisionError" in bench.text.getvalue()
        assert bench.caught == []
        assert await bench.ask(lambda: 2) == {"found": 2}

    with_bench(scenario)


def test_a_bug_in_the_callback_is_a_bug_of_the_agent(with_bench):
    async def scenario(bench):
        error = await bench.refused(lambda: 0, lambda found: 1 / found)
        assert str(error) == "internal error, the agent gives up everything: see its log"
        assert [type(each) for each in bench.caught] == [ZeroDivisionError]

    with_bench(scenario)


def test_one_child_at_a_time_in_the_order_in_which_they_were_asked_for(with_bench):
    async def scenario(bench):
        answers = [asyncio.ensure_future(bench.ask(lambda number=number: number)) for number in range(4)]
        await asyncio.sleep(0)
        assert len(bench.pids) == 1
        assert await asyncio.gather(*answers) == [{"found": number} for number in range(4)]
        assert len(bench.pids) == 4

    with_bench(scenario)


@pytest.mark.parametrize("end", ["too long", "killed"])
def test_a_child_that_does_not_answer_is_not_waited_for(with_bench, monkeypatch, end):
    monkeypatch.setattr(fork, "TIME_MAX_S", 0.05 if end == "too long" else 20)

    def hang():
        if end == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(30)

    async def scenario(bench):
        asked = asyncio.ensure_future(bench.refused(hang))
        await asyncio.sleep(0)
        (pid,) = bench.pids
        text = "takes longer than 0.05 s" if end == "too long" else "was ended"
        text = f"the process that reads the configuration {text}: nothing has changed"
        assert str(await asked) == text
        assert gone(pid)
        monkeypatch.setattr(fork, "TIME_MAX_S", 20)  # a busy machine is slow to answer, too
        assert await bench.ask(lambda: 2) == {"found": 2}

    with_bench(scenario)


@pytest.mark.parametrize("kept", [1, 8, 9, 100, 0x8000, -1])
def test_a_child_that_is_ended_while_it_sends_its_result_is_refused(with_bench, monkeypatch, kept):
    """A part of a result can be of any size: none of it, its size alone, or all but one octet."""

    def send_and_end(descriptor, data):
        real(descriptor, data[:kept])
        os.kill(os.getpid(), signal.SIGKILL)

    real = os.write

    async def scenario(bench):
        monkeypatch.setattr(fork.os, "write", send_and_end)
        asked = asyncio.ensure_future(bench.refused(lambda: [str(number) for number in range(10000)]))
        await asyncio.sleep(0)  # the child has its copy now
        monkeypatch.setattr(fork.os, "write", real)
        assert "was ended: nothing has changed" in str(await asked)
        assert bench.caught == []
        assert await bench.ask(lambda: 2) == {"found": 2}

    with_bench(scenario)


def not_yet(pid, options):
    """Stand for waitpid(2) of a child that waits for a disk: SIGKILL does not end it."""
    return 0, 0


def test_no_child_is_started_while_three_wait_for_a_disk(with_bench, monkeypatch):
    real = os.waitpid

    async def scenario(bench):
        monkeypatch.setattr(fork.os, "waitpid", not_yet)
        for number in range(3):
            assert await bench.ask(lambda number=number: number) == {"found": number}
        error = await bench.refused(lambda: 3)
        reason = "an earlier process waits for a disk"
        assert str(error) == f"cannot start a process that reads the configuration: {reason}"
        assert len(bench.pids) == 3 and bench.fork.left() == 3
        assert bench.fork.finish(lambda: "", "writes it") == "no process writes it: the disk does not answer"
        assert len(bench.pids) == 3
        monkeypatch.setattr(fork.os, "waitpid", real)
        assert bench.fork.finish(lambda: "", "writes it") == ""
        assert await bench.ask(lambda: 4) == {"found": 4}

    with_bench(scenario)


def test_a_child_that_does_not_end_is_looked_for_less_and_less_often(with_bench, monkeypatch):
    real_waitpid, pauses = os.waitpid, []

    async def scenario(bench):
        loop = asyncio.get_running_loop()
        real = loop.call_later

        def call_later(delay_s, function, *arguments):
            if len(arguments) == 2:  # the process id, and the pause
                pauses.append(delay_s)
                return loop.call_soon(function, *arguments)
            return real(delay_s, function, *arguments)

        monkeypatch.setattr(loop, "call_later", call_later)
        monkeypatch.setattr(fork.os, "waitpid", not_yet)
        assert await bench.ask(lambda: 1) == {"found": 1}
        while len(pauses) < 9:
            await asyncio.sleep(0)
        monkeypatch.setattr(fork.os, "waitpid", real_waitpid)
        assert pauses[:9] == [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0]

    with_bench(scenario)


def test_a_fork_that_fails_is_an_error(with_bench, monkeypatch):
    def full():
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    real = os.fork

    async def scenario(bench):
        before = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(fork.os, "fork", full)
        error = await bench.refused(lambda: 1)
        assert "cannot start a process that reads the configuration: Resource temporarily" in str(error)
        assert len(os.listdir("/proc/self/fd")) == before
        monkeypatch.setattr(fork.os, "fork", real)
        assert await bench.ask(lambda: 2) == {"found": 2}

    with_bench(scenario)


def test_the_end_of_the_agent_ends_the_child(with_bench):
    async def scenario(bench):
        asked = asyncio.ensure_future(bench.ask(lambda: time.sleep(30)))
        await asyncio.sleep(0)
        (pid,) = bench.pids
        bench.fork.close()
        assert gone(pid)
        asked.cancel()

    with_bench(scenario)


def test_the_agent_waits_for_the_last_write_of_a_child(with_bench, tmp_path):
    def write():
        (tmp_path / "file").write_text("all of it")
        return "as it says"

    async def scenario(bench):
        bench.fork.close()
        assert bench.fork.finish(write, "writes it") == "as it says"
        assert (tmp_path / "file").read_text() == "all of it"
        assert bench.fork.finish(lambda: 1 // 0, "writes it").startswith("internal error in the process that writes it")

    with_bench(scenario)


def test_the_end_waits_for_no_disk_that_hangs(with_bench, monkeypatch):
    async def scenario(bench):
        monkeypatch.setattr(fork, "FINISH_S", 0.05)
        told = bench.fork.finish(lambda: time.sleep(30) or "", "writes it")
        assert told == "the process that writes it is ended: the disk does not answer"

    with_bench(scenario)


def test_an_end_without_room_for_a_child_is_told(with_bench, monkeypatch):
    async def scenario(bench):
        monkeypatch.setattr(fork, "start", gone_wrong)
        told = bench.fork.finish(lambda: "", "writes it")
        assert told == "cannot start a process that writes it: Resource temporarily unavailable"

    with_bench(scenario)


def gone_wrong(function):
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")


def test_a_child_has_none_of_our_descriptors_and_none_of_our_handlers(with_bench):
    """An inherited lock of the runtime directory would outlive us; a signal to both would reach our loop twice."""

    def look():
        taken = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
        there = [name for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")]
        return len([name for name in there if int(name) > 2]), taken, signal.pthread_sigmask(signal.SIG_BLOCK, ())

    async def scenario(bench):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        loop.add_signal_handler(signal.SIGTERM, lambda: None)
        found = (await bench.ask(look))["found"]
        assert found == (1, [signal.SIG_DFL] * 2, signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    with_bench(scenario)
