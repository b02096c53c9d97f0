# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads what an instance or a sync group tracks: names with a weight, and the checks that are built in.

Each reader returns a mapping; :func:`as_line` writes it as a line of the configuration file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..vrrp.config.keywords.track_options import TIMES as TIMES_OF_THE_FILE
from ..vrrp.config.keywords.track_values import SCRIPT_WEIGHT
from .value_types import Read, address, interface, limited, name, one_word, refuse_others, switch, text, whole

# The times, counts and weight of a built-in check, in the order of the configuration file.
TIMES: Mapping[str, Read] = {
    word: limited(convert, f"the {word} of a check") for word, (_field, convert) in TIMES_OF_THE_FILE.items()
}
_INTERVALS = {"http": 2}  # seconds, where none is given; 1 for all others


def _status(value: Any) -> str:
    """Return the good answers: 200, 200-399, or several of these."""
    parts = [str(part).strip() for part in (value if isinstance(value, (list, tuple)) else str(value).split(","))]
    for part in parts:
        low, dash, high = part.partition("-")
        whole(100, 599, "a status of HTTP, or a range such as 200-299")(low)
        if dash:
            whole(int(low), 599, "the end of a range of HTTP statuses")(high)
    return ",".join(parts)


def _url(value: Any) -> str:
    if not str(value).startswith(("http://", "https://")) or not text(value).isascii() or " " in str(value):
        raise ValueError(f"'{value}' is not a URL that begins with http:// or https://")
    return one_word(value)


# What is tracked -> its first words, and the words that may follow.
_GATEWAY = ({"address": address}, {**TIMES, "interface": interface})
_TCP = ({"address": address, "port": whole(1, 65535, "a port")}, TIMES)
_HTTP = ({"url": _url}, {"status": _status, "body": text, "host": name, "verify": switch, **TIMES})
_UNIT = ({"unit": name}, TIMES)


def _reader(kind: str, first: Mapping[str, Read], options: Mapping[str, Read]) -> Read:
    main = next(iter(first))
    article = "a" if kind != "HTTP check" else "an"

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            if len(first) > 1:
                raise ValueError(f"{article} {kind} is a mapping of {', '.join(first)} and any of {', '.join(options)}")
            return {main: first[main](value)}
        refuse_others(value, (*first, *options), f"{article} {kind}")
        for word in first:
            if value.get(word) is None:
                named = f"{main}, or a mapping with its {main}" if len(first) == 1 else f"mapping of {', '.join(first)}"
                raise ValueError(f"a tracked {kind} is {'an' if named[0] in 'aeiou' else 'a'} {named}")
        found = {word: read_it(value[word]) for word, read_it in first.items()}
        found.update({word: read_it(value[word]) for word, read_it in options.items() if value.get(word) is not None})
        interval = found.get("interval", _INTERVALS.get(kind.partition(" ")[0].lower(), 1))
        if found.get("timeout", 0) > interval:
            raise ValueError(
                f"timeout {found['timeout']} is longer than interval {interval} (make the interval longer)"
            )
        return found

    return read


gateway = _reader("gateway", *_GATEWAY)
tcp = _reader("TCP check", *_TCP)
http = _reader("HTTP check", *_HTTP)
unit = _reader("unit", *_UNIT)


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
        if word in ("name", "address", "port", "url", "unit"):
            pieces.append(str(value))
        elif value is True:
            pieces.append(word)
        else:
            pieces.append(f'{word} "{value}"' if word == "body" else f"{word} {value}")
    return " ".join(pieces)
