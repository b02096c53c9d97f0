# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the first octets of a program: why the kernel will not execute it, and what runs it then.

A shell runs a script of a shell; keepalived counts a check that it could not start as good.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from typing import NamedTuple, Optional

from ...config.syntax.diagnostics import printable
from . import elf

SHELL = "/bin/sh"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BY_SHELL = f"The kernel will not execute it: {SHELL} runs it"
BY_NOBODY = "It cannot be started, so a check of it fails"
BY_ITSELF = "It is started, but its interpreter may fail on that"
_OCTETS = 256  # linux/binfmts.h: BINPRM_BUF_SIZE, what the kernel reads of a file
_SCRIPTS = 5  # fs/exec.c: so many scripts may lead to a program
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_NO_SHEBANG = "its first line does not begin with #!"
_SHELLS = ("sh", "ash", "bash", "dash", "ksh", "mksh", "zsh")
_WINDOWS = "the file has Windows line ends: sed -i 's/\\r$//' FILE"
FORMATS = "/proc/sys/fs/binfmt_misc"


class Flaw(NamedTuple):
    """It says what is wrong with a program, and what to do. ``error`` is that of execve(2), 0 for none."""

    text: str
    fix: str
    error: int = errno.ENOEXEC
    rule: str = BY_SHELL


def flaw(place: str, scripts: int = 1) -> Optional[Flaw]:
    """Return why the kernel does not execute the file ``place``; None for nothing, and for an unreadable file.

    ``scripts`` is the number of scripts that lead to it, with itself.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            head = file.read(_OCTETS)
            file.seek(0)
            found = elf.defect(file) if head.startswith(elf.MAGIC) else None
    except OSError:
        return None
    if head.startswith(elf.MAGIC):
        return Flaw(found.text, found.fix, found.error, BY_NOBODY) if found and not _other_formats() else None
    return _script(head, scripts)


def _script(head: bytes, scripts: int) -> Optional[Flaw]:
    line, newline, _rest = head.partition(b"\n")
    if head.startswith(b"#!"):
        if scripts > _SCRIPTS:
            text = f"more than {_SCRIPTS} scripts lead to its interpreter"
            return Flaw(text, "name the program itself", errno.ELOOP, BY_NOBODY)
        if not newline and len(head) == _OCTETS and not set(line[2:].lstrip(b" \t")) & set(b" \t\0"):
            return Flaw(
                f"the kernel reads no interpreter that is longer than {_OCTETS} octets", "give it a shorter path"
            )
        return _interpreter(line[2:].partition(b"\0")[0], scripts, bool(newline))
    if head.startswith(_BOM + b"#!"):
        return Flaw("a byte order mark stands before its #!", "save it as UTF-8 without one")
    if b"\0" in line:
        if _other_formats():
            return None
        if head.startswith(_WIDE_BOMS):
            return Flaw("it is UTF-16", "save it as UTF-8 without a byte order mark", rule=BY_NOBODY)
        return Flaw("it is neither a script nor a program of this machine", "name a program", rule=BY_NOBODY)
    if head.lstrip().startswith(b"#!"):
        return Flaw(f"{_NO_SHEBANG}: white space stands before it", "make #! the first two characters")
    return Flaw(_NO_SHEBANG, f"add #!{SHELL}")


def _interpreter(line: bytes, scripts: int, ends: bool) -> Optional[Flaw]:
    """Check the interpreter in a first line. ``ends``: a line end follows (without one an empty name is EACCES)."""
    name, _blank, argument = line.replace(b"\t", b" ").strip(b" ").partition(b" ")
    if not name.strip():
        error = errno.ENOENT if name else errno.ENOEXEC if ends else errno.EACCES
        return Flaw("its first line names no interpreter", f"write #!{SHELL}", error)
    place = os.path.join("/", os.fsdecode(name))  # where a script is started: its directory is /
    shown = printable(os.fsdecode(name).replace("\r", "^M"))
    rule = BY_SHELL if os.path.basename(place.rstrip("\r")) in _SHELLS else BY_NOBODY
    try:
        mode = os.stat(place).st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        fix = _WINDOWS if name.endswith(b"\r") else "install it, or name another one"
        return Flaw(f"its interpreter {shown} does not exist", fix, error.errno or errno.ENOENT, rule)
    except OSError:
        return None
    if not stat.S_ISREG(mode):
        what = "a directory" if stat.S_ISDIR(mode) else "not a file"
        return Flaw(f"its interpreter {shown} is {what}", "name the program itself", errno.EACCES, rule)
    if not mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
        fix = f"make it executable: chmod a+x {shown}, or name another one"
        return Flaw(f"its interpreter {shown} is not executable", fix, errno.EACCES, rule)
    inner = flaw(place, scripts + 1)
    if inner is not None and inner.error == errno.ELOOP:
        return inner
    if inner is not None:
        rule = rule if inner.rule == BY_SHELL else inner.rule
        return Flaw(f"its interpreter {shown}: {inner.text}", inner.fix, inner.error, rule)
    argument = argument.strip(b" ")
    if os.path.basename(place) == "env":
        return _found_by_env(os.fsdecode(argument))
    if argument.endswith(b"\r"):
        return Flaw(f"its interpreter {shown} is given a carriage return", _WINDOWS, 0, BY_ITSELF)
    return None


def _found_by_env(argument: str) -> Optional[Flaw]:
    """Check the program that env(1) is to find. Its argument is one word, unless it begins with -S."""
    shown = printable(argument.replace("\r", "^M"))
    if not argument:
        return Flaw("its interpreter env is given no program", "write #!/usr/bin/env sh", 0, BY_NOBODY)
    words = argument[2:].split(" ") if argument.startswith("-S") else [argument]
    program = next((word for word in words if word), "")
    if not program or program.startswith("-") or set(program) & set("=\"'\\$"):
        return None  # options, and quotes of its own
    if shutil.which(program, path=PATH) is not None:
        return None
    if program.endswith("\r"):
        fix = _WINDOWS
    elif " " in program and shutil.which(program.split(" ")[0], path=PATH) is not None:
        fix = f"env takes it for one word: write #!/usr/bin/env -S {shown}"
    else:
        fix = "install it, or name another one"
    shown = printable(program.replace("\r", "^M"))
    return Flaw(f"env is to find its interpreter, but there is no program {shown} in {PATH}", fix, 0, BY_NOBODY)


def _other_formats() -> bool:
    """Return whether the kernel knows formats of other machines or languages (binfmt_misc)."""
    try:
        return bool(set(os.listdir(FORMATS)) - {"register", "status"})
    except OSError:
        return False
