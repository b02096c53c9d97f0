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

from ...config.model.configuration import NotifyCommand
from ...config.semantics.sections import Section, Setting
from ...config.syntax.diagnostics import ERROR, WARNING, Location, Problem
from . import fifo_path, shebang
from .path_permissions import loose_part

FIFOS = ("notify_fifo", "vrrp_notify_fifo")
COMMANDS = ("startup_script", "shutdown_script", "notify_fifo_script", "vrrp_notify_fifo_script")
PATH = shebang.PATH
Names = tuple[Optional[str], Optional[str]]  # user and group


class _Who(NamedTuple):
    name: str
    uid: int
    gid: int
    groups: frozenset[int]


def unrunnable(
    root: Section,
    agent_user: Optional[str] = None,
    severity: str = ERROR,
    hidden: tuple[str, ...] = (),
    writable: Optional[tuple[str, ...]] = None,
) -> tuple[Problem, ...]:
    """Return a problem for every command of a configuration that is missing or may not run, and for every unknown user.

    ``root`` is what was read of a text that has no errors of its own (``Report.root``). ``agent_user`` runs what names
    no user; it need not exist yet. A script that a shell runs, as the kernel does not, is a warning for any
    ``severity``. ``hidden`` are directories that the agent's service does not see, ``writable`` those that it may write
    to.
    """
    by_us: Names = (agent_user, None)
    default: Names = by_us
    secure, found = False, []
    for section in root.inside("global_defs"):
        secure = secure or bool(section.get("enable_script_security"))
        setting = section.settings.get("agent_script_user") or section.settings.get("script_user")
        if setting is not None:
            default = _names(setting.value)
            found += [(setting, *each) for each in _strangers(default, agent_user)]
    for setting, command, names in _commands(root):
        strangers = list(_strangers(names, agent_user)) if names else []
        found += [(setting, *each) for each in strangers]
        if not strangers:
            found += [(setting, *each) for each in _obstacles(command, names or default, secure, hidden)]
    for setting in _settings(root, "global_defs", FIFOS):
        strangers = list(_strangers((setting.value.user, setting.value.group), agent_user))
        found += [(setting, *each) for each in strangers]
        who = _who((agent_user, None))
        for each in fifo_path.obstacles(setting.value.path, partial(_writes, who=who), writable):
            found.append((setting, *each))
    problems = [Problem.at(setting.place, what, hint=hint, severity=severity) for setting, what, hint in found]
    return (*problems, *doubts(root, severity))


def doubts(root: Section, severity: str = WARNING) -> tuple[Problem, ...]:
    """Return a problem for each program that the kernel will not execute, where the file names it first.

    ``severity`` is for programs that cannot run at all. One that a shell runs is a warning.
    """
    found: dict[str, Problem] = {}
    for setting, command, _who_runs in _commands(root):
        if command[0] not in found:
            for problem in _first_line(command[0], setting.place, severity):
                found[command[0]] = problem
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


def _commands(root: Section) -> Iterator[tuple[Setting, tuple[str, ...], Optional[Names]]]:
    """Yield (where, command, user; None is the default) of every script and every other command."""
    for section in root.inside("vrrp_script"):
        if "command" in section.settings:
            user = section.get("user")
            yield section.settings["command"], section.get("command"), _names(user) if user else None
    commands = [*_settings(root, "global_defs", COMMANDS)]
    for block in ("vrrp_instance", "vrrp_sync_group"):
        for section in root.inside(block):
            commands += section.settings.values()
    for setting in commands:
        command = setting.value
        if isinstance(command, NotifyCommand):
            yield setting, command.command, (command.user, command.group) if command.user else None


def _settings(root: Section, block: str, names: tuple[str, ...]) -> Iterator[Setting]:
    for section in root.inside(block):
        yield from (section.settings[name] for name in names if name in section.settings)


def _names(words: tuple[str, ...]) -> Names:
    return words[0], words[1] if len(words) > 1 else None


def _strangers(names: Names, agent_user: Optional[str]) -> Iterator[tuple[str, str]]:
    user, group = names
    if user is not None and user != agent_user and _account(user) is None:
        yield f"there is no user {user} on this machine", "create it, or name another one"
    if group is not None and group != agent_user:
        try:
            grp.getgrnam(group)
        except KeyError:
            yield f"there is no group {group} on this machine", "create it, or name another one"


def _obstacles(
    command: tuple[str, ...], names: Names, secure: bool, hidden: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    program = command[0]
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
