# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts words to values. A converter takes one statement, and returns a value or raises Invalid.

Converters with limits are objects, so that the readers of the inventory take the limits from them. The schema's table
reads like the manual: ``integer(1, 255)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional

from ..syntax.diagnostics import Invalid, Tolerated, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean

Converter = Callable[[Statement], Any]

LEASE_S = (0, 60)
#: The least and the longest delay of an interface.
DELAY_S = ("0", "255")
#: Linux: IFNAMSIZ less the NUL; interface names and address labels.
NAME_LENGTH = 15

_TRUE = ("on", "true", "yes")
_FALSE = ("off", "false", "no")
STATES = ("MASTER", "BACKUP")


def only(statement: Statement) -> Word:
    """Return the only value of a statement. Raises Invalid where there is none, or more than one."""
    if len(statement.values) != 1:
        count = "none is" if not statement.values else f"{len(statement.values)} are"
        raise Invalid(f"{show(statement.keyword)} takes one value, {count} given", hint="one keyword on each line")
    return statement.values[0]


def flag(statement: Statement) -> Any:
    """Return True. A value behind the keyword is tolerated, and has no effect, as in keepalived."""
    if not statement.values:
        return True
    word = statement.values[0]
    hint = "remove the line to switch it off" if word.text.lower() in (*_FALSE, "0") else f"remove {show(word.text)}"
    rule = f"keepalived takes {statement.keyword} to be on, whatever follows"
    return Tolerated(True, Invalid(f"{show(statement.keyword)} takes no value", rule, hint, word.place))


def boolean(statement: Statement) -> bool:
    """Return whether the value is on, in keepalived's six spellings of on and off; True without a value."""
    if not statement.values:
        return True
    word = only(statement)
    if word.text not in _TRUE + _FALSE:
        raise Invalid(
            f"{statement.keyword} {show(word.text)} is neither on nor off",
            f"{statement.keyword} takes {', '.join(_TRUE)}, {', '.join(_FALSE)} or nothing",
            did_you_mean(word.text.lower(), _TRUE + _FALSE),
            word.place,
        )
    return word.text in _TRUE


@dataclass(frozen=True)
class Integer:
    """It takes one whole number from ``low`` to ``high``."""

    low: int
    high: int
    rule: str = ""

    def __call__(self, statement: Statement) -> int:
        """Return the number."""
        return whole(only(statement), statement.keyword, self.low, self.high, self.rule)


integer = Integer


def whole(word: Word, name: str, low: int, high: int, rule: str = "") -> int:
    """Return the decimal number in a word. Raises Invalid unless it is from ``low`` to ``high``."""
    if not re.fullmatch(r"[-+]?[0-9]{1,10}", word.text):
        raise Invalid(f"{name} {show(word.text)} is not a whole number", rule, place=word.place)
    number = int(word.text)
    if not low <= number <= high:
        raise Invalid(f"{name} {number} is out of range", rule or f"{name} is {low} to {high}", place=word.place)
    return number


@dataclass(frozen=True)
class Seconds:
    """It takes seconds from ``low`` to ``high``, with a fraction where written, as an exact Decimal."""

    low: str
    high: str

    def __call__(self, statement: Statement) -> Any:
        """Return the seconds."""
        return duration(only(statement), statement.keyword, self.low, self.high)


seconds = Seconds


def duration(word: Word, name: str, low: str, high: str) -> Decimal:
    """Return seconds as an exact Decimal. Raises Invalid unless they are from ``low`` to ``high``."""
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{0,9})?|\.[0-9]{1,9}", word.text):
        raise Invalid(f"{name} {show(word.text)} is not a number of seconds", place=word.place)
    number = Decimal(word.text)
    if not Decimal(low) <= number <= Decimal(high):
        rule = f"{name} is {low} to {high} seconds"
        raise Invalid(f"{name} {word.text} is out of range", rule, place=word.place)
    return number


def lease(statement: Statement) -> int:
    """Return seconds, 0 or 2 to 60. Raises Invalid."""
    word = only(statement)
    if word.text == "1":  # the agent renews twice a second, and may miss one renewal or two
        raise Invalid("vip_lease 1 is too short", "vip_lease is 0 (none) or 2 to 60 seconds", place=word.place)
    return whole(word, "vip_lease", *LEASE_S, "vip_lease is 0 (none) or 2 to 60 seconds")


@dataclass(frozen=True)
class WholeSeconds:
    """It takes seconds for which keepalived takes no fraction."""

    low: int
    high: int

    def __call__(self, statement: Statement) -> Decimal:
        """Return the seconds."""
        return Decimal(whole(only(statement), statement.keyword, self.low, self.high))


whole_seconds = WholeSeconds


@dataclass(frozen=True)
class OneOf:
    """It takes one of ``choices``."""

    choices: tuple[str, ...]

    def __call__(self, statement: Statement) -> str:
        """Return the word."""
        word = only(statement)
        if word.text in self.choices:
            return word.text
        raise Invalid(
            f"{statement.keyword} {show(word.text)} is unknown",
            f"{statement.keyword} is {' or '.join(self.choices)}",
            did_you_mean(word.text, self.choices),
            word.place,
        )


def one_of(*choices: str) -> OneOf:
    """Return a converter that takes one of ``choices``."""
    return OneOf(choices)


def state(statement: Statement) -> Any:
    """Return MASTER or BACKUP. Any other word is tolerated as BACKUP, as in keepalived."""
    word = only(statement)
    if word.text in STATES:
        return word.text
    text, rule = f"state {show(word.text)} is unknown", "keepalived takes it for BACKUP, and so do we"
    hint = did_you_mean(word.text.upper(), STATES) or "write: state BACKUP"
    return Tolerated("BACKUP", Invalid(text, rule, hint, word.place))


class Pause(Seconds):
    """It takes seconds between two frames. 0 is tolerated: keepalived refuses it, and makes no pause then."""

    def __call__(self, statement: Statement) -> Any:
        """Return the seconds, or a tolerated 0."""
        word = only(statement)
        if re.fullmatch(r"0+(\.0*)?", word.text):
            text = f"{statement.keyword} {word.text} is out of range"
            rule = f"keepalived takes {self.low} to {self.high} seconds, and makes no pause otherwise: nor do we"
            return Tolerated(Decimal(0), Invalid(text, rule, "remove the line: no pause is the default", word.place))
        return super().__call__(statement)


pause = Pause


def text(statement: Statement) -> str:
    """Return the only value of a statement. Raises Invalid where it is empty."""
    word = only(statement)
    if not word.text:
        raise Invalid(f"{statement.keyword} is empty", place=word.place)
    return word.text


def names(statement: Statement) -> tuple[str, ...]:
    """Return the names on one line of a list."""
    for word in statement.words:
        if not word.text:
            raise Invalid("a name is empty", place=word.place)
    return tuple(word.text for word in statement.words)


_INCLUDE_CHECKS = ("read", "match", "wildcard_match", "brace_match")


def include_check(statement: Statement) -> Any:
    """Return the words of include_check, after a check; :mod:`..syntax.include` has already acted on them."""
    found = tuple(word.text for word in statement.values)
    passed: Optional[Invalid] = None
    for index, word in enumerate(statement.values):
        name = word.text.lstrip("+-")
        if name == "readable":
            rule = "keepalived's manual has the word, and its parser passes over it; so do we"
            passed = passed or Invalid("include_check does not know readable", rule, "write: read", word.place)
        elif name not in _INCLUDE_CHECKS:
            rule = f"include_check takes {', '.join(_INCLUDE_CHECKS)}, each with + or - before it or without"
            hint = did_you_mean(name, _INCLUDE_CHECKS)
            raise Invalid(f"include_check {show(word.text)} is unknown", rule, hint, word.place)
        elif index and word.text == name:
            rule = "keepalived takes the first word alone, and so do we"
            passed = passed or Invalid(f"{show(name)} says nothing here", rule, f"write: +{name}", word.place)
    return found if passed is None else Tolerated(found, passed)


def interfaces(statement: Statement) -> tuple[str, ...]:
    """Return the interfaces on one line of a list."""
    return tuple(interface_name(word) for word in statement.words)


def interface(statement: Statement) -> str:
    """Return the only value of a statement, the name of an interface."""
    return interface_name(only(statement))


def interface_name(word: Word) -> str:
    """Return the name of an interface. Raises Invalid where it is empty, too long, or holds a blank, ``/`` or ``:``."""
    if not word.text or re.search(r"[\s/:]", word.text) or word.text in (".", ".."):
        raise Invalid(f"{show(word.text)} is not the name of an interface", place=word.place)
    if len(word.text.encode("utf-8", "replace")) > NAME_LENGTH:
        raise Invalid(
            f"the interface name {show(word.text)} is too long",
            f"Linux: at most {NAME_LENGTH} octets",
            place=word.place,
        )
    return word.text


def interface_delay(statement: Statement) -> tuple[str, Decimal, Decimal]:
    """Return (name, down, up), in seconds, of one line of interface_up_down_delays: NAME DOWN [UP]."""
    words = statement.words
    if not 2 <= len(words) <= 3:
        raise Invalid(
            f"{show(words[0].text)} takes one delay or two, {len(words) - 1} are given",
            "interface_up_down_delays: NAME DOWN_SECONDS [UP_SECONDS]",
            place=words[0].place,
        )
    down, *up = (duration(word, "a delay", *DELAY_S) for word in words[1:])
    # In keepalived's manual a missing second delay is like the first one; its parser takes 0.
    return interface_name(words[0]), down, up[0] if up else Decimal(0)


def value_of(name: Word, words: Iterator[Word]) -> Word:
    """Return the word that follows ``name`` among the options of a line. Raises Invalid where there is none."""
    value = next(words, None)
    if value is None:
        raise Invalid(f"{name.text} takes a value, none is given", place=name.place)
    return value


def extra_interfaces(low: int) -> Converter:
    """Return a converter of garp_extra_if, [all] SECONDS, to (seconds, all)."""

    def convert(statement: Statement) -> tuple[float, bool]:
        numbers = [word for word in statement.values if word.text != "all"]
        if len(numbers) != 1:
            raise Invalid(f"{statement.keyword} takes a number of seconds", hint=f"{statement.keyword} all 100")
        return float(whole(numbers[0], statement.keyword, low, 86400)), len(statement.values) > 1

    return convert
