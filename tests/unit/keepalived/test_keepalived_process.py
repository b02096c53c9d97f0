# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that keepalived's VRRP process is found by its pid file or its socket, or as the only one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import process
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import (
    PID_FILES,
    KeepalivedProcess,
    handles,
    is_keepalived,
    vrrp_processes,
)

NOBODY = 2**22 + 1  # above the highest number that the kernel gives
WAITS = "trap 'echo got' USR1; echo; read line"
ONE = "exec 3<&0; (echo child; read line) <&3 & echo $!; read line"
TWO = "exec 3<&0; (exec 2>&1; echo child; read line) <&3 & echo $!; (read line) <&3 & echo $!; read line"


class Shells:
    """It starts programs that are shells under another name, and ends them."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, script, *words, name="keepalived", **options):
        """Start a process. Return after the first line of its output, when it is no copy of this process any more."""
        program = str(self.folder / name)
        if not os.path.exists(program):
            shutil.copy(os.path.realpath("/bin/sh"), program)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        child = subprocess.Popen([program, "-c", script, *words], **pipes, text=True, **options)
        self.started.append(child)
        self.first = child.stdout.readline().strip()
        return child

    def family(self, script, *words, count=1, **options):
        """Start a process. Return the numbers of its children."""
        child = self.start(script, *words, **options)
        lines = [self.first, *(child.stdout.readline().strip() for _each in range(count))]
        return [int(line) for line in lines if line.isdigit()]

    def end(self):
        for child in self.started:
            child.communicate(timeout=10)


@pytest.fixture
def shells(tmp_path):
    made = Shells(tmp_path)
    yield made
    made.end()


def found(numbers):
    """Return those of them that are VRRP processes; keepalived may run on this machine, too."""
    return [process.pid for process in vrrp_processes() if process.pid in numbers]


@pytest.mark.parametrize(("name", "yes"), [("keepalived", True), ("keepalived2", False), ("keepalive", False)])
def test_the_name_of_the_program_decides(shells, name, yes):
    assert is_keepalived(shells.start(WAITS, name=name).pid) is yes


def test_a_process_whose_program_was_replaced_is_found(shells, tmp_path):
    child = shells.start(WAITS)
    (tmp_path / "keepalived").unlink()
    assert is_keepalived(child.pid) is True


def test_a_keepalived_of_another_user_is_not_taken(shells):
    with tempfile.TemporaryDirectory() as folder:  # every user may enter it
        os.chmod(folder, 0o711)
        shells.folder = Path(folder)
        assert is_keepalived(shells.start(WAITS).pid) is True
        assert is_keepalived(shells.start(WAITS, user=65534).pid) is False


def test_a_process_that_is_not_there_takes_no_signal():
    gone = KeepalivedProcess(NOBODY, 1, ())
    assert (is_keepalived(NOBODY), handles(NOBODY, signal.SIGUSR1)) == (False, False)
    assert (gone.signal(signal.SIGUSR1), gone.temporary, gone.root) == (False, "/tmp", f"/proc/{NOBODY}/root")
    assert gone.writes(os.stat("/")) is False


def test_a_signal_that_it_handles_arrives(shells):
    child = shells.start(WAITS)
    assert KeepalivedProcess(child.pid, 1, ()).signal(signal.SIGUSR1) is True
    assert child.communicate("\n", timeout=10)[0] == "got\n"
    shells.started.clear()


def test_a_signal_of_which_it_would_die_is_not_sent(shells):
    child = shells.start(WAITS)
    descriptors = os.listdir("/proc/self/fd")
    assert KeepalivedProcess(child.pid, 1, ()).signal(signal.SIGUSR2) is False
    assert os.listdir("/proc/self/fd") == descriptors
    child.communicate("\n", timeout=10)
    shells.started.clear()
    assert child.returncode == 0


@pytest.mark.parametrize(("trap", "yes"), [("''", True), ("'echo got'", True), ("-", False)])
def test_an_ignored_or_caught_signal_counts_as_handled(shells, trap, yes):
    child = shells.start(f"trap {trap} USR1; echo; read line")
    assert handles(child.pid, signal.SIGUSR1) is yes


@pytest.mark.parametrize(
    ("environment", "folder"),
    [({"TMPDIR": "/srv"}, "/srv"), ({"TMPDIR": "srv"}, "/tmp"), ({"XTMPDIR": "/srv"}, "/tmp"), ({}, "/tmp")],
)
def test_the_directory_of_a_living_process_is_found(shells, environment, folder):
    assert KeepalivedProcess(shells.start(WAITS, env=environment).pid, 1, ()).temporary == folder


def test_a_process_is_known_to_write_its_open_files(tmp_path):
    ours = KeepalivedProcess(os.getpid(), 1, ())
    with open(tmp_path / "a", "w") as file:
        assert ours.writes(os.fstat(file.fileno())) is True
    assert ours.writes(os.stat(tmp_path / "a")) is False


@pytest.mark.parametrize("words", [("keepalived", "-n"), ("keepalived", "-f"), ("keepalived", "--use-file")])
def test_without_an_option_the_file_is_keepaliveds_own(words):
    assert KeepalivedProcess(1, 1, words).config == "/etc/keepalived/keepalived.conf"


def test_the_only_child_is_the_one_and_its_parent_is_not(shells):
    (child,) = shells.family(ONE)
    parent = shells.started[0].pid
    (process,) = [each for each in vrrp_processes() if each.pid in (child, parent)]
    assert (process.pid, process.parent) == (child, parent)
    assert process.words[:2] == (str(shells.folder / "keepalived"), "-c")


@pytest.mark.parametrize("word", ["-C", "--check"])
def test_the_only_child_that_runs_a_check_is_not_taken(shells, word):
    assert found(shells.family(ONE, "VI_1", word)) == []


@pytest.mark.parametrize("option", [["-r", "PATH"], ["-rPATH"], ["--vrrp_pid", "PATH"], ["--vrrp_pid=PATH"]])
@pytest.mark.parametrize("which", [0, 1])
def test_the_child_named_by_the_pid_file_is_taken(shells, tmp_path, option, which):
    path = str(tmp_path / "vrrp.pid")
    family = shells.family(TWO, "VI_1", *(word.replace("PATH", path) for word in option), count=2)
    (tmp_path / "vrrp.pid").write_text(f"{family[which]}\n")
    assert found(family) == [family[which]]


def test_two_children_without_a_pid_file_or_a_socket_are_not_taken(shells, tmp_path):
    assert found(shells.family(TWO, "VI_1", "-r", str(tmp_path / "none"), count=2)) == []


@pytest.mark.parametrize(
    ("family", "protocol", "speaks"),
    [(socket.AF_INET, 112, True), (socket.AF_INET6, 112, True), (socket.AF_INET, 113, False)],
)
def test_the_child_with_a_vrrp_socket_is_taken(shells, tmp_path, family, protocol, speaks):
    with closing(
        socket.socket(family, socket.SOCK_RAW, protocol)
    ) as opened:  # the first child gives its copy away, the second one keeps it
        first, second = shells.family(TWO, "VI_1", "-r", str(tmp_path / "none"), count=2, stderr=opened)
        assert found([first, second]) == ([second] if speaks else [])


def test_the_pid_files_are_those_of_keepalived():
    assert PID_FILES == ("/run/keepalived_vrrp.pid", "/run/vrrp.pid", "/run/keepalived/vrrp.pid")


@pytest.mark.parametrize("words", [("-c", "{file}"), ("-c{file}",), ("--checkers_pid={file}",), ()])
def test_a_keepalived_that_only_balances_load_does_no_vrrp(tmp_path, monkeypatch, words):
    file = tmp_path / "checkers.pid"
    child = KeepalivedProcess(os.getpid(), 1, ("keepalived", *(word.format(file=file) for word in words)))
    if not words:
        monkeypatch.setattr(process, "CHECKER_PID_FILES", ("/nothere", str(file)))
    assert process.vrrp_child([child]) is child
    file.write_text(f"{child.pid}\n")
    assert process.vrrp_child([child]) is None


@pytest.mark.parametrize("words", [("-lf", "/a"), ("-nDlf/a",), ("--use", "/a"), ("--use-file=/a",), ("-f/b", "-f/a")])
def test_the_file_is_read_from_joined_options(words):
    assert KeepalivedProcess(1, 1, ("keepalived", *words)).config == "/a"


def test_without_pidfds_a_signal_is_sent_by_number(monkeypatch):
    sent = []
    monkeypatch.delattr(process.os, "pidfd_open", raising=False)
    monkeypatch.setattr(process, "is_keepalived", lambda pid: True)
    monkeypatch.setattr(process, "handles", lambda pid, number: True)
    monkeypatch.setattr(process.os, "kill", lambda pid, number: sent.append((pid, number)))
    assert KeepalivedProcess(4711, 1, ()).signal(signal.SIGUSR1) is True
    assert sent == [(4711, signal.SIGUSR1)]


def test_a_process_that_ends_just_before_its_signal_takes_none(monkeypatch):
    monkeypatch.setattr(process, "is_keepalived", lambda pid: True)
    monkeypatch.setattr(process, "handles", lambda pid, number: True)
    before = len(os.listdir("/proc/self/fd"))
    child = subprocess.Popen(["/bin/true"])
    handle = os.pidfd_open(child.pid)
    child.wait()
    monkeypatch.setattr(process.os, "pidfd_open", lambda pid: handle)
    assert KeepalivedProcess(child.pid, 1, ()).signal(signal.SIGUSR1) is False
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_name_for_conditional_lines_is_an_option():
    assert KeepalivedProcess(1, 1, ("keepalived", "-i", "left")).config_id == "left"
    assert KeepalivedProcess(1, 1, ("keepalived",)).config_id == ""


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0::/system.slice/keepalived.service\n", "keepalived.service"),
        ("9:name=systemd:/machine/node/system.slice/keepalived.service\n8:pids:/machine/node\n0::/machine/node\n",
         "keepalived.service"),
        ("0::/user.slice/user-0.slice/session-3.scope\n", ""),
        ("4:memory:/other.service\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_service_is_that_of_its_control_group(monkeypatch, text, unit):
    monkeypatch.setattr(process, "_read", lambda name: text if name == "7/cgroup" else "")
    assert KeepalivedProcess(7, 1, ("keepalived",)).service == unit
