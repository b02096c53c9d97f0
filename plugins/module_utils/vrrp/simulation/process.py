# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the states of the agent's process."""

from __future__ import annotations

import enum


class Process(enum.Enum):
    """It says what the agent's process does."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
