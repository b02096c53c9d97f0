# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, their users, and FIFOs: words -> values."""

from __future__ import annotations

from typing import Optional

from ..model import Fifo, NotifyCommand
from ..problems import Invalid, show
from ..text.syntax import Statement, split_command


def user_group(statement: Statement) -> tuple[str, ...]:
    """USER [GROUP] -> (user,) or (user, group)."""
    return _user_group(statement, [word.text for word in statement.values])


def _user_group(statement: Statement, names: list[str]) -> tuple[str, ...]:
    """keepalived's ``:GROUP`` asks for the user's other groups too, which a script of ours always has."""
    if len(names) == 2:
        names = [names[0], *([names[1].lstrip(":")] if names[1] != ":" else [])]
    if not 1 <= len(names) <= 2 or not all(names):
        raise Invalid(f"{show(statement.keyword)} takes USER or USER GROUP", hint=f"{statement.keyword} nobody nogroup")
    return tuple(names)


def command(statement: Statement) -> tuple[str, ...]:
    """The argument vector of ``script``: one word, quoted when it has arguments."""
    words = split_command(statement.raw)
    if len(words) > 2:
        raise Invalid(
            "a command with arguments stands in quotes",
            "keepalived drops what follows the first word",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
            statement.values[1].place if statement.values[1:] else None,
        )
    return _arguments(statement, words)


def notify(statement: Statement) -> NotifyCommand:
    """COMMAND [USER [GROUP]]; the command is one word, quoted when it has arguments."""
    words = split_command(statement.raw)
    arguments = _arguments(statement, words)
    if len(words) > 4:
        raise Invalid(
            f"{statement.keyword} takes a command, USER and GROUP; more follows",
            "a command with arguments stands in quotes",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
        )
    names = _user_group(statement, words[2:]) if len(words) > 2 else ()
    return NotifyCommand(arguments, *names)


def notify_or_nothing(statement: Statement) -> Optional[NotifyCommand]:
    """``notify_deleted`` alone is a flag, with a command it is a notify script too."""
    return notify(statement) if statement.values else None


def _arguments(statement: Statement, words: list[str]) -> tuple[str, ...]:
    arguments = tuple(split_command(words[1])) if len(words) > 1 else ()
    if not arguments or not arguments[0]:
        raise Invalid(f"{show(statement.keyword)} names no command", hint=f"{statement.keyword} /path/to/command")
    return arguments


def fifo(statement: Statement) -> Fifo:
    """PATH [USER [GROUP]]."""
    words = [word.text for word in statement.values]
    if not words or not words[0]:
        raise Invalid(f"{statement.keyword} names no file", hint=f"{statement.keyword} /run/hotstandby/notify.fifo")
    if not words[0].startswith("/"):
        raise Invalid(
            f"{statement.keyword} {show(words[0])} is not an absolute path",
            hint=f"{statement.keyword} /run/hotstandby/notify.fifo",
            place=statement.values[0].place,
        )
    return Fifo(words[0], *(_user_group(statement, words[1:]) if words[1:] else ()))
