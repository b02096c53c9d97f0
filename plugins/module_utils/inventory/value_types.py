# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines readers: each takes what the user wrote and returns the value for the configuration file.

A reader raises ValueError with "rule" or "rule (hint)"; it repeats no password.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any, Optional

from ..vrrp.config.keywords.track_values import Weighed
from ..vrrp.config.keywords.values import LEASE_S, Seconds, WholeSeconds
from ..vrrp.config.syntax.diagnostics import Invalid, show
from ..vrrp.config.syntax.parser import parse, split_command, split_words
from ..vrrp.protocol.constants import AUTH_DATA_LENGTH

_NAME = re.compile(r"[A-Za-z0-9_.:@-]+")
Read = Callable[[Any], Any]


def whole(low: int, high: int, rule: str) -> Callable[[Any], int]:
    """Return a reader of whole numbers from ``low`` to ``high``."""

    def read(value: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = low - 1
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError(f"'{value}' is not a whole number from {low} to {high}: {rule}")
        return number

    return read


def number(low: float, high: float, rule: str) -> Callable[[Any], float]:
    """Return a reader of numbers from ``low`` to ``high``; it returns a whole number as an integer."""

    def read(value: Any) -> float:
        try:
            read_as = float(str(value))
        except ValueError:
            read_as = low - 1
        if isinstance(value, bool) or not low <= read_as <= high:
            raise ValueError(f"'{value}' is not a number from {low:g} to {high:g}: {rule}")
        return int(read_as) if read_as.is_integer() else read_as

    return read


def decimal(low: str, high: str, rule: str) -> Callable[[Any], Decimal]:
    """Return a reader of numbers from ``low`` to ``high``; it returns them exactly as they were written."""

    def read(value: Any) -> Decimal:
        try:
            read_as = Decimal(str(value))
        except InvalidOperation:
            read_as = Decimal("NaN")
        if isinstance(value, bool) or read_as.is_nan() or not Decimal(low) <= read_as <= Decimal(high):
            raise ValueError(f"'{value}' is not a number from {low} to {high}: {rule}")
        return read_as

    return read


def name(value: Any) -> str:
    """Return a word that the configuration file takes without quotes."""
    if not _NAME.fullmatch(str(value)):
        raise ValueError(f"'{value}' is not a name (letters, digits and any of _ . : @ -)")
    return str(value)


def interface(value: Any) -> str:
    """Return a network interface's name, which the kernel limits to 15 characters."""
    if len(name(value)) > 15:
        raise ValueError(f"'{value}' is longer than the 15 characters of an interface name")
    return str(value)


def one_of(choices: Sequence[str]) -> Callable[[Any], str]:
    """Return a reader of one of ``choices``, in upper or lower case."""

    def read(value: Any) -> str:
        found = next((choice for choice in choices if choice.lower() == str(value).lower()), None)
        if found is None:
            *others, last = choices
            known = f"neither {others[0]} nor {last}" if len(others) == 1 else f"not {', '.join(others)} or {last}"
            raise ValueError(f"'{value}' is {known}")
        return found

    return read


def limited(convert: Any, why: str, least: Optional[float] = None, most: Optional[float] = None) -> Read:
    """Return a reader of numbers with the limits of a converter of the file, or with narrower ones."""
    if isinstance(convert, Weighed):
        return whole(-convert.limit, convert.limit, "it takes a priority from one end to the other at most")
    low = convert.low if least is None else least
    high = convert.high if most is None else most
    if isinstance(convert, Seconds):
        return number(float(low), float(high), why if "seconds" in why else f"{why}, in seconds")
    if isinstance(convert, WholeSeconds):
        why += ", in seconds, of which keepalived takes no fraction here"
    return whole(int(low), int(high), why)


def switch(value: Any) -> bool:
    """Return a yes or no of a YAML or INI inventory as a bool."""
    text = str(value).lower()
    if text in ("true", "yes", "on", "1"):
        return True
    if text in ("false", "no", "off", "0"):
        return False
    raise ValueError(f"'{value}' is neither true nor false")


def password(value: Any) -> str:
    """Return the simple password, 1 to 8 octets. It never appears in a message."""
    if not isinstance(value, str):
        raise ValueError("YAML reads it as another kind of value than text (put it in quotes)")
    text = str(value)
    if not text:
        raise ValueError("it is empty (leave the variable out for none)")
    octets = len(text.encode("utf-8", "surrogateescape"))
    if octets > AUTH_DATA_LENGTH:
        raise ValueError(
            f"{octets} octets are more than the {AUTH_DATA_LENGTH} that an advertisement carries (keepalived cuts the"
            " rest off in silence: write the first 8)"
        )
    if not text or not text.isprintable() or '"' in text or text != text.strip():
        raise ValueError('it may not be empty, hold a " or a control character, nor begin or end with a space')
    _refuse_changed(f'auth_pass "{text}"', [text], "it")
    return text


def text(value: Any) -> str:
    """Return one line, which the configuration file has between double quotes."""
    words = str(value)
    if not words.strip() or not words.isprintable() or '"' in words:
        raise ValueError('it must be one line without any "')
    _refuse_changed(f'text "{words}"', [words], show(words))
    return words


def command_line(value: Any) -> str:
    """Return a command as keepalived reads it between double quotes: single quotes and backslashes have a meaning."""
    words = text(value)
    try:
        arguments = split_command(split_command(f'command "{words}"')[1])
    except Invalid as error:
        raise ValueError(f"{error.text} ({error.hint})") from None
    if not arguments or not arguments[0]:
        raise ValueError(f"{show(words)} names no command")
    return words


def process(value: Any) -> str:
    """Return a process and its arguments as the file has them: double quotes hold one word together."""
    words = str(value)
    found = [word for word, _index in split_words(words)]
    if not words.isprintable() or not found or not found[0]:
        raise ValueError("it must be one line: a process and its arguments")
    _refuse_changed(f"process {words}", found, show(words))
    return words


def one_word(value: Any) -> str:
    """Return one word of the file, in double quotes where it has a blank."""
    found = [each for each, _index in split_words(str(value))]
    if len(found) != 1 or not found[0] or not str(value).isprintable():
        raise ValueError(f"{show(str(value))} is not one word (put double quotes around it)")
    _refuse_changed(f"word {value}", found, show(str(value)))
    return str(value)


def _refuse_changed(line: str, words: list[str], shown: str) -> None:
    """Raise ValueError where the reader of the configuration file would not return ``words`` unchanged."""
    tree = parse(line, "")
    read = [each.text for statement in tree.statements for each in statement.values]
    if tree.problems or tree.warnings or read != words or len(tree.statements) != 1 or tree.statements[0].raw != line:
        rule = (
            "cannot stand in the configuration file as it is: it ends in a backslash, has a parameter such as ${NAME}"
        )
        raise ValueError(f"{shown} {rule}, or # ! {{ }} outside of quotes")


def user(value: Any) -> str:
    """Return a user, and optionally its group after a space."""
    words = str(value).split()
    if not 1 <= len(words) <= 2 or not all(map(_NAME.fullmatch, words)):
        raise ValueError(f"'{value}' is not a user, nor a user and a group")
    return " ".join(words)


def address(value: Any) -> str:
    """Return an IP address without a prefix length, in its shortest spelling."""
    try:
        return str(ip_address(str(value)))
    except ValueError:
        raise ValueError(f"'{value}' is not an IP address") from None


def listed(entry: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Return a reader of lists; a value alone is a list of one."""

    def read(value: Any) -> list[Any]:
        return [entry(one) for one in (value if isinstance(value, (list, tuple)) else [value])]

    return read


def lease(value: Any) -> int:
    """Return for how many seconds the kernel keeps a virtual address without a renewal: 0 (for ever), or 2 to 60."""
    seconds = whole(*LEASE_S, "seconds, where 0 is no lifetime and 1 too short")(value)
    if seconds == 1:
        raise ValueError(f"'{value}' is too short: a lifetime is 0, which is none, or 2 to 60 seconds")
    return seconds


_LINE = re.compile(r"[A-Za-z0-9_.:/+@,%=-]+")


def line(value: Any) -> str:
    """Return one line of a block in keepalived's words: a route, a rule, an address."""
    words = str(value).split()
    if not words or not all(map(_LINE.fullmatch, words)):
        raise ValueError(f"'{value}' is not a line of words as the configuration file has them")
    return " ".join(words)


def command(value: Any) -> Any:
    """Return a command, or a mapping of ``command`` and the ``user`` that runs it where a user is named."""
    if not isinstance(value, Mapping):
        return command_line(value)
    refuse_others(value, ("command", "user"), "a command")
    if value.get("command") is None:
        raise ValueError("a mapping names its command")
    if not value.get("user"):
        return command_line(value["command"])
    return {"command": command_line(value["command"]), "user": user(value["user"])}


def path(value: Any) -> str:
    """Return an absolute path without spaces, as a keyword of the file takes it."""
    if not re.fullmatch(r"/[A-Za-z0-9_.:/+@,%=-]*", str(value)):
        raise ValueError(f"'{value}' is not an absolute path of plain characters")
    return str(value)


def refuse_others(value: Mapping[str, Any], known: Any, what: str) -> None:
    """Raise ValueError for a word that ``what`` does not have."""
    unknown = sorted(str(word) for word in set(value) - set(known))
    if unknown:
        raise ValueError(f"'{unknown[0]}' is not a word of {what} (known are {', '.join(known)})")
