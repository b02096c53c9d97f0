# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts what is tracked, and its weight: words -> values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Optional

from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from .values import Converter, Integer, only, value_of, whole

SCRIPT_WEIGHT = 253  # keepalived: scripts and interfaces
WIDE_WEIGHT = 254  # keepalived: files and processes

_REVERSE = {"reverse": True, "noreverse": False}
FILE_NUMBER = Integer(-(2**31), 2**31 - 1)


class Weight(NamedTuple):
    """It holds a weight, and whether ``reverse`` follows it."""

    weight: int
    reverse: bool


@dataclass(frozen=True)
class TrackLine:
    """It is one line of a track_* block. None: the definition that it names decides."""

    name: str
    weight: Optional[int] = None
    reverse: Optional[bool] = None


@dataclass(frozen=True)
class Weighed:
    """It takes a weight from -``limit`` to ``limit``, and ``reverse`` where it follows."""

    limit: int

    def __call__(self, statement: Statement) -> Weight:
        """Return the weight, and whether it is reversed."""
        words = statement.values
        if len(words) == 2:
            if words[1].text != "reverse":
                raise _no_direction(words[1], ("reverse",))
            return Weight(whole(words[0], "weight", -self.limit, self.limit), True)
        return Weight(whole(only(statement), "weight", -self.limit, self.limit), False)


weight = Weighed


def _no_direction(word: Word, known: tuple[str, ...]) -> Invalid:
    hint = did_you_mean(word.text, known)
    return Invalid(f"{show(word.text)} follows the weight", "weight N, or weight N reverse", hint, word.place)


def tracked(kind: str, limit: int, noreverse: bool = True) -> Converter:
    """Return a converter of one line of ``kind``: NAME [weight N [reverse|noreverse]]."""
    known = ("reverse", "noreverse") if noreverse else ("reverse",)

    def convert(statement: Statement) -> TrackLine:
        name, options = statement.words[0], iter(statement.words[1:])
        if not name.text:
            raise Invalid(f"a name in {kind} is empty", place=name.place)
        keyword = next(options, None)
        if keyword is None:
            return TrackLine(name.text)
        if keyword.text != "weight":
            raise Invalid(
                f"{show(keyword.text)} follows the name {show(name.text)}",
                f"{kind}: NAME [weight N], one on each line",
                did_you_mean(keyword.text, ["weight"]),
                keyword.place,
            )
        number = whole(value_of(keyword, options), "weight", -limit, limit)
        direction = next(options, None)
        if direction is None:
            return TrackLine(name.text, number)
        if direction.text not in known:
            raise _no_direction(direction, known)
        for word in options:
            raise _no_direction(word, ())
        return TrackLine(name.text, number, _REVERSE[direction.text])

    return convert


def process(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """Return (command, parameters), written as COMMAND [PARAMETER ...]."""
    words = tuple(word.text for word in statement.values)
    if not words or not words[0]:
        raise Invalid("process names no command", hint="process haproxy")
    return words[0], words[1:]


def param_match(statement: Statement) -> str:
    """Return ``initial``, ``partial``, or "exact" without a value: exactly the parameters of ``process``."""
    if not statement.values:
        return "exact"
    word = only(statement)
    if word.text not in ("initial", "partial"):
        hint = did_you_mean(word.text, ("initial", "partial"))
        rule = "param_match takes initial, partial or nothing"
        raise Invalid(f"param_match {show(word.text)} is unknown", rule, hint, word.place)
    return word.text


def init_file(statement: Statement) -> tuple[int, bool]:
    """Return (value, overwrite), written as [VALUE] [overwrite] in either order."""
    value, overwrite = 0, False
    for word in statement.values:
        if word.text == "overwrite":
            overwrite = True
        else:
            value = whole(word, "init_file", FILE_NUMBER.low, FILE_NUMBER.high)
    return value, overwrite
