# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeat TEXT, each time with other values in the parameters.

The lines are ``~SEQ(NAME, START, STEP, END) TEXT``, ``~SEQx(...)``, which counts in hexadecimal, and
``~LST({NAME, ...}, {VALUE, ...}, ...) TEXT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .diagnostics import Invalid

#: How many times one sequence may repeat its text; nested ones multiply, up to the bounds in :mod:`.preprocessor`.
REPEATS = 100_000

_START = re.compile(r"~(SEQ|LST)(x?)[ \t]*")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)", re.ASCII)
_BLANK = re.compile(r"[ \t]*")
_VALUE = re.compile(r"[^ \t,})]*")
_SEQ_USAGE = "~SEQ(NAME, START, STEP, END) TEXT; STEP, and START with it, may be left out"
_LST_USAGE = "~LST(NAME, VALUE, ...) TEXT, or ~LST({NAME, NAME}, {VALUE, VALUE}, ...) TEXT"
_BITS = 63  # keepalived counts in a long


@dataclass(frozen=True)
class Sequence:
    """It has ``names`` that get the values of each round. ``end`` is the index behind the closing parenthesis."""

    names: tuple[str, ...]
    end: int
    rounds: Iterator[tuple[str, ...]] = field(repr=False)


def is_sequence(text: str) -> bool:
    """Return whether ``text`` begins with ``~SEQ`` or ``~LST``."""
    return text.startswith(("~SEQ", "~LST"))


def numbers_of(text: str) -> tuple[int, int]:
    """Return (start, end) of the numbers in a ``~SEQ``, where parameters are put in; (0, 0) where there are none."""
    comma, close = text.find(","), text.find(")")
    return (comma, close) if text.startswith("~SEQ") and 0 <= comma < close else (0, 0)


def sequence(text: str) -> Sequence:
    """Read a line that begins with ``~SEQ`` or ``~LST``. Raises Invalid."""
    match = _START.match(text)
    kind, hexadecimal = match.groups() if match else ("SEQ", "")
    usage = _SEQ_USAGE if kind == "SEQ" else _LST_USAGE
    if match is None or text[match.end() : match.end() + 1] != "(" or (kind == "LST" and hexadecimal):
        raise Invalid(f"~{kind} without (", hint=usage)
    cursor = _Cursor(text, match.end() + 1, usage)
    return _counted(cursor, bool(hexadecimal)) if kind == "SEQ" else _listed(cursor)


def _counted(cursor: _Cursor, hexadecimal: bool) -> Sequence:
    name = cursor.name()
    numbers = []
    while cursor.take(","):
        numbers.append(cursor.number())
    cursor.demand(")")
    if not 1 <= len(numbers) <= 3:
        raise Invalid(f"~SEQ takes 1 to 3 numbers, not {len(numbers)}", hint=cursor.usage)
    start, step, end = _bounds(numbers)
    if not step or (start < end and step < 0) or (start > end and step > 0):
        raise Invalid(f"~SEQ never gets from {start} to {end} by steps of {step}", hint=cursor.usage)
    if hexadecimal and min(start, end) < 0:
        raise Invalid("~SEQx counts without signs", hint="write numbers from 0 on")
    values = range(start, end + (1 if step > 0 else -1), step)
    if (end - start) // step >= REPEATS:
        raise Invalid(f"~SEQ repeats its line {(end - start) // step + 1} times", f"{REPEATS} is the most")
    rounds = ((format(value, "x") if hexadecimal else str(value),) for value in values)
    return Sequence((name,), cursor.index, rounds)


def _bounds(numbers: list[int]) -> tuple[int, int, int]:
    """Return (start, step, end). A missing start is 1 or -1, a missing step leads towards the end."""
    if len(numbers) == 3:
        return numbers[0], numbers[1], numbers[2]
    if len(numbers) == 2:
        return numbers[0], 1 if numbers[0] <= numbers[1] else -1, numbers[1]
    end = numbers[0]
    return -1 if end < 0 else 1, -1 if end < 1 else 1, end


def _listed(cursor: _Cursor) -> Sequence:
    names = cursor.group(cursor.name) if cursor.take("{") else [cursor.name()]
    rounds = []
    while cursor.take(","):
        values = cursor.group(cursor.value) if cursor.take("{") else [cursor.value()]
        if len(values) > len(names):
            raise Invalid(f"~LST has {len(values)} values for {len(names)} names", hint=cursor.usage)
        rounds.append(tuple(values + [""] * (len(names) - len(values))))
    cursor.demand(")")
    if not rounds:
        raise Invalid("~LST has no values", hint=cursor.usage)
    return Sequence(tuple(names), cursor.index, iter(rounds))


class _Cursor:
    """It reads from left to right; blanks between two things do not count."""

    def __init__(self, text: str, index: int, usage: str):
        self.text = text
        self.index = index
        self.usage = usage

    def name(self) -> str:
        return self._match(_NAME, "a name of letters, digits and _ must stand here")

    def value(self) -> str:
        return self._match(_VALUE, "a value must stand here")

    def number(self) -> int:
        text = self._match(_NUMBER, "a number must stand here")
        digits = text.lstrip("+-")
        # as C reads it: 0x is hexadecimal, a leading 0 octal
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        try:
            number = int(digits[:80], base) * (-1 if text[0] == "-" else 1)
        except ValueError:
            raise Invalid("an octal number (it begins with 0) has an 8 or 9", hint="remove the 0 before it") from None
        if number.bit_length() > _BITS:
            raise Invalid("a number is too large", hint=self.usage)
        return number

    def group(self, read: Callable[[], str]) -> list[str]:
        values = [read()]
        while self.take(","):
            values.append(read())
        self.demand("}")
        return values

    def take(self, char: str) -> bool:
        self._blanks()
        if not self.text.startswith(char, self.index):
            return False
        self.index += 1
        return True

    def demand(self, char: str) -> None:
        if not self.take(char):
            raise Invalid(f"{char} must stand here, in column {self.index + 1} of the sequence", hint=self.usage)

    def _match(self, pattern: re.Pattern[str], text: str) -> str:
        self._blanks()
        match = pattern.match(self.text, self.index)
        if match is None:
            raise Invalid(f"{text}, in column {self.index + 1} of the sequence", hint=self.usage)
        self.index = match.end()
        return match.group()

    def _blanks(self) -> None:
        match = _BLANK.match(self.text, self.index)
        self.index = match.end() if match else self.index
