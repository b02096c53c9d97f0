# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the event source ends, and its programs with it, when it is cancelled or killed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from eda_parts import MODULE, SOURCE, STARTED, Story, brief, children, taken

pytest_plugins = ["eda_parts"]


def test_a_source_that_is_cancelled_ends_its_programs(follow, tmp_path):
    (tmp_path / "stays").touch()
    assert brief(follow(Story().lines(), events=1, since=60)) == [STARTED]
    running = [Path("/proc", each) for each in os.listdir("/proc") if each.isdigit()]
    assert running and not [each for each in running if str(tmp_path) in commandline(each)]


def test_a_source_that_is_cancelled_ends_although_it_may_not_kill_its_program(follow, tmp_path, monkeypatch):
    """So it is with sudo. The program ends by itself when it writes, as nobody reads it."""
    monkeypatch.setattr(os, "kill", refuse)
    command = tmp_path / "sudo"
    command.write_text("#!/bin/sh\necho nonsense\nwhile echo more; do sleep 0.01; done\n")
    command.chmod(0o700)
    hosts = [{"name": "a", "connection": "local", "command": str(command)}]
    (event,) = asyncio.run(taken({"hosts": hosts, "retries": 1, "standby_interval": 0}, 1))
    assert "is no record of events" in event["reason"]


@pytest.mark.parametrize("moment", ["as it starts", "as it runs"])
def test_a_cancelled_source_does_not_wait_for_its_program(tmp_path, monkeypatch, moment):
    kill, runs = os.kill, tmp_path / "runs"
    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setitem(MODULE["main"].__globals__, "END_S", 0.01)
    hosts = [{"name": "a", "connection": "local", "command": f"/bin/sh -c ': >{runs}; sleep 60'"}]
    others = children()
    condition = runs.exists if moment == "as it runs" else lambda: children() - others

    async def cancelled():
        source = asyncio.ensure_future(MODULE["main"](asyncio.Queue(), {"hosts": hosts, "standby_interval": 0}))
        while not condition():
            await asyncio.sleep(0.005)
        source.cancel()
        await asyncio.wait([source], timeout=20)
        while left := children() - others:
            with contextlib.suppress(ProcessLookupError):  # it was reaped just now
                kill(left.pop(), signal.SIGKILL)
            await asyncio.sleep(0.005)
        return source.cancelled()

    assert asyncio.run(cancelled())


def refuse(_pid, _signal):
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_source_that_is_killed_leaves_no_program(tmp_path):
    """Java ends ansible-rulebook so."""
    command = tmp_path / "hotstandby"
    command.write_text("#!/bin/sh\necho $$ >pid.new && mv pid.new pid\nexec sleep 60\n")
    command.chmod(0o700)
    hosts = [{"name": "a", "connection": "local", "command": str(command)}]
    main = f"runpy.run_path({str(SOURCE)!r})['main']"
    run = f"import asyncio, runpy; asyncio.run({main}(asyncio.Queue(), {{'hosts': {hosts}}}))"
    with subprocess.Popen([sys.executable, "-c", run], cwd=tmp_path) as source:
        wait_for((tmp_path / "pid").exists)
        program = Path("/proc", (tmp_path / "pid").read_text().strip())
        source.kill()
    wait_for(lambda: not commandline(program))


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def commandline(process):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return (process / "cmdline").read_text()
    return ""
