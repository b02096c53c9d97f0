# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first line of a script: why the kernel will not execute it. keepalived gives such a script to /bin/sh."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple, Optional

from ...config.problems import printable

SHELL = "/bin/sh"
_OCTETS = 256  # linux/binfmts.h: BINPRM_BUF_SIZE, so much of a file the kernel looks at
_BOM = b"\xef\xbb\xbf"
_NO_SHEBANG = "its first line does not begin with #!"


class Flaw(NamedTuple):
    """What is wrong with the first line of a script, and what to do."""

    text: str
    fix: str


def flaw(place: str) -> Optional[Flaw]:
    """What keeps the kernel from executing the file ``place``; None for programs, and for what cannot be read."""
    head = _head(place)
    if head is None or b"\0" in head:
        return None
    if head.startswith(b"#!"):
        return _interpreter(head[2:].partition(b"\n")[0])
    if head.startswith(_BOM + b"#!"):
        return Flaw("a byte order mark stands before its #!", "save it as UTF-8 without one")
    if head.lstrip().startswith(b"#!"):
        return Flaw(f"{_NO_SHEBANG}: what stands before is blank", "make #! the first two characters")
    return Flaw(_NO_SHEBANG, f"add #!{SHELL}")


def _head(place: str) -> Optional[bytes]:
    """The beginning of a regular file."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, _OCTETS) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _interpreter(line: bytes) -> Optional[Flaw]:
    words = line.replace(b"\t", b" ").strip(b" ").split(b" ")
    if not words[0].strip():
        return Flaw("its first line names no interpreter", f"write #!{SHELL}")
    name = os.fsdecode(words[0])
    windows = "the file has Windows line ends: sed -i 's/\\r$//' FILE"
    if not os.path.exists(name):
        shown = printable(name.replace("\r", "^M"))
        fix = windows if name.endswith("\r") else "install it, or name another one"
        return Flaw(f"its interpreter {shown} does not exist", fix)
    if line.endswith(b"\r"):
        return Flaw(f"its interpreter {printable(name)} is given a carriage return", windows)
    return None
