# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes tables for users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[str]:
    """Return a heading and one line for each row, aligned. "-" is no value; the last column has no width."""
    cells = [[column.upper() for column in columns]]
    cells += [[_shown(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells)]
    widths[-1] = 0
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in (None, "") else str(value)
