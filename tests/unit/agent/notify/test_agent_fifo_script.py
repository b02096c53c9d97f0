# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script of a notify FIFO is started with it, and ends with it."""

from __future__ import annotations

import asyncio
import os
import pwd

import pytest
from waiting import until

from vrrp.agent.notify import fifo as fifo_module
from vrrp.config.model.configuration import Fifo, Globals, NotifyCommand


def test_the_script_gets_the_path_as_its_last_argument(parts, tmp_path):
    told = tmp_path / "told"
    script = NotifyCommand(("/bin/sh", "-c", f'echo "$1 $2" > {told}; cat "$2" >> {told}', "sh", "word"))

    async def play():
        fifos = parts.fifos(parts.settings(script=script))
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await until(lambda: told.exists() and "MASTER" in told.read_text())
        await fifos.close()

    asyncio.run(play())
    assert told.read_text().splitlines() == [f"word {parts.path}", 'INSTANCE "VI_1" MASTER 100']
    assert parts.logged() == ["notify fifo script terminated (exited with status 0)"]


def test_a_script_that_does_not_end_is_ended(parts, tmp_path, monkeypatch):
    monkeypatch.setattr(fifo_module, "READER_S", 0.1)
    pid = tmp_path / "pid"
    script = NotifyCommand(("/bin/sh", "-c", f"trap '' TERM; echo $$ > {pid}; sleep 60 & wait; wait"))

    async def play():
        fifos = parts.fifos(parts.settings(script=script))
        await until(lambda: pid.exists() and pid.read_text())
        await fifos.close()

    asyncio.run(play())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_script_that_cannot_run_is_named(parts):
    async def play():
        fifos = parts.fifos(parts.settings(script=NotifyCommand(("/no/such",))))
        await until(parts.logged)
        await fifos.close()

    asyncio.run(play())
    assert parts.logged() == [
        "error: notify fifo script /no/such failed (cannot run /no/such: No such file or directory)"
    ]


def test_another_script_gets_a_fifo_of_its_own_at_the_same_place(parts, tmp_path):
    told = tmp_path / "told"

    async def play():
        fifos = parts.fifos()
        script = NotifyCommand(("/bin/sh", "-c", f'cat "$1" > {told}', "sh"))
        fifos.apply(parts.settings(script=script))
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await until(lambda: told.exists() and told.read_text())
        await fifos.close()

    asyncio.run(play())
    assert told.read_text() == 'INSTANCE "VI_1" MASTER 100\n'
    assert not parts.path.exists()


def test_another_script_user_gets_a_fifo_of_its_own(parts):
    async def play():
        fifos = parts.fifos(Globals(notify_fifo=Fifo(str(parts.path))))
        first = os.open(parts.path, os.O_RDONLY | os.O_NONBLOCK)
        fifos.apply(Globals(notify_fifo=Fifo(str(parts.path)), script_user="nobody"))
        is_another = not os.path.samestat(os.fstat(first), os.stat(parts.path))
        owner = os.stat(parts.path).st_uid
        os.close(first)
        await fifos.close()
        return is_another, owner

    assert asyncio.run(play()) == (True, pwd.getpwnam("nobody").pw_uid)
