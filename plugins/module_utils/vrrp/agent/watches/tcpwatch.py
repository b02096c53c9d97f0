# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect for ``track_tcp``: the connection must be accepted. No thread, no name to resolve, nothing is sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from ...config.trackers import TrackedTcp
from ..telling.log import Log
from .service import TimedCheck


class TcpCheck(TimedCheck):
    """A TcpCheck connects to the address and port of one ``track_tcp``, and closes the connection at once."""

    tracked: TrackedTcp
    kind = "tcp"
    word = "TCP"

    def __init__(self, tracked: TrackedTcp, changed: Callable[[], None], log: Log) -> None:
        super().__init__(place(str(tracked.host), tracked.port), tracked, changed, log)

    async def attempt(self) -> str:
        """Connect once. Return "" when the connection is accepted; raises OSError when it is not."""
        tracked = self.tracked
        family = socket.AF_INET if tracked.host.version == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sock:
            await asyncio.get_running_loop().sock_connect(sock, (str(tracked.host), tracked.port))
        return ""


def place(host: str, port: int) -> str:
    """Return ``192.168.8.4:80`` or ``[fd00:8::4]:80``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
