# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit what parameters, sequences and includes may produce, so that parsing always terminates."""

from __future__ import annotations

from dataclasses import replace

from ..problems import Findings
from .pieces import Piece

#: Lines and characters that parameters, sequences and includes may produce, and how deep one may lie in another.
LINES = 100_000
CHARACTERS = 32_000_000
DEPTH = 50


class TooMuch(Exception):
    """A bound is reached; the error has been reported."""


class Budget:
    """It counts what is left of the bounds while a configuration is read."""

    def __init__(self, findings: Findings):
        self._findings = findings
        self._lines = LINES
        self._characters = CHARACTERS

    def spend(self, piece: Piece, characters: int, lines: int = 0) -> None:
        """Count what ``piece`` costs. Raises TooMuch."""
        self._lines -= lines
        self._characters -= characters
        if self._lines < 0 or self._characters < 0:
            bound = f"{LINES} lines" if self._lines < 0 else f"{CHARACTERS} characters"
            self._findings.error(piece.place(0), "parameters and sequences make this too long", f"At most {bound}")
            raise TooMuch

    def deeper(self, piece: Piece) -> Piece:
        """Return ``piece``, one expansion deeper. Raises TooMuch."""
        if piece.depth >= DEPTH:
            rule = f"At most {DEPTH} parameters and sequences in one another"
            self._findings.error(
                piece.place(0), "this expands itself without end", rule, "remove the reference to itself"
            )
            raise TooMuch
        return replace(piece, depth=piece.depth + 1)
