# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines the problems of an inventory: each names the host, the variable, the rule and the solution."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Optional

Locate = Callable[[Any], Optional[str]]  # "FILE:LINE" where a value was written, None where that is unknown


def nowhere(_value: Any) -> Optional[str]:
    """Return None. It is the :data:`Locate` for values of unknown origin."""
    return None


@dataclass(frozen=True)
class VariableProblem:
    """It is one thing to correct. ``where`` is "FILE:LINE" if known. No field ever holds a password."""

    host: str
    variable: str
    text: str
    hint: str = ""
    where: Optional[str] = None

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.host}: {self.variable}: {self.text}{hint}"


class PairError(ValueError):
    """The inventory does not describe a pair. ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: Iterable[VariableProblem]):
        self.problems = tuple(dict.fromkeys(problems))
        count = len(self.problems)
        heading = f"{count} problem{'s' if count > 1 else ''} in the inventory of this pair:"
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))
