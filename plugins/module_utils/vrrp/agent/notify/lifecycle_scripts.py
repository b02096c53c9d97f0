# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``startup_script`` before anything else is done, and ``shutdown_script`` when everything has ended.

A process that goes on where the one before it was must not wait: what the script set up is still there, because no
shutdown script has run. So a start after a crash, or a restart in place, runs neither; a startup script that is new in
the file then runs in the background.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from typing import Any, Optional

from ...config.model.configuration import Globals, NotifyCommand
from ..log import Log
from ..process import own_file, subprocesses

DONE = "startup.done"  # in the runtime directory, which does not survive a reboot: the digest of what was run
NOTE_MAX = 64  # octets of a digest


class LifecycleScripts:
    """It runs the scripts of a service's start and end. ``directory`` keeps the note of what was run."""

    def __init__(self, directory: str, log: Log) -> None:
        self._note = os.path.join(directory, DONE)
        self._log = log
        self._running: Optional[asyncio.Future[Any]] = None

    def waits_s(self, settings: Globals, resuming: bool) -> float:
        """Return how long a start may have to wait for the startup script, in seconds."""
        return 0.0 if resuming or settings.startup_script is None else float(settings.startup_script_timeout_s)

    async def startup(self, settings: Globals, resuming: bool, over: asyncio.Event) -> None:
        """Run the startup script until it ends, or until ``over`` is set. A failure is only logged."""
        script = settings.startup_script
        if script is None or (resuming and self._noted() == _digest(script)):
            return
        self._log.info(f"Running startup script {script.command[0]}")
        self._running = asyncio.ensure_future(self._run("startup", script, settings, settings.startup_script_timeout_s))
        with contextlib.suppress(OSError):  # then it runs once more after a crash
            own_file.replace(self._note, _digest(script).encode("ascii"))
        if not resuming:
            ended = asyncio.ensure_future(over.wait())
            await asyncio.wait([self._running, ended], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()

    async def end(self) -> None:
        """Cancel a startup script that still runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def shutdown(self, settings: Globals) -> None:
        """Run the shutdown script to its end."""
        with contextlib.suppress(OSError):
            os.unlink(self._note)
        script = settings.shutdown_script
        if script is not None:
            self._log.info(f"Running shutdown script {script.command[0]}")
            await self._run("shutdown", script, settings, settings.shutdown_script_timeout_s)

    async def _run(self, kind: str, script: NotifyCommand, settings: Globals, timeout_s: float) -> None:
        user, group = script.user, script.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        outcome = await subprocesses.run(script.command, timeout_s, user, group, settings.enable_script_security)
        if outcome.ok:
            self._log.info(f"{kind} script succeeded")
        elif outcome.timed_out:
            self._log.warning(f"{kind} script timed out")
        elif outcome.status is not None:
            self._log.warning(f"{kind} script script failed, status {outcome.status}")  # keepalived says the word twice
        else:
            self._log.error(f"{kind} script failed ({outcome.text})")

    def _noted(self) -> Optional[str]:
        with contextlib.suppress(OSError, ValueError):
            return own_file.read(self._note, NOTE_MAX).decode("ascii")
        return None


def _digest(script: NotifyCommand) -> str:
    """Return a digest: the same for the same command in every process, and it hides the arguments."""
    return hashlib.sha256(repr(script).encode("utf-8", "surrogateescape")).hexdigest()
