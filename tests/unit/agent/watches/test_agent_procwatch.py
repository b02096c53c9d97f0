# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many processes count, by events and by looking; what waits for fork_delay and terminate_delay."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import subprocess

import pytest

from vrrp.agent.telling.log import Log
from vrrp.agent.watches import procwatch
from vrrp.agent.watches.procevents import COMM, EXEC, EXIT, FORK, Event, EventsLost
from vrrp.agent.watches.proctable import Seen
from vrrp.agent.watches.procwatch import ProcessCheck, ProcessMonitor
from vrrp.config.trackers import Process


async def until(condition, within_s=10.0):
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not condition():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.002)


class FakeConnector:
    """Events come when a test says so. ``answers``: whether the kernel confirms."""

    answers = True

    def __init__(self, machine):
        self.machine = machine
        self.confirmed = False
        self.closed = False
        self.waiting = []
        self._ends = os.pipe()
        machine.connectors.append(self)
        if self.answers:
            self.happens()

    def fileno(self):
        return self._ends[0]

    def happens(self, *events):
        self.waiting += events
        os.write(self._ends[1], b"x")

    def read(self, most):
        self.confirmed = self.confirmed or self.answers
        events, self.waiting = self.waiting[:most], self.waiting[most:]
        if not self.waiting:
            os.set_blocking(self._ends[0], False)
            with contextlib.suppress(BlockingIOError):
                os.read(self._ends[0], 4096)
        if any(isinstance(event, EventsLost) for event in events):
            raise EventsLost
        return events

    def close(self):
        self.closed = True
        for end in self._ends:
            os.close(end)


class Machine:
    """Processes that a test starts and ends. With ``listens`` the kernel tells events."""

    def __init__(self, monkeypatch):
        self.processes: dict[int, Seen] = {}
        self.connectors: list[FakeConnector] = []
        self.looked: list[int] = []
        self.text = io.StringIO()
        self.told: list[tuple] = []
        self.kind = FakeConnector
        monkeypatch.setattr(procwatch, "Connector", lambda: self.kind(self))
        monkeypatch.setattr(procwatch.proctable, "pids", lambda: iter(list(self.processes)))
        monkeypatch.setattr(procwatch.proctable, "look", self._look)
        monkeypatch.setattr(procwatch.proctable, "is_the_machines", lambda: True)
        monkeypatch.setattr(procwatch, "POLL_S", 0.01)
        monkeypatch.setattr(procwatch, "REST_S", 0.001)
        monkeypatch.setattr(procwatch, "REST_IN_STORM_S", 0.001)
        monkeypatch.setattr(procwatch, "LOST_S", 0.001)

    def _look(self, pid, with_command, length):
        self.looked.append(pid)
        return self.processes.get(pid)

    def silent(self):
        class Silent(FakeConnector):
            answers = False

        self.kind = Silent

    def refused(self):
        def refuse(machine):
            raise ConnectionRefusedError(111, "Connection refused")

        self.kind = refuse

    def runs(self, *pids, name=b"nginx"):
        self.processes.update((pid, Seen(name, None)) for pid in pids)

    def ends(self, *pids):
        for pid in pids:
            del self.processes[pid]

    def happens(self, *events):
        self.connectors[-1].happens(*events)

    @property
    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]

    def play(self, steps, *processes):
        async def run():
            log = Log(self.text)
            monitor = ProcessMonitor(log)
            checks = []
            for process in processes or (Process("w", "nginx"),):
                made = ProcessCheck(process, monitor, lambda: self.told.append(checks[0].ok), log)
                checks.append(made)
            for each in checks:
                each.start()
            try:
                await until(lambda: all(each.ok is not None for each in checks))
                await steps(*checks)
            finally:
                for each in checks:
                    await each.stop()
            assert all(each.closed for each in self.connectors)

        asyncio.run(run())


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def test_what_runs_at_the_start_counts(machine):
    machine.runs(1, name=b"init")
    machine.runs(20, 21)

    async def steps(check):
        assert (check.ok, check.detail, check.pids) == (True, "", {20, 21})

    machine.play(steps)
    assert machine.lines == ["Quorum gained for tracked process w"]


def test_an_exec_and_an_exit_are_noticed_by_their_events(machine):
    async def steps(check):
        assert (check.ok, check.detail) == (False, "it does not run")
        machine.runs(30)
        machine.happens(Event(EXEC, 30))
        await until(lambda: check.ok)
        machine.ends(30)
        machine.happens(Event(EXIT, 30))
        await until(lambda: not check.ok)

    machine.play(steps)
    assert machine.told == [False, True, False]
    assert machine.lines[1:] == ["Quorum gained for tracked process w", "Quorum lost for tracked process w"]


def test_a_fork_of_one_that_counts_counts_until_it_becomes_another_program(machine):
    machine.runs(20)

    async def steps(check):
        machine.runs(21)
        machine.happens(Event(FORK, 21, 20))
        await until(lambda: check.pids == {20, 21})
        machine.runs(21, name=b"sh")
        machine.happens(Event(EXEC, 21))
        await until(lambda: check.pids == {20})
        machine.runs(22, name=b"sh")
        machine.happens(Event(FORK, 22, 21), Event(EXIT, 20))
        await until(lambda: check.pids == set())

    machine.play(steps)


def test_another_name_is_another_process(machine):
    machine.runs(20)

    async def steps(check):
        machine.runs(20, name=b"Web Content")
        machine.happens(Event(COMM, 20, name=b"Web Content"))
        await until(lambda: not check.ok)
        machine.runs(20)
        machine.happens(Event(COMM, 20, name=b"nginx"))
        await until(lambda: check.ok)

    machine.play(steps)


def test_who_has_ended_meanwhile_is_not_looked_at(machine):
    async def steps(check):
        machine.looked.clear()
        machine.happens(*(event for pid in range(100, 112) for event in (Event(EXEC, pid), Event(EXIT, pid))))
        machine.runs(30)
        machine.happens(Event(EXEC, 30))
        await until(lambda: check.ok)
        assert machine.looked == [30]

    machine.play(steps)


def test_a_storm_leaves_the_others_their_turn(machine):
    storm = [event for pid in range(1000, 6000) for event in (Event(EXEC, pid), Event(EXIT, pid))]

    async def steps(check):
        machine.runs(30)
        machine.happens(*storm, Event(EXEC, 30))
        turns = 0
        while not check.ok:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 40  # of 10,001 events it takes 256 at a time at most
        assert len(machine.looked) < 1000  # most have ended before anybody looks

    machine.play(steps)


def test_lost_events_are_made_up_for(machine):
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        machine.happens(EventsLost())
        await until(lambda: not check.ok)
        machine.runs(21)
        machine.happens(EventsLost())
        await until(lambda: check.ok)

    machine.play(steps)
    assert "process events were lost: tracked processes are looked up again" in machine.lines


@pytest.mark.parametrize(("how", "why"), [("refused", "Connection refused"), ("silent", "no answer")])
def test_without_events_it_looks(machine, monkeypatch, how, why):
    monkeypatch.setattr(procwatch, "CONFIRM_S", 0.02)
    getattr(machine, how)()
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        await until(lambda: not check.ok)
        machine.runs(21)
        await until(lambda: check.ok)

    machine.play(steps)
    assert machine.lines[0] == (
        f"The kernel tells no process events here ({why}): tracked processes are looked up every second"
    )


def test_in_a_container_nobody_listens(machine, monkeypatch):
    monkeypatch.setattr(procwatch.proctable, "is_the_machines", lambda: False)

    async def steps(check):
        assert not machine.connectors

    machine.play(steps)


@pytest.mark.parametrize(
    ("quorum", "most", "expected"),
    [
        (1, None, [False, True, True, True, True]),
        (2, None, [False, False, True, True, True]),
        (2, 3, [False, False, True, True, False]),
        (1, 1, [False, True, False, False, False]),
        (1, 0, [True, False, False, False, False]),  # it must not run at all
    ],
)
def test_quorum(machine, quorum, most, expected):
    machine.runs(1, name=b"init")
    found = []

    async def steps(check):
        for count in range(5):
            if count:
                machine.runs(20 + count)
                machine.happens(Event(EXEC, 20 + count))
                await until(lambda count=count: len(check.pids) == count)
            found.append(check.ok)

    machine.play(steps, Process("w", "nginx", quorum=quorum, quorum_max=most))
    assert found == expected


def test_the_detail_says_how_many_there_are(machine):
    machine.runs(20)

    async def steps(few, many):
        assert few.detail == "1 of 3 processes run"
        machine.runs(21, 22)
        machine.happens(Event(EXEC, 21), Event(EXEC, 22))
        await until(lambda: few.ok)
        assert few.detail == ""
        assert many.detail == "3 of its processes run, at most 2 may"

    machine.play(steps, Process("few", "nginx", quorum=3), Process("many", "nginx", quorum_max=2))


def test_a_lost_quorum_waits_for_terminate_delay(machine):
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        machine.happens(Event(EXIT, 20))
        await until(lambda: not check.pids)
        assert check.ok
        machine.runs(21)
        machine.happens(Event(EXEC, 21))  # restarted in time: nobody hears of it
        await until(lambda: check.pids)
        assert check._waiting is None
        machine.ends(21)
        began = asyncio.get_running_loop().time()
        machine.happens(Event(EXIT, 21))
        await until(lambda: not check.ok)
        assert asyncio.get_running_loop().time() - began > 0.1

    machine.play(steps, Process("w", "nginx", terminate_delay_s=0.1))
    assert machine.told == [True, False]


def test_a_quorum_gained_by_a_fork_waits_for_fork_delay(machine):
    machine.runs(20)

    async def steps(check):
        machine.runs(21)
        machine.happens(Event(FORK, 21, 20))
        await until(lambda: len(check.pids) == 2)
        assert not check.ok
        machine.ends(21)
        machine.happens(Event(EXIT, 21))  # for a moment only: nobody hears of it
        await until(lambda: len(check.pids) == 1)
        assert check._waiting is None
        machine.runs(22)
        machine.happens(Event(FORK, 22, 20))
        await until(lambda: check.ok)

    machine.play(steps, Process("w", "nginx", quorum=2, fork_delay_s=0.05))
    assert machine.told == [False, True]


def test_a_bug_leaves_no_old_answer(machine, monkeypatch):
    machine.refused()
    machine.runs(20)

    async def steps(check):
        def broken():
            raise RuntimeError("a bug")

        monkeypatch.setattr(procwatch.proctable, "pids", broken)
        await until(lambda: not check.ok)
        assert check.detail == "internal error: see the log of the agent"

    machine.play(steps)
    assert "RuntimeError: a bug" in machine.text.getvalue()


def test_one_more_that_is_tracked_is_counted_without_the_others_noticing(machine):
    machine.runs(20)

    async def steps(check):
        other = ProcessCheck(Process("o", "nginx", quorum=2), check._monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok is not None)
        assert (other.ok, check.ok) == (False, True)
        await other.stop()
        machine.ends(20)
        machine.happens(Event(EXIT, 20))
        await until(lambda: not check.ok)

    machine.play(steps)


def test_real_processes(tmp_path):
    """Whichever way this machine lets us learn of them."""
    program = tmp_path / "labproc"
    program.symlink_to("/bin/sleep")

    async def run():
        log = Log(io.StringIO())
        monitor = ProcessMonitor(log)
        check = ProcessCheck(Process("w", str(program), full_command=True), monitor, lambda: None, log)
        check.start()
        child = None
        try:
            await until(lambda: check.ok is False)
            child = subprocess.Popen([str(program), "600"])
            await until(lambda: check.ok is True)
            child.kill()  # nobody waits for it: a zombie does not count
            await until(lambda: check.ok is False)
        finally:
            if child is not None:
                child.kill()
                child.wait()
            await check.stop()

    asyncio.run(run())


def test_a_program_that_begins_and_forks_at_once_counts_twice(machine):
    async def steps(check):
        machine.runs(30, 31)
        machine.happens(Event(EXEC, 30), Event(FORK, 31, 30))
        await until(lambda: check.pids == {30, 31})

    machine.play(steps)


def test_an_event_before_all_were_looked_at_decides_nothing(machine):
    """After a restart in place, or a reload, the old word holds until every process has been counted."""

    class Eager(FakeConnector):
        def __init__(self, machine):
            super().__init__(machine)
            self.happens(Event(EXEC, 21))

    machine.kind = Eager
    machine.runs(20, 21, 22)

    async def run():
        log = Log(machine.text)
        check = ProcessCheck(Process("w", "nginx", quorum=3), ProcessMonitor(log), lambda: machine.told.append(1), log)
        check.assume(True, "it had failed before the agent was restarted")
        check.start()
        await until(lambda: check.spoken)
        assert (check.ok, check.pids) == (True, {20, 21, 22})
        await check.stop()

    asyncio.run(run())
    assert machine.looked[0] == 21  # the event was there first
    assert machine.told == []
    assert machine.lines == []


def test_what_is_no_longer_tracked_leaves_nothing_behind(machine):
    machine.runs(20)
    machine.runs(30, name=b"sshd")

    async def steps(check):
        other = ProcessCheck(Process("o", "sshd"), check._monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok)
        await other.stop()
        assert check._monitor._known == {20: {check}}

    machine.play(steps)


def test_after_a_bug_one_more_begins_anew(machine, monkeypatch):
    machine.runs(20)
    pids = procwatch.proctable.pids

    async def steps(check):
        def broken():
            raise RuntimeError("a bug")

        monkeypatch.setattr(procwatch.proctable, "pids", broken)
        check._monitor._again.set()
        await until(lambda: check.broken)
        assert machine.connectors[0].closed
        monkeypatch.setattr(procwatch.proctable, "pids", pids)
        other = ProcessCheck(Process("w", "nginx"), check._monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok)
        await other.stop()

    machine.play(steps)


def test_between_two_readings_the_socket_rests(machine, monkeypatch):
    """So that a storm of processes wakes the loop a hundred times a second at most."""
    reads = []

    class Counting(FakeConnector):
        def read(self, most):
            reads.append(most)
            return super().read(most)

    machine.kind = Counting
    monkeypatch.setattr(procwatch, "REST_S", 0.05)

    async def steps(check):
        loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        del reads[:]
        while loop.time() < began + 0.25:
            machine.happens(Event(EXIT, 99))
            await asyncio.sleep(0.001)
        assert 1 <= len(reads) <= 30  # of 250 events; two for each reading that finds more than 32

    machine.play(steps)


def test_lost_events_do_not_make_it_read_all_without_a_pause(machine, monkeypatch):
    monkeypatch.setattr(procwatch, "LOST_S", 0.2)
    scans, pids = [], procwatch.proctable.pids

    def listing():
        scans.append(asyncio.get_running_loop().time())
        return pids()

    monkeypatch.setattr(procwatch.proctable, "pids", listing)

    async def steps(check):
        for count in (2, 3):
            machine.happens(EventsLost())
            await until(lambda count=count: len(scans) >= count)
        assert scans[2] - scans[1] >= 0.2

    machine.play(steps)


def test_it_ends_even_when_its_cancellation_is_swallowed(machine):
    """As wait_for() of Python 3.11 does when what it waits for happens at that moment."""

    async def run():
        log = Log(machine.text)
        monitor = ProcessMonitor(log)
        check = ProcessCheck(Process("w", "nginx"), monitor, lambda: None, log)
        check.start()
        await until(lambda: check.spoken)
        await asyncio.sleep(0)
        task = monitor._task
        monitor._again.set()
        await check.stop()
        await until(task.done)

    asyncio.run(run())
