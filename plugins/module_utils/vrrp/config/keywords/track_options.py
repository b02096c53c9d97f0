# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines what a built-in check is: one table of its words, and one parser for all ``@hotstandby track_*`` lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from ..syntax.suggest import did_you_mean
from . import values as to
from .keyword import Keyword
from .track_values import SCRIPT_WEIGHT

_COUNT_MAX = 1000
_LONGEST_S = "3600"

#: The options that every check takes.
TIMES = (
    Keyword("interval", to.seconds("0.05", _LONGEST_S), "interval_s", "SECONDS", "the interval of a check"),
    Keyword("timeout", to.seconds("0.01", _LONGEST_S), "timeout_s", "SECONDS", "the timeout of a check"),
    Keyword("rise", to.integer(1, _COUNT_MAX), "rise", "N", "the rise of a check"),
    Keyword("fall", to.integer(1, _COUNT_MAX), "fall", "N", "the fall of a check"),
    Keyword("weight", to.integer(-SCRIPT_WEIGHT, SCRIPT_WEIGHT), "weight", "-253-253", "the weight of a check"),
)


@dataclass(frozen=True)
class BuiltInCheck:
    """It is a built-in check, and the converter of its line: the words of ``first``, then ``options`` in any order.

    The role's variable has the same words. ``model`` has their fields, with the defaults of the options.
    """

    what: str  # such as "a TCP check"
    model: Any
    first: dict[str, Keyword]
    options: dict[str, Keyword]
    missing: str  # what a message says of a line that ends too early
    example: str

    @property
    def values(self) -> str:
        """Return how the line is written, for users."""
        options = (f"{each.name} {each.values}".strip() for each in self.options.values())
        return " ".join([*(each.values for each in self.first.values()), *(f"[{option}]" for option in options)])

    @property
    def interval_s(self) -> Decimal:
        """Return the interval where the line has none. It is the longest timeout then as well."""
        return Decimal(self.model.interval_s)

    def __call__(self, statement: Statement) -> Any:
        """Return the model of a check. Raises Invalid."""
        count = len(self.first)
        if len(statement.values) < count:
            raise Invalid(f"{statement.keyword} {self.missing}", hint=f"{statement.keyword} {self.example}")
        found = {}
        for each, word in zip(self.first.values(), statement.values):
            found[each.field] = _value(each, Word(f"the {each.name}", word.place), word)
        found.update(self._options(statement.keyword, statement.values[count:]))
        return self.model(**{name: float(each) if isinstance(each, Decimal) else each for name, each in found.items()})

    def _options(self, keyword: str, written: Iterable[Word]) -> dict[str, Any]:
        """Return the fields. Without ``timeout`` it is the default, or the interval where that is shorter."""
        found: dict[str, Any] = {}
        places = {}
        rest = iter(written)
        for name in rest:
            option = self.options.get(name.text)
            if option is None:
                hint = did_you_mean(name.text, self.options)
                raise Invalid(f"unknown option {show(name.text)} of {keyword}", self.values, hint, name.place)
            said = (name, to.value_of(name, rest)) if option.values else (name,)
            value, places[option.field] = _value(option, *said), said[-1].place
            if option.field in found:
                raise Invalid(f"{name.text} is given twice", hint="remove one", place=name.place)
            found[option.field] = value
        every = found.setdefault("interval_s", self.interval_s)
        if found.setdefault("timeout_s", min(self.interval_s, every)) > every:
            raise Invalid(
                f"timeout {found['timeout_s']} is longer than interval {every}",
                "it is asked again when the last answer has come or is overdue",
                f"interval {found['timeout_s']}",
                places["timeout_s"],
            )
        return found


def _value(entry: Keyword, *words: Word) -> Any:
    return entry.convert(Statement(words, "")) if entry.convert else None
