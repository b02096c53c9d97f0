# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the programs that a file runs and the FIFOs that it makes, with their places and users.

The list is all that a check of rights needs of a file. It is plain data, so the agent can send it as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from ..model.configuration import NotifyCommand
from ..syntax.diagnostics import Location
from .sections import Section, Setting

FIFOS = ("notify_fifo", "vrrp_notify_fifo")
COMMANDS = ("startup_script", "shutdown_script", "notify_fifo_script", "vrrp_notify_fifo_script")


class Program(NamedTuple):
    """It is the ``path`` of a program or FIFO that the file names at ``place``. ``user`` None is the default user."""

    place: Location
    path: str
    user: Optional[str] = None
    group: Optional[str] = None


class Programs(NamedTuple):
    """It has all of a file. ``users`` are its default users, without a path: the last one counts.

    ``is_secure`` says whether the file has ``enable_script_security``.
    """

    is_secure: bool = False
    users: tuple[Program, ...] = ()
    commands: tuple[Program, ...] = ()
    fifos: tuple[Program, ...] = ()


def programs_of(root: Section) -> Programs:
    """Return the programs of a file that has no errors."""
    sections = root.inside("global_defs")
    users = (each.settings.get("agent_script_user") or each.settings.get("script_user") for each in sections)
    fifos = _settings(root, "global_defs", FIFOS)
    return Programs(
        any(each.get("enable_script_security") for each in sections),
        tuple(Program(setting.place, "", *_names(setting.value)) for setting in users if setting is not None),
        tuple(_commands(root)),
        tuple(Program(each.place, each.value.path, each.value.user, each.value.group) for each in fifos),
    )


def from_json(values: Any) -> Programs:
    """Return what was a :class:`Programs` before it became JSON."""
    is_secure, *lists = values
    found = ((Program(Location(*place), *rest) for place, *rest in each) for each in lists)
    return Programs(is_secure, *map(tuple, found))


def _commands(root: Section) -> Iterator[Program]:
    for section in root.inside("vrrp_script"):
        if "command" in section.settings:
            user = section.get("user")
            yield Program(section.settings["command"].place, section.get("command")[0], *(_names(user) if user else ()))
    commands = [*_settings(root, "global_defs", COMMANDS)]
    for block in ("vrrp_instance", "vrrp_sync_group"):
        for section in root.inside(block):
            commands += section.settings.values()
    for setting in commands:
        command = setting.value
        if isinstance(command, NotifyCommand):
            names = (command.user, command.group) if command.user else ()
            yield Program(setting.place, command.command[0], *names)


def _settings(root: Section, block: str, names: tuple[str, ...]) -> Iterator[Setting]:
    for section in root.inside(block):
        yield from (section.settings[name] for name in names if name in section.settings)


def _names(words: tuple[str, ...]) -> tuple[str, Optional[str]]:
    return words[0], words[1] if len(words) > 1 else None
