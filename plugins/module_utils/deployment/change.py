# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing that has to become different on a node, said before it is done.

Every part of an installation answers with its changes. Applied in order they make the node right; not applied they
are what check mode reports; their texts are the diff. No change means that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


class DeploymentError(Exception):
    """Something on the node does not allow it; the message is one sentence for the user."""


@dataclass(frozen=True)
class Change:
    """``subject`` is a path or a name; ``before`` and ``after`` are text, empty where there is nothing."""

    subject: str
    before: str
    after: str
    apply: Callable[[], None]


def as_diff(changes: Iterable[Change]) -> list[dict[str, str]]:
    """The changes in the shape in which Ansible shows differences."""
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
    """Do them all, in order. Raises DeploymentError, naming what failed; what came before it stays."""
    for change in changes:
        try:
            change.apply()
        except OSError as error:
            raise DeploymentError(f"{change.subject}: {error}") from error
