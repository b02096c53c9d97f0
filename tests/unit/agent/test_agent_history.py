# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent has a child write each change of mastership a moment later, and tries again where that fails."""

from __future__ import annotations

import io
from concurrent.futures import Future

import pytest
from agent_fakes import FakeScheduler
from running_daemon import running
from waiting import until

from vrrp.agent import history
from vrrp.agent.errors import CommandError
from vrrp.agent.history import History
from vrrp.agent.log import Log
from vrrp.agent.process import history_file, saved_state


class Timers(FakeScheduler):
    """It calls back when the test says so."""

    def __init__(self):
        super().__init__()
        self.due = []

    def call_later(self, delay_s, function):
        timer = Timer(delay_s, function)
        self.due.append(timer)
        return timer


class Timer:
    def __init__(self, delay_s, function):
        self.delay_s, self.function, self.cancelled = delay_s, function, False

    def cancel(self):
        self.cancelled = True


class Child:
    """It does work when the test says so, as a child process does."""

    def __init__(self):
        self.work, self.asked, self.waits = [], [], False

    def run(self, function, then, does):
        self.work.append((function, then))
        self.asked.append((does, Future()))
        return self.asked[-1][1]

    def work_done(self):
        function, then = self.work.pop(0)
        then(function())

    def refuse(self, text):
        self.work.pop(0)
        does, result = self.asked[-1]
        result.set_exception(CommandError(f"cannot start a process that {does}: {text}"))

    def finish(self, function, does):
        return "the disk does not answer" if self.waits else function()


class Parts:
    def __init__(self, directory):
        self.directory, self.child, self.timers, self.text = str(directory), Child(), Timers(), io.StringIO()
        self.log = Log(self.text)
        self.history = History(self.directory, self.child, self.timers, self.log, lambda: 1e9)

    def enter(self, state, name="VI_1"):
        fields = {"INSTANCE": name, "STATE": state, "PRIORITY": "100", "REASON": "r" * 1000, "PEER": "192.168.8.6"}
        self.log.info(f"({name}) Entering {state} STATE", fields)

    def ring(self):
        """Call back the last timer that was set."""
        (timer,) = [each for each in self.timers.due if not each.cancelled]
        self.timers.due.remove(timer)
        timer.function()
        return timer.delay_s

    def written(self):
        return [(each.instance, each.state, each.first) for each in history_file.read(self.directory)]


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path)


def test_a_change_is_written_a_moment_later_by_a_child(parts):
    parts.log.info("nothing of that kind")
    assert parts.timers.due == []
    parts.enter("BACKUP")
    parts.enter("MASTER")
    assert parts.child.work == []
    assert parts.ring() == history.SOON_S
    parts.child.work_done()
    assert parts.written() == [("VI_1", "BACKUP", True), ("VI_1", "MASTER", False)]
    assert [each for each in parts.timers.due if not each.cancelled] == []
    entry = history_file.read(parts.directory)[1]
    assert (entry.at, entry.monotonic, entry.boot) == (1e9, 100.0, saved_state.boot_id())
    assert (entry.priority, entry.peer, entry.reason) == (100, "192.168.8.6", "r" * history_file.REASON_MAX)


def test_changes_between_backup_and_fault_start_no_timer(parts):
    parts.enter("BACKUP")
    parts.ring()
    parts.child.work_done()
    for state in ("FAULT", "BACKUP", "FAULT"):
        parts.enter(state)
    assert [each for each in parts.timers.due if not each.cancelled] == []
    parts.enter("MASTER")
    parts.ring()
    parts.child.work_done()
    assert [state for _name, state, _first in parts.written()] == ["BACKUP", "MASTER"]


def test_a_state_change_during_a_write_is_written_next(parts):
    parts.enter("BACKUP")
    parts.ring()
    parts.enter("MASTER")
    parts.child.work_done()
    assert parts.ring() == history.SOON_S
    parts.child.work_done()
    assert [state for _name, state, _first in parts.written()] == ["BACKUP", "MASTER"]


def test_a_child_that_does_not_come_back_is_followed_by_another(parts):
    parts.enter("MASTER")
    parts.ring()
    parts.child.work.clear()
    assert parts.ring() == history.AGAIN_S
    parts.child.work_done()
    assert len(parts.written()) == 1


def test_a_disk_that_takes_nothing_is_told_once_and_tried_again(parts, monkeypatch):
    append = history_file.append
    monkeypatch.setattr(history_file, "append", lambda directory, entries: "cannot write it: No space left on device")
    parts.enter("MASTER")
    for _try in range(3):
        parts.ring()
        parts.child.work_done()
    assert parts.text.getvalue().count("No space left on device: changes of mastership are kept in memory") == 1
    monkeypatch.setattr(history_file, "append", append)
    parts.ring()
    parts.child.work_done()
    assert len(parts.written()) == 1


def test_a_disk_that_hangs_is_told_once_and_tried_again(parts):
    parts.enter("MASTER")
    for _try in range(3):
        parts.ring()
        parts.child.refuse("an earlier process waits for a disk")
    told = "cannot start a process that writes the history: an earlier process waits for a disk: changes of mastership"
    assert parts.text.getvalue().count(told) == 1
    assert parts.ring() == history.AGAIN_S
    parts.child.work_done()
    assert len(parts.written()) == 1


def test_the_memory_has_a_bound(parts):
    for number in range(history.WAITING_MAX + 10):
        parts.enter("MASTER", f"VI_{number}")
    parts.ring()
    parts.child.work_done()
    assert len(parts.written()) <= history.WAITING_MAX
    assert parts.written()[-1][0] == f"VI_{history.WAITING_MAX + 9}"


def test_the_end_writes_what_no_child_has_written(parts, monkeypatch):
    parts.enter("MASTER")
    parts.history.end()
    assert len(parts.written()) == 1
    assert all(each.cancelled for each in parts.timers.due)
    parts.enter("BACKUP")
    assert len(parts.timers.due) == 1, "nobody listens any more"


def test_an_end_does_not_wait_for_a_disk_that_hangs(parts):
    parts.child.waits = True
    parts.enter("MASTER")
    parts.history.end()
    assert parts.written() == []
    assert "error: the last changes of mastership are not written: the disk does not answer" in parts.text.getvalue()


def test_an_end_on_a_full_disk_is_told(parts, monkeypatch):
    monkeypatch.setattr(history_file, "append", lambda directory, entries: "cannot write it: No space left on device")
    parts.enter("MASTER")
    parts.history.end()
    assert "are not written: cannot write it: No space left on device" in parts.text.getvalue()


def test_an_agent_that_takes_over_and_stops_has_a_history(rig, play, tmp_path):
    """The whole agent: what it logs has the fields that the history needs."""

    async def scenario():
        async with rig(start=False) as machine:
            kept = History(
                str(tmp_path), machine.agent.fork, machine.scheduler, machine.agent.log, lambda: machine.wall
            )
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)
            machine.agent.shutdown.stop()
            machine.agent.shutdown.stop()
            assert await task == 0
            kept.end()

    play(scenario)
    found = history_file.read(str(tmp_path))
    assert [(each.state, each.first) for each in found] == [("BACKUP", True), ("MASTER", False), ("STOP", False)]
    assert [each.reason for each in found][:2] == ["it has just started", "no master was heard"]
