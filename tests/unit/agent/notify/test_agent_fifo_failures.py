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
from fifo_scene import until
from test_agent_fifo import F_SETPIPE_SZ, PAGE

from vrrp.agent.notify import fifo as fifo_module
from vrrp.agent.notify.fifo import Fifos
from vrrp.config.model.configuration import Fifo, Globals, NotifyCommand


def test_without_a_runtime_directory_nothing_is_recorded(scene):
    async def play():
        fifos = Fifos(scene.settings(), fifo_module.Log(scene.text))
        fifos.open()
        there = scene.path.exists()
        await fifos.close()
        return there

    assert asyncio.run(play())
    assert list(scene.directory.iterdir()) == []


def test_a_write_error_is_logged_once_and_the_line_is_lost(scene, monkeypatch):
    def refuse(fd, data):
        raise OSError(errno.EIO, "Input/output error")

    async def play():
        fifos = scene.fifos()
        with monkeypatch.context() as patch:
            patch.setattr(fifo_module.os, "write", refuse)
            fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
            fifos.tell("INSTANCE", "VI_2", "MASTER", 100)
        reader = scene.reader()
        fifos.tell("INSTANCE", "VI_3", "MASTER", 100)
        heard = os.read(reader, 1000)
        os.close(reader)
        await fifos.close()
        return heard

    assert asyncio.run(play()) == b'INSTANCE "VI_3" MASTER 100\n'
    assert scene.logged() == ["notify fifo write error: Input/output error"]


async def full(scene, fifos):
    """Fill the pipe; return a reader."""
    reader = scene.reader()
    fcntl.fcntl(reader, F_SETPIPE_SZ, PAGE)
    for number in range(500):
        fifos.tell("INSTANCE", f"VI_{number}", "MASTER", 100)
    return reader


def test_a_slow_reader_gets_what_waits_in_portions_and_in_order(scene):
    async def play():
        fifos = scene.fifos()
        reader = await full(scene, fifos)
        heard = b""
        while not heard.endswith(b'"VI_499" MASTER 100\n'):
            with contextlib.suppress(BlockingIOError):
                heard += os.read(reader, PAGE)  # each time there is room for a part of what waits
            await asyncio.sleep(0)
        os.close(reader)
        await fifos.close()
        return heard.decode().splitlines()

    assert asyncio.run(play()) == [f'INSTANCE "VI_{number}" MASTER 100' for number in range(500)]


def test_a_fifo_that_is_given_up_with_waiting_lines_is_watched_no_more(scene):
    async def play():
        fifos = scene.fifos()
        reader = await full(scene, fifos)
        (opened,) = fifos._open.values()
        assert opened._waiting
        descriptor = opened._fd
        fifos.apply(Globals())
        asked = asyncio.get_running_loop().remove_writer(descriptor)
        os.close(reader)
        await fifos.close()
        return asked, opened._waiting

    assert asyncio.run(play()) == (False, {})
    assert not scene.path.exists()


def test_a_reader_that_does_not_exist_is_said_and_the_fifo_is_our_own(scene):
    async def play():
        fifos = scene.fifos(scene.settings(user="no-such-user"))
        status = os.stat(scene.path)
        await fifos.close()
        return status.st_uid, stat.S_IMODE(status.st_mode)

    assert asyncio.run(play()) == (os.geteuid(), 0o600)
    text = "the user or group of the script does not exist: no-such-user"
    assert scene.logged() == [f"notify fifo {scene.path}: {text}"]


@pytest.mark.parametrize("settings", [{"script_user": "daemon", "script_group": "mail"}, {}])
def test_a_fifo_without_a_user_of_its_own_is_for_the_user_of_scripts(scene, monkeypatch, settings):
    given = []
    monkeypatch.setattr(fifo_module.os, "fchown", lambda fd, uid, gid: given.append((uid, gid)))
    monkeypatch.setattr(
        fifo_module.subprocesses, "account", lambda user, group: {("daemon", "mail"): (4711, 4712)}[user, group]
    )

    async def play():
        await scene.fifos(Globals(notify_fifo=Fifo(str(scene.path)), **settings)).close()

    asyncio.run(play())
    assert given == ([(4711, 4712)] if settings else [])


def test_an_owner_that_cannot_be_set_is_said(scene, monkeypatch):
    def refuse(fd, uid, gid):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(fifo_module.os, "fchown", refuse)
    monkeypatch.setattr(fifo_module.subprocesses, "account", lambda user, group: (4711, 4712))

    async def play():
        fifos = scene.fifos(scene.settings(user="reader"))
        opened = bool(fifos._open)
        await fifos.close()
        return opened

    assert asyncio.run(play())
    assert scene.logged() == [f"error: Failed to set uid:gid for fifo {scene.path} (Read-only file system)"]


def test_a_fifo_of_a_stranger_is_not_used(scene, monkeypatch):
    os.mkfifo(scene.path)
    monkeypatch.setattr(fifo_module.os, "geteuid", lambda: 4711)
    real = os.fstat

    def of_a_stranger(descriptor):
        status = list(real(descriptor))
        status[4] = 4712
        return os.stat_result(status)

    monkeypatch.setattr(fifo_module.os, "fstat", of_a_stranger)

    async def play():
        await scene.fifos().close()

    asyncio.run(play())
    assert scene.logged() == [f"error: notify fifo {scene.path} is not a fifo we own - not using"]


def test_a_file_in_place_of_a_fifo_is_not_removed(scene):
    async def play():
        fifos = scene.fifos()
        scene.path.unlink()
        scene.path.write_text("dear\n")
        await fifos.close()

    asyncio.run(play())
    assert scene.path.read_text() == "dear\n"


def test_a_script_runs_as_its_own_user_or_as_that_of_scripts(scene, monkeypatch):
    asked = []

    async def spawn(command, user, group, secure):
        asked.append((command, user, group, secure))
        raise fifo_module.subprocesses.CannotRun("not here")

    monkeypatch.setattr(fifo_module.subprocesses, "spawn", spawn)
    monkeypatch.setattr(fifo_module.subprocesses, "account", lambda user, group: (os.geteuid(), os.getegid()))

    async def play():
        for own in ({}, {"user": "reader", "group": "readers"}):
            settings = Globals(
                notify_fifo=Fifo(str(scene.path), script=NotifyCommand(("/bin/reads",), **own)),
                script_user="daemon",
                enable_script_security=True,
            )
            fifos = scene.fifos(settings)
            await until(lambda: len(asked) == 1 + bool(own))  # noqa: B023 - it is awaited here
            await fifos.close()

    asyncio.run(play())
    command = ("/bin/reads", str(scene.path))
    assert asked == [(command, "daemon", None, True), (command, "reader", "readers", True)]
    assert scene.logged() == ["error: notify fifo script /bin/reads failed (not here)"] * 2
