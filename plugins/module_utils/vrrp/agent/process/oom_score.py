# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give up the protection from the OOM killer (OOMScoreAdjust) for the children of the agent.

A child inherits the score of its parent (proc(5), oom_score_adj). A process with a low score may raise it and lower it
again without any privilege, so the agent raises its own for the moment in which it starts a child.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Optional

SCORE = "/proc/self/oom_score_adj"

_children_being_started = 0
_own_score: Optional[str] = None


@contextlib.contextmanager
def children() -> Iterator[None]:
    """Start children without protection inside this context. Several may be active at once."""
    global _children_being_started, _own_score  # noqa: PLW0603 - the score belongs to the process
    if not _children_being_started:
        _own_score = _protected()
        if _own_score is not None:
            _write("0")
    _children_being_started += 1
    try:
        yield
    finally:
        _children_being_started -= 1
        if not _children_being_started and _own_score is not None:
            _write(_own_score)


def _protected() -> Optional[str]:
    """Return our own score; None where a child may have it as well."""
    try:
        with open(SCORE, encoding="ascii") as file:
            score = file.read().strip()
        return score if int(score) < 0 else None
    except (OSError, ValueError):
        return None


def _write(score: str) -> None:
    with contextlib.suppress(OSError), open(SCORE, "w", encoding="ascii") as file:
        file.write(score)
