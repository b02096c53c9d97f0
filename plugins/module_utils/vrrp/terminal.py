# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw a whole screen of a terminal, read single keys, and leave the terminal as it was.

There is no curses in the smallest Python of some distributions, so these are the sequences of ECMA-48 that every
terminal of today knows (console_codes(4)).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
from collections.abc import Sequence
from typing import Any, Optional

# Another screen, without a cursor, on which a line that is too long does not go on in the next one; and back.
ENTER, LEAVE = "\033[?1049h\033[?25l\033[?7l\033[H\033[J", "\033[?7h\033[?25h\033[?1049l"
HOME, CLEAR_LINE, CLEAR_BELOW = "\033[H", "\033[2K", "\033[J"
LOCAL_FLAGS = 3  # the place of these flags in what tcgetattr(3) returns
KEYS = 64  # octets of one read
SIZE = (80, 24)  # of a terminal that does not know its own


def interactive() -> bool:
    """Return whether a person looks at this program and can type: both streams are a terminal that can draw."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


class Terminal:
    """It has the screen inside a ``with`` block. Signals that end the program or stop it leave the terminal usable."""

    def __init__(self) -> None:
        self._input, self._output = sys.stdin.fileno(), sys.stdout
        self._before: list[Any] = []
        self._handlers: dict[int, Any] = {}
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Terminal:
        """Switch to another screen, and get keys without the Enter key."""
        self._before = termios.tcgetattr(self._input)
        try:
            for number, handler in (
                (signal.SIGWINCH, self._wake),
                (signal.SIGTERM, self._end),
                (signal.SIGHUP, self._end),
                (signal.SIGQUIT, self._end),
                (signal.SIGTSTP, self._stop),
            ):
                self._handlers[number] = signal.signal(number, handler)
            self._enter()
        except BaseException:  # a signal: a block that is not entered is not left either
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """Make the terminal what it was."""
        self._leave()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._wake_read)
        os.close(self._wake_write)

    @property
    def size(self) -> tuple[int, int]:
        """Return the columns and rows that it has now."""
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(self._output.fileno())
            if columns and rows:
                return columns, rows
        return SIZE

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines and nothing else. They are in their places already when they appear: nothing flickers."""
        # Each line is cleared before it is written: behind a full line that would take its last character.
        self._write(HOME + "\n".join(CLEAR_LINE + line for line in lines) + CLEAR_BELOW)

    def wait(self, descriptor: Optional[int], timeout_s: float) -> tuple[str, bool]:
        """Wait for a key, for data on the descriptor, for another size or for the time.

        Return the keys, and whether there is data. Raises EOFError when the terminal has gone.
        """
        watched = [self._input, self._wake_read, *(() if descriptor is None else (descriptor,))]
        ready, _writable, _failed = select.select(watched, [], [], max(timeout_s, 0.0))
        if self._wake_read in ready:
            os.read(self._wake_read, KEYS)
        keys = b""
        if self._input in ready:
            try:
                keys = os.read(self._input, KEYS)
            except OSError as error:
                raise EOFError from error
            if not keys:
                raise EOFError
        return keys.decode("latin-1"), descriptor in ready

    def _enter(self) -> None:
        attributes = termios.tcgetattr(self._input)
        attributes[LOCAL_FLAGS] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(self._input, termios.TCSADRAIN, attributes)
        self._write(ENTER)

    def _leave(self) -> None:
        with contextlib.suppress(OSError):  # it has gone
            self._write(LEAVE)
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()

    def _wake(self, _number: int, _frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"w")

    def _end(self, number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    def _stop(self, number: int, frame: object) -> None:
        """Stop as the shell expects it (^Z), and draw again when it lets us go on."""
        self._leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._enter()
        self._wake(number, frame)
