# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the head of a compiled program (elf(5)): it must be for this machine, and complete."""

from __future__ import annotations

import errno
import os
import struct
import sys
from typing import BinaryIO, NamedTuple, Optional

from ...config.syntax.diagnostics import printable

MAGIC = b"\x7fELF"
_LITTLE, _BIG = 1, 2  # e_ident[EI_DATA]
_LOAD, _INTERPRETER = 1, 3  # p_type
_RUNNABLE = (2, 3)  # e_type: ET_EXEC, ET_DYN
_HEADERS_MAX = 65536  # octets of program headers that the kernel reads
_PATH_MAX = 4096
_NAMES = {3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 22: "S390", 40: "ARM", 62: "x86-64", 183: "AArch64"}
_NAMES[243] = "RISC-V"
_BESIDE = {62: (3,), 183: (40,), 21: (20,)}  # other programs that a 64-bit kernel may run
_COPY = "copy it here anew"


class Defect(NamedTuple):
    """It says why a program does not start, what to do, and the error of execve(2); 0 where it is killed later."""

    text: str
    fix: str
    error: int


def defect(file: BinaryIO) -> Optional[Defect]:
    """Return what is wrong with the program in ``file``, which begins with the magic of ELF; None for nothing."""
    own = _own_machine()
    size = os.fstat(file.fileno()).st_size
    head = file.read(64)
    if own is None:
        return None
    damaged = Defect("it is a damaged program", _COPY, errno.ENOEXEC)
    if len(head) < 52:
        return damaged
    order = ">" if head[5] == _BIG else "<"
    kind, machine = struct.unpack_from(order + "HH", head, 16)
    if order != ("<" if sys.byteorder == "little" else ">") or machine not in (own, *_BESIDE.get(own, ())):
        fix = f"install the one for {_NAMES.get(own, 'this machine')}"
        text = f"it is a program of another machine ({_NAMES.get(machine)})"
        return Defect(text, fix, errno.ENOEXEC) if machine in _NAMES else damaged
    wide = struct.calcsize("P") == 8 if machine == own else False
    if len(head) < 64 and wide or kind not in _RUNNABLE:
        return damaged
    start, entry, count = _headers(head, order, wide)
    if entry != (56 if wide else 32) or not count or entry * count > _HEADERS_MAX or start + entry * count > size:
        return damaged
    file.seek(start)
    return _parts(file, size, order, wide, count)


def _headers(head: bytes, order: str, wide: bool) -> tuple[int, int, int]:
    """Return (where the program headers begin, octets of each, how many)."""
    (start,) = struct.unpack_from(order + ("Q" if wide else "I"), head, 32 if wide else 28)
    return (start, *struct.unpack_from(order + "HH", head, 54 if wide else 42))


def _parts(file: BinaryIO, size: int, order: str, wide: bool, count: int) -> Optional[Defect]:
    """Check that every part that is loaded is there, and the loader of shared libraries."""
    layout = order + ("IIQQQQ" if wide else "IIIIII")  # p_type ... p_filesz: the flags stand elsewhere in 32 bits
    parts = [file.read(56 if wide else 32) for _each in range(count)]
    loader = b""
    for part in parts:
        values = struct.unpack_from(layout, part)
        kind, offset, length = (values[0], values[2], values[5]) if wide else (values[0], values[1], values[4])
        if kind in (_LOAD, _INTERPRETER) and offset + length > size:
            return Defect("it is a damaged program: its end is missing", _COPY, 0)
        if kind == _INTERPRETER:
            file.seek(offset)
            loader = file.read(min(length, _PATH_MAX)).partition(b"\0")[0]
    if loader and not os.path.exists(os.path.join(b"/", loader)):
        text = f"its loader {printable(os.fsdecode(loader))} does not exist: it was built for another C library"
        return Defect(text, "install one for this system", errno.ENOENT)
    return None


def _own_machine() -> Optional[int]:
    try:
        with open(sys.executable, "rb") as file:
            head = file.read(20)
    except OSError:
        return None
    kind = struct.Struct("<H" if head[5:6] == bytes([_LITTLE]) else ">H")
    return int(kind.unpack(head[18:20])[0]) if head.startswith(MAGIC) and len(head) == 20 else None
