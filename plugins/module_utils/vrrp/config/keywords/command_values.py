# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, their users, and FIFOs: words -> values."""

from __future__ import annotations

import re
from typing import Any

from ..model.configuration import Fifo, NotifyCommand
from ..syntax.diagnostics import Invalid, Location, Tolerated, show
from ..syntax.parser import Statement, split_command, split_words

#: Inside of a command, which stands in double quotes: what is quoted there, and an escaped character.
_QUOTED = re.compile(r"""\\"(?:[^"\\]|\\[^"])*\\"|\\.|'[^']*'""")
#: What a shell would act on: by itself, at the beginning of a word, behind the quotes of the command, or a ; anywhere.
_OF_A_SHELL = re.compile(r"""(?:(?<=[\s"])(?:\|\|?|&&?|[0-9]?>>?&?|[0-9]?<|\$\(|`))|;(?=[\s"]|$)""")


def user_group(statement: Statement) -> tuple[str, ...]:
    """USER [GROUP] -> (user,) or (user, group)."""
    return _user_group(statement, [word.text for word in statement.values])


def _user_group(statement: Statement, names: list[str]) -> tuple[str, ...]:
    """Return (user,) or (user, group). keepalived's ``:GROUP`` adds the user's other groups; we always add them."""
    if len(names) == 2:
        names = [names[0], *([names[1].lstrip(":")] if names[1] != ":" else [])]
    if not 1 <= len(names) <= 2 or not all(names):
        raise Invalid(f"{show(statement.keyword)} takes USER or USER GROUP", hint=f"{statement.keyword} nobody nogroup")
    return tuple(names)


def command(statement: Statement) -> Any:
    """The argument vector of ``script``: one word, quoted when it has arguments."""
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
    return _without_shell(statement, NotifyCommand(arguments, *names), words)


def notify_or_nothing(statement: Statement) -> Any:
    """``notify_deleted`` alone is a flag, with a command it is a notify script too."""
    return notify(statement) if statement.values else None


def _arguments(statement: Statement, words: list[str]) -> tuple[str, ...]:
    arguments = tuple(split_command(words[1])) if len(words) > 1 else ()
    if not arguments or not arguments[0]:
        raise Invalid(f"{show(statement.keyword)} names no command", hint=f"{statement.keyword} /path/to/command")
    return arguments


def _without_shell(statement: Statement, value: Any, words: list[str]) -> Any:
    """``value``; tolerated where a word is one of a shell, which nobody reads as such."""
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
    """Where ``statement.raw[index]`` is."""
    starts = [start for _word, start in split_words(statement.raw)]
    word, start = [each for each in zip(statement.words, starts) if each[1] <= index][-1]
    return word.place._replace(column=word.place.column + index - start)


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
    user, group = (*_user_group(statement, words[1:]), None)[:2] if words[1:] else (None, None)
    return Fifo(words[0], user, group)
