# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the journals of all instances to the runtime directory, after a crash or on SIGUSR1.

Dumping is best effort: an error costs a log line and never stops the agent. While the agent runs, it writes in small
pieces, between which the loop does its work.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .. import __version__
from ..protocol.event_codec import Header, line, written
from ..protocol.event_log import LIMIT
from .errors import CommandError
from .instance import VrrpInstance
from .log import Log
from .process import own_file

PREFIX, SUFFIX = "events-", ".jsonl"
FILES_MAX = 512  # in the directory, those of instances that are gone included
ENTRIES_MAX = 16384  # of all instances in one go, about 12 MB: the runtime directory lies in memory
ENTRIES_AT_ONCE = 32  # a millisecond's work
TOLD_AT_ONCE_S = 0.0005  # of work for one request; an entry may have hundreds of addresses
NAME_MAX = 64  # characters of an instance's name in a file's


class Recorder:
    """It writes to ``directory``. ``clock`` is monotonic seconds, the clock of the journals."""

    def __init__(self, directory: str, log: Log, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._log = log
        self._clock = clock
        self._busy = False

    def events(self, instance: VrrpInstance, after: tuple[int, float] = (0, 0.0)) -> dict[str, Any]:
        """Return a portion of an instance's record: the header, and entries after this one. Raises CommandError.

        ``more`` says whether it ends before the record does. At least one entry is told.
        """
        until = time.perf_counter() + TOLD_AT_ONCE_S
        journal = instance.journal
        try:
            entries = written(self._header(instance), journal, journal.after(*after))
            lines = [next(entries)]
            for entry in entries:
                lines.append(entry)
                if time.perf_counter() >= until:
                    break
            return {"lines": lines, "more": lines[0]["lost"] + len(lines) - 1 < journal.noted}
        except Exception as error:  # an error here fails the command, not the agent
            raise CommandError(f"cannot tell the events: {type(error).__name__}: {error}") from error

    def write(self, instances: Iterable[VrrpInstance]) -> None:
        """Write every journal at once."""
        for _pause in self._guarded(instances):
            pass

    def write_in_turns(self, instances: Iterable[VrrpInstance]) -> None:
        """Write every journal, a piece in each turn of the running loop."""
        if self._busy:
            return
        self._busy = True
        loop, pieces = asyncio.get_running_loop(), self._guarded(list(instances))

        def turn() -> None:
            self._busy = next(pieces, False)
            if self._busy:
                loop.call_soon(turn)

        turn()

    def _guarded(self, instances: Iterable[VrrpInstance]) -> Iterator[bool]:
        try:
            yield from self._pieces({instance.name: instance for instance in reversed(list(instances))})
        except OSError as error:
            self._log.error(f"cannot write the events to {self._directory}: {error.strerror or error}")
        except Exception as error:  # best effort: never let it stop the daemon
            self._log.error(f"cannot write the events: {type(error).__name__}: {error}")

    def _pieces(self, instances: dict[str, VrrpInstance]) -> Iterator[bool]:
        """Yield True after every piece of work."""
        limit = max(min(LIMIT, ENTRIES_MAX // max(len(instances), 1)), 1)
        chosen = list(instances.values())[:FILES_MAX]
        for instance in chosen:
            lines = []
            for number, each in enumerate(written(self._header(instance), instance.journal, limit), 1):
                lines.append(line(each) + "\n")
                if not number % ENTRIES_AT_ONCE:
                    yield True
            replace_file(self._directory, file_name(instance.name), "".join(lines).encode())
            yield True
        self._sweep()
        self._log.info(
            f"wrote the events of {len(chosen)} instance(s) to {os.path.join(self._directory, PREFIX)}*{SUFFIX}"
        )

    def _header(self, instance: VrrpInstance) -> Header:
        config = instance.config
        return Header(
            instance=config.name,
            interface=config.interface,
            vrid=config.virtual_router_id,
            agent=__version__,
            monotonic=self._clock(),
            wall=time.time(),
        )

    def _sweep(self) -> None:
        """Remove the oldest files beyond FILES_MAX: names of instances change."""
        found = []
        for entry in os.scandir(self._directory):
            if entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX):
                found.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
        for _written_at, path in sorted(found)[:-FILES_MAX]:
            os.unlink(path)


def replace_file(directory: str, name: str, content: bytes) -> None:
    """Write the whole file or nothing, readable by its owner alone."""
    own_file.replace(os.path.join(directory, name), content)


def file_name(instance: str) -> str:
    """Return the file name of an instance. A name with other characters than letters, digits, ".-_" gets a digest."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", instance)[:NAME_MAX]
    if safe != instance:
        safe += "-" + hashlib.sha256(instance.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{PREFIX}{safe}{SUFFIX}"


STATUS = "status.json"


class Reports:
    """It writes what ``status()`` returns to ``directory``; ``write_records()`` has the recorder write its files."""

    def __init__(
        self, directory: str, log: Log, status: Callable[[], dict[str, Any]], write_records: Callable[[], None]
    ) -> None:
        self._directory = directory
        self._log = log
        self._status = status
        self._write_records = write_records

    def data(self) -> None:
        """Write the status, and the recorder's files (SIGUSR1)."""
        self._log.info(f"Printing VRRP data for process({os.getpid()}) on signal")
        self._write_records()
        self._write()

    def stats(self) -> None:
        """Write the status, in which the counts are (SIGUSR2)."""
        self._log.info(f"Printing VRRP stats for process({os.getpid()}) on signal")
        self._write()

    def _write(self) -> None:
        path = os.path.join(self._directory, STATUS)
        try:
            replace_file(self._directory, STATUS, (json.dumps(self._status(), indent=2) + "\n").encode())
            self._log.info(f"wrote {path}")
        except OSError as error:  # a full disk: a report must not stop the router
            self._log.error(f"cannot write {path}: {error.strerror or error}")
