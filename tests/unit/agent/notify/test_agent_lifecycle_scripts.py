# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""startup_script and shutdown_script run once each, in limited time, and never delay a mastership."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import time

import pytest

from vrrp.agent.log import Log
from vrrp.agent.notify import lifecycle_scripts
from vrrp.agent.notify.lifecycle_scripts import LifecycleScripts
from vrrp.agent.process import subprocesses
from vrrp.config.model.configuration import Globals, NotifyCommand


class Bench:
    def __init__(self, directory) -> None:
        self.text = io.StringIO()
        self.told = directory / "told"
        self.directory = directory

    def lifecycle_scripts(self) -> LifecycleScripts:
        return LifecycleScripts(str(self.directory), Log(self.text))

    def settings(self, command="", **fields) -> Globals:
        script = NotifyCommand(("/bin/sh", "-c", command or f"echo x >> {self.told}"))
        return Globals(startup_script=script, shutdown_script=script, **fields)

    def start(self, settings, resuming=False):
        async def play():
            scripts = self.lifecycle_scripts()
            began_at = time.monotonic()
            await scripts.startup(settings, resuming, asyncio.Event())
            took_s = time.monotonic() - began_at
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if others:
                await asyncio.wait(others, timeout=5)
            await scripts.end()
            return took_s

        return asyncio.run(play())

    def times(self) -> int:
        return len(self.told.read_text().split()) if self.told.exists() else 0

    def logged(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_the_startup_script_has_ended_before_an_instance_begins(bench):
    bench.start(bench.settings())
    assert bench.times() == 1
    assert bench.logged() == ["Running startup script /bin/sh", "startup script succeeded"]


def test_without_scripts_nothing_runs(bench):
    assert bench.lifecycle_scripts().waits_s(Globals(), False) == 0.0
    bench.start(Globals())
    asyncio.run(bench.lifecycle_scripts().shutdown(Globals()))
    assert bench.logged() == []


def test_the_service_manager_hears_how_long_it_may_take(bench):
    settings = bench.settings(startup_script_timeout_s=30)
    assert bench.lifecycle_scripts().waits_s(settings, resuming=False) == 30.0
    assert bench.lifecycle_scripts().waits_s(settings, resuming=True) == 0.0


def test_a_startup_script_that_takes_too_long_is_ended(bench):
    took_s = bench.start(bench.settings("sleep 60", startup_script_timeout_s=1))
    assert 1.0 <= took_s < 3.0
    assert bench.logged()[-1] == "warning: startup script timed out"


def test_a_failure_is_logged_in_the_words_of_keepalived(bench):
    bench.start(bench.settings("exit 3"))
    assert bench.logged()[-1] == "warning: startup script script failed, status 3"


def test_a_restarted_agent_does_not_run_the_startup_script_again(bench):
    bench.start(bench.settings())
    bench.start(bench.settings(), resuming=True)
    assert bench.times() == 1


def test_a_new_startup_script_runs_beside_a_living_mastership(bench):
    bench.start(bench.settings())
    new = bench.settings(f"sleep 0.3; echo y >> {bench.told}")
    assert bench.start(new, resuming=True) < 0.2
    assert bench.told.read_text().split() == ["x", "y"]


def test_the_startup_script_runs_again_after_a_stop(bench):
    bench.start(bench.settings())
    asyncio.run(bench.lifecycle_scripts().shutdown(bench.settings()))
    bench.start(bench.settings(), resuming=True)
    assert bench.times() == 3
    assert bench.logged()[2:4] == ["Running shutdown script /bin/sh", "shutdown script succeeded"]


def test_a_stop_does_not_wait_for_the_startup_script(bench):
    async def play():
        scripts, over = bench.lifecycle_scripts(), asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, over.set)
        began_at = time.monotonic()
        await scripts.startup(bench.settings("sleep 60"), False, over)
        await scripts.end()
        return time.monotonic() - began_at

    assert asyncio.run(play()) < 2.0


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "device", "directory", "huge"])
@pytest.mark.parametrize("resuming", [False, True])
def test_a_file_in_the_place_of_the_mark_is_not_opened(bench, kind, resuming):
    """A check script may put a file there: once the target of a link was overwritten, and a FIFO blocked."""
    victim, note = bench.directory / "victim", bench.directory / "startup.done"
    victim.write_text("precious")
    if kind == "fifo":
        os.mkfifo(note)
    elif kind == "directory":
        note.mkdir()
    elif kind == "huge":
        note.write_bytes(b"")
        os.truncate(note, 1 << 40)
    else:
        note.symlink_to({"link": victim, "dangling": bench.directory / "nowhere", "device": "/dev/zero"}[kind])
    signal.alarm(10)
    try:
        bench.start(bench.settings(), resuming)
    finally:
        signal.alarm(0)
    assert victim.read_text() == "precious"
    assert not (bench.directory / "nowhere").exists()
    assert bench.times() == 1
    assert note.is_dir() or (not note.is_symlink() and note.stat().st_size == 64)


def test_a_script_that_cannot_be_run_is_said_and_delays_nothing(bench):
    script = NotifyCommand(("/nonexistent/script",))
    took_s = bench.start(Globals(startup_script=script))
    assert took_s < 5
    assert "error: startup script failed (cannot run /nonexistent/script: No such file or directory)" in bench.logged()


def test_the_shutdown_script_runs_as_its_own_user_or_as_that_of_scripts(bench, monkeypatch):
    asked = []

    async def run(command, timeout_s, user, group, secure):
        asked.append((timeout_s, user, group, secure))
        return subprocesses.ScriptResult(signal=9)

    monkeypatch.setattr(lifecycle_scripts.subprocesses, "run", run)
    settings = {"script_user": "daemon", "shutdown_script_timeout_s": 3, "enable_script_security": True}
    for own in ({}, {"user": "mail", "group": "news"}):
        script = NotifyCommand(("/bin/true",), **own)
        asyncio.run(bench.lifecycle_scripts().shutdown(Globals(shutdown_script=script, **settings)))
    assert asked == [(3, "daemon", None, True), (3, "mail", "news", True)]
    assert "error: shutdown script failed (due to signal 9)" in bench.logged()
