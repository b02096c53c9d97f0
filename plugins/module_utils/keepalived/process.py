# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find keepalived's VRRP process, and check that a signal may be sent to it.

A signal to the wrong process may end it, so all of it is checked: the program, its owner, its network namespace, and
that it does not die of SIGUSR1.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from .options import options

PROGRAM = "keepalived"
PID_FILES = ("/run/keepalived_vrrp.pid", "/run/vrrp.pid", "/run/keepalived/vrrp.pid")
CHECKER_PID_FILES = ("/run/keepalived_checkers.pid", "/run/checkers.pid", "/run/keepalived/checkers.pid")
CONFIG = "/etc/keepalived/keepalived.conf"
RAW_PROTOCOL = ":0070"  # /proc/net/raw: protocol 112 where a port would be


@dataclass(frozen=True)
class KeepalivedProcess:
    """It is one process of keepalived. ``root`` is where it sees files: PrivateTmp gives a service its own /tmp."""

    pid: int
    parent: int
    words: tuple[str, ...]  # its command line

    @property
    def root(self) -> str:
        """Return the path through which the files of this process are read: /proc/PID/root (proc(5))."""
        return f"/proc/{self.pid}/root"

    @property
    def config(self) -> str:
        """Return the configuration file that it was started with."""
        return options(self.words).get("f") or CONFIG

    @property
    def config_id(self) -> str:
        """Return the name with which it compares ``@word`` lines where its command line gives one, else ""."""
        return options(self.words).get("i") or ""

    @property
    def service(self) -> str:
        """Return the systemd unit that it belongs to (cgroups(7)); "" where it is none, as when a shell started it."""
        for line in _read(f"{self.pid}/cgroup").splitlines():
            _number, controllers, path = (line.split(":", 2) + ["", ""])[:3]
            unit = path.rpartition("/")[2]
            if controllers in ("", "name=systemd") and unit.endswith(".service"):
                return unit
        return ""

    @property
    def temporary(self) -> str:
        """Return the directory for its dumps."""
        for entry in _read(f"{self.pid}/environ").split("\0"):
            name, _equals, value = entry.partition("=")
            if name == "TMPDIR" and value.startswith("/"):
                return value
        return "/tmp"

    def signal(self, number: int) -> bool:
        """Send a signal that it handles. Return False when it has gone or is another process now."""
        try:
            handle = os.pidfd_open(self.pid)
        except (OSError, AttributeError):  # Linux before 5.3, or it has gone
            handle = None
        try:
            if not is_keepalived(self.pid) or not handles(self.pid, number):
                return False
            if handle is None:
                os.kill(self.pid, number)
            else:
                signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return False
        finally:
            if handle is not None:
                os.close(handle)
        return True

    def writes(self, found: os.stat_result) -> bool:
        """Return whether it has this file open."""
        for descriptor in names_in(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(OSError):
                other = os.stat(f"/proc/{self.pid}/fd/{descriptor}")
                if (other.st_dev, other.st_ino) == (found.st_dev, found.st_ino):
                    return True
        return False


def vrrp_processes() -> tuple[KeepalivedProcess, ...]:
    """Return the VRRP processes of every keepalived in this network namespace, oldest first."""
    numbers = sorted(int(name) for name in names_in("/proc") if name.isdigit())
    every = {pid: found for pid in numbers if is_keepalived(pid) and (found := _process(pid)) is not None}
    workers: dict[int, list[KeepalivedProcess]] = {}
    for process in every.values():
        if process.parent in every:
            workers.setdefault(process.parent, []).append(process)
    chosen = (vrrp_child(family) for family in workers.values())
    return tuple(process for process in chosen if process is not None)


def is_keepalived(pid: int) -> bool:
    """Return whether this is root's keepalived, in our network namespace."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        here = os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
    except OSError:
        return False
    if program.endswith(" (deleted)"):  # an upgrade has replaced the file
        program = program[: -len(" (deleted)")]
    return here and os.path.basename(program) == PROGRAM and _status(pid).get("Uid", "").split()[:2] == ["0", "0"]


def handles(pid: int, number: int) -> bool:
    """Return whether a process catches, blocks (and reads) or ignores a signal, so that it does not die of it."""
    status, bit = _status(pid), 1 << (number - 1)
    with contextlib.suppress(KeyError, ValueError):
        return any(int(status[name], 16) & bit for name in ("SigBlk", "SigIgn", "SigCgt"))
    return False


def vrrp_child(family: Sequence[KeepalivedProcess]) -> Optional[KeepalivedProcess]:
    """Return the one that does VRRP: by its pid file, else the one with a VRRP socket, else the only one."""
    said = options(family[0].words)
    named = said.get("r")
    for path in (named,) if named else PID_FILES:
        text = _file(family[0].root + path).strip()
        for process in family:
            if text == str(process.pid):
                return process
    speaking = [process for process in family if _speaks(process.pid)]
    if speaking:
        return speaking[0]
    if len(family) > 1 or "C" in said:
        return None
    # A keepalived that only balances load has one child as well.
    named = said.get("c")
    checkers = [_file(family[0].root + path).strip() for path in ((named,) if named else CHECKER_PID_FILES)]
    return None if str(family[0].pid) in checkers else family[0]


def _speaks(pid: int) -> bool:
    """Return whether it has a raw socket of protocol 112."""
    inodes = set()
    for table in ("raw", "raw6"):
        for line in _read(f"{pid}/net/{table}").splitlines()[1:]:
            words = line.split()
            if len(words) > 9 and words[1].endswith(RAW_PROTOCOL):
                inodes.add(f"socket:[{words[9]}]")
    for descriptor in names_in(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/fd/{descriptor}") in inodes:
                return True
    return False


def _process(pid: int) -> Optional[KeepalivedProcess]:
    words = _read(f"{pid}/cmdline").split("\0")
    parent = _status(pid).get("PPid", "")
    return KeepalivedProcess(pid, int(parent), tuple(words)) if parent.isdigit() else None


def _status(pid: int) -> dict[str, str]:
    pairs = (line.partition(":") for line in _read(f"{pid}/status").splitlines())
    return {name: value.strip() for name, _colon, value in pairs}


def _read(name: str) -> str:
    return _file(f"/proc/{name}")


def _file(path: str) -> str:
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read(1 << 20)
    return ""


def names_in(directory: str) -> list[str]:
    """Return the names in a directory; none where it cannot be read."""
    with contextlib.suppress(OSError):
        return os.listdir(directory)
    return []
