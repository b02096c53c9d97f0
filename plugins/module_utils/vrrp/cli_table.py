# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tables for people: aligned columns, lines that fit the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Optional

CELL_MAX = 16  # columns that a cell is padded to where a line has to be folded
CELL_MIN = 4  # columns that are left of a cell that is cut
LAST_MIN = 24  # columns of the last cell, so that its text is folded below itself
COLUMNS = 80  # of a line for people where there is no terminal
MORE = ".."
INDENT = " " * 4


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


def fitted(rows: Iterable[Sequence[str]], columns: int) -> list[list[str]]:
    """Return the cells of each row, padded. Together with two spaces between them they fit; the widest are cut."""
    rows = list(rows)
    widths = [max(map(columns_of, column)) for column in zip(*rows)]
    while sum(widths) + 2 * (len(widths) - 1) > columns and max(widths) > CELL_MIN:
        widths[widths.index(max(widths))] -= 1
    return [[padded(cell, each) for cell, each in zip(row, widths)] for row in rows]


def padded(cell: str, columns: int) -> str:
    """Return the text with exactly so many columns of a terminal."""
    if columns_of(cell) > columns:
        while cell and columns_of(cell) > columns - len(MORE):
            cell = cell[:-1]
        cell += MORE
    return cell + " " * (columns - columns_of(cell))


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters, for example, take two each."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) != 0 for each in text)


def below(cells: Sequence[str], widths: Sequence[int], columns: int) -> list[str]:
    """Return one row as lines. The text in its last cell is folded below itself, or where that is too narrow, alone."""
    start = "  ".join(padded(cell, each) for cell, each in zip(cells, widths)) + "  "
    room = columns - columns_of(start)
    if room < LAST_MIN:
        return [start.rstrip(), *wrapped(INDENT + cells[-1], columns, INDENT)]
    lines = wrapped(cells[-1], room) or [""]
    return [(start + lines[0]).rstrip(), *(" " * columns_of(start) + line for line in lines[1:])]


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """Return a text as lines of so many columns at most. A word that is longer is divided: it has to fit."""
    room = max(columns - (columns_of(text) - len(text)), CELL_MIN)
    return textwrap.wrap(text, room, subsequent_indent=indent, break_on_hyphens=False)


def ago(seconds: float) -> str:
    """Return a duration in its two largest units: "3d 4h", "12m 5s", "0.4s"."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f}s"
    whole = int(seconds)
    for unit_s, unit, part_s, part in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= unit_s:
            return f"{whole // unit_s}{unit} {whole % unit_s // part_s}{part}"
    return f"{whole}s"
