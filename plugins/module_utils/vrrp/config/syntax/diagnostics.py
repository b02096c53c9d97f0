# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe what is wrong with a file, and where. Every module of ``config`` uses these classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

ERROR = "error"
WARNING = "warning"

#: Longest piece of a file that a message repeats.
SHOWN = 40

#: Limit of errors of one file, and of warnings: more do not help, and each hint takes a millisecond.
MOST = 1000


class Location(NamedTuple):
    """It is a point in a file; line and column count from 1."""

    path: str
    line: int
    column: int

    def seen_from(self, other: Location) -> str:
        """Return its line, and its file where that is another one."""
        return f"line {self.line}" if self.path == other.path else f"line {self.line} of {self.path}"


@dataclass(frozen=True)
class Problem:
    """It is one problem. ``rule`` names what was broken, ``hint`` what to write instead; both may be empty.

    ``tolerated`` marks a warning about what is wrong and works all the same, because keepalived runs it: an existing
    file may hold it, one that is written for us may not.

    ``str(problem)`` is ``FILE:LINE:COLUMN: error: TEXT. RULE (HINT)``. No field ever holds a password.
    """

    path: str
    line: int
    column: int
    rule: str
    hint: str
    text: str
    severity: str = ERROR
    tolerated: bool = False

    @classmethod
    def at(
        cls, place: Location, text: str, rule: str = "", hint: str = "", severity: str = ERROR, tolerated: bool = False
    ) -> Problem:
        """Return a problem at ``place``; its words are made printable, on one line."""
        words = printable(rule), printable(hint), printable(text)
        return cls(place.path, place.line, place.column, *words, severity, tolerated)

    def __str__(self) -> str:
        message = f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.text}"
        if self.rule:
            message += f". {self.rule}"
        if self.hint:
            message += f" ({self.hint})"
        return message


class ConfigError(ValueError):
    """The file must not be used. ``problems`` holds every error in it, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems: tuple[Problem, ...] = in_order(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Invalid(Exception):
    """A converter refuses a value; the reader makes a :class:`Problem` of it. ``place`` defaults to the value's."""

    def __init__(self, text: str, rule: str = "", hint: str = "", place: Optional[Location] = None):
        super().__init__(text)
        self.text = text
        self.rule = rule
        self.hint = hint
        self.place = place


@dataclass(frozen=True)
class Tolerated:
    """It wraps a wrong value that keepalived accepts: ``value`` is what keepalived makes of it."""

    value: Any = field(repr=False)  # it may be a password
    why: Invalid


class TooManyErrors(Exception):
    """There are :data:`MOST` errors: more of them would not help."""


class Diagnostics:
    """It collects errors and warnings while a file is read. Raises TooManyErrors when it is full of errors."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def error(self, place: Location, text: str, rule: str = "", hint: str = "") -> None:
        """Add an error. When there are :data:`MOST` already, add a last one that says so, and raise TooManyErrors."""
        if len(self.errors) >= MOST:
            self.errors.append(
                Problem.at(place, "the rest of the file was not checked", f"It has more than {MOST} errors")
            )
            raise TooManyErrors
        self.errors.append(Problem.at(place, text, rule, hint))

    def tolerated(self, place: Location, text: str, rule: str = "", hint: str = "") -> None:
        """Add a warning about what is wrong and works, because keepalived runs it. ``rule`` is what keepalived does."""
        self.warning(place, text, rule, hint, tolerated=True)

    def warning(self, place: Location, text: str, rule: str = "", hint: str = "", tolerated: bool = False) -> None:
        """Add a warning. After :data:`MOST` of them, add one that says so, and leave out the others."""
        if not self.is_full_of_warnings:
            self.warnings.append(Problem.at(place, text, rule, hint, WARNING, tolerated))
        elif len(self.warnings) == MOST:
            rule = f"There are more than {MOST}"
            self.warnings.append(Problem.at(place, "further warnings are left out", rule, severity=WARNING))

    @property
    def is_full_of_warnings(self) -> bool:
        """Return whether there are :data:`MOST` warnings or more."""
        return len(self.warnings) >= MOST


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems sorted by line, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.path, problem.line, problem.column)))


def show(text: str) -> str:
    """Return a piece of the file for a message: quoted, on one line, printable, short."""
    if len(text) > SHOWN:
        text = text[: SHOWN - 3] + "..."
    return f'"{printable(text)}"'


def printable(text: str) -> str:
    """Return ``text`` on one line, with escapes for what a terminal would not show."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "replace").decode("ascii") for char in text
    )
