# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a signal asks for, as keepalived's: SIGUSR1 the whole state, SIGUSR2 the counts.

They lie in the runtime directory, where keepalived uses /tmp. As the recorder's they are written in small pieces.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import dump
from .log import Log
from .recorder import replace_file

if TYPE_CHECKING:
    from ..daemon import Agent

DATA, STATS = "hotstandby.data", "hotstandby.stats"


class Reports:
    """Writes to ``directory``."""

    def __init__(self, directory: str, log: Log, agent: Agent) -> None:
        self._directory = directory
        self._log = log
        self._agent = agent
        self._busy: set[str] = set()

    def data(self) -> None:
        """SIGUSR1: the state, and the recorder's files."""
        self._log.info(f"Printing VRRP data for process({os.getpid()}) on signal")
        self._agent.recorder.write_in_turns(self._agent.everyone())
        self._write_in_turns(DATA, dump.data(self._agent, self._agent.clock(), time.time()))

    def stats(self) -> None:
        """SIGUSR2: the counts."""
        self._log.info(f"Printing VRRP stats for process({os.getpid()}) on signal")
        self._write_in_turns(STATS, dump.stats(list(self._agent.everyone())))

    def _write_in_turns(self, name: str, pieces: Iterator[str]) -> None:
        if name in self._busy:
            return
        self._busy.add(name)
        loop, done = asyncio.get_running_loop(), []

        def turn() -> None:
            try:
                piece = next(pieces, None)
                if piece is not None:
                    done.append(piece + "\n")
                    loop.call_soon(turn)
                    return
                replace_file(self._directory, name, "".join(done).encode())
                self._log.info(f"wrote {os.path.join(self._directory, name)}")
            except Exception as error:  # a reload in between, a full disk: an onlooker must not end the router
                self._log.error(
                    f"cannot write {name} to {self._directory}: {getattr(error, 'strerror', None) or error}"
                )
            self._busy.discard(name)

        turn()
