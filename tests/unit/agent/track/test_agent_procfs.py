# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes match as keepalived.conf(5) says, in a /proc made of files and in the real one."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from vrrp.agent.track import procfs
from vrrp.agent.track.procfs import Pattern, Seen
from vrrp.config.model.trackers import Process


def matches(seen, **fields):
    return Pattern(Process("p", **fields)).matches(seen)


@pytest.mark.parametrize(
    ("name", "expected"), [(b"sshd", False), (b"ssh", True), (b"ss", False), (b"SSH", False), (b"", False)]
)
def test_the_name_is_compared_whole(name, expected):
    assert matches(Seen(name, b"ssh\0-v\0"), process="ssh") is expected


@pytest.mark.parametrize(
    ("command_line", "expected"),
    [
        (b"/usr/sbin/nginx\0", True),
        (b"/usr/sbin/nginx\0-g\0daemon off;\0", True),
        (b"/usr/sbin/nginx", True),  # it has written its title over its arguments
        (b"nginx\0", False),
        (b"/usr/sbin/nginx2\0", False),
        (b"", False),  # a zombie, or a thread of the kernel
        (None, False),
    ],
)
def test_the_full_command_is_the_first_argument(command_line, expected):
    assert matches(Seen(b"nginx", command_line), process="/usr/sbin/nginx", full_command=True) is expected


@pytest.mark.parametrize(
    ("command_line", "exactly", "initial", "partial"),
    [
        (b"cmd\0param1\0param2\0", True, True, True),
        (b"cmd\0param1\0param2\0param3\0", False, True, True),
        (b"cmd\0param1\0param2b\0", False, True, False),
        (b"cmd\0param1\0param2b\0param3\0", False, True, False),
        (b"cmd\0param1\0", False, False, False),
        (b"cmd\0param1b\0param2\0", False, False, False),
        (b"cmd\0param1\0param\0", False, False, False),
        (b"other\0param1\0param2\0", False, False, False),
    ],
)
def test_parameters_are_compared_in_each_way(command_line, exactly, initial, partial):
    given = {"process": "cmd", "parameters": ("param1", "param2")}
    seen = Seen(b"whatever", command_line)
    found = [matches(seen, param_match=how, **given) for how in (None, "initial", "partial")]
    assert found == [exactly, initial, partial]


def test_no_parameters_at_all_can_be_asked_for():
    assert matches(Seen(b"cmd", b"cmd\0"), process="cmd", parameters=())
    assert not matches(Seen(b"cmd", b"cmd\0-v\0"), process="cmd", parameters=())
    assert matches(Seen(b"cmd", b"cmd\0-v\0"), process="cmd", param_match="partial")
    assert matches(Seen(b"cmd", b"cmd\0-v\0"), process="cmd", param_match="initial")


def test_a_command_line_is_read_where_one_is_compared_only():
    assert not Pattern(Process("p", "nginx")).by_command
    assert Pattern(Process("p", "nginx", full_command=True)).by_command
    assert Pattern(Process("p", "nginx", parameters=())).by_command
    assert Pattern(Process("p", "nginx", param_match="partial")).by_command


@pytest.fixture
def proc(tmp_path, monkeypatch):
    monkeypatch.setattr(procfs, "PROC", str(tmp_path))

    def put(pid, name=b"nginx", state=b"S", command_line=b"nginx\0"):
        folder = tmp_path / str(pid)
        folder.mkdir()
        (folder / "stat").write_bytes(b"%d (%s) %s 1 2 3" % (pid, name, state))
        (folder / "cmdline").write_bytes(command_line)

    return put


def test_a_process_is_its_name_and_its_command_line(proc):
    proc(7, b"a b) (c", command_line=b"x\0y\0" * 3000)
    assert procfs.look(7, False) == Seen(b"a b) (c", None)
    assert procfs.look(7, True, length=5) == Seen(b"a b) (c", b"x\0y\0x\0")
    assert procfs.look(8, True) is None


@pytest.mark.parametrize("state", [b"Z", b"X"])
def test_a_zombie_does_not_run(proc, state):
    proc(7, state=state)
    assert procfs.look(7, False) is None


def test_the_processes_of_this_machine_are_read():
    child = subprocess.Popen(["/bin/sleep", "60"])
    try:
        assert {os.getpid(), child.pid} <= set(procfs.pids())
        deadline = time.monotonic() + 5
        while procfs.look(child.pid, True) != Seen(b"sleep", b"/bin/sleep\x0060\0"):
            assert time.monotonic() < deadline
    finally:
        child.kill()
    deadline = time.monotonic() + 5
    while procfs.look(child.pid, True) is not None:  # a zombie by now
        assert time.monotonic() < deadline
    child.wait()


@pytest.mark.parametrize("stat", [b"", b"7 nginx S", b"7 )nginx( S", b"7 (nginx"])
def test_a_stat_that_is_cut_off_is_no_process(proc, tmp_path, stat):
    proc(7)
    (tmp_path / "7" / "stat").write_bytes(stat)
    assert procfs.look(7, False) is None


def test_a_process_that_ends_while_it_is_read_is_no_process(proc, monkeypatch):
    """The kernel then says ESRCH to the reader of a file that is open."""
    proc(7)

    def gone(descriptor, length):
        raise ProcessLookupError(3, "No such process")

    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patch:
        patch.setattr(procfs.os, "read", gone)
        assert procfs.look(7, True) is None
    assert len(os.listdir("/proc/self/fd")) == before


def test_there_is_no_process_if_proc_is_not_mounted(tmp_path, monkeypatch):
    monkeypatch.setattr(procfs, "PROC", str(tmp_path / "nothing"))
    assert list(procfs.pids()) == []


def test_a_name_that_is_no_number_is_no_process(proc, tmp_path):
    proc(7)
    for name in ("self", "sys", "12a", ""):
        (tmp_path / name).mkdir(exist_ok=True)
    assert list(procfs.pids()) == [7]
