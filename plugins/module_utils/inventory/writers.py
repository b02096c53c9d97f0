# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes values of the inventory as lines of the configuration file. The readers have checked the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .track_lists import as_line

Write = Callable[[str, Any], Iterator[str]]
_INDENT = "    "


def word(head: str, value: Any) -> Iterator[str]:
    """Yield ``head`` and the value; for true only ``head``."""
    yield head if value is True else f"{head} {plain(value)}"


def plain(value: Any) -> Any:
    """Return a number without an exponent: Python writes a small one as 1e-05, which the file does not know."""
    return f"{value:.6f}".rstrip("0") if isinstance(value, float) else value


def quoted(head: str, value: Any) -> Iterator[str]:
    """Yield ``head`` and the value in double quotes."""
    yield f'{head} "{value}"'


def command(head: str, value: Any) -> Iterator[str]:
    """Yield ``head`` and the command in double quotes, with the user behind it; for true only ``head``."""
    if value is True:
        yield head
    elif isinstance(value, Mapping):
        yield f'{head} "{value["command"]}"' + (f" {value['user']}" if value.get("user") else "")
    else:
        yield f'{head} "{value}"'


def fifo(head: str, value: Any) -> Iterator[str]:
    """Yield the FIFO with the user that owns it, and the script that reads it."""
    said = value if isinstance(value, Mapping) else {"path": value}
    yield f"{head} {said['path']}" + (f" {said['user']}" if said.get("user") else "")
    if said.get("script"):
        yield from command(f"{head}_script", said["script"])


def block(head: str, lines: Any) -> Iterator[str]:
    """Yield a block with a line for each value; none where there is no value."""
    if lines:
        yield f"{head} {{"
        yield from (f"{_INDENT}{_line(each)}" for each in lines)
        yield "}"


def each(head: str, values: Any) -> Iterator[str]:
    """Yield a line for each value."""
    yield from (f"{head} {_line(value)}" for value in values)


def _line(value: Any) -> str:
    return as_line(value) if isinstance(value, Mapping) else str(value)
