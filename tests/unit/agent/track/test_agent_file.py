# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in files are read as strtol(3) reads them, and files that come, go and change are noticed."""

from __future__ import annotations

import asyncio
import io
import os

import pytest
from waiting import until

from vrrp.agent.log import Log
from vrrp.agent.track import file as file_check
from vrrp.agent.track.file import FileCheck, Reading, number, read, remote
from vrrp.config.model.trackers import File


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"10\n", 10),
        (b"-10", -10),
        (b"+7", 7),
        (b" \t\n 42 apples", 42),
        (b"12abc", 12),
        (b"0x1f", 31),
        (b"0X1F", 31),
        (b"-0x10", -16),
        (b"0xg", 0),
        (b"010", 8),
        (b"08", 0),
        (b"019", 1),
        (b"0", 0),
        (b"", 0),
        (b"\n", 0),
        (b"abc", 0),
        (b"- 5", 0),
        (b"1\x002", 1),
        (b"\xff\xfe1", 0),
        (b"2147483648", 2147483648),
        (b"-2147483648", -2147483648),
        (b"2147483649", None),
        (b"-2147483649", None),
        (b"9" * 127, None),
    ],
)
def test_a_number_is_read_as_strtol_does(text, value):
    assert number(text).value == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"1", ""),
        (b"", ""),
        (b"abc", "there is no number in /x, which counts as 0"),
        (b"99999999999", "Invalid number 99999999999 read from /x - ignoring"),
    ],
)
def test_a_text_that_is_no_number_is_told(text, complaint):
    assert number(text, "/x").complaint == complaint


def test_a_file_that_cannot_be_read_says_0(tmp_path):
    missing = tmp_path / "missing"
    assert read(str(missing)) == Reading(0, f"{missing} does not exist, which counts as 0")
    assert read(str(tmp_path)) == Reading(0, f"cannot read {tmp_path}, which counts as 0: Is a directory")
    os.mkfifo(tmp_path / "fifo")
    assert read(str(tmp_path / "fifo")).value == 0  # and it does not wait for a writer


def test_only_the_beginning_of_a_huge_file_is_read(tmp_path):
    huge = tmp_path / "huge"
    huge.write_bytes(b"5\n" + b"x" * 1_000_000)
    assert read(str(huge)) == Reading(5)


def check(path, text=None, told=None, **fields):
    return FileCheck(
        File("load", str(path), **fields), lambda: None if told is None else told.append(1), Log(text or io.StringIO())
    )


def result(made, weight=1):
    found = made.result(weight)
    return found.ok, found.value, found.detail


def test_a_file_has_a_result_from_the_start(tmp_path):
    file = tmp_path / "file"
    file.write_text("3\n")

    async def run():
        made = check(file)
        made.start()
        try:
            return result(made)
        finally:
            await made.stop()

    assert asyncio.run(run()) == (False, 3, "it says 3")


def test_a_number_counts_when_it_was_read_twice():
    told = []
    made = check("/nowhere", told=told)
    made.observe(0)
    for outcome, expected in [(5, 0), (5, 5), (5, 5), (0, 5), (7, 5), (5, 5), (0, 5), (0, 0)]:
        made.observe(outcome)
        assert made.value == expected
    assert len(told) == 2


def test_a_new_number_is_read_again_soon():
    made = check("/nowhere")
    made.observe(5)
    assert made.interval_s == 0.05
    made.observe(5)
    assert made.interval_s == 0.25


def test_every_way_of_writing_is_noticed(tmp_path):
    file, text = tmp_path / "file", io.StringIO()

    def in_place(value):
        file.write_text(f"{value}\n")

    def by_rename(value):
        (tmp_path / "new").write_text(f"{value}\n")
        os.replace(tmp_path / "new", file)

    def by_link(value):
        (tmp_path / f"v{value}").write_text(f"{value}\n")
        file.unlink()
        file.symlink_to(tmp_path / f"v{value}")

    async def run():
        made = check(file, text)
        made.start()
        try:
            assert result(made) == (True, 0, "")
            for value, how in enumerate((in_place, by_rename, in_place, by_link), 1):
                how(value)
                await until(lambda value=value: result(made) == (False, value, f"it says {value}"))
            file.write_text("lots")
            await until(lambda: result(made) == (True, 0, ""))
            file.write_text("9")
            await until(lambda: made.value == 9)
            file.write_text("99999999999")
            await until(lambda: "ignoring" in text.getvalue())
            assert made.value == 9
            file.unlink()
            await until(lambda: made.value == 0)
        finally:
            await made.stop()

    asyncio.run(run())
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert lines.count(f"Track file load: {file} does not exist, which counts as 0") == 2
    assert lines.count(f"Track file load: there is no number in {file}, which counts as 0") == 1
    assert "Track file load now says 4" in lines


@pytest.mark.parametrize(
    ("before", "init", "overwrite", "after"),
    [
        (None, 5, False, "5\n"),
        ("7 or so", 5, False, "7 or so"),
        ("7 or so", -3, True, "-3\n"),
        (None, None, True, None),
        ("7", None, True, "7"),
    ],
)
def test_the_number_for_the_start_is_written(tmp_path, before, init, overwrite, after):
    file = tmp_path / "file"
    if before is not None:
        file.write_text(before)
    check(file, init=init).begin(overwrite)
    assert (file.read_text() if file.exists() else None) == after


def test_a_number_that_cannot_be_written_is_told(tmp_path):
    text = io.StringIO()
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("7")
    link.symlink_to(target)
    check(link, text, init=5).begin(True)
    assert target.read_text() == "7"
    check(tmp_path / "no" / "file", text, init=5).begin(True)
    os.mkfifo(tmp_path / "fifo")
    check(tmp_path / "fifo", text, init=5).begin(True)
    lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert [line.split(": ")[1] for line in lines] == ["Unable to initialise track file load"] * 3


MOUNTS = """\
22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw
30 22 0:27 / /srv/share rw - nfs4 server:/export rw
31 22 0:28 / /srv/my\\040data rw - fuse.sshfs host: rw
32 30 0:29 / /srv/share/local rw - tmpfs none rw
33 22 0:30 / /srv/share2 rw - ext4 /dev/vdb rw
34 22 0:31 / /srv/twice rw - nfs4 server:/old rw
35 34 0:32 / /srv/twice rw - ext4 /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/share/file", "nfs4"),
        ("/srv/share/a/file", "nfs4"),
        ("/srv/my data/file", "fuse.sshfs"),
        ("/srv/share/local/file", None),
        ("/srv/share2/file", None),
        ("/srv/twice/file", None),
        ("/etc/file", None),
        ("/file", None),
    ],
)
def test_a_file_system_that_can_hold_up_the_loop_is_not_read(tmp_path, monkeypatch, path, kind):
    (tmp_path / "mounts").write_text(MOUNTS)
    monkeypatch.setattr(file_check, "MOUNTS", str(tmp_path / "mounts"))
    monkeypatch.setattr(file_check.os.path, "realpath", lambda given: given)
    expected = f"the file system of {path} is {kind}, which can hold up the agent: not read, which counts as 0"
    assert remote(path) == (expected if kind else "")


def test_a_file_system_that_is_not_read_is_told_once(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr(file_check, "remote", lambda path: "it is far away")
    monkeypatch.setattr(file_check, "read", lambda path: pytest.fail("it was read"))

    async def run():
        made = check("/srv/share/file", text)
        made.start()
        await made.stop()
        return result(made)

    assert asyncio.run(run()) == (True, 0, "")
    assert text.getvalue().count("it is far away") == 1


def test_the_kind_of_a_file_system_is_found_without_asking_it(tmp_path, monkeypatch):
    (tmp_path / "mounts").write_text(MOUNTS)
    monkeypatch.setattr(file_check, "MOUNTS", str(tmp_path / "mounts"))
    asked = []
    with monkeypatch.context() as patched:
        patched.setattr(file_check.os.path, "realpath", lambda path: asked.append(path) or path)
        patched.setattr(file_check.os.path, "exists", asked.append)
        patched.setattr(file_check, "write", lambda path, value: asked.append(path))
        for overwrite in (False, True):
            check("/srv/share/file", init=5).begin(overwrite)
    assert asked == []


def test_a_link_to_a_remote_file_system_is_remote(tmp_path, monkeypatch):
    (tmp_path / "mounts").write_text(
        f"22 1 254:0 / / rw - ext4 /dev/vda rw\n30 22 0:27 / {tmp_path}/far rw - nfs s:/ rw\n"
    )
    monkeypatch.setattr(file_check, "MOUNTS", str(tmp_path / "mounts"))
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "file")
    assert "is nfs" in remote(str(tmp_path / "link"))


def test_a_file_that_may_not_be_opened_says_0(tmp_path, monkeypatch):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    expected = f"cannot read {loop}, which counts as 0: Too many levels of symbolic links"
    assert read(str(loop)) == Reading(0, expected)


def test_only_a_regular_file_is_written(tmp_path):
    fifo, victim = tmp_path / "fifo", tmp_path / "victim"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(OSError, match="it is not a file"):
            file_check.write(str(fifo), 7)
        assert os.read(reader, 10) == b""
    finally:
        os.close(reader)
    victim.write_text("dear")
    (tmp_path / "link").symlink_to(victim)
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        file_check.write(str(tmp_path / "link"), 7)
    assert victim.read_text() == "dear"
    file_check.write(str(victim), -7)
    assert victim.read_text() == "-7\n"


def test_every_file_system_is_local_if_mounts_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file_check, "MOUNTS", str(tmp_path / "nothing"))
    assert remote("/srv/share/file") == ""
