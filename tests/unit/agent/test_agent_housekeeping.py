# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are deleted while the agent runs are made again."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil

import pytest
from agent_fakes import FakeScheduler

from vrrp.agent import housekeeping
from vrrp.agent.control.server import ControlServer
from vrrp.agent.graceful_restart import GracefulRestart
from vrrp.agent.housekeeping import Housekeeping
from vrrp.agent.log import Log
from vrrp.agent.process import saved_state
from vrrp.agent.process.runtime_dir import RuntimeDirectory, RuntimeDirectoryError
from vrrp.agent.process.saved_state import SavedState
from vrrp.client import AgentUnreachable, Client
from vrrp.config.model.configuration import Configuration

PAGE = SavedState(drained=True)
AGAIN = "the control socket was gone and has been made again"


class Parts:
    """Everything that an agent has in its directory."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.text = io.StringIO()
        self.log = Log(self.text)
        self.runtime = RuntimeDirectory(str(directory))
        self.runtime.acquire()
        self.control = ControlServer(self.runtime.control_socket, lambda command, request: {"is": command}, self.log)
        self.graceful_restart = GracefulRestart(str(directory), self.log, lambda: PAGE)
        self.upkeep = Housekeeping(self.runtime, self.control, self.graceful_restart, self.log, FakeScheduler())

    async def __aenter__(self):
        await self.upkeep.start()
        self.graceful_restart.begin(Configuration("f"), None)
        self.graceful_restart.write()
        return self

    async def __aexit__(self, *_unused):
        await self.upkeep.stop()
        self.runtime.release()

    async def ask(self):
        return await asyncio.get_running_loop().run_in_executor(None, Client(str(self.directory)).status)

    async def look(self):
        before = asyncio.all_tasks()
        self.upkeep.look()
        await asyncio.sleep(0)
        while asyncio.all_tasks() - before:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)  # the state file is written in the next turn

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


def played(tmp_path, scenario):
    async def play():
        async with Parts(tmp_path / "run") as parts:
            await scenario(parts)
        return parts.lines()

    return asyncio.run(asyncio.wait_for(play(), 20))


def test_where_nothing_is_missing_nothing_happens(tmp_path):
    async def scenario(parts):
        before = {entry.name: entry.inode() for entry in os.scandir(parts.directory)}
        await parts.look()
        assert {entry.name: entry.inode() for entry in os.scandir(parts.directory)} == before
        assert set(before) == {"agent.lock", "control.sock", "ledger.json", "pulse"}

    assert played(tmp_path, scenario) == []


@pytest.mark.parametrize("name", ["control.sock", "agent.lock", "ledger.json", "pulse"])
def test_one_file(tmp_path, name):
    async def scenario(parts):
        (parts.directory / name).unlink()
        await parts.look()
        assert (parts.directory / name).exists()
        assert await parts.ask() == {"is": "status"}
        assert parts.runtime.there and parts.control.there
        assert saved_state.read(str(parts.directory)) == PAGE

    assert played(tmp_path, scenario) == ([AGAIN] if name == "control.sock" else [])


def test_the_whole_directory_and_it_is_locked_again(tmp_path):
    async def scenario(parts):
        shutil.rmtree(parts.directory)
        with pytest.raises(AgentUnreachable):
            await parts.ask()
        await parts.look()
        assert await parts.ask() == {"is": "status"}
        assert saved_state.read(str(parts.directory)) == PAGE
        with pytest.raises(RuntimeDirectoryError, match=f"process {os.getpid()}"):
            RuntimeDirectory(str(parts.directory)).acquire()

    assert played(tmp_path, scenario) == [AGAIN]


def test_an_open_connection_is_answered_after_the_socket_was_deleted(tmp_path):
    async def scenario(parts):
        reader, writer = await asyncio.open_unix_connection(str(parts.directory / "control.sock"))
        (parts.directory / "control.sock").unlink()
        await parts.look()
        writer.write(b'{"command": "status"}\n')
        assert b"status" in await reader.readline()
        writer.close()

    assert played(tmp_path, scenario) == [AGAIN]


def test_the_runtime_files_are_looked_at_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(housekeeping, "PERIOD_S", 0.01)

    async def scenario(parts):
        for _time in range(2):
            (parts.directory / "control.sock").unlink()
            while not parts.control.there:
                await asyncio.sleep(0.01)

    assert played(tmp_path, scenario) == [AGAIN, AGAIN]


def test_a_runtime_directory_that_cannot_be_restored_is_logged_and_retried(tmp_path):
    async def scenario(parts):
        shutil.rmtree(parts.directory)
        parts.directory.write_text("")
        await parts.look()
        parts.directory.unlink()
        await parts.look()
        assert await parts.ask() == {"is": "status"}

    first, second = played(tmp_path, scenario)
    assert first.startswith(f"cannot use the runtime directory {tmp_path}/run: ")
    assert second == AGAIN


def test_where_only_root_may_make_it_the_remedy_is_named(tmp_path, monkeypatch):
    async def scenario(parts):
        shutil.rmtree(parts.directory)
        parts.directory.write_text("")
        monkeypatch.setattr(housekeeping, "RUNTIME_DIR", str(parts.directory))
        await parts.look()
        parts.directory.unlink()

    (line,) = played(tmp_path, scenario)
    assert line.endswith("a restart would begin from nothing: systemctl reload hotstandby makes it again")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_without_room_for_a_socket_the_agent_works(tmp_path, monkeypatch, number):
    start = ControlServer.start

    async def full(self):
        raise OSError(number, os.strerror(number))

    async def scenario(parts):
        monkeypatch.setattr(ControlServer, "start", start)
        await parts.look()
        assert await parts.ask() == {"is": "status"}

    monkeypatch.setattr(ControlServer, "start", full)
    first, second = played(tmp_path, scenario)
    assert first == f"cannot open {tmp_path}/run/control.sock: {os.strerror(number)}; trying again"
    assert second == AGAIN


def test_any_other_reason_ends_the_start(tmp_path, monkeypatch):
    async def refuse(self):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "control.sock")

    monkeypatch.setattr(ControlServer, "start", refuse)
    with pytest.raises(OSError, match="control.sock"):
        played(tmp_path, None)


@pytest.mark.parametrize("name", ["control.sock", "agent.lock", "ledger.json", "pulse", "pulse.new", "ledger.json.new"])
@pytest.mark.parametrize("full", [False, True])
def test_a_directory_in_the_place_of_a_file(tmp_path, name, full):
    """At the start, and under a living agent: with two of them it did not start, with others it left no state file."""

    def put():
        (tmp_path / "run" / name / ("x" if full else "")).mkdir(parents=True, exist_ok=True)

    async def scenario(parts):
        await parts.look()
        for _time in range(2):
            assert await parts.ask() == {"is": "status"}
            assert parts.runtime.there and parts.control.there and parts.graceful_restart.kept
            assert saved_state.read(str(parts.directory)) == PAGE
            (parts.directory / name.replace(".new", "")).unlink()
            put()
            await parts.look()

    put()
    played(tmp_path, scenario)


def test_at_the_end_nothing_is_made_again(tmp_path):
    async def play():
        async with Parts(tmp_path / "run") as parts:
            pass
        parts.upkeep.look()
        await asyncio.sleep(0.01)
        return (parts.directory / "control.sock").exists()

    assert not asyncio.run(play())


def test_a_socket_that_cannot_be_opened_again_is_said_once_and_tried_again(tmp_path, monkeypatch):
    start = ControlServer.start

    async def full(self):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def scenario(parts):
        (parts.directory / "control.sock").unlink()
        monkeypatch.setattr(ControlServer, "start", full)
        await parts.look()
        await parts.look()
        monkeypatch.setattr(ControlServer, "start", start)
        await parts.look()
        assert await parts.ask() == {"is": "status"}

    text = f"cannot open {tmp_path}/run/control.sock: {os.strerror(errno.ENOSPC)}; trying again"
    assert played(tmp_path, scenario) == [text, AGAIN]


def test_after_the_end_nothing_is_made_again(tmp_path):
    async def scenario(parts):
        await parts.upkeep.stop()
        shutil.rmtree(parts.directory)
        await parts.look()
        assert not parts.directory.exists()

    assert played(tmp_path, scenario) == []
