# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runtime directory belongs to one agent."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys

import pytest

from vrrp.agent.process import runtime_dir
from vrrp.agent.process.runtime_dir import RuntimeDirectory, RuntimeDirectoryError


def test_a_missing_runtime_directory_is_made(tmp_path):
    directory = RuntimeDirectory(str(tmp_path / "deep" / "run"))
    directory.acquire()
    assert directory.control_socket == str(tmp_path / "deep" / "run" / "control.sock")
    assert (tmp_path / "deep" / "run" / "agent.lock").read_text() == f"{os.getpid()}\n"
    directory.release()


def test_a_second_agent_is_told_who_has_it(tmp_path):
    first, second = RuntimeDirectory(str(tmp_path)), RuntimeDirectory(str(tmp_path))
    first.acquire()
    with pytest.raises(RuntimeDirectoryError, match=rf"process {os.getpid()}\) already uses {tmp_path}.*--runtime-dir"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_lock_file_without_holder_is_no_obstacle(tmp_path):
    (tmp_path / "agent.lock").write_text("4711\n")
    directory = RuntimeDirectory(str(tmp_path))
    directory.acquire()
    directory.release()


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeDirectoryError, match="cannot use the runtime directory .*file/run"):
        RuntimeDirectory(str(tmp_path / "file" / "run")).acquire()


@pytest.mark.parametrize("name", ["link", "dangling", "fifo", "socket", "directory", "full directory"])
def test_a_lock_that_is_no_file_is_replaced_and_never_opened(tmp_path, name):
    victim, lock = tmp_path / "victim", tmp_path / "run" / "agent.lock"
    victim.write_text("precious")
    lock.parent.mkdir()
    if name == "fifo":
        os.mkfifo(lock)
    elif name == "socket":
        os.mknod(lock, 0o140600)
    elif "directory" in name:
        (lock / "x" if name == "full directory" else lock).mkdir(parents=True)
    else:
        lock.symlink_to(victim if name == "link" else tmp_path / "nowhere")
    directory = RuntimeDirectory(str(lock.parent))
    directory.acquire()
    assert (victim.read_text(), lock.read_text()) == ("precious", f"{os.getpid()}\n")
    assert not lock.is_symlink() and not (tmp_path / "nowhere").exists()
    directory.release()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda lock: os.link(lock.parent / "other", lock), "it has another name, too"),
        (lambda lock: (lock.write_text(""), os.chown(lock, 12345, -1)), "it belongs to user 12345"),
    ],
)
def test_a_lock_that_cannot_be_ours_is_named(tmp_path, make, why):
    (tmp_path / "other").write_text("precious")
    make(tmp_path / "agent.lock")
    with pytest.raises(RuntimeDirectoryError, match=f"cannot use the runtime directory .*: agent.lock: {why}"):
        RuntimeDirectory(str(tmp_path)).acquire()
    assert (tmp_path / "other").read_text() == "precious"


def test_a_lock_that_root_makes_is_the_directorys_owners(tmp_path):
    os.chown(tmp_path, 12345, 12346)
    directory = RuntimeDirectory(str(tmp_path))
    directory.acquire()
    status = os.stat(tmp_path / "agent.lock")
    assert (status.st_uid, status.st_gid) == (12345, 12346)
    directory.release()


def test_a_path_that_no_socket_can_have_is_named(tmp_path):
    long = str(tmp_path / ("x" * 100))
    with pytest.raises(RuntimeDirectoryError, match="at most 107 octets, .*/control.sock has more: choose a shorter"):
        RuntimeDirectory(long).acquire()
    assert not os.path.exists(long)


@pytest.mark.parametrize("options", ["size=8k", "size=64k,nr_inodes=2"])
def test_a_full_file_system_is_no_obstacle(tmp_path, options):
    """Nothing can be written, or not even a file be made."""
    program = (
        "import sys\nfrom vrrp.agent.process.runtime_dir import *\nsys.stdout.write('began\\n')\n"
        "first, second = RuntimeDirectory(sys.argv[1]), RuntimeDirectory(sys.argv[1])\nfirst.acquire()\n"
        "try:\n    second.acquire()\nexcept RuntimeDirectoryError:\n    print('refused')\n"
        "first.release()\nsecond.acquire()\nsecond.release()\n"
    )
    fill = f"mount -t tmpfs -o {options} none $1; head -c 64k /dev/zero > $1/fill 2>/dev/null || true"
    commands = f'{fill}; exec "$2" -B -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", commands, "sh", str(tmp_path), sys.executable, program],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("began\nrefused\n", "")


class TestDeleted:
    """The directory was deleted while the agent runs."""

    @pytest.fixture
    def first(self, tmp_path):
        directory = RuntimeDirectory(str(tmp_path / "run"))
        directory.acquire()
        assert directory.there
        shutil.rmtree(tmp_path / "run")
        assert not directory.there
        yield directory
        directory.release()

    @pytest.mark.parametrize("instead", ["link", "another directory"])
    def test_whatever_lies_there_now_a_second_agent_is_refused(self, first, tmp_path, instead):
        """In an earlier version a link admitted the second one."""
        (tmp_path / "other").mkdir()
        (tmp_path / "run").symlink_to("other") if instead == "link" else (tmp_path / "run").mkdir()
        self.test_a_second_agent_is_refused(first, tmp_path)

    def test_however_many_ask_a_second_agent_is_refused_once_they_are_dismissed(self, first, tmp_path):
        for _time in range(3):
            for _each in range(runtime_dir.BACKLOG + 5):
                (tmp_path / "run").mkdir(exist_ok=True)
                with contextlib.suppress(RuntimeDirectoryError):
                    RuntimeDirectory(str(tmp_path / "run")).acquire()
                shutil.rmtree(tmp_path / "run")
            first.dismiss()
        self.test_a_second_agent_is_refused(first, tmp_path)

    def test_a_few_who_ask_are_all_told(self, first, tmp_path):
        """In an earlier version the third one was told that no agent is there."""
        for _time in range(5):
            self.test_a_second_agent_is_refused(first, tmp_path)

    def test_a_second_agent_is_refused(self, first, tmp_path):
        second = RuntimeDirectory(str(tmp_path / "run"))
        with pytest.raises(RuntimeDirectoryError, match=rf"another agent \(process {os.getpid()}\) already uses"):
            second.acquire()

    def test_another_directory_is_free(self, first, tmp_path):
        for other in (tmp_path / "run2", tmp_path / "elsewhere" / "run"):
            second = RuntimeDirectory(str(other))
            second.acquire()
            second.release()

    def test_a_deleted_directory_is_made_again(self, first, tmp_path):
        first.restore()
        assert first.there
        assert (tmp_path / "run" / "agent.lock").read_text() == f"{os.getpid()}\n"

    def test_a_failed_restore_is_an_error_and_a_later_one_succeeds(self, first, tmp_path):
        (tmp_path / "run").write_text("")
        with pytest.raises(RuntimeDirectoryError, match="cannot use the runtime directory"):
            first.restore()
        (tmp_path / "run").unlink()
        first.restore()
        assert first.there

    def test_a_name_that_a_stranger_has_taken_keeps_nobody_out(self, first, tmp_path, monkeypatch):
        monkeypatch.setattr(runtime_dir, "credentials", lambda sock: (4711, 12345, 12345))
        second = RuntimeDirectory(str(tmp_path / "run"))
        second.acquire()
        second.release()


def test_a_lock_that_cannot_be_had_for_another_reason_is_named_with_it(tmp_path, monkeypatch):
    def refuse(descriptor, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(runtime_dir.fcntl, "flock", refuse)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(RuntimeDirectoryError, match=f"cannot lock {tmp_path}: No locks available"):
        RuntimeDirectory(str(tmp_path)).acquire()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_directory_may_be_given_back_twice_or_without_being_taken(tmp_path):
    directory = RuntimeDirectory(str(tmp_path))
    directory.dismiss()
    directory.release()
    assert not directory.there
    directory.acquire()
    directory.release()
    directory.release()
    assert not directory.there


def test_on_a_full_file_system_the_name_alone_keeps_a_second_agent_out(tmp_path, monkeypatch):
    def full(directory):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RuntimeDirectory, "_open_lock", full)
    first, second = RuntimeDirectory(str(tmp_path)), RuntimeDirectory(str(tmp_path))
    first.acquire()
    with pytest.raises(RuntimeDirectoryError, match=f"another agent.*already uses {tmp_path}"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
