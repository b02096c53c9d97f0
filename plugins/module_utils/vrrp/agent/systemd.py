# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sd_notify(3) with the standard library: readiness, one line of status, the watchdog.

Nothing happens unless systemd asked for it (NOTIFY_SOCKET, WATCHDOG_USEC).
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from typing import Optional


class ServiceManager:
    """The service manager that started us, if any."""

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

    @staticmethod
    def _watchdog_interval_s(environment: Mapping[str, str]) -> Optional[float]:
        """Seconds between two signs of life: half of what systemd waits for; None without a watchdog."""
        if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
            return None
        try:
            microseconds = int(environment.get("WATCHDOG_USEC", "0"))
        except ValueError:
            return None
        return microseconds / 2e6 if microseconds > 0 else None

    def ready(self) -> None:
        self._send("READY=1")

    def reloading(self) -> None:
        # Type=notify-reload wants the time at which the reload began, in microseconds.
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
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
