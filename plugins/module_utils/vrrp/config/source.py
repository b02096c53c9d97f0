# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text -> lines that carry configuration: comments gone, conditional lines decided.

This is keepalived's line layer, apart from its grammar. What keepalived does to a line before it looks for keywords
belongs here: comments, ``@conditional`` lines, and one day ``include``, ``$PARAMETER`` and ``~SEQ``, each of which
replaces one line by others. Until then they are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Optional

from .problems import Findings, Place

#: What separates words (keepalived's WHITE_SPACE; a no-break space is not among it).
WHITE_SPACE = " \t\f\n\r\v"

#: Lines ``@hotstandby ...`` hold our additions: keepalived takes them for another machine's and skips them.
ADDITION = "hotstandby"

_SPECIAL = re.compile(r'[!#"\\]')
_DEFINITION = re.compile(r"\$\{?[A-Za-z_]\w*\}?\s*=")
_PREDEFINED = re.compile(r"\$\{?_(?:PWD|INSTANCE|RANDOM|HASH|BANG)\b")
_SEQUENCE = re.compile(r"~(SEQx?|LST)\b")
_INCLUDE = re.compile(r"(include[rmwba]?)(?:\s|$)")


@dataclass(frozen=True)
class SourceLine:
    """One line that holds configuration. ``columns[i]`` is the column (from 1) of ``text[i]``."""

    path: str
    number: int
    text: str = field(repr=False)  # it may hold a password
    columns: Sequence[int] = field(repr=False)
    addition: bool = False  # it stood behind @hotstandby
    comment_follows: bool = False  # a comment begins right behind the last character

    def place(self, index: int) -> Place:
        return Place(self.path, self.number, self.columns[index])


@dataclass(frozen=True)
class _Bare:
    """A line without its comment."""

    text: str = field(repr=False)
    columns: Sequence[int] = field(repr=False)
    open_quote: Optional[int] = None  # column of a " that is never closed
    comment_follows: bool = False


def lines(text: str, path: str, findings: Findings, config_id: str = "") -> Iterator[SourceLine]:
    """The lines of ``text`` that are in force on the machine named ``config_id`` ("" matches no ``@word``)."""
    inside_definition = False
    for number, physical in enumerate(text.split("\n"), 1):
        if "\0" in physical:
            findings.error(Place(path, number, physical.index("\0") + 1), "NUL character", hint="remove it")
        bare = _decomment(physical.rstrip("\r"))
        if inside_definition:
            inside_definition = bare.text.endswith("\\")
            continue
        start = _skip_blanks(bare.text, 0)
        addition = False
        if bare.text.startswith("@", start):
            addition, start = _conditional(bare.text, start, config_id)
        content = bare.text[start:]
        if not content:
            continue
        line = SourceLine(path, number, content, bare.columns[start:], addition, bare.comment_follows)
        if bare.open_quote is not None:
            findings.error(
                Place(path, number, bare.open_quote),
                'a quote " is opened and not closed',
                hint="quotes end on their line",
            )
        if _is_unsupported(line, findings):
            inside_definition = content.endswith("\\")
            continue
        if content.endswith("\\"):
            findings.error(line.place(len(content) - 1), "the line ends with a backslash", hint="write it on one line")
            continue
        yield line


def _skip_blanks(text: str, index: int) -> int:
    while index < len(text) and text[index] in WHITE_SPACE:
        index += 1
    return index


def _decomment(physical: str) -> _Bare:
    """Cut the comment. ``\\#`` and ``\\!`` outside quotes stand for the character itself; only " quotes count."""
    pieces: list[str] = []
    columns: list[int] = []
    quote: Optional[int] = None
    cut = False

    def keep(start: int, end: int) -> None:
        pieces.append(physical[start:end])
        columns.extend(range(start + 1, end + 1))

    index = 0
    while True:
        match = _SPECIAL.search(physical, index)
        if match is None:
            keep(index, len(physical))
            break
        at, char = match.start(), match.group()
        keep(index, at)
        if char == '"':
            quote = at + 1 if quote is None else None
            keep(at, at + 1)
            index = at + 1
        elif char == "\\":
            if quote is None and physical[at + 1 : at + 2] in ("#", "!"):
                keep(at + 1, at + 2)
            else:
                keep(at, at + 2 if at + 2 <= len(physical) else at + 1)
            index = min(at + 2, len(physical))
        elif quote is None:
            cut = True
            break
        else:
            keep(at, at + 1)
            index = at + 1
    text = "".join(pieces)
    stripped = text.rstrip(WHITE_SPACE)
    return _Bare(stripped, columns[: len(stripped)], quote, cut and bool(stripped) and stripped == text)


def _conditional(text: str, start: int, config_id: str) -> tuple[bool, int]:
    """``@word REST`` or ``@^word REST`` -> (is it our addition, index of REST, or of the end if it is not in force)."""
    negated = text.startswith("^", start + 1)
    begin = start + (2 if negated else 1)
    end = begin
    while end < len(text) and text[end] not in WHITE_SPACE:
        end += 1
    word = text[begin:end]
    rest = _skip_blanks(text, end)
    if word == ADDITION:
        # "@^hotstandby" means every program but us.
        return (False, len(text)) if negated else (True, rest)
    matches = bool(config_id) and word == config_id
    return False, rest if matches != negated else len(text)


def _is_unsupported(line: SourceLine, findings: Findings) -> bool:
    """Name what this layer cannot do yet; True when the line must not reach the grammar."""
    if _DEFINITION.match(line.text):
        findings.error(
            line.place(0),
            "parameter definitions ($NAME=VALUE) are not supported yet",
            hint="write the value where it is used",
        )
        return True
    sequence = _SEQUENCE.match(line.text)
    if sequence:
        findings.error(line.place(0), f"~{sequence.group(1)} is not supported yet", hint="write out the lines")
        return True
    include = _INCLUDE.match(line.text)
    if include:
        findings.error(line.place(0), f"{include.group(1)} is not supported yet", hint="put its text into this file")
        return True
    predefined = _PREDEFINED.search(line.text)
    if predefined:
        findings.error(
            line.place(predefined.start()),
            "keepalived's predefined parameters (${_...}) are not supported yet",
            hint="write the value",
        )
    return False
