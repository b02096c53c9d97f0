# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tables for people: aligned columns, lines that fit the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Optional

CELL_MAX = 16  # columns that a cell is padded to where a line has to be folded


def width() -> Optional[int]:
    """Return the columns of the terminal; None where standard output is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(rows: Iterable[Sequence[str]], columns: Optional[int] = None) -> list[str]:
    """Align columns; the last one has any length. Where a line would be too long, no cell is padded far."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    widths[-1] = 0
    if columns is not None and any(sum(widths) + 2 * len(row) + len(row[-1]) > columns for row in rows):
        widths = [min(each, CELL_MAX) for each in widths]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def folded(lines: Iterable[str], columns: Optional[int]) -> Iterator[str]:
    """Yield the lines, wrapped between words to so many columns; continuation lines are indented."""
    for line in lines:
        if columns is None or len(line) <= columns:
            yield line
        else:
            yield from textwrap.wrap(
                line, columns, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
            )
