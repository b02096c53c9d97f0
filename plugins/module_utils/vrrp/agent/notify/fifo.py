# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write ``notify_fifo`` and ``vrrp_notify_fifo``: one line for each event, as ``INSTANCE "VI_1" MASTER 100``.

Writing never blocks. Lines that do not fit into the FIFO are queued, and of queued lines about the same thing only the
newest is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
from typing import Any, Optional

from ...config.model.configuration import Fifo, Globals
from ..log import Log
from ..process import acl, own_file, subprocesses

WAITING_MAX = 1024  # lines of one FIFO; the pipe itself holds some two thousand more
STATES = ("MASTER", "BACKUP", "FAULT", "STOP", "DELETED")
MADE = "fifos.json"  # in the runtime directory: FIFOs that a former process made, and that we remove
READER_S = 1.0  # how long a script may take to end when its FIFO has gone
MODE = 0o600  # what keepalived's default umask leaves
FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW  # to read, too: opening it then works without a reader


class Fifos:
    """It holds the FIFOs of the configuration in force."""

    def __init__(self, settings: Globals, log: Log, directory: Optional[str] = None) -> None:
        self._settings = settings
        self._log = log
        self._record = os.path.join(directory, MADE) if directory else None
        self._made = self._inherited()
        self._open: dict[str, _Open] = {}  # by its keyword
        self._ending: set[asyncio.Task[Any]] = set()

    def open(self) -> None:
        """Make the FIFOs that the configuration asks for, and start their scripts."""
        wanted = _wanted(self._settings)
        for path in self._made - {each.path for each in wanted.values()}:
            _remove(path)  # of a process before this one, which had another configuration
            self._made.discard(path)
        self._open_missing(wanted)

    def tell(self, kind: str, name: str, state: str, priority: int) -> None:
        """Write one line to all of them. ``kind`` is INSTANCE or GROUP; keepalived says priority 0 for a group."""
        for each in self._open.values():
            each.tell(kind, name, state, priority)

    def apply(self, settings: Globals) -> None:
        """Take a changed configuration. FIFOs that stay the same go on, with their scripts."""
        before, self._settings = self._settings, settings
        wanted, same_user = _wanted(settings), _runs_scripts_as(before) == _runs_scripts_as(settings)
        for kind, each in list(self._open.items()):
            if each.wanted != wanted.get(kind) or not same_user:
                self._shut(self._open.pop(kind))
        self._open_missing(wanted)

    async def close(self, keep: bool = False) -> None:
        """Close all. With ``keep`` a successor goes on, and a reader must not lose the FIFO."""
        for each in self._open.values():
            self._shut(each, keep)
        self._open = {}
        if not keep:
            self._remember()
        await asyncio.gather(*self._ending)

    def _open_missing(self, wanted: dict[str, Fifo]) -> None:
        for kind, fifo in wanted.items():
            if kind not in self._open:
                each = _Open(kind, fifo, self._settings, self._log, fifo.path in self._made)
                if each.open():
                    self._open[kind] = each
        self._made |= {each.wanted.path for each in self._open.values() if each.made}
        self._remember()

    def _shut(self, each: _Open, keep: bool = False) -> None:
        each.shut(keep)
        if not keep:
            self._made.discard(each.wanted.path)
        task = asyncio.get_running_loop().create_task(each.end_script())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _inherited(self) -> set[str]:
        paths = None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            if self._record is not None:
                paths = json.loads(own_file.read(self._record))
        return set(filter(_is_path, paths)) if isinstance(paths, list) else set()

    def _remember(self) -> None:
        """Write the list of FIFOs that the next process must remove at its end."""
        if self._record is None:
            return
        with contextlib.suppress(OSError):  # then the file stays, and an empty FIFO does no harm
            if self._made:
                own_file.replace(self._record, json.dumps(sorted(self._made)).encode())
            else:
                os.unlink(self._record)


class _Open:
    """It is one FIFO and its script."""

    def __init__(self, kind: str, wanted: Fifo, settings: Globals, log: Log, made: bool) -> None:
        self.wanted = wanted
        self.made = made  # by us, so we remove it
        self._kind = kind.replace("_fifo", " fifo")  # keepalived's spelling
        self._settings = settings
        self._log = log
        self._fd = -1
        self._waiting: dict[tuple[str, str, str], bytes] = {}
        self._script: Optional[asyncio.Task[Any]] = None

    def open(self) -> bool:
        """Make the FIFO if it is missing, open it, and start its script. Return False, with a log line, on failure."""
        path = self.wanted.path
        try:
            try:
                os.mkfifo(path, MODE)
                self.made = fresh = True
            except FileExistsError:
                fresh = False
            self._fd = os.open(path, FLAGS)
            if not self._is_ours():
                os.close(self._fd)
                self._fd = -1
                self._log.error(f"{self._kind} {path} is not a fifo we own - not using")
                return False
        except OSError as error:
            self._log.error(f"Unable to create {self._kind} {path} ({error.strerror or error})")
            return False
        if fresh:
            self._give_away()
        if self.wanted.script is not None:
            self._script = asyncio.get_running_loop().create_task(self._read())
        return True

    def tell(self, kind: str, name: str, state: str, priority: int) -> None:
        line = f'{kind} "{name}" {state} {priority}\n'.encode("utf-8", "surrogateescape")
        if not self._waiting and self._write(line):
            return
        subject = (kind, name, "state" if state in STATES else state)
        self._waiting.pop(subject, None)  # an older line about the same thing
        if len(self._waiting) >= WAITING_MAX:
            del self._waiting[next(iter(self._waiting))]
        if not self._waiting:
            asyncio.get_running_loop().add_writer(self._fd, self._flush)
        self._waiting[subject] = line
        self._log.rate_limited(
            ("fifo", self.wanted.path), f"{self._kind} {self.wanted.path} is full: no process reads it"
        )

    def shut(self, keep: bool) -> None:
        """Give up the FIFO, now."""
        if self._waiting:
            asyncio.get_running_loop().remove_writer(self._fd)
            self._waiting = {}
        if self.made and not keep:
            _remove(self.wanted.path)  # first: a script that opens it again must not find it
        os.close(self._fd)

    async def end_script(self) -> None:
        """Let the script end after it has read the end of file; cancel it after READER_S."""
        if self._script is not None:
            _done, pending = await asyncio.wait([self._script], timeout=READER_S)
            if pending:
                self._script.cancel()
                await asyncio.gather(self._script, return_exceptions=True)

    def _write(self, line: bytes) -> bool:
        """Write one line. It is shorter than PIPE_BUF, so it is written whole or not at all."""
        try:
            os.write(self._fd, line)
        except BlockingIOError:
            return False
        except OSError as error:
            self._log.rate_limited(
                ("fifo", self.wanted.path, "error"), f"{self._kind} write error: {error.strerror or error}"
            )
        return True

    def _flush(self) -> None:
        while self._waiting:
            subject = next(iter(self._waiting))
            if not self._write(self._waiting[subject]):
                return
            del self._waiting[subject]
        asyncio.get_running_loop().remove_writer(self._fd)

    def _is_ours(self) -> bool:
        """Return whether our user, root or its reader owns the FIFO: another user must not choose where we write."""
        status = os.fstat(self._fd)
        return stat.S_ISFIFO(status.st_mode) and status.st_uid in {0, os.geteuid(), *self._owner()[:1]}

    def _owner(self) -> tuple[int, ...]:
        """Return (uid, gid) of its reader; empty when it is our own user, or unknown here."""
        user, group = self.wanted.user, self.wanted.group
        if user is None:
            user, group = self._settings.script_user, self._settings.script_group
        try:
            return subprocesses.account(user, group) if user is not None else ()
        except subprocesses.UserError as error:
            self._log.rate_limited(("fifo", self.wanted.path, "user"), f"{self._kind} {self.wanted.path}: {error}")
            return ()

    def _give_away(self) -> None:
        """Set its mode and owner. Where we may not change the owner, give the reader a right to read and write."""
        try:
            os.fchmod(self._fd, MODE if self.wanted.mode is None else self.wanted.mode)
            owner = self._owner()
            if owner and owner != (os.geteuid(), os.getegid()):
                try:
                    os.fchown(self._fd, *owner)
                except PermissionError:
                    acl.allow(self._fd, owner[0])
        except OSError as error:
            self._log.error(f"Failed to set uid:gid for fifo {self.wanted.path} ({error.strerror or error})")

    async def _read(self) -> None:
        """Run its script until it ends."""
        script, settings = self.wanted.script, self._settings
        if script is None:
            return
        user, group = script.user, script.group
        if user is None:
            user, group = settings.script_user, settings.script_group
        command = (*script.command, self.wanted.path)
        try:
            child = await subprocesses.spawn(command, user, group, settings.enable_script_security)
        except subprocesses.CannotRun as error:
            self._log.error(f"{self._kind} script {script.command[0]} failed ({error})")
            return
        try:
            outcome = subprocesses.outcome(await child.wait())
            words = self._kind.replace("_", " ")
            self._log.info(f"{words} script terminated ({outcome.text})")
        except asyncio.CancelledError:
            await subprocesses.end(child)
            raise


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and "\0" not in value


def _remove(path: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # ValueError: the path is not valid in our locale
        if stat.S_ISFIFO(os.lstat(path).st_mode):
            os.unlink(path)


def _wanted(settings: Globals) -> dict[str, Fifo]:
    """Return the FIFOs by keyword. keepalived ignores the second one when both name the same file."""
    both = {"notify_fifo": settings.notify_fifo, "vrrp_notify_fifo": settings.vrrp_notify_fifo}
    found = {kind: fifo for kind, fifo in both.items() if fifo is not None}
    if len(found) > 1 and len({fifo.path for fifo in found.values()}) == 1:
        del found["vrrp_notify_fifo"]
    return found


def _runs_scripts_as(settings: Globals) -> tuple[object, ...]:
    return settings.script_user, settings.script_group, settings.enable_script_security
