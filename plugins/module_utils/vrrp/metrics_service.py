# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the metrics of an agent available: over HTTP, and in a file for node_exporter.

This is a process of its own, which may only look at the agent. The agent is asked once a second at most, however often
the metrics are scraped, so scraping costs it next to nothing and makes no advertisement late.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from typing import Any, Optional

from .agent.process import own_file
from .agent.process.systemd import ServiceManager
from .client import AgentError, AgentUnreachable, Client
from .metrics import as_text
from .metrics_endpoint import endpoint
from .metrics_http import MetricsServer
from .streams import say

FRESH_S = 1.0  # an answer of the agent is good for so long
TEXTFILE_S = 15.0  # between two writes
ASK_S = 2.0  # for an answer of the agent; meanwhile all scrapes wait
TEXTFILE_MODE = 0o644  # node_exporter is another user


class Scraped:
    """It asks an agent, and keeps its answer as text for :data:`FRESH_S`."""

    def __init__(self, ask: Callable[[], dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._until = 0.0
        self._status: Optional[dict[str, Any]] = None
        self._texts: dict[bool, bytes] = {}
        self._problem = ""

    def text(self, openmetrics: bool) -> bytes:
        """Return all metrics; they say it where no agent answers."""
        if self._clock() >= self._until:
            self._status, self._texts = self._answer(), {}
            self._until = self._clock() + FRESH_S
        if openmetrics not in self._texts:
            lines = as_text(self._status, openmetrics)
            self._texts[openmetrics] = "".join(f"{line}\n" for line in lines).encode()
        return self._texts[openmetrics]

    def _answer(self) -> Optional[dict[str, Any]]:
        """Return the status, None without one. The reason is said once, until it is another one."""
        status, problem = None, ""
        try:
            status = self._ask()
        except (AgentError, AgentUnreachable) as error:
            problem = str(error)
        if problem != self._problem:
            self._problem = problem
            say(sys.stderr, problem or "the agent answers again")
        return status


def run(runtime_dir: str, listen: Optional[str], socket_path: Optional[str], textfile: Optional[str]) -> int:
    """Serve until SIGTERM or SIGINT. Return the exit status: 1 where an address, a socket or a file cannot be used."""
    try:
        return asyncio.run(_serve(Scraped(Client(runtime_dir, ASK_S).status), listen, socket_path, textfile))
    except OSError as error:
        what = error.filename or listen
        say(sys.stderr, f"error: the metrics cannot be served at {what}: {error.strerror or error}")
    except ValueError as error:
        say(sys.stderr, f"error: {error}")
    return 1


async def _serve(scraped: Scraped, listen: Optional[str], socket_path: Optional[str], textfile: Optional[str]) -> int:
    loop, ended, manager = asyncio.get_running_loop(), asyncio.Event(), ServiceManager()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = MetricsServer(scraped.text)
    try:
        if listen:
            await server.listen(*endpoint(listen))
        if socket_path:
            await server.listen_unix(socket_path)
        if textfile:
            write(textfile, scraped.text(False))
        manager.ready()
        while not ended.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(ended.wait(), TEXTFILE_S if textfile else None)
            if textfile and not ended.is_set():
                write(textfile, scraped.text(False))
    finally:
        manager.stopping()
        server.close()
    return 0


def write(path: str, text: bytes) -> None:
    """Write a file in one step: its reader sees the one before or the new one. Raises OSError.

    A file at this path is replaced. A directory, a link or a device stays, and is an error.
    """
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise OSError(errno.EEXIST, "it is there, and is no regular file: choose another path, or remove it", path)
    new = f"{path}.new"
    with open(own_file.open_file(new, os.O_WRONLY | os.O_CREAT), "wb") as file:
        os.ftruncate(file.fileno(), 0)
        os.fchmod(file.fileno(), TEXTFILE_MODE)
        file.write(text)
    os.replace(new, path)
