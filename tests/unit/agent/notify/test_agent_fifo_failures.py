# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test FIFOs whose reader, owner or directory is in the way: the agent goes on, and says so once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import stat

import pytest
from test_agent_fifo import F_SETPIPE_SZ, PAGE
from waiting import until

from vrrp.agent.notify import fifo as fifo_module
from vrrp.agent.notify.fifo import Fifos
from vrrp.config.model.configuration import Fifo, Globals, NotifyCommand


def test_without_a_runtime_directory_nothing_is_recorded(parts):
    async def play():
        fifos = Fifos(parts.settings(), fifo_module.Log(parts.text))
        fifos.open()
        there = parts.path.exists()
        await fifos.close()
        return there

    assert asyncio.run(play())
    assert list(parts.directory.iterdir()) == []


def test_a_write_error_is_logged_once_and_the_line_is_lost(parts, monkeypatch):
    def refuse(fd, data):
        raise OSError(errno.EIO, "Input/output error")

    async def play():
        fifos = parts.fifos()
        with monkeypatch.context() as patch:
            patch.setattr(fifo_module.os, "write", refuse)
            fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
            fifos.tell("INSTANCE", "VI_2", "MASTER", 100)
        reader = parts.reader()
        fifos.tell("INSTANCE", "VI_3", "MASTER", 100)
        heard = os.read(reader, 1000)
        os.close(reader)
        await fifos.close()
        return heard

    assert asyncio.run(play()) == b'INSTANCE "VI_3" MASTER 100\n'
    assert parts.logged() == ["notify fifo write error: Input/output error"]


async def full(parts, fifos):
    """Fill the pipe; return a reader."""
    reader = parts.reader()
    fcntl.fcntl(reader, F_SETPIPE_SZ, PAGE)
    for number in range(500):
        fifos.tell("INSTANCE", f"VI_{number}", "MASTER", 100)
    return reader


def test_a_slow_reader_gets_what_waits_in_portions_and_in_order(parts):
    async def play():
        fifos = parts.fifos()
        reader = await full(parts, fifos)
        heard = b""
        while not heard.endswith(b'"VI_499" MASTER 100\n'):
            with contextlib.suppress(BlockingIOError):
                heard += os.read(reader, PAGE)  # each time there is room for a part of what waits
            await asyncio.sleep(0)
        os.close(reader)
        await fifos.close()
        return heard.decode().splitlines()

    assert asyncio.run(play()) == [f'INSTANCE "VI_{number}" MASTER 100' for number in range(500)]


def test_a_fifo_that_is_given_up_with_waiting_lines_is_watched_no_more(parts):
    async def play():
        fifos = parts.fifos()
        reader = await full(parts, fifos)
        (opened,) = fifos._open.values()
        assert opened._waiting
        descriptor = opened._fd
        fifos.apply(Globals())
        asked = asyncio.get_running_loop().remove_writer(descriptor)
        os.close(reader)
        await fifos.close()
        return asked, opened._waiting

    assert asyncio.run(play()) == (False, {})
    assert not parts.path.exists()


def test_a_reader_that_does_not_exist_is_said_and_the_fifo_is_our_own(parts):
    async def play():
        fifos = parts.fifos(parts.settings(user="no-such-user"))
        status = os.stat(parts.path)
        await fifos.close()
        return status.st_uid, stat.S_IMODE(status.st_mode)

    assert asyncio.run(play()) == (os.geteuid(), 0o600)
    text = "the user or group of the script does not exist: no-such-user"
    assert parts.logged() == [f"notify fifo {parts.path}: {text}"]


@pytest.mark.parametrize("settings", [{"script_user": "daemon", "script_group": "mail"}, {}])
def test_a_fifo_without_a_user_of_its_own_is_for_the_user_of_scripts(parts, monkeypatch, settings):
    given = []
    monkeypatch.setattr(fifo_module.os, "fchown", lambda fd, uid, gid: given.append((uid, gid)))
    monkeypatch.setattr(
        fifo_module.subprocesses, "account", lambda user, group: {("daemon", "mail"): (4711, 4712)}[user, group]
    )

    async def play():
        await parts.fifos(Globals(notify_fifo=Fifo(str(parts.path)), **settings)).close()

    asyncio.run(play())
    assert given == ([(4711, 4712)] if settings else [])


def test_an_owner_that_cannot_be_set_is_said(parts, monkeypatch):
    def refuse(fd, uid, gid):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(fifo_module.os, "fchown", refuse)
    monkeypatch.setattr(fifo_module.subprocesses, "account", lambda user, group: (4711, 4712))

    async def play():
        fifos = parts.fifos(parts.settings(user="reader"))
        opened = bool(fifos._open)
        await fifos.close()
        return opened

    assert asyncio.run(play())
    assert parts.logged() == [f"error: Failed to set uid:gid for fifo {parts.path} (Read-only file system)"]


def test_a_fifo_of_a_stranger_is_not_used(parts, monkeypatch):
    os.mkfifo(parts.path)
    monkeypatch.setattr(fifo_module.os, "geteuid", lambda: 4711)
    real = os.fstat

    def of_a_stranger(descriptor):
        status = list(real(descriptor))
        status[4] = 4712
        return os.stat_result(status)

    monkeypatch.setattr(fifo_module.os, "fstat", of_a_stranger)

    async def play():
        await parts.fifos().close()

    asyncio.run(play())
    assert parts.logged() == [f"error: notify fifo {parts.path} is not a fifo we own - not using"]


def test_a_file_in_place_of_a_fifo_is_not_removed(parts):
    async def play():
        fifos = parts.fifos()
        parts.path.unlink()
        parts.path.write_text("dear\n")
        await fifos.close()

    asyncio.run(play())
    assert parts.path.read_text() == "dear\n"


def test_a_script_runs_as_its_own_user_or_as_that_of_scripts(parts, monkeypatch):
    asked = []

    async def spawn(command, user, group, secure):
        asked.append((command, user, group, secure))
        raise fifo_module.subprocesses.CannotRun("not here")

    monkeypatch.setattr(fifo_module.subprocesses, "spawn", spawn)
    monkeypatch.setattr(fifo_module.subprocesses, "account", lambda user, group: (os.geteuid(), os.getegid()))

    async def play():
        for own in ({}, {"user": "reader", "group": "readers"}):
            settings = Globals(
                notify_fifo=Fifo(str(parts.path), script=NotifyCommand(("/bin/reads",), **own)),
                script_user="daemon",
                enable_script_security=True,
            )
            fifos = parts.fifos(settings)
            await until(lambda: len(asked) == 1 + bool(own))  # noqa: B023 - it is awaited here
            await fifos.close()

    asyncio.run(play())
    command = ("/bin/reads", str(parts.path))
    assert asked == [(command, "daemon", None, True), (command, "reader", "readers", True)]
    assert parts.logged() == ["error: notify fifo script /bin/reads failed (not here)"] * 2
