# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines a change: one thing that must become different on a node, described before it is done.

Every part of an installation returns its changes. Applied in order they make the node right; check mode only reports
them; their texts are the diff. No change means that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


class DeploymentError(Exception):
    """The node does not allow what was asked; the message is one sentence for the user."""


@dataclass(frozen=True)
class Change:
    """It is one change. ``subject`` is a path or a name; ``before`` and ``after`` are text, empty for nothing."""

    subject: str
    before: str
    after: str
    apply: Callable[[], None]


def as_diff(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Return the changes in the form in which Ansible shows differences."""
    return [
        {
            "before_header": change.subject,
            "after_header": change.subject,
            "before": change.before,
            "after": change.after,
        }
        for change in changes
    ]


def apply(changes: Iterable[Change]) -> None:
    """Apply all changes in order. Raises DeploymentError with the one that failed; earlier ones stay applied."""
    for change in changes:
        try:
            change.apply()
        except OSError as error:
            raise DeploymentError(f"{change.subject}: {error}") from error
