# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify scripts: in order, one at a time, with the arguments that scripts for keepalived expect."""

from __future__ import annotations

import asyncio
import io
import time

import pytest
from agent_fakes import gone, instance, silent

from vrrp.agent.log import Log
from vrrp.agent.notify import scripts as scripts_module
from vrrp.agent.notify.scripts import GroupQueue, NotifyQueue
from vrrp.agent.process import subprocesses
from vrrp.config.model.configuration import Globals, NotifyCommand, NotifyScripts, SyncGroup


def lines(text):
    return [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]


def play(scripts, transitions, bound_s=10.0, timeout_s=10.0):
    """Queue the transitions, (state, priority) each, at once; return the log and how long queueing took."""
    text = io.StringIO()

    async def scenario():
        queue = NotifyQueue("VI_1", Log(text), silent, timeout_s)
        started_at = time.monotonic()
        for state, priority in transitions:
            queue.put(instance(notify=scripts), Globals(), state, priority)
        took_s = time.monotonic() - started_at
        await queue.finish(bound_s)
        assert queue.idle
        return took_s

    took_s = asyncio.run(scenario())
    return lines(text), took_s


def writing(file, *words, before=""):
    return NotifyCommand(("/bin/sh", "-c", f'{before} echo "$@" >> {file}', "sh", *words))


def test_the_own_script_of_a_state_and_then_the_one_for_all(tmp_path):
    file = tmp_path / "told"
    scripts = NotifyScripts(
        master=writing(file, "m", "own", "words"),
        backup=writing(file, "b"),
        fault=writing(file, "f"),
        stop=writing(file, "s"),
        any=writing(file, "any"),
    )
    play(scripts, [("BACKUP", 100), ("MASTER", 100), ("FAULT", 100), ("STOP", 90)])
    assert file.read_text().splitlines() == [
        "b",
        "any INSTANCE VI_1 BACKUP 100",
        "m own words",
        "any INSTANCE VI_1 MASTER 100",
        "f",
        "any INSTANCE VI_1 FAULT 100",
        "s",
        "any INSTANCE VI_1 STOP 90",
    ]


def test_nothing_configured_is_nothing_done(tmp_path):
    assert play(NotifyScripts(), [("MASTER", 100)])[0] == []


def test_a_slow_script_holds_up_the_next_one_and_nobody_else(tmp_path):
    file = tmp_path / "told"
    slow = NotifyScripts(master=writing(file, "slow", before="sleep 0.2;"), backup=writing(file, "quick"))
    _log, took_s = play(slow, [("MASTER", 100), ("BACKUP", 100)])
    assert file.read_text().splitlines() == ["slow", "quick"]
    assert took_s < 0.1


def test_a_script_that_hangs_is_ended_and_the_next_one_is_told(tmp_path):
    file = tmp_path / "told"
    scripts = NotifyScripts(master=NotifyCommand(("/bin/sleep", "60")), backup=writing(file, "next"))
    log, _took_s = play(scripts, [("MASTER", 100), ("BACKUP", 100)], timeout_s=0.1)
    assert log == ["warning: (VI_1) notify script /bin/sleep failed (timed out)"]
    assert file.read_text() == "next\n"


def test_the_end_waits_for_them_but_not_for_ever(tmp_path):
    log, _took_s = play(NotifyScripts(stop=NotifyCommand(("/bin/sleep", "60"))), [("STOP", 100)], bound_s=0.1)
    assert log == ["warning: (VI_1) notify scripts still run at the end: they are ended"]


def test_the_end_ends_the_queue_even_when_its_cancellation_is_swallowed(monkeypatch):
    runs = []

    async def run(command, *how):
        runs.append(command)
        if len(runs) > 1:
            return subprocesses.ScriptResult(status=0)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:  # as wait_for() of Python 3.11 does when the script ends at that moment
            return subprocesses.ScriptResult(status=0)

    monkeypatch.setattr(scripts_module.subprocesses, "run", run)
    play(NotifyScripts(stop=NotifyCommand(("/x",))), [("STOP", 100)] * 3, bound_s=0)
    assert len(runs) == 1


def test_a_script_that_anybody_can_change_is_not_run_as_root(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 0)
    script, text = tmp_path / "script", io.StringIO()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o777)

    async def scenario():
        queue = NotifyQueue("VI_1", Log(text), silent)
        scripts = NotifyScripts(any=NotifyCommand((str(script),)))
        queue.put(instance(notify=scripts), Globals(enable_script_security=True), "MASTER", 1)
        await queue.finish(10)

    asyncio.run(scenario())
    assert f"notify script {script} failed (enable_script_security: " in text.getvalue()


def test_a_script_that_fails_is_named(tmp_path):
    log, _took_s = play(NotifyScripts(master=NotifyCommand(("/bin/false",))), [("MASTER", 100)])
    assert log == ["warning: (VI_1) notify script /bin/false failed (exited with status 1)"]


def test_a_pair_that_flaps_loses_the_oldest_never_the_last_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(scripts_module, "WAITING_MAX", 2)
    file = tmp_path / "told"
    scripts = NotifyScripts(master=writing(file, "master"), stop=writing(file, "stop"), any=writing(file, "any"))
    log, _took_s = play(scripts, [("MASTER", 1), ("MASTER", 2), ("MASTER", 3), ("STOP", 4)])
    assert log == ["warning: (VI_1) 2 transitions wait for notify scripts: the oldest is dropped"] * 2
    assert file.read_text().splitlines() == [
        *("master", "any INSTANCE VI_1 MASTER 3"),
        *("stop", "any INSTANCE VI_1 STOP 4"),
    ]


def test_a_script_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    """A child of it that ignores SIGTERM is ended, too, after the script itself has obeyed."""
    pid = tmp_path / "pid"
    stubborn = f"trap '' TERM; echo $$ > {pid}; while :; do sleep 1; done"
    scripts = NotifyScripts(
        master=NotifyCommand(("/bin/sh", "-c", f'sh -c "{stubborn.replace("$", chr(92) + "$")}" & wait'))
    )
    log, _took_s = play(scripts, [("MASTER", 100)], timeout_s=0.5)
    assert log == ["warning: (VI_1) notify script /bin/sh failed (timed out)"]
    assert gone(int(pid.read_text()))


def test_a_removed_instance_is_deleted_for_those_who_asked(tmp_path):
    file = tmp_path / "told"
    old = NotifyScripts(fault=writing(file, "f"), stop=writing(file, "s"), any=writing(file, "any"))
    play(old, [("BACKUP", 100), ("DELETED", 100)])
    asked = NotifyScripts(
        deleted=writing(file, "d"), says_deleted=True, fault=writing(file, "f"), any=writing(file, "any")
    )
    play(asked, [("FAULT", 100), ("DELETED", 100)])
    play(old, [("FAULT", 100), ("DELETED", 100)])
    assert file.read_text().splitlines() == [
        *("any INSTANCE VI_1 BACKUP 100", "any INSTANCE VI_1 FAULT 100"),
        *("f", "any INSTANCE VI_1 FAULT 100", "d", "any INSTANCE VI_1 DELETED 100"),
        *("f", "any INSTANCE VI_1 FAULT 100"),
    ]


def test_a_group_says_group_and_no_priority(tmp_path):
    file, told = tmp_path / "told", []
    scripts = NotifyScripts(master=writing(file, "m"), any=writing(file, "any"))

    async def scenario():
        queue = GroupQueue("G", Log(io.StringIO()), lambda *line: told.append(line))
        queue.put(SyncGroup("G", 1, ("VI_1", "VI_2"), notify=scripts), Globals(), "MASTER", 0)
        await queue.finish(10)
        queue.again()

    asyncio.run(scenario())
    assert file.read_text().splitlines() == ["m", "any GROUP G MASTER 0"]
    assert told == [("GROUP", "G", "MASTER", 0)] * 2


@pytest.mark.parametrize(
    ("own", "general", "expected"),
    [((None, None), ("keep", "grp"), ("keep", "grp")), (("me", None), ("keep", "grp"), ("me", None))],
)
def test_a_script_runs_as_its_own_user_or_else_as_script_user(monkeypatch, own, general, expected):
    seen = []

    async def run(command, timeout_s, user, group, secure):
        seen.append((user, group))
        return subprocesses.ScriptResult(status=0)

    monkeypatch.setattr(scripts_module.subprocesses, "run", run)

    async def scenario():
        queue = NotifyQueue("VI_1", Log(io.StringIO()), silent)
        scripts = NotifyScripts(any=NotifyCommand(("/x",), *own))
        queue.put(instance(notify=scripts), Globals(script_user=general[0], script_group=general[1]), "MASTER", 1)
        await queue.finish(10)

    asyncio.run(scenario())
    assert seen == [expected]


def test_a_rival_runs_its_own_script_alone_and_without_arguments(tmp_path):
    """The script for all states is not run, as in keepalived."""
    file = tmp_path / "told"

    async def scenario():
        queue = NotifyQueue("VI_1", Log(io.StringIO()), silent)
        scripts = NotifyScripts(
            any=writing(file, "any"), master_rx_lower_pri=writing(file, "rival"), backup=writing(file, "b")
        )
        queue.rival(instance(notify=scripts), Globals(), 90)
        await queue.finish(10)
        queue.rival(instance(notify=NotifyScripts(any=writing(file, "any"))), Globals(), 90)
        assert queue.idle

    asyncio.run(scenario())
    assert file.read_text() == "rival\n"


@pytest.mark.parametrize("most", [2, 64])
def test_a_rival_that_goes_on_speaking_does_not_push_transitions_out(tmp_path, monkeypatch, most):
    monkeypatch.setattr(scripts_module, "WAITING_MAX", most)
    file, text = tmp_path / "told", io.StringIO()

    async def scenario():
        queue = NotifyQueue("VI_1", Log(text), silent)
        scripts = NotifyScripts(master=writing(file, "master"), master_rx_lower_pri=writing(file, "rival"))
        queue.put(instance(notify=scripts), Globals(), "MASTER", 100)
        for _again in range(5):
            queue.rival(instance(notify=scripts), Globals(), 90)
        await queue.finish(10)

    asyncio.run(scenario())
    assert file.read_text().splitlines() == ["master", "rival"]
    assert text.getvalue() == ""


def test_a_state_is_told_again_only_if_there_was_one():
    told = []
    one = NotifyQueue("VI_1", Log(io.StringIO()), lambda *line: told.append(line))
    group = GroupQueue("G", Log(io.StringIO()), lambda *line: told.append(line))
    one.again(instance(), 100)
    group.again()
    assert told == []
    one.put(instance(), Globals(), "BACKUP", 100)
    group.put(SyncGroup("G", 1, ("VI_1",)), Globals(), "BACKUP")
    told.clear()
    one.again(instance(), 90)
    group.again()
    assert told == [("INSTANCE", "VI_1", "BACKUP", 90), ("GROUP", "G", "BACKUP", 0)]
