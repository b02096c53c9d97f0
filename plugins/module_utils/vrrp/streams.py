# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the standard streams usable when they are closed, full, broken or ASCII.

No other module of the library is imported here: the shortest command, ``cleanup``, uses it too.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Optional, TextIO

REFUSED = 1  # exit status: the result cannot be written


class StreamError(Exception):
    """Standard output takes nothing; the text says why."""


def prepare(encoding: Optional[str] = None) -> None:
    """Open closed streams on /dev/null, and escape characters that a stream cannot encode.

    ``encoding`` is that of the terminal, where the streams have another one.

    A closed descriptor would be given to the next socket, and a write to standard error would go into that.
    """
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_WRONLY), (2, "stderr", os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            _open_null(number, flags)
        if getattr(sys, name) is None:
            null = os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)
            setattr(sys, name, null)
            setattr(sys, f"__{name}__", null)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def say(stream: TextIO, *lines: str) -> None:
    """Write lines, now. Raises BrokenPipeError when the reader has gone, :class:`StreamError` for other errors."""
    try:
        if lines:  # /dev/full refuses even an empty write
            stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
    except (OSError, ValueError) as error:  # ValueError: it is closed
        _drop(stream)
        if stream is sys.stderr:
            return  # there is no stream left for the message
        if isinstance(error, BrokenPipeError):
            raise
        raise StreamError(f"cannot write to standard output: {getattr(error, 'strerror', None) or error}") from error


def end(status: int) -> int:
    """Flush the streams. Return ``status``, or REFUSED when the output of a successful command cannot be written."""
    try:
        say(sys.stdout)
    except BrokenPipeError:
        pass  # the reader of our output has closed it, as head(1) does
    except StreamError as error:
        say(sys.stderr, f"error: {error}")
        return status or REFUSED
    say(sys.stderr)
    return status


def _open_null(number: int, flags: int) -> None:
    with contextlib.suppress(OSError):  # a system without /dev/null
        null = os.open(os.devnull, flags)
        if null != number:
            os.dup2(null, number)
            os.close(null)
        os.set_inheritable(number, True)


def _drop(stream: Optional[TextIO]) -> None:
    """Send what a stream still holds to /dev/null: the interpreter would write it again at exit."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        stream.flush()
