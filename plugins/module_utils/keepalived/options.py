# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the command line of a keepalived as its getopt_long(3) reads it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

_VALUE = "uSfpirscbA"  # options with a value: the rest of the word, or else the next word
_MAYBE = "Mgt"  # options with a value only in the rest of the word
_LONG = {
    "use-file": "f",
    "log-facility": "S",
    "umask": "u",
    "pid": "p",
    "vrrp_pid": "r",
    "checkers_pid": "c",
    "bfd_pid": "b",
    "snmp-agent-socket": "A",
    "namespace": "s",
    "config-id": "i",
    "signum": "signum",
}
_ALONE = {"vrrp": "P", "check": "C", "snmp": "x"}  # exact names, which longer names begin with


def options(words: Sequence[str]) -> dict[str, str]:
    """Return the value of each option by its letter, "" where it has none; the last one counts.

    ``words[0]`` is the program. Letters may be joined (``-lf FILE``), and a long name may be cut short (``--use
    FILE``), as getopt_long takes them.
    """
    found: dict[str, str] = {}
    rest = iter(words[1:])
    for word in rest:
        if word == "--":
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            letter = _letter(name)
            if letter in (*_LONG.values(),) and not equals:
                value = next(rest, "")
            if letter is not None:
                found[letter] = value
        elif word.startswith("-"):
            for index, letter in enumerate(word[1:], 2):
                if letter in _VALUE:
                    found[letter] = word[index:] or next(rest, "")
                    break
                found[letter] = word[index:] if letter in _MAYBE else ""
                if letter in _MAYBE:
                    break
    return found


def _letter(name: str) -> Optional[str]:
    """Return the letter of a long name, whole or cut short; None for those without a value that we do not use."""
    if name in _ALONE:
        return _ALONE[name]
    meant = [letter for long, letter in _LONG.items() if long == name] or [
        letter for long, letter in _LONG.items() if name and long.startswith(name)
    ]
    return meant[0] if len(meant) == 1 else None
