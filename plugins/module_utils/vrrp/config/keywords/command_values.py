# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts commands, their users, and FIFOs: words -> values."""

from __future__ import annotations

import re
from typing import Any

from ..model.configuration import Fifo, NotifyCommand
from ..syntax.diagnostics import Invalid, Location, Tolerated, show
from ..syntax.parser import Statement, split_command, split_words

#: A quoted part, or an escaped character, of a command that stands in double quotes.
_QUOTED = re.compile(r"""\\"(?:[^"\\]|\\[^"])*\\"|\\.|'[^']*'""")
#: What a shell would act on: an operator after a blank or a double quote, or a ; at the end of a word.
_OF_A_SHELL = re.compile(r"""(?:(?<=[\s"])(?:\|\|?|&&?|[0-9]?>>?&?|[0-9]?<|\$\(|`))|;(?=[\s"]|$)""")


def user_group(statement: Statement) -> tuple[str, ...]:
    """Return (user,) or (user, group), written as USER [GROUP]."""
    return _user_group(statement, [word.text for word in statement.values])


def _user_group(statement: Statement, names: list[str]) -> tuple[str, ...]:
    """Return (user,) or (user, group). keepalived's ``:GROUP`` adds the user's other groups; we always add them."""
    if len(names) == 2:
        names = [names[0], *([names[1].lstrip(":")] if names[1] != ":" else [])]
    if not 1 <= len(names) <= 2 or not all(names):
        raise Invalid(f"{show(statement.keyword)} takes USER or USER GROUP", hint=f"{statement.keyword} nobody nogroup")
    return tuple(names)


def command(statement: Statement) -> Any:
    """Return the argument vector of ``script``, which is one word, in quotes where it has arguments."""
    words = split_command(statement.raw)
    if len(words) > 2:
        raise Invalid(
            "a command with arguments stands in quotes",
            "keepalived drops what follows the first word",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
            statement.values[1].place if statement.values[1:] else None,
        )
    return _without_shell(statement, _arguments(statement, words), words)


def notify(statement: Statement) -> Any:
    """Return a command, written as COMMAND [USER [GROUP]]; a command with arguments is one word, in quotes."""
    words = split_command(statement.raw)
    arguments = _arguments(statement, words)
    if len(words) > 4:
        raise Invalid(
            f"{statement.keyword} takes a command, USER and GROUP; more follows",
            "a command with arguments stands in quotes",
            f'{statement.keyword} "COMMAND ARGUMENT ..."',
        )
    names = _user_group(statement, words[2:]) if len(words) > 2 else ()
    return _without_shell(statement, NotifyCommand(arguments, *names), words)


def notify_or_nothing(statement: Statement) -> Any:
    """Return the command of ``notify_deleted``; None where the keyword stands alone and is only a flag."""
    return notify(statement) if statement.values else None


def _arguments(statement: Statement, words: list[str]) -> tuple[str, ...]:
    arguments = tuple(split_command(words[1])) if len(words) > 1 else ()
    if not arguments or not arguments[0]:
        raise Invalid(f"{show(statement.keyword)} names no command", hint=f"{statement.keyword} /path/to/command")
    return arguments


def _without_shell(statement: Statement, value: Any, words: list[str]) -> Any:
    """Return ``value``; as tolerated where a word would mean something to a shell, as no shell reads it."""
    raw = _QUOTED.sub(lambda match: "x" * len(match.group()), statement.raw)
    found = _OF_A_SHELL.search(raw, len(statement.keyword))
    if found is None:
        return value
    program = show(split_command(words[1])[0])
    text = f"no shell reads this line: {show(found.group())} is an argument of {program}"
    hint = "say /bin/sh -c '...', or write a script"
    return Tolerated(
        value, Invalid(text, "keepalived runs it like that, and so do we", hint, _at(statement, found.start()))
    )


def _at(statement: Statement, index: int) -> Location:
    """Return the place of ``statement.raw[index]`` in the file."""
    starts = [start for _word, start in split_words(statement.raw)]
    word, start = [each for each in zip(statement.words, starts) if each[1] <= index][-1]
    return word.place._replace(column=word.place.column + index - start)


def fifo(statement: Statement) -> Fifo:
    """Return a FIFO, written as PATH [USER [GROUP]]."""
    words = [word.text for word in statement.values]
    if not words or not words[0]:
        raise Invalid(f"{statement.keyword} names no file", hint=f"{statement.keyword} /run/hotstandby/notify.fifo")
    if not words[0].startswith("/"):
        raise Invalid(
            f"{statement.keyword} {show(words[0])} is not an absolute path",
            hint=f"{statement.keyword} /run/hotstandby/notify.fifo",
            place=statement.values[0].place,
        )
    user, group = (*_user_group(statement, words[1:]), None)[:2] if words[1:] else (None, None)
    return Fifo(words[0], user, group)
