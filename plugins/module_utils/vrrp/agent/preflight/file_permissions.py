# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find who else can read or write the configuration, its key files, and its scripts.

These are warnings, never errors: a boot must not lose its address for them.
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterator
from typing import Any

from ...config.model.configuration import Configuration, Fifo
from ...config.syntax.diagnostics import WARNING, Location, Problem
from ...config.syntax.redact import holding_secrets
from ..network import hmac_keys, peer_keys
from ..process import path_permissions, subprocesses

OF_ALL_SERVICES = "/run/credentials"  # where credentials lie, for a look from outside the service
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # systemd.exec(5): in it, access is by ACL, which the group's bits then show
READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def exposed(path: str, configuration: Configuration) -> tuple[Problem, ...]:
    """Return what is wrong with the present permissions of the file ``path``, which holds ``configuration``."""
    place = Location(path, 1, 1)
    return _exposed_file(place, path, has_secret(configuration)) + tuple(_exposed_keys(place, configuration))


def exposed_includes(sources: tuple[tuple[str, str], ...]) -> tuple[Problem, ...]:
    """Return the same about the files that the first of ``sources``, (path, text), includes."""
    secret = holding_secrets(sources)
    found = [_exposed_file(Location(path, 1, 1), path, path in secret) for path in dict(sources[1:])]
    return tuple(problem for problems in found for problem in problems)


def _exposed_file(place: Location, path: str, secret: bool) -> tuple[Problem, ...]:
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return ()
    rules = []
    if mode & READ_BY_OTHERS and secret:
        rules.append("It holds a password, which only its owner may read")
    if mode & WRITTEN_BY_OTHERS:
        rules.append("It says what the agent runs, so only its owner may write it")
    return tuple(
        Problem.at(place, f"the file has mode {mode:04o}", rule, f"chmod 600 {path}", WARNING) for rule in rules
    )


def has_secret(configuration: Configuration) -> bool:
    """Return whether anything in the file is a password or a key."""
    return any(
        instance.authentication is not None
        or (instance.hmac is not None and any(key.file is None for key in instance.hmac.keys))
        for instance in configuration.instances
    )


def _exposed_keys(place: Location, configuration: Configuration) -> Iterator[Problem]:
    for path in (*hmac_keys.files(configuration), *peer_keys.files(configuration)):
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except OSError:
            continue
        anybody = stat.S_IROTH if _is_credential(path) else READ_BY_OTHERS
        if mode & (anybody | WRITTEN_BY_OTHERS):
            rule = "It holds a key, which only its owner may read or write"
            yield Problem.at(place, f"the file {path} has mode {mode:04o}", rule, f"chmod 600 {path}", WARNING)


def exposed_scripts(path: str, configuration: Configuration) -> tuple[Problem, ...]:
    """Return a warning for each script that others can change."""
    return tuple(_exposed_scripts(path, configuration))


def _exposed_scripts(path: str, configuration: Configuration) -> Iterator[Problem]:
    """Yield each warning once. The owner of the configuration decides what runs anyway."""
    if configuration.globals.enable_script_security:
        return  # scripts of root are checked when they run, and refused
    try:
        trusted = frozenset({os.geteuid(), os.stat(path).st_uid})
    except OSError:
        return
    default = configuration.globals.script_user, configuration.globals.script_group
    said = set()
    for line, command in _commands(configuration):
        user, group = (command.user, command.group) if command.user is not None else default
        try:
            uid, gid = subprocesses.account(user, group) if user is not None else (os.geteuid(), os.getegid())
        except subprocesses.UserError:
            continue  # it does not run, and another message says that
        loose = path_permissions.other_writer(command.command[0], subprocesses.PATH_DEFAULT, trusted | {uid}, gid)
        if loose is not None and (loose, uid) not in said:
            said.add((loose, uid))
            text = f"{loose.text}, and so decide what {subprocesses.pwd_name(uid)} runs"
            rule = "Users who can write a script, or a directory above it, decide what the agent runs"
            yield Problem.at(Location(path, line, 1), text, rule, loose.fix, WARNING)


def _commands(configuration: Configuration) -> Iterator[tuple[int, Any]]:
    """Yield everything in the configuration that has a command and a user, with the line of its block."""
    for part in (configuration.globals, *configuration.scripts):
        yield from ((1, each) for each in (part, *_values(part)) if getattr(each, "command", None))
    told = [(group.line, group.notify) for group in configuration.sync_groups]
    told += [(instance.line, instance.notify) for instance in configuration.instances]
    for line, notify in told:
        yield from ((line, each) for each in _values(notify) if getattr(each, "command", None))


def _values(part: Any) -> Iterator[Any]:
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        yield value.script if isinstance(value, Fifo) else value


def _is_credential(path: str) -> bool:
    places = (os.environ.get(CREDENTIALS), OF_ALL_SERVICES)
    return any(place and path.startswith(place + "/") for place in places)
