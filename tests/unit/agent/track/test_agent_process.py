# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes are counted by looking each second and by their ends."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess

import pytest
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.track import process
from vrrp.agent.track.process import ProcessCheck, ProcessMonitor
from vrrp.config.model.trackers import Process


def test_a_process_that_runs_at_the_start_counts(machine):
    machine.runs(1, name=b"init")
    machine.runs(20, 21)

    async def steps(check):
        assert (check.ok, check.detail, check.pids) == (True, "", {20, 21})

    machine.play(steps)
    assert machine.lines == ["Quorum gained for tracked process w"]
    assert machine.opened == [20, 21], "who does not count is not watched"


def test_a_process_that_begins_and_ends_is_noticed(machine):
    async def steps(check):
        assert (check.ok, check.detail) == (False, "it does not run")
        machine.runs(30)
        await until(lambda: check.ok)
        machine.ends(30)
        await until(lambda: not check.ok)

    machine.play(steps)
    assert machine.told == [False, True, False]
    assert machine.lines[1:] == ["Quorum gained for tracked process w", "Quorum lost for tracked process w"]


def test_an_end_is_noticed_before_anybody_looks(machine):
    machine.polls(1000)
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        await until(lambda: not check.ok)
        assert machine.scans == 1

    machine.play(steps)


@pytest.mark.parametrize("error", [OSError(38, "Function not implemented"), AttributeError("pidfd_open")])
def test_without_pidfds_an_end_is_found_by_looking(machine, error):
    machine.without_pidfds(error)
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        await until(lambda: not check.ok)

    machine.play(steps)


def test_processes_beyond_the_limit_of_descriptors_are_counted(machine, monkeypatch):
    monkeypatch.setattr(process, "WATCHED_MAX", 3)
    machine.runs(*range(20, 30))

    async def steps(check):
        assert len(check.pids) == 10 and len(machine.opened) == 3
        machine.ends(*range(20, 30))
        await until(lambda: not check.ok)
        assert check.pids == set()

    machine.play(steps)


def test_a_process_that_became_another_program_counts_no_more(machine):
    machine.runs(20, 21)

    async def steps(check):
        machine.runs(21, name=b"sh")
        await until(lambda: check.pids == {20})
        machine.runs(20, name=b"Web Content")
        await until(lambda: not check.ok)
        machine.runs(20)
        await until(lambda: check.ok)

    machine.play(steps)


def test_many_processes_leave_the_others_their_turn(machine, monkeypatch):
    machine.runs(*range(1000, 6000), name=b"sh")
    machine.runs(30)
    monkeypatch.setattr(process, "SLICE_S", 0.0)

    async def run():
        check = ProcessCheck(Process("w", "nginx"), ProcessMonitor(), lambda: None, Log(machine.text))
        check.start()
        turns = 0
        while check.ok is None:
            await asyncio.sleep(0)
            turns += 1
        await check.stop()
        assert turns > 5000 / process.CHUNK

    asyncio.run(run())


def test_a_process_that_ends_while_it_is_read_does_not_count(machine, monkeypatch):
    machine.runs(20)
    monkeypatch.setattr(process.procfs, "pids", lambda: iter([19, *machine.processes]))

    async def steps(check):
        assert check.pids == {20}
        machine.runs(21)
        await until(lambda: check.pids == {20, 21})

    machine.play(steps)


def test_a_bug_leaves_no_old_answer(machine, monkeypatch):
    machine.runs(20)

    async def steps(check):
        def broken():
            raise RuntimeError("a bug")

        monkeypatch.setattr(process.procfs, "pids", broken)
        await until(lambda: not check.ok)
        assert check.detail == "internal error: see the log of the agent"

    machine.play(steps)
    assert "RuntimeError: a bug" in machine.text.getvalue()


def test_a_process_tracked_after_a_bug_is_counted(machine, monkeypatch):
    machine.runs(20)
    pids = process.procfs.pids

    async def steps(check):
        def broken():
            raise RuntimeError("a bug")

        monkeypatch.setattr(process.procfs, "pids", broken)
        await until(lambda: check.broken)
        monkeypatch.setattr(process.procfs, "pids", pids)
        other = ProcessCheck(Process("w", "nginx"), machine.monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok)
        await other.stop()

    machine.play(steps)


def test_a_process_tracked_later_is_counted_without_reading_the_others(machine):
    machine.runs(20)

    async def steps(check):
        other = ProcessCheck(Process("o", "nginx", quorum=2), machine.monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok is not None)
        assert (other.ok, check.ok) == (False, True)
        await other.stop()
        machine.ends(20)
        await until(lambda: not check.ok)

    machine.play(steps)
    assert machine.opened == [20]


def test_a_process_that_is_not_tracked_any_more_is_forgotten(machine):
    machine.runs(20)
    machine.runs(30, name=b"sshd")

    async def steps(check):
        other = ProcessCheck(Process("o", "sshd"), machine.monitor, lambda: None, Log(io.StringIO()))
        other.start()
        await until(lambda: other.ok)
        await other.stop()
        assert (check.pids, other.pids, machine.watched) == ({20}, set(), {20})
        machine.runs(21)
        await until(lambda: check.pids == {20, 21})

    machine.play(steps)


def test_a_descriptor_is_closed_when_its_process_is_not_tracked_any_more(machine):
    machine.runs(20, 21)
    before = set(os.listdir("/proc/self/fd"))

    async def steps(check):
        machine.ends(20)
        await until(lambda: check.pids == {21})
        for end in machine.ends_of.values():
            os.close(end)
        machine.ends_of.clear()

    machine.play(steps)
    assert set(os.listdir("/proc/self/fd")) == before


def test_an_end_before_all_were_looked_at_decides_nothing(machine, monkeypatch):
    """After a restart in place, or a reload, the old word holds until every process has been counted."""
    machine.runs(*range(20, 220))
    monkeypatch.setattr(process, "SLICE_S", 0.0)
    monkeypatch.setattr(process, "CHUNK", 1)

    async def run():
        log = Log(machine.text)
        check = ProcessCheck(
            Process("w", "nginx", quorum=199), ProcessMonitor(), lambda: machine.told.append(True), log
        )
        check.assume(True, "it had failed before the agent was restarted")
        check.start()
        while 20 not in check.pids:
            await asyncio.sleep(0)
        machine.ends(20)
        while 20 in check.pids:
            await asyncio.sleep(0)
        assert len(check.pids) < 199 and not check.spoken
        await until(lambda: check.spoken)
        assert (check.ok, len(check.pids)) == (True, 199)
        await check.stop()

    asyncio.run(run())
    for end in machine.ends_of.values():
        os.close(end)
    assert machine.told == []
    assert machine.lines == []


def test_the_watch_ends_even_when_its_cancellation_is_swallowed(machine):
    """As wait_for() of Python 3.11 does when what it waits for happens at that moment."""

    async def run():
        monitor = ProcessMonitor()
        check = ProcessCheck(Process("w", "nginx"), monitor, lambda: None, Log(machine.text))
        check.start()
        await until(lambda: check.spoken)
        await asyncio.sleep(0)
        other = ProcessCheck(Process("o", "nginx"), monitor, lambda: None, Log(machine.text))
        other.start()  # /proc is to be read again: the watch wakes while it is cancelled
        await other.stop()
        await check.stop()
        await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})

    asyncio.run(run())


def test_real_processes_are_counted(tmp_path, monkeypatch):
    watched = set()
    if hasattr(os, "pidfd_open"):
        pidfd_open = os.pidfd_open
        monkeypatch.setattr(os, "pidfd_open", lambda pid: watched.add(pid) or pidfd_open(pid))
    program = tmp_path / "labproc"
    program.symlink_to("/bin/sleep")

    async def run():
        log = Log(io.StringIO())
        check = ProcessCheck(Process("w", str(program), full_command=True), ProcessMonitor(), lambda: None, log)
        check.start()
        child = None
        try:
            await until(lambda: check.ok is False)
            child = subprocess.Popen([str(program), "600"])
            await until(lambda: check.ok is True)
            assert watched == ({child.pid} if hasattr(os, "pidfd_open") else set())
            child.kill()  # it is not reaped: a zombie does not count
            await until(lambda: check.ok is False)
        finally:
            if child is not None:
                child.kill()
                child.wait()
            await check.stop()

    asyncio.run(run())
