# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn check results into an effective priority or FAULT, with the reasons.

The arithmetic is keepalived's: a check without weight that fails is a fault; a positive weight is added while the check
succeeds, a negative one while it fails; ``reverse`` turns both round. The number in a tracked file counts times its
weight, and a product of -254 or less is a fault. The sum stays within 1 to 254. An address owner (255) keeps 255.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from .constants import PRIORITY_MAX, PRIORITY_MIN, PRIORITY_OWNER

PRODUCT_FAULT, PRODUCT_MAX = -254, 253  # of the number in a file and its weight
KNOWN_BY_NAME = ("script", "interface", "gateway")  # messages add the kind to the names of the others


@dataclass(frozen=True)
class CheckResult:
    """It holds one check's result now. ``ok`` is None until there is one; ``kind`` is "script", "interface", ...

    ``value`` is the number in a tracked file, which counts instead of ``ok`` where there is a weight.
    """

    name: str
    kind: str
    ok: Optional[bool]
    weight: int = 0
    detail: str = ""
    reverse: bool = False
    value: Optional[int] = None

    @property
    def label(self) -> str:
        """Return its name in messages."""
        return self.name if self.kind in KNOWN_BY_NAME else f"{self.kind} {self.name}"

    @property
    def delta(self) -> int:
        """Return what it adds to the priority now, before the limits; for a file the whole product."""
        weight = -self.weight if self.reverse else self.weight
        if self.value is not None:
            return self.value * weight
        return weight if self.ok is (self.weight > 0) else 0

    @property
    def fault(self) -> str:
        """Return why it forbids taking part, in one clause; empty while it does not."""
        about = f"{self.kind} {self.name}"
        if self.weight:
            if self.value is None or self.delta > PRODUCT_FAULT:
                return ""
            return f"{about} failed: it says {self.value}, which times its weight is {self.delta}"
        if self.ok is None or self.ok is not self.reverse:
            return ""
        if self.reverse:
            return f"{about} is good, and with reverse that is a fault"
        if self.kind == "interface" and self.detail:
            return f"{about} {self.detail}"
        return f"{about} failed" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class Reason:
    """It is one thing that changed the priority: ``delta`` points, ``text`` for people."""

    name: str
    delta: int
    text: str


@dataclass(frozen=True)
class Verdict:
    """It holds the effective ``priority``, the ``faults`` that forbid taking part, and the ``reasons`` for both."""

    priority: int
    faults: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def explain(self, base_priority: int) -> str:
        """Return how the priority came about: ``base 100, chk_tomcat -10``; empty when nothing changed it."""
        if not self.reasons:
            return ""
        return ", ".join([f"base {base_priority}"] + [f"{reason.name} {reason.delta:+d}" for reason in self.reasons])


def verdict(base_priority: int, checks: Iterable[CheckResult]) -> Verdict:
    """Return the effective priority and faults that all check results give to a configured priority."""
    if base_priority == PRIORITY_OWNER:  # weights mean nothing to it
        return Verdict(PRIORITY_OWNER, tuple(check.fault for check in checks if not check.weight and check.fault))
    faults, reasons = [], []
    for check in checks:
        if check.fault:
            faults.append(check.fault)
        elif check.weight and check.delta:
            text = check.detail or ("ok" if check.ok else "failed")
            reasons.append(Reason(check.label, min(check.delta, PRODUCT_MAX), text))
    total = base_priority + sum(reason.delta for reason in reasons)
    return Verdict(min(max(total, PRIORITY_MIN), PRIORITY_MAX), tuple(faults), tuple(reasons))
