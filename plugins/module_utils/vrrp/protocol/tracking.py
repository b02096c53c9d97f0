# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check results -> effective priority or FAULT, with the reasons.

The arithmetic is keepalived's: a check without weight that fails is a fault; a positive weight is added while the
check succeeds, a negative one while it fails; the sum stays within 1 to 254. An address owner (255) keeps 255.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from .constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER


@dataclass(frozen=True)
class CheckResult:
    """What one check says now. ``ok`` is None until it has said anything; ``kind`` is "script", "interface", ..."""

    name: str
    kind: str
    ok: Optional[bool]
    weight: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Reason:
    """One thing that changed the priority: ``delta`` points, ``text`` for people."""

    name: str
    delta: int
    text: str


@dataclass(frozen=True)
class Verdict:
    """The effective ``priority``, the ``faults`` that forbid taking part at all, and the ``reasons`` for both."""

    priority: int
    faults: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def explain(self, base_priority: int) -> str:
        """Return how the priority came about: ``base 100, chk_tomcat -10``; empty when nothing changed it."""
        if not self.reasons:
            return ""
        return ", ".join([f"base {base_priority}"] + [f"{reason.name} {reason.delta:+d}" for reason in self.reasons])


def verdict(base_priority: int, checks: Iterable[CheckResult]) -> Verdict:
    """Return what the results of all checks of an instance make of its configured priority."""
    faults = []
    reasons = []
    for check in checks:
        if not check.weight:
            if check.ok is False:
                faults.append(f"{check.kind} {check.name} failed" + (f": {check.detail}" if check.detail else ""))
        elif base_priority != PRIORITY_OWNER and check.ok is (check.weight > 0):
            reasons.append(Reason(check.name, check.weight, check.detail or ("ok" if check.ok else "failed")))
    if base_priority == PRIORITY_OWNER:
        return Verdict(PRIORITY_OWNER, tuple(faults))
    total = base_priority + sum(reason.delta for reason in reasons)
    return Verdict(min(max(total, PRIORITY_MIN), PRIORITY_MAX), tuple(faults), tuple(reasons))
