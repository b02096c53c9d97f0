# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``track_tcp``: a connection that must be accepted. No thread, no name to resolve, nothing is sent."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Union

from ...config.trackers import TrackedHttp, TrackedTcp, TrackedUnit
from ..telling.log import Log
from .watch import Watch


class ServiceCheck(Watch):
    """Something that is asked over and over; the answer is why it is not good, "" while it is."""

    word = ""  # in the log

    def __init__(
        self,
        name: str,
        tracked: Union[TrackedTcp, TrackedHttp, TrackedUnit],
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        """``tracked`` has no weight: that is the business of who listens."""
        counts = (tracked.rise, tracked.fall)
        super().__init__(name, (self.kind, name), (tracked,), counts, tracked.interval_s, changed, log)
        self.tracked = tracked
        self.answer_within_s = tracked.interval_s + tracked.timeout_s

    async def ask(self) -> str:
        timeout_s = self.tracked.timeout_s
        try:
            return await asyncio.wait_for(self.attempt(), timeout_s)
        except asyncio.TimeoutError:
            return f"no answer within {timeout_s:g} s"
        except OSError as error:
            return said(error)

    async def attempt(self) -> str:
        """Ask once. May raise OSError, and may be cancelled."""
        raise NotImplementedError

    def observe(self, outcome: str) -> None:
        how = f"failed ({outcome})" if outcome else "succeeded"
        self.take(not outcome, outcome, f"{self.word}({self.name}) {how}")


class TcpCheck(ServiceCheck):
    kind = "tcp"
    word = "TCP"

    def __init__(self, tracked: TrackedTcp, changed: Callable[[], None], log: Log) -> None:
        super().__init__(place(str(tracked.host), tracked.port), tracked, changed, log)

    async def attempt(self) -> str:
        tracked = self.tracked
        family = socket.AF_INET if tracked.host.version == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sock:
            await asyncio.get_running_loop().sock_connect(sock, (str(tracked.host), tracked.port))
        return ""


def place(host: str, port: int) -> str:
    """``192.168.8.4:80`` or ``[fd00:8::4]:80``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def said(error: OSError) -> str:
    """The error in the kernel's words, as one clause."""
    if error.errno == errno.ETIMEDOUT:
        return "no answer"  # the kernel gave up before we did
    text = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
    return text[:1].lower() + text[1:]
