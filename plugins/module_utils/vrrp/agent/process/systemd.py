# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify systemd (sd_notify(3)) with the standard library: readiness, one line of status, the watchdog.

Nothing happens unless systemd asked for it (NOTIFY_SOCKET, WATCHDOG_USEC).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from typing import Optional

ANSWER_S = 1.0  # how long systemctl may take to answer; a healthy one takes 0.01 s


class ServiceManager:
    """It talks to the service manager that started us, if any."""

    def __init__(self, environment: Optional[Mapping[str, str]] = None) -> None:
        environment = os.environ if environment is None else environment
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._socket: Optional[socket.socket] = None
        self._status = ""
        self.watchdog_s = self._watchdog_interval_s(environment) if self._address else None
        if self._address:
            # A name that starts with @ lies in the abstract namespace, which Linux spells with a leading NUL.
            if self._address.startswith("@"):
                self._address = "\0" + self._address[1:]
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)

    @property
    def present(self) -> bool:
        """Return whether a service manager started us."""
        return self._socket is not None

    @staticmethod
    def _watchdog_interval_s(environment: Mapping[str, str]) -> Optional[float]:
        """Return the seconds between two watchdog signals: half of what systemd waits for; None without a watchdog."""
        if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
            return None
        try:
            microseconds = int(environment.get("WATCHDOG_USEC", "0"))
        except ValueError:
            return None
        return microseconds / 2e6 if microseconds > 0 else None

    def ready(self) -> None:
        """Tell systemd that the start or a reload is complete."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Tell systemd that a reload begins; :meth:`ready` tells that it is complete."""
        # Type=notify-reload wants the time at which the reload began, in microseconds.
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def extend(self, seconds: float) -> None:
        """Tell systemd that the present start or stop takes so many seconds from now on (systemd 236)."""
        self._send(f"EXTEND_TIMEOUT_USEC={seconds * 1e6:.0f}")

    def stopping(self) -> None:
        """Tell systemd that the process is about to end."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Tell the watchdog of systemd that the process works; due every :attr:`watchdog_s` seconds."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Show one line in ``systemctl status``; the same line again is not sent."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def _send(self, message: str) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # a service manager that restarts must not stop the router
                self._socket.sendto(message.encode(), self._address)


def own_unit(cgroup: str = "/proc/self/cgroup") -> str:
    """Return the name of the service that this process belongs to, "" when there is none."""
    with contextlib.suppress(OSError), open(cgroup, encoding="ascii", errors="replace") as lines:
        for line in lines:
            name = os.path.basename(line.rstrip().rpartition(":")[2])
            if name.endswith(".service"):
                return name
    return ""


def restart_wanted(unit: str) -> bool:
    """Return whether a restart was requested, so that a stop that is under way is not the end."""
    return any(line.split()[1:3] == [unit, "restart"] for line in _systemctl("list-jobs", "--no-legend").splitlines())


def restart_follows(unit: str = "") -> bool:
    """Return whether the service, which has just ended, is about to be started again, on request or by itself."""
    unit = unit or own_unit()
    if not unit:
        return False
    shown = _systemctl("show", "--property=Job,Restart,UnitFileState", unit)
    known = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    if known.get("Job", "0") not in ("", "0"):
        return restart_wanted(unit)
    failed = os.environ.get("SERVICE_RESULT", "success") != "success"
    restarts = {"always": True, "on-failure": failed, "on-abnormal": failed, "on-abort": failed, "on-watchdog": failed}
    return restarts.get(known.get("Restart", ""), False) and known.get("UnitFileState") != "masked"


def _systemctl(*words: str) -> str:
    """Return what systemctl prints, "" when it does not answer within :data:`ANSWER_S` seconds."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
        pid = os.posix_spawnp("systemctl", ["systemctl", "--no-pager", *words], os.environ, file_actions=actions)
    except OSError:
        os.close(reading)
        return ""
    finally:
        os.close(writing)
        os.close(null)
    try:
        return _read_all(reading).decode("utf-8", "replace")
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _read_all(descriptor: int) -> bytes:
    """Return everything up to the end of file, or nothing when that does not come in time."""
    found, end_at = b"", time.monotonic() + ANSWER_S
    while (left_s := end_at - time.monotonic()) > 0 and select.select([descriptor], [], [], left_s)[0]:
        data = os.read(descriptor, 65536)
        if not data:
            return found
        found += data
    return b""
