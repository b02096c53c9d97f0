# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one script: own session, time limit, without blocking the loop."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
import shutil
import signal
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from . import oom_score, path_permissions, shebang

REAPING_S = 1.0  # after SIGKILL
TERMINATION_S = 0.5  # between SIGTERM and SIGKILL of a script that exceeded its time
ENVIRONMENT_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME")
CAP_SETGID, CAP_SETUID = 6, 7  # linux/capability.h
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4  # linux/prctl.h
UMASK = 0o022  # of scripts, so that others can read what they write
PATH_DEFAULT = shebang.PATH


@dataclass(frozen=True)
class ScriptResult:
    """It says how a script ended: exit ``status``, ``signal`` number, ``timed_out``, or ``error`` (it never ran).

    ``left`` is the process that is still there: even SIGKILL does not end one that waits for a dead disk or file
    server.
    """

    status: Optional[int] = None
    signal: Optional[int] = None
    timed_out: bool = False
    error: Optional[str] = None
    left: Optional[asyncio.subprocess.Process] = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Return whether the script ended with exit status 0."""
        return self.status == 0

    @property
    def text(self) -> str:
        """Return how it ended, in the words of keepalived; the log has it in parentheses after "failed"."""
        if self.error is not None:
            return self.error
        if self.timed_out:
            return "timed out"
        if self.signal is not None:
            return f"due to signal {self.signal}"
        return f"exited with status {self.status}"


class UserError(ValueError):
    """The script must run as a user that does not exist, or that the agent may not become."""


def credentials(user: Optional[str], group: Optional[str]) -> dict[str, Any]:
    """Return the user arguments for the child: empty when it runs as we do. Raises :class:`UserError`."""
    if user is None:
        return {}
    uid, gid = account(user, group)
    if uid == os.geteuid() and gid == os.getegid():
        return {}
    if not may_switch_user():
        me = pwd_name(os.geteuid())
        raise UserError(f"it must run as {user}, but the agent runs as {me} and may not change its user")
    return {"user": uid, "group": gid, "extra_groups": os.getgrouplist(user, gid)}


def account(user: str, group: Optional[str]) -> tuple[int, int]:
    """Return (uid, gid) of a user and a group, the user's own where none is named. Raises :class:`UserError`."""
    try:
        entry = pwd.getpwnam(user)
        return entry.pw_uid, grp.getgrnam(group).gr_gid if group else entry.pw_gid
    except KeyError as error:
        raise UserError(f"the user or group of the script does not exist: {user} {group or ''}".rstrip()) from error


def may_switch_user() -> bool:
    """Return whether this process may become another user: it is root, or has CAP_SETGID and CAP_SETUID."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
        effective = int(lines["CapEff"], 16)
    except (OSError, ValueError, KeyError):
        return os.geteuid() == 0
    needed = 1 << CAP_SETGID | 1 << CAP_SETUID
    return effective & needed == needed


def keep_capabilities_to_ourselves() -> None:
    """Drop ambient capabilities that a service manager gave us, so that scripts do not inherit them."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    except (ImportError, OSError, AttributeError, MemoryError):
        pass  # then scripts have more privileges than they need


def pwd_name(uid: int) -> str:
    """Return the name of a user, or the number as text where the host knows no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def unsafe_part(program: str, path: str) -> Optional[str]:
    """Return the part of the path to ``program`` that others than root can change; None without one, or no program."""
    part = os.path.realpath(shutil.which(program, path=path) or program)
    is_file = True
    while True:
        try:
            status = os.stat(part)
        except OSError:
            return None  # then it does not run either, and another message says that
        writable = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and status.st_gid)
        if status.st_uid or (writable and (is_file or not status.st_mode & stat.S_ISVTX)):
            return part
        if part == "/":
            return None
        part, is_file = os.path.dirname(part), False


class CannotRun(Exception):
    """The command was not started; the text says why."""


async def spawn(
    command: Sequence[str], user: Optional[str] = None, group: Optional[str] = None, secure: bool = False
) -> asyncio.subprocess.Process:
    """Start ``command`` as the leader of a session of its own. Raises :class:`CannotRun`.

    A script that the kernel does not execute is run by the shell, with the same rights and after the same checks.
    """
    environment = {name: os.environ[name] for name in ENVIRONMENT_KEPT if name in os.environ}
    environment.setdefault("PATH", PATH_DEFAULT)
    try:
        child = credentials(user, group)
        as_root = child.get("user", os.geteuid()) == 0
        words = [word.encode("utf-8", "surrogateescape") for word in command]  # in any locale of ours
        program = os.fsdecode(words[0])
        unsafe = unsafe_part(program, environment["PATH"]) if secure and as_root else None
        if unsafe is not None:
            raise CannotRun(f"enable_script_security: it runs as root, and others than root can change {unsafe}")
        loose = path_permissions.loose_part(program, environment["PATH"], child.get("group", os.getegid()))
        if loose is not None:
            raise CannotRun(f"not run, because {loose.text}: {loose.fix}")
        with oom_score.children():
            try:
                return await _start(words, environment, child)
            except OSError as error:
                place, flaw = _flaw(program, environment["PATH"], error, child)
                if flaw is None:
                    raise
                if flaw.rule != shebang.BY_SHELL:
                    raise CannotRun(f"cannot run {command[0]}: {flaw.text} ({flaw.fix})") from error
                return await _start([os.fsencode(shebang.SHELL), os.fsencode(place), *words[1:]], environment, child)
    except CannotRun:
        raise
    except UserError as error:
        raise CannotRun(str(error)) from error
    except Exception as error:  # every error here is this script's failure, never the agent's
        reason = getattr(error, "strerror", None) or error
        raise CannotRun(f"cannot run {command[0]}: {reason}") from error


async def _start(
    command: Sequence[bytes], environment: Mapping[str, str], child: Mapping[str, Any]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        umask=UMASK,
        env=environment,
        cwd="/",
        **child,
    )


def _flaw(program: str, path: str, error: OSError, child: Mapping[str, Any]) -> tuple[str, Optional[shebang.Flaw]]:
    """Return (place of the file, why the kernel did not execute it); None where it is something else."""
    place = os.path.join("/", program) if "/" in program else shutil.which(program, path=path) or ""
    flaw = shebang.flaw(place)
    return place, flaw if flaw is not None and flaw.error == error.errno and _may_execute(place, child) else None


def _may_execute(place: str, child: Mapping[str, Any]) -> bool:
    """Return whether the mode lets the user of the child execute it: EACCES may be about the interpreter."""
    status, uid = os.stat(place), child.get("user", os.geteuid())
    groups = child.get("extra_groups", os.getgroups())
    if uid == 0:
        bits = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
    elif uid == status.st_uid:
        bits = stat.S_IXUSR
    else:
        mine = status.st_gid in (child.get("group", os.getegid()), *groups)
        bits = stat.S_IXGRP if mine else stat.S_IXOTH
    return bool(status.st_mode & bits)


async def run(
    command: Sequence[str],
    timeout_s: float,
    user: Optional[str] = None,
    group: Optional[str] = None,
    secure: bool = False,
) -> ScriptResult:
    """Run ``command`` to its end, at most ``timeout_s`` seconds; then its whole process group is ended."""
    try:
        process = await spawn(command, user, group, secure)
    except CannotRun as error:
        return ScriptResult(error=str(error))
    try:
        return outcome(await asyncio.wait_for(process.wait(), timeout_s))
    except asyncio.TimeoutError:
        await end(process)
        return ScriptResult(timed_out=True, left=process if process.returncode is None else None)
    except asyncio.CancelledError:
        kill_group(process, signal.SIGKILL)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), REAPING_S)
        raise


class Repeated:
    """It runs a command again and again, but never beside one that could not be ended, or they would pile up."""

    def __init__(self) -> None:
        self._left: Optional[asyncio.subprocess.Process] = None

    async def run(self, command: Sequence[str], timeout_s: float, *as_whom: Any) -> ScriptResult:
        """Run the command as :func:`run`. A former process that is still there counts as timed out."""
        if self._left is not None and self._left.returncode is None:
            return ScriptResult(timed_out=True)
        ended = await run(command, timeout_s, *as_whom)
        self._left = ended.left
        return ended


def outcome(status: int) -> ScriptResult:
    """Return the outcome of a process whose return code, as asyncio gives it, is ``status``."""
    return ScriptResult(signal=-status) if status < 0 else ScriptResult(status=status)


async def end(process: asyncio.subprocess.Process) -> None:
    """End a script and its process group: SIGTERM, then SIGKILL. A process that survives both is left behind."""
    kill_group(process, signal.SIGTERM)
    try:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), TERMINATION_S)
    finally:
        kill_group(process, signal.SIGKILL)  # for processes of the group that ignored SIGTERM
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), REAPING_S)


def kill_group(process: asyncio.subprocess.Process, number: int) -> None:
    """Send a signal to the process group of a script. A group that is gone, or that we may not signal, is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def watch_children_without_threads() -> None:
    """Use pidfds to wait for children: before Python 3.12 asyncio starts a thread for each by default."""
    if sys.version_info >= (3, 12) or not hasattr(os, "pidfd_open"):
        return
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return  # Linux before 5.3
    watcher = asyncio.PidfdChildWatcher()
    watcher.attach_loop(asyncio.get_running_loop())
    asyncio.get_event_loop_policy().set_child_watcher(watcher)
