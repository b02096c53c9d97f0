# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Share the code of the built-in checks of services: one clause says why a service is not good."""

from __future__ import annotations

import abc
import asyncio
import errno
import os
import socket
from collections.abc import Callable
from typing import Union

from ...config.model.trackers import TrackedHttp, TrackedTcp, TrackedUnit
from ..log import Log
from ..process import subprocesses
from .check import AskedWatch


class ServiceCheck(AskedWatch):
    """It asks a service at an interval. The answer says why it is not good, "" while it is."""

    word = ""  # in the log

    def __init__(
        self,
        name: str,
        tracked: Union[TrackedTcp, TrackedHttp, TrackedUnit],
        changed: Callable[[], None],
        log: Log,
    ) -> None:
        """Take ``tracked``, which has no weight: each instance that tracks it has its own."""
        counts = (tracked.rise, tracked.fall)
        super().__init__(name, (self.kind, name), (tracked,), counts, tracked.interval_s, changed, log)
        self.tracked = tracked
        self.answer_within_s = tracked.interval_s + tracked.timeout_s

    def observe(self, outcome: str) -> None:
        """Count one answer of :meth:`ask`: "" is a success, any other text says why it failed."""
        how = f"failed ({outcome})" if outcome else "succeeded"
        self.take(not outcome, outcome, f"{self.word}({self.name}) {how}")


class TimedCheck(ServiceCheck):
    """It stops asking when its time is over."""

    async def ask(self) -> str:
        """Ask once, for at most ``timeout_s`` seconds. Return why the service is not good, "" when it is."""
        timeout_s = self.tracked.timeout_s
        try:
            return await asyncio.wait_for(self.attempt(), timeout_s)
        except asyncio.TimeoutError:
            return f"no answer within {timeout_s:g} s"
        except OSError as error:
            return said(error)

    @abc.abstractmethod
    async def attempt(self) -> str:
        """Ask once. It may raise OSError, and may be cancelled."""


def said(error: OSError) -> str:
    """Return the error in the kernel's words, as one clause."""
    if error.errno == errno.ETIMEDOUT:
        return "no answer"  # the kernel gave up before we did
    text = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
    return text[:1].lower() + text[1:]


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


SYSTEMCTL = "systemctl"
ANSWERS = {3: "it is not active", 4: "there is no such unit"}  # systemctl(1), exit status


class UnitCheck(ServiceCheck):
    """A UnitCheck asks systemctl(1) whether the unit of one ``track_unit`` is active."""

    tracked: TrackedUnit
    kind = "unit"
    word = "Unit"

    def __init__(self, tracked: TrackedUnit, changed: Callable[[], None], log: Log) -> None:
        super().__init__(tracked.unit, tracked, changed, log)
        self._runs = subprocesses.Repeated()

    async def ask(self) -> str:
        """Ask once. The process runner has its own time limit, after which it leaves no process behind."""
        timeout_s = self.tracked.timeout_s
        outcome = await self._runs.run((SYSTEMCTL, "is-active", "--quiet", "--", self.tracked.unit), timeout_s)
        if outcome.ok:
            return ""
        if outcome.timed_out:
            return f"no answer within {timeout_s:g} s"
        if outcome.signal is not None:
            return f"systemctl ended by signal {outcome.signal}"
        return ANSWERS.get(outcome.status or 0) or outcome.error or f"systemctl {outcome.text}"
