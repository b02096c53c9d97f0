# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of a keepalived, read as its getopt_long(3) reads it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

_VALUE = "uSfpirscbA"  # the next word is the value where nothing stands behind the letter
_MAYBE = "Mgt"  # only what stands behind the letter is the value
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
_ALONE = {"vrrp": "P", "check": "C", "snmp": "x"}  # whole names, with which longer ones begin


def options(words: Sequence[str]) -> dict[str, str]:
    """The value of each option by its letter, "" where it has none; the last one counts. ``words[0]`` is the program.

    Letters may be joined (``-lf FILE``), and a long name may be cut short (``--use FILE``), as getopt_long takes them.
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
    """Of a long name, whole or cut short; None for those that have no value and mean nothing to us."""
    if name in _ALONE:
        return _ALONE[name]
    meant = [letter for long, letter in _LONG.items() if long == name] or [
        letter for long, letter in _LONG.items() if name and long.startswith(name)
    ]
    return meant[0] if len(meant) == 1 else None
