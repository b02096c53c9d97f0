# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour what a person reads in a terminal, and nothing else."""

from __future__ import annotations

import os
from typing import TextIO

BOLD, RED, GREEN, YELLOW, CYAN = "1", "31", "32", "33", "36"  # console_codes(4)
STATES = {"MASTER": GREEN, "BACKUP": CYAN, "FAULT": RED}


def wanted(stream: TextIO) -> bool:
    """Return whether colour goes to a terminal that shows it, and the user has not switched it off (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def paint(text: str, code: str, coloured: bool = True) -> str:
    """Return the text in a colour."""
    return f"\033[{code}m{text}\033[0m" if coloured and code else text


def of_state(state: str) -> str:
    """Return the colour of a state; one that is neither MASTER, BACKUP nor FAULT is on the way or out of service."""
    return STATES.get(state, YELLOW)
