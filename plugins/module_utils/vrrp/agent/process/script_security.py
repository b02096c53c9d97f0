# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that this machine can run the commands of a file and make its FIFOs, before they are needed.

A check script that cannot run has failed: without a weight it keeps its node from being MASTER, and where the same file
is on both nodes, it takes the virtual address off both.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, Optional

from ...config.semantics.programs import Programs
from ...config.syntax.diagnostics import ERROR, WARNING, Location, Problem
from . import fifo_path, shebang
from .path_permissions import loose_part

PATH = shebang.PATH
Names = tuple[Optional[str], Optional[str]]  # user and group


class _Who(NamedTuple):
    name: str
    uid: int
    gid: int
    groups: frozenset[int]


def unrunnable(
    programs: Programs,
    agent_user: Optional[str] = None,
    severity: str = ERROR,
    hidden: tuple[str, ...] = (),
    writable: Optional[tuple[str, ...]] = None,
) -> tuple[Problem, ...]:
    """Return a problem for every command of a configuration that is missing or may not run, and for every unknown user.

    ``agent_user`` runs what names no user; it need not exist yet. A script that a shell runs, as the kernel does not,
    is a warning for any ``severity``. ``hidden`` are directories that the agent's service does not see, ``writable``
    those that it may write to.
    """
    default: Names = (agent_user, None)
    found: list[tuple[Location, str, str]] = []
    for place, _path, user, group in programs.users:
        default = user, group
        found += [(place, *each) for each in _strangers(default, agent_user)]
    for place, program, user, group in programs.commands:
        strangers = list(_strangers((user, group), agent_user))
        found += [(place, *each) for each in strangers]
        if not strangers:
            who = default if user is None else (user, group)
            found += [(place, *each) for each in _obstacles(program, who, programs.is_secure, hidden)]
    for place, path, user, group in programs.fifos:
        found += [(place, *each) for each in _strangers((user, group), agent_user)]
        may_write = partial(_writes, who=_who((agent_user, None)))
        found += [(place, *each) for each in fifo_path.obstacles(path, may_write, writable)]
    problems = [Problem.at(place, what, hint=hint, severity=severity) for place, what, hint in found]
    return (*problems, *doubts(programs, severity))


def doubts(programs: Programs, severity: str = WARNING) -> tuple[Problem, ...]:
    """Return a problem for each program that the kernel will not execute, where the file names it first.

    ``severity`` is for programs that cannot run at all. One that a shell runs is a warning.
    """
    found: dict[str, Problem] = {}
    for place, program, _user, _group in programs.commands:
        if program not in found:
            for problem in _first_line(program, place, severity):
                found[program] = problem
    return tuple(found.values())


def _first_line(program: str, where: Location, severity: str) -> Iterator[Problem]:
    place = _place(program)
    flaw = shebang.flaw(place) if place is not None and os.access(place, os.X_OK) else None
    if flaw is not None and flaw.rule == shebang.BY_NOBODY:
        yield Problem.at(where, f"cannot run {program}: {flaw.text}", flaw.rule, flaw.fix, severity)
    elif flaw is not None:
        yield Problem.at(where, f"{program}: {flaw.text}", flaw.rule, flaw.fix, WARNING)


def _place(program: str) -> Optional[str]:
    return os.path.join("/", program) if "/" in program else shutil.which(program, path=PATH)


def _strangers(names: Names, agent_user: Optional[str]) -> Iterator[tuple[str, str]]:
    user, group = names
    if user is not None and user != agent_user and _account(user) is None:
        yield f"there is no user {user} on this machine", "create it, or name another one"
    if group is not None and group != agent_user:
        try:
            grp.getgrnam(group)
        except KeyError:
            yield f"there is no group {group} on this machine", "create it, or name another one"


def _obstacles(program: str, names: Names, secure: bool, hidden: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    place = _place(program)
    if place is None:
        yield f"there is no program {program} in {PATH}", "install it, or write where it is"
        return
    who = _who(names)
    by = f"{who.name} may not" if who else "no user may"
    try:
        status = os.stat(place)
    except PermissionError:
        return  # we lack the privilege to find out
    except OSError as error:
        yield f"cannot run {program}: {(error.strerror or str(error))}", "put it there first, or correct the path"
        return
    if not stat.S_ISREG(status.st_mode):
        yield f"cannot run {program}: it is not a file", "name the program itself"
    elif not _lets(status, place, who):
        yield f"cannot run {program}: {by} execute it", "name a program, or make it executable: chmod a+x"
    else:
        closed = _closed_directory(os.path.realpath(place), who)
        if closed:
            yield f"cannot run {program}: {by} enter {closed}", "put it elsewhere, or open the directory (a+x)"
        else:
            yield from _hidden(program, place, hidden)
            yield from _untrusted(program, place, who, secure)


def _hidden(program: str, place: str, hidden: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for directory in hidden:
        if os.path.realpath(place).startswith(directory + "/"):
            text = f"cannot run {program}: the service does not see what lies in {directory}"
            yield (
                text,
                "put it elsewhere, such as /usr/local/bin, or give the unit a drop-in with ProtectHome=read-only",
            )


def _untrusted(program: str, place: str, who: Optional[_Who], secure: bool) -> Iterator[tuple[str, str]]:
    if secure and who and who.uid == 0:
        from .subprocesses import unsafe_part  # brings asyncio along, which every other file does without

        unsafe = unsafe_part(place, PATH)
        if unsafe:
            text = f"cannot run {program}: it runs as root, and others than root can change {unsafe}"
            yield text, "enable_script_security asks for that: give it to root alone, or run it as another user"
            return
    loose = loose_part(place, PATH, who.gid if who else -1)
    if loose is not None:
        yield f"cannot run {program}: {loose.text}", loose.fix


def _who(names: Names) -> Optional[_Who]:
    """Return the user and group; None for a user who does not exist yet."""
    user, group = names
    entry = _account(user) if user else None
    if entry is None:
        return None
    gid = grp.getgrnam(group).gr_gid if group else entry.pw_gid
    return _Who(entry.pw_name, entry.pw_uid, gid, frozenset((gid, *os.getgrouplist(entry.pw_name, gid))))


def _account(name: str) -> Optional[pwd.struct_passwd]:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _closed_directory(place: str, who: Optional[_Who]) -> Optional[str]:
    directory = os.path.dirname(place)
    while directory != "/":
        if not _lets(os.stat(directory), directory, who):
            return directory
        directory = os.path.dirname(directory)
    return None


def _writes(status: os.stat_result, place: str, who: Optional[_Who]) -> bool:
    """Return whether ``who`` may make a file in this directory; True for an unknown user."""
    if who is None or who.uid == 0:
        return True
    mode = status.st_mode
    if who.uid == status.st_uid:
        return bool(mode & stat.S_IWUSR)
    allowed = mode & (stat.S_IWGRP if status.st_gid in who.groups else stat.S_IWOTH)
    return bool(allowed) or _has_access_list(place)


def _lets(status: os.stat_result, place: str, who: Optional[_Who]) -> bool:
    """Return whether ``who`` has the execute (search) bit; True where an access list may give it."""
    mode = status.st_mode
    if who is None or (who.uid == 0 and not stat.S_ISDIR(mode)):
        allowed = mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    elif who.uid == 0:
        return True
    elif who.uid == status.st_uid:
        allowed = mode & stat.S_IXUSR
    elif status.st_gid in who.groups:
        allowed = mode & stat.S_IXGRP
    else:
        allowed = mode & stat.S_IXOTH
    return bool(allowed) or _has_access_list(place)


def _has_access_list(place: str) -> bool:
    try:
        return "system.posix_acl_access" in os.listxattr(place)
    except OSError:
        return False
