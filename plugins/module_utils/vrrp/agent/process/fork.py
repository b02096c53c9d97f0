# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run slow work in a child, which is a copy of this process: reading a configuration, writing to the disk.

A thread would not do: it shares the interpreter's lock with the loop, and has no real-time priority (the kernel resets
that for what we start), so the loop would wait while other processes have the processor. The child sees everything as
it was when it began, changes nothing of it, and sends back what it found. There is one at a time. One that takes too
long is killed, but while it waits for a disk that hangs the kernel does not end it: of these there are a few at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import pickle
import select
import signal
import struct
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Optional

from ..errors import CommandError
from ..log import Log
from . import oom_score

TIME_MAX_S = 4.5  # a client waits for 5 s
SHARE = 0.1  # of the loop's time, for starting work and for its results
READ_SIZE = 1 << 16
REAPING_S, REAPING_MAX_S = 0.01, 1.0  # between two looks whether a killed child has ended
LEFT_MAX = 3  # killed children that have not ended
END_S = 0.2  # a killed child that has not ended after that waits for a disk
FINISH_S = 1.0  # for what is written at the end of the agent: its successor waits for that
FIRST_OWN = 3  # descriptors below are the standard streams
SIZE = struct.Struct("=Q")  # of the result that follows: a child can be ended while it sends that


@dataclass
class Work:
    """It is a call in the child; ``then`` gets its return value in the loop, and ``result`` that of ``then``."""

    function: Callable[[], Any]
    then: Callable[[Any], dict[str, Any]]
    result: asyncio.Future[Any]
    does: str  # what the child does, in the texts of errors


class Fork:
    """It does one :class:`Work` after the other. ``guard`` wraps each callback of the loop: a bug ends the agent."""

    def __init__(self, guard: Callable[[Callable[[], None]], Callable[[], None]], log: Log) -> None:
        self._guard = guard
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Work] = deque()
        self._busy = False  # with a child, or resting
        self._closed = False
        self._work: Optional[Work] = None
        self._pid = 0
        self._killed: set[int] = set()  # children that are not reaped
        self._pipe = -1
        self._received: list[bytes] = []
        self._timer: Optional[asyncio.TimerHandle] = None
        self._spent_s = 0.0  # of the loop's time, for the present work

    def run(
        self,
        function: Callable[[], Any],
        then: Callable[[Any], dict[str, Any]],
        does: str = "reads the configuration",
    ) -> asyncio.Future[dict[str, Any]]:
        """Call ``function`` in a child and then ``then``. If either raises CommandError, the future has it."""
        work = Work(function, then, self._loop.create_future(), does)
        self._waiting.append(work)
        if not self._busy:
            self._next()
        return work.result

    def close(self) -> None:
        """End the child; its result is not used."""
        self._closed = True
        self._waiting.clear()
        if self._pid:
            self._end_child()
        if self._timer is not None:
            self._timer.cancel()

    def left(self) -> int:
        """Return how many killed children have not ended."""
        for pid in tuple(self._killed):
            self._has_ended(pid)
        return len(self._killed)

    def finish(self, function: Callable[[], str], does: str) -> str:
        """Call ``function`` in a child as the agent ends, and wait for it. Return what is wrong, "" where nothing is.

        A disk that hangs takes ``FINISH_S`` of the agent's end, and the next call nothing.
        """
        if self._waits_for_disk():
            return f"no process {does}: the disk does not answer"
        try:
            pid, pipe = start(function)
        except OSError as error:
            return f"cannot start a process that {does}: {error.strerror or error}"
        try:
            data = read_within(pipe, FINISH_S)
        finally:
            os.close(pipe)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._killed.add(pid)
            self._waits_for_disk()  # it reaps the child
        if data is None:
            return f"the process that {does} is ended: the disk does not answer"
        try:
            return str(self._found(does, data))
        except CommandError as error:
            return str(error)

    def _waits_for_disk(self) -> bool:
        """Return whether a killed child does not end, after a moment in which others do."""
        deadline = time.monotonic() + END_S
        while self.left() and time.monotonic() < deadline:
            time.sleep(REAPING_S)
        return bool(self._killed)

    def _next(self) -> None:
        """Begin the work that has waited longest."""
        self._busy = bool(self._waiting) and not self._closed
        if not self._busy:
            return
        began = time.perf_counter()
        self._work = work = self._waiting.popleft()
        self._received.clear()
        try:
            if self.left() >= LEFT_MAX:
                raise OSError("an earlier process waits for a disk")
            self._pid, self._pipe = start(work.function)
        except OSError as error:
            reason = error.strerror or str(error)
            self._spent_s = time.perf_counter() - began
            return self._over(lambda work: refuse(f"cannot start a process that {work.does}: {reason}"))
        self._loop.add_reader(self._pipe, self._readable)
        self._timer = self._loop.call_later(TIME_MAX_S, self._too_long)
        self._spent_s = time.perf_counter() - began

    def _readable(self) -> None:
        began = time.perf_counter()
        try:
            data = os.read(self._pipe, READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        if data:
            self._received.append(data)
        else:
            self._end_child()
            found = b"".join(self._received)
            self._received.clear()
            self._over(lambda work: self._found(work.does, found))
        self._spent_s += time.perf_counter() - began

    def _too_long(self) -> None:
        self._end_child()
        text = f"takes longer than {TIME_MAX_S:g} s: nothing has changed"
        self._over(lambda work: refuse(f"the process that {work.does} {text}"))

    def _end_child(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._pipe)
        os.close(self._pipe)
        pid, self._pid = self._pid, 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._killed.add(pid)
        self._reap(pid, REAPING_S)

    def _reap(self, pid: int, pause_s: float) -> None:
        """Reap the child. It may end late after SIGKILL, and never when it waits for a dead disk."""
        if not self._has_ended(pid) and not self._loop.is_closed():
            self._loop.call_later(pause_s, self._reap, pid, min(2 * pause_s, REAPING_MAX_S))

    def _has_ended(self, pid: int) -> bool:
        """Return whether a killed child is reaped, now or before."""
        if pid in self._killed:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    return False
            self._killed.discard(pid)
        return True

    def _found(self, does: str, data: bytes) -> Any:
        """Return what the child has sent. Raises CommandError."""
        if data[: SIZE.size] != SIZE.pack(max(len(data) - SIZE.size, 0)):
            return refuse(f"the process that {does} was ended: nothing has changed")
        value, error, bug = pickle.loads(data[SIZE.size :])  # a copy of ourselves has written it
        if bug:
            self._log.error(bug)
            return refuse(f"internal error in the process that {does}: nothing has changed, see the agent's log")
        if error is not None:
            raise error
        return value

    def _over(self, found: Callable[[Work], Any]) -> None:
        """Set the result, and begin no work for nine times as long as this one took of the loop's time."""
        work, self._work = self._work, None
        if work is None:
            return

        def finish() -> None:
            began = time.perf_counter()
            try:
                result = work.then(found(work))
            except CommandError as error:
                work.result.set_exception(error)
                work.result.exception()  # the client may have gone
            except Exception:
                work.result.set_exception(CommandError("internal error, the agent gives up everything: see its log"))
                work.result.exception()
                raise
            else:
                work.result.set_result(result)
            finally:
                self._spent_s += time.perf_counter() - began
                self._timer = self._loop.call_later(self._spent_s * (1 / SHARE - 1), self._next)

        if not self._closed:
            self._guard(finish)()


def refuse(text: str) -> NoReturn:
    """Raise CommandError."""
    raise CommandError(text)


def start(function: Callable[[], Any]) -> tuple[int, int]:
    """Start a child that calls ``function``. Return its process id and the pipe with its result."""
    read_end, write_end = os.pipe()
    # A signal to all processes of the service must not be taken by the child with the handlers of the parent.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with oom_score.children():
            pid = os.fork()
        if not pid:
            _be_child(function, write_end, before)
    except OSError:
        os.close(read_end)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(write_end)
    os.set_blocking(read_end, False)
    return pid, read_end


def read_within(pipe: int, seconds: float) -> Optional[bytes]:
    """Return what a pipe has until its other end is closed; None where that takes longer."""
    data, until = b"", time.monotonic() + seconds
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    while poller.poll(max(until - time.monotonic(), 0.0) * 1000):
        piece = os.read(pipe, READ_SIZE)
        if not piece:
            return data
        data += piece
    return None


def _be_child(function: Callable[[], Any], write_end: int, signals: set[int]) -> NoReturn:
    """Call ``function``, write the result, and exit without running any code of the parent."""
    try:
        signal.set_wakeup_fd(-1)
        for number in signals_handled():
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        signal.alarm(math.ceil(TIME_MAX_S) + 1)  # in case the parent dies
        # Close everything of the parent's: its lock, its sockets, the control socket.
        os.closerange(FIRST_OWN, write_end)
        os.closerange(write_end + 1, os.sysconf("SC_OPEN_MAX"))
        result = pickle.dumps(outcome(function), pickle.HIGHEST_PROTOCOL)
        data = memoryview(SIZE.pack(len(result)) + result)
        while data:
            data = data[os.write(write_end, data) :]
    finally:
        os._exit(0)


def signals_handled() -> list[int]:
    """Return the signals that have a handler of Python's."""
    return [number for number in signal.valid_signals() if callable(signal.getsignal(number))]


def outcome(function: Callable[[], Any]) -> tuple[Any, Optional[CommandError], str]:
    """Return what ``function`` returns, what it refuses, and the traceback of any other error."""
    try:
        return function(), None, ""
    except CommandError as error:
        return None, CommandError(str(error), error.problems), ""
    except Exception:  # a bug in reading a file must not end the router
        return None, None, traceback.format_exc()
