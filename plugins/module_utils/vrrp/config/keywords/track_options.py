# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is one parser for the options of all ``@hotstandby track_*`` lines, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from . import values as to
from .track_values import SCRIPT_WEIGHT

_COUNT_MAX = 1000
_LONGEST_S = "3600"

Options = Mapping[str, tuple[str, to.Converter]]

#: The options that every such line takes: word -> (field, converter).
TIMES: Options = {
    "interval": ("interval_s", to.seconds("0.05", _LONGEST_S)),
    "timeout": ("timeout_s", to.seconds("0.01", _LONGEST_S)),
    "rise": ("rise", to.integer(1, _COUNT_MAX)),
    "fall": ("fall", to.integer(1, _COUNT_MAX)),
    "weight": ("weight", to.integer(-SCRIPT_WEIGHT, SCRIPT_WEIGHT)),
}
TIMES_SYNTAX = "[interval SECONDS] [timeout SECONDS] [rise N] [fall N] [weight -253-253]"


def options(
    keyword: str,
    words: Iterable[Word],
    known: Options,
    syntax: str,
    interval_s: Decimal = Decimal(1),
    flags: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return the fields. Without ``timeout`` it is ``interval_s`` (seconds), or the interval where that is shorter."""
    found: dict[str, Any] = {}
    places = {}
    words = iter(words)
    for name in words:
        if name.text in flags:
            field, value, place = name.text, True, name.place
        elif name.text in known:
            field, convert = known[name.text]
            word = to.value_of(name, words)
            value, place = convert(Statement((name, word), "")), word.place
        else:
            hint = did_you_mean(name.text, (*known, *flags))
            raise Invalid(f"unknown option {show(name.text)} of {keyword}", syntax, hint, name.place)
        if field in found:
            raise Invalid(f"{name.text} is given twice", hint="remove one", place=name.place)
        found[field], places[field] = value, place
    every = found.setdefault("interval_s", interval_s)
    if found.setdefault("timeout_s", min(interval_s, every)) > every:
        raise Invalid(
            f"timeout {found['timeout_s']} is longer than interval {every}",
            "it is asked again when the last answer has come or is overdue",
            f"interval {found['timeout_s']}",
            places["timeout_s"],
        )
    found.update(interval_s=float(every), timeout_s=float(found["timeout_s"]))
    return found
