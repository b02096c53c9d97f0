# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A FIFO gets keepalived's lines, and the agent never waits for a reader."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import stat
import time

import pytest
from waiting import until

from vrrp.agent.notify import fifo as fifo_module
from vrrp.config.model.configuration import Fifo, Globals

PAGE = 4096  # the smallest pipe
F_SETPIPE_SZ = 1031  # linux/fcntl.h; Python has it from 3.10 on


def test_a_line_is_that_of_keepalived(parts):
    async def play():
        fifos = parts.fifos()
        reader = parts.reader()
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        fifos.tell("GROUP", "G 1", "BACKUP", 0)
        heard = os.read(reader, 1000)
        os.close(reader)
        await fifos.close()
        return heard

    assert asyncio.run(play()) == b'INSTANCE "VI_1" MASTER 100\nGROUP "G 1" BACKUP 0\n'


def test_a_fifo_is_for_its_owner_alone_and_is_removed_at_the_end(parts):
    async def play():
        fifos = parts.fifos()
        status = os.stat(parts.path)
        await fifos.close()
        return status

    status = asyncio.run(play())
    assert stat.S_ISFIFO(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert not parts.path.exists()
    assert not (parts.directory / "fifos.json").exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[" * 100_000, "null", "7", '"/etc"', "{}", '[1, null, ["/x"], "x", "/a\\u0000b"]']
)
def test_a_damaged_record_of_fifos_is_ignored(parts, content):
    (parts.directory / "fifos.json").write_text(content)

    async def play():
        await parts.fifos().close()

    asyncio.run(play())
    assert parts.logged() == []


@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_a_record_that_is_no_file_is_neither_read_nor_written_through(parts, kind):
    record, victim = parts.directory / "fifos.json", parts.directory / "victim"
    victim.write_text("[]")
    if kind == "link":
        record.symlink_to(victim)
    elif kind == "fifo":
        os.mkfifo(record)
    else:
        record.mkdir()

    async def play():
        fifos = parts.fifos()
        there = parts.path.exists()
        await fifos.close()
        return there

    assert asyncio.run(play())
    assert victim.read_text() == "[]"


def test_a_fifo_has_the_mode_that_the_file_names(parts):
    async def play():
        fifos = parts.fifos(parts.settings(mode=0o640))
        mode = stat.S_IMODE(os.stat(parts.path).st_mode)
        await fifos.close()
        return mode

    assert asyncio.run(play()) == 0o640


def test_a_fifo_that_was_there_before_stays(parts):
    os.mkfifo(parts.path)

    async def play():
        fifos = parts.fifos()
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await fifos.close()

    asyncio.run(play())
    assert parts.path.exists()


def test_a_file_that_is_no_fifo_is_not_written_to(parts):
    parts.path.write_text("dear\n")

    async def play():
        fifos = parts.fifos()
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await fifos.close()

    asyncio.run(play())
    assert parts.path.read_text() == "dear\n"
    assert parts.logged() == [f"error: notify fifo {parts.path} is not a fifo we own - not using"]


def test_a_link_is_not_followed(parts, tmp_path):
    os.mkfifo(tmp_path / "other")
    parts.path.symlink_to(tmp_path / "other")

    async def play():
        await parts.fifos().close()

    asyncio.run(play())
    assert parts.logged() == [f"error: Unable to create notify fifo {parts.path} (Too many levels of symbolic links)"]


def test_the_agent_goes_on_where_a_fifo_cannot_be_made(parts, tmp_path):
    async def play():
        fifos = parts.fifos(Globals(vrrp_notify_fifo=Fifo(str(tmp_path / "no" / "fifo"))))
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await fifos.close()

    asyncio.run(play())
    assert parts.logged() == [
        f"error: Unable to create vrrp_notify fifo {tmp_path}/no/fifo (No such file or directory)"
    ]


def test_both_fifos_hear_the_same_and_one_path_is_one_fifo(parts, tmp_path):
    async def play(settings):
        fifos = parts.fifos(settings)
        readers = [os.open(path, os.O_RDONLY | os.O_NONBLOCK) for path in sorted(tmp_path.glob("fifo*[!n]"))]
        fifos.tell("INSTANCE", "VI_1", "FAULT", 90)
        heard = [os.read(each, 1000) for each in readers]
        for each in readers:
            os.close(each)
        await fifos.close()
        return heard

    one, other = Fifo(str(tmp_path / "fifo1")), Fifo(str(tmp_path / "fifo2"))
    line = b'INSTANCE "VI_1" FAULT 90\n'
    assert asyncio.run(play(Globals(notify_fifo=one, vrrp_notify_fifo=other))) == [line, line]
    assert asyncio.run(play(Globals(notify_fifo=one, vrrp_notify_fifo=one))) == [line]


def test_a_reader_that_does_not_read_hears_the_newest_in_the_end(parts):
    """The pipe is full after a hundred lines; of what comes then the last state of each instance is kept."""

    async def play():
        fifos = parts.fifos()
        reader = parts.reader()
        fcntl.fcntl(reader, F_SETPIPE_SZ, PAGE)
        began_at = time.monotonic()
        for number in range(500):
            fifos.tell("INSTANCE", f"VI_{number % 3}", "MASTER" if number % 2 else "BACKUP", number % 256)
        took_s = time.monotonic() - began_at
        fifos.tell("INSTANCE", "VI_1", "MASTER_PRIORITY", 77)
        fifos.tell("INSTANCE", "VI_0", "FAULT", 1)
        heard = b""

        def whole():
            nonlocal heard
            with contextlib.suppress(BlockingIOError):
                heard += os.read(reader, 65536)
            return heard.endswith(b"FAULT 1\n")

        await until(whole)
        os.close(reader)
        await fifos.close()
        return took_s, heard.decode().splitlines()

    took_s, lines = asyncio.run(play())
    assert took_s < 0.5
    assert lines[-4:] == [
        'INSTANCE "VI_2" MASTER 241',
        'INSTANCE "VI_1" MASTER 243',
        'INSTANCE "VI_1" MASTER_PRIORITY 77',
        'INSTANCE "VI_0" FAULT 1',
    ]
    assert len(lines) < 200
    assert parts.logged() == [f"notify fifo {parts.path} is full: no process reads it"]


def test_lines_that_wait_for_a_reader_are_bounded(parts, monkeypatch):
    monkeypatch.setattr(fifo_module, "WAITING_MAX", 3)

    async def play():
        fifos = parts.fifos()
        reader = parts.reader()
        fcntl.fcntl(reader, F_SETPIPE_SZ, PAGE)
        while True:
            try:
                os.write(os.open(parts.path, os.O_RDWR | os.O_NONBLOCK), b"x" * PAGE)
            except BlockingIOError:
                break
        for number in range(5):
            fifos.tell("INSTANCE", f"VI_{number}", "MASTER", number)
        os.read(reader, PAGE)
        heard = b""

        def whole():
            nonlocal heard
            with contextlib.suppress(BlockingIOError):
                heard += os.read(reader, 65536)
            return heard.endswith(b"MASTER 4\n")

        await until(whole)
        os.close(reader)
        await fifos.close()
        return heard.decode().lstrip("x").splitlines()

    assert asyncio.run(play()) == [f'INSTANCE "VI_{number}" MASTER {number}' for number in (2, 3, 4)]


def test_a_reload_replaces_only_fifos_that_have_changed(parts, tmp_path):
    other = tmp_path / "other"

    async def play():
        fifos = parts.fifos()
        inode = os.stat(parts.path).st_ino
        fifos.apply(parts.settings())
        same = os.stat(parts.path).st_ino == inode
        fifos.apply(Globals(notify_fifo=Fifo(str(other))))
        moved = (parts.path.exists(), other.exists())
        fifos.apply(Globals())
        gone = not other.exists()
        fifos.tell("INSTANCE", "VI_1", "MASTER", 100)
        await fifos.close()
        return same, moved, gone

    assert asyncio.run(play()) == (True, (False, True), True)


def test_a_restarted_agent_removes_the_fifo_at_its_end(parts):
    async def play():
        first = parts.fifos()
        inode = os.stat(parts.path).st_ino
        await first.close(keep=True)
        kept = os.stat(parts.path).st_ino == inode
        await parts.fifos().close()
        return kept

    assert asyncio.run(play())
    assert not parts.path.exists()


def test_a_restarted_agent_with_another_file_removes_the_fifo_at_once(parts, tmp_path):
    async def play():
        await parts.fifos().close(keep=True)
        second = parts.fifos(Globals())
        gone = not parts.path.exists()
        await second.close()
        return gone

    assert asyncio.run(play())


def test_a_fifo_that_cannot_change_its_owner_gets_an_acl(parts, monkeypatch):
    def refuse(fd, uid, gid):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(fifo_module.os, "fchown", refuse)

    async def play():
        fifos = parts.fifos(parts.settings(user="nobody"))
        access_list = os.getxattr(parts.path, "system.posix_acl_access")
        await fifos.close()
        return access_list

    nobody = (65534).to_bytes(4, "little")
    assert b"\x02\x00\x06\x00" + nobody in asyncio.run(play())  # ACL_USER, read and write
    assert parts.logged() == []


def test_without_waiting_lines_the_loop_does_not_watch_the_fifo(parts):
    """A watched FIFO without waiting lines would wake the loop all the time."""

    async def play():
        loop, watched = asyncio.get_running_loop(), set()
        add, remove = loop.add_writer, loop.remove_writer
        loop.add_writer = lambda fd, *callback: (watched.add(fd), add(fd, *callback))
        loop.remove_writer = lambda fd: (watched.discard(fd), remove(fd))
        fifos = parts.fifos()
        reader = parts.reader()
        fcntl.fcntl(reader, F_SETPIPE_SZ, PAGE)
        for number in range(200):
            fifos.tell("INSTANCE", "VI_1", "MASTER", number)
        assert watched
        os.read(reader, 65536)
        await until(lambda: not watched)
        os.close(reader)
        await fifos.close()

    asyncio.run(play())


def test_a_file_that_is_no_fifo_is_closed_each_time(parts):
    parts.path.write_text("dear\n")

    async def play():
        fifos = parts.fifos()
        before = len(os.listdir("/proc/self/fd"))
        for _reload in range(5):
            fifos.apply(parts.settings())
        after = len(os.listdir("/proc/self/fd"))
        await fifos.close()
        return after - before

    assert asyncio.run(play()) == 0
