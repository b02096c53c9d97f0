# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads what an instance or a sync group tracks: names with a weight, and the checks that are built in.

Each reader returns a mapping; :func:`as_line` writes it as a line of the configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..vrrp.config.keywords.check_values import CHECKS
from ..vrrp.config.keywords.track_options import BuiltInCheck
from ..vrrp.config.keywords.track_values import SCRIPT_WEIGHT
from .value_types import Read, interface, name, one_word, refuse_others, switch, text, whole

# Words that are written without their name, and options whose values are in double quotes.
_FIRST = {"name", *(word for check in CHECKS for word in check.first)}
_QUOTED = {word for check in CHECKS for word, option in check.options.items() if option.quoted}


def status(value: Any) -> str:
    """Return the good answers: 200, 200-399, or several of these."""
    parts = [str(part).strip() for part in (value if isinstance(value, (list, tuple)) else str(value).split(","))]
    for part in parts:
        low, dash, high = part.partition("-")
        whole(100, 599, "a status of HTTP, or a range such as 200-299")(low)
        if dash:
            whole(int(low), 599, "the end of a range of HTTP statuses")(high)
    return ",".join(parts)


def url(value: Any) -> str:
    """Return a URL of HTTP without spaces."""
    if not str(value).startswith(("http://", "https://")) or not text(value).isascii() or " " in str(value):
        raise ValueError(f"'{value}' is not a URL that begins with http:// or https://")
    return one_word(value)


def check(said: BuiltInCheck, reads: Mapping[str, Read]) -> Read:
    """Return a reader of the check ``said``: a mapping, or its first word alone. ``reads`` are those of its words."""
    first, alone, what = ", ".join(said.first), len(said.first) == 1, said.what.partition(" ")[2]

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            if not alone:
                raise ValueError(f"{said.what} is a mapping of {first} and any of {', '.join(said.options)}")
            return {first: reads[first](value)}
        refuse_others(value, reads, said.what)
        if any(value.get(word) is None for word in said.first):
            named = f"{first}, or a mapping with its {first}" if alone else f"mapping of {first}"
            raise ValueError(f"a tracked {what} is {'an' if named[0] in 'aeiou' else 'a'} {named}")
        found = {word: read_it(value[word]) for word, read_it in reads.items() if value.get(word) is not None}
        interval = found.get("interval", said.interval_s)
        if found.get("timeout", 0) > interval:
            raise ValueError(
                f"timeout {found['timeout']} is longer than interval {interval} (make the interval longer)"
            )
        return found

    return read


def tracked(kind: str, limit: int = SCRIPT_WEIGHT) -> Read:
    """Return a reader of a name that is defined elsewhere, or of a mapping of name, weight and ``reverse``."""
    weight = whole(-limit, limit, "the weight of what is tracked")
    read_name = interface if kind == "interface" else name

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            return {"name": read_name(value)}
        if set(value) - {"name", "weight", "reverse"} or value.get("name") is None:
            raise ValueError(f"a tracked {kind} is a name, or a mapping of name, weight and reverse")
        found: dict[str, Any] = {"name": read_name(value["name"])}
        if value.get("weight") is not None:
            found["weight"] = weight(value["weight"])
        if value.get("reverse") is not None:
            reverse = switch(value["reverse"])
            if "weight" not in found and (reverse or kind != "interface"):
                raise ValueError("reverse takes a weight (say weight: 0 for a fault while it is good)")
            if reverse or kind != "interface":  # an interface has no definition that says otherwise
                found["reverse"] = reverse
        return found

    return read


def as_line(entry: Mapping[str, Any]) -> str:
    """Return a line of the file, such as ``192.168.8.1 interval 2 weight -20`` or ``eth1 weight 0 reverse``."""
    pieces = []
    for word, value in entry.items():
        if value is False:
            pieces += ["noreverse"] if word == "reverse" else []  # else the definition decides
            continue
        if word in _FIRST:
            pieces.append(str(value))
        elif value is True:
            pieces.append(word)
        else:
            pieces.append(f'{word} "{value}"' if word in _QUOTED else f"{word} {value}")
    return " ".join(pieces)
