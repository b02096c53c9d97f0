# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guess the spelling of an unknown word."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Optional


def closest(word: str, choices: Iterable[str], cutoff: float = 0.7) -> Optional[str]:
    """Return the choice that ``word`` probably means, in spite of case, - for _ and small slips of the keyboard."""
    by_form = {_form(choice): choice for choice in choices}
    matches = get_close_matches(_form(word), list(by_form), n=1, cutoff=cutoff)
    return by_form[matches[0]] if matches else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return a hint, or "" when nothing is close."""
    match = closest(word, choices)
    return f"did you mean {match}?" if match else ""


def _form(word: str) -> str:
    # Very long words are never misspelt keywords, and comparing them is slow.
    return word[:80].strip("\u00a0\u200b\ufeff").lower().replace("-", "_")
