# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read words of the command line, as UTF-8 in any locale of the caller.

A configuration is UTF-8. Where Python takes file names for another encoding, such as ASCII, it finds no file and no
instance whose name is not ASCII. An interpreter fixes the encoding when it starts, so the program starts again.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import time
from typing import Optional

MARK = "again"  # a -X option of our own
COMMAND_LINE = "/proc/self/cmdline"


def restart_in_utf8() -> None:
    """Start this program again in Python's UTF-8 mode, as the same process, where it is not in UTF-8."""
    if sys.getfilesystemencoding() == "utf-8" or MARK in sys._xoptions or not sys.executable:
        return
    with contextlib.suppress(OSError):  # when it fails, the program goes on as it is
        with open(COMMAND_LINE, "rb") as file:
            words = file.read().split(b"\0")[1:-1]
        os.execv(sys.executable, [os.fsencode(sys.executable), b"-X", b"utf8", b"-X", MARK.encode(), *words])


def terminal() -> Optional[str]:
    """Return the encoding of the caller's terminal, None where Python uses it for the streams already."""
    if MARK not in sys._xoptions or "PYTHONIOENCODING" in os.environ:
        return None
    return _locale()


def word(argument: str) -> str:
    """Return a word of the command line as text: UTF-8, or else in the caller's encoding."""
    if argument.isascii():
        return argument
    octets = os.fsencode(argument)
    with contextlib.suppress(UnicodeDecodeError):
        return octets.decode("utf-8")
    with contextlib.suppress(UnicodeDecodeError, LookupError):
        return octets.decode(_locale())
    return argument


def count(text: str) -> int:
    """Return a number of lines. Raises ArgumentTypeError."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def since(text: str) -> str:
    """Return a moment as the table writes it: so long ago, or when it was that time last. Raises ArgumentTypeError."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if match:
        ago_s = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(max(time.time() - ago_s, 0)))
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", text):
        now = time.localtime(time.time())
        today = f"{time.strftime('%Y-%m-%d', now)} {text}"
        if today <= time.strftime("%Y-%m-%d %H:%M:%S", now):
            return today
        return f"{time.strftime('%Y-%m-%d', time.localtime(time.time() - 86400))} {text}"
    if re.fullmatch(r"[0-9]{4}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9])?)?", text):
        moment = text.replace("T", " ")
        with contextlib.suppress(ValueError):  # not every month has 31 days
            time.strptime(moment + " 00:00:00"[len(moment) - 10 :], "%Y-%m-%d %H:%M:%S")
            return moment
    raise argparse.ArgumentTypeError(f"{text!r} is no time: write 90s, 10m, 2h, 1d or 14:30")


def _locale() -> str:
    import locale  # not needed in a UTF-8 locale

    return locale.nl_langinfo(locale.CODESET) or "ascii"
