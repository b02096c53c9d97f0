# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit what parameters, sequences and includes may produce, so that parsing always terminates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Optional

from .diagnostics import Diagnostics, Location

#: Lines and characters that parameters, sequences and includes may produce, and how deep one may lie in another.
LINES = 100_000
CHARACTERS = 32_000_000
DEPTH = 50


class ExpansionLimit(Exception):
    """A bound is reached; the error has been reported."""


class Budget:
    """It counts what is left of the bounds while a configuration is read."""

    def __init__(self, findings: Diagnostics):
        self._findings = findings
        self._lines = LINES
        self._characters = CHARACTERS

    def spend(self, piece: Piece, characters: int, lines: int = 0) -> None:
        """Count what ``piece`` costs. Raises ExpansionLimit."""
        self._lines -= lines
        self._characters -= characters
        if self._lines < 0 or self._characters < 0:
            bound = f"{LINES} lines" if self._lines < 0 else f"{CHARACTERS} characters"
            self._findings.error(piece.place(0), "parameters and sequences make this too long", f"At most {bound}")
            raise ExpansionLimit

    def deeper(self, piece: Piece) -> Piece:
        """Return ``piece``, one expansion deeper. Raises ExpansionLimit."""
        if piece.depth >= DEPTH:
            rule = f"At most {DEPTH} parameters and sequences in one another"
            self._findings.error(
                piece.place(0), "this expands itself without end", rule, "remove the reference to itself"
            )
            raise ExpansionLimit
        return replace(piece, depth=piece.depth + 1)


#: What separates words (keepalived's WHITE_SPACE; a no-break space is not among it).
WHITE_SPACE = " \t\f\n\r\v"

_SPECIAL = re.compile(r'[!#"\\]')


class Bare(NamedTuple):
    """It says how much of a line is left without its comment, and what was found. Indexes into the line."""

    end: int
    open_quote: Optional[int] = None  # a " that is never closed
    comment_follows: bool = False  # right behind the last character
    escaped: Optional[int] = None  # a \# or \! that begins the comment


@dataclass(frozen=True)
class Piece:
    """It is text that stands on one line of a file, or that an expansion puts there.

    ``columns[i]`` is the column (from 1) to which ``text[i]`` belongs: what comes out of a parameter belongs to the
    ``$`` that called for it. ``depth`` counts the expansions that it came through.
    """

    path: str
    number: int
    text: str = field(repr=False)  # it may hold a password
    columns: Sequence[int] = field(repr=False)
    addition: bool = False  # it stands behind @hotstandby
    comment_follows: bool = False
    depth: int = 0

    def place(self, index: int) -> Location:
        """Return the place of ``text[index]``; where ``index`` is behind the text, the column is 1."""
        return Location(self.path, self.number, self.columns[index] if index < len(self.columns) else 1)

    def part(self, start: int, end: Optional[int] = None) -> Piece:
        """Return what lies between two indexes, without white space around it; a comment follows the last part only."""
        end = len(self.text) if end is None else end
        while start < end and self.text[start] in WHITE_SPACE:
            start += 1
        last = end == len(self.text)
        while end > start and self.text[end - 1] in WHITE_SPACE:
            end -= 1
        follows = self.comment_follows and last
        text, columns = self.text[start:end], self.columns[start:end]
        return Piece(self.path, self.number, text, columns, self.addition, follows, self.depth)


def decomment(text: str) -> Bare:
    r"""Find where the comment of a line begins. Only " quotes, and a \ makes the next character an ordinary one.

    ``\#`` and ``\!`` outside quotes are no exception: keepalived removes the backslash when it copies its file, and its
    VRRP process takes what follows for a comment when it reads the copy.
    """
    quote = cut = escaped = None
    index = 0
    while True:
        match = _SPECIAL.search(text, index)
        if match is None:
            break
        at, char = match.start(), match.group()
        index = at + 1
        if char == '"':
            quote = at if quote is None else None
        elif quote is None and char in "!#":
            cut = at
            break
        elif char == "\\":
            if quote is None and text[at + 1 : at + 2] in ("#", "!"):
                cut = escaped = at
                break
            index = at + 2
    end = len(text) if cut is None else cut
    while end and text[end - 1] in WHITE_SPACE:
        end -= 1
    return Bare(end, quote, cut is not None and bool(end) and end == cut, escaped)
