# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a drill lasts long enough for what it is to show. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..pair_simulation.checks import SimulatedCheck
from ..pair_simulation.pair import SimulatedPair
from .expected import unending
from .options import SECONDS_MOST

_SPARE_S = 2  # a fault lasts longer than the takeover by this


def too_short(name: str, seconds: float, needed_s: float, why: str) -> list[str]:
    """Return that ``seconds`` are too short for the instance ``name``, where what ``why`` tells may take longer."""
    least = math.ceil(needed_s + _SPARE_S)
    if seconds >= needed_s + _SPARE_S:
        return []
    remedy = f"so write {least} or more"
    if least > SECONDS_MOST:
        remedy = f"which is longer than a drill may last ({SECONDS_MOST} s): only drill=switchover is possible"
    return [f"drill_seconds: {seconds:g} s are too short for {name}: {why}, {remedy}"]


def of_service(pair: SimulatedPair, plan: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Return the ``problems`` with the time of a drill of a service, and ``back_s``.

    So many seconds after the service was started again, its checks have seen it at the latest.
    """
    victim, service = plan["victim"], plan["service"]
    checks = pair.checks[victim].checks
    if service in checks:
        check, seen_by = checks[service], [checks[service]]
    else:
        seen_by = [each for each in checks.values() if not each.gateway]
        if not seen_by:
            return {"problems": [], "back_s": 0.0}
        check = max(seen_by, key=lambda each: each.latest_s)
    return {
        "problems": _problems(pair, plan, seconds, check),
        "back_s": max(each.again_s for each in seen_by),
    }


def _problems(pair: SimulatedPair, plan: Mapping[str, Any], seconds: float, check: SimulatedCheck) -> list[str]:
    victim, standby, service = plan["victim"], plan["standby"], plan["service"]
    found = []
    for name, lost in unending(pair, {**plan, "service": check.name}).items():
        if plan["masters"].get(name) != victim:
            continue
        if not lost.get("for_good"):
            why = f"until {standby} takes over, {lost['worst_s']:.1f} s may go by after {service} has stopped"
            slowest = "" if check.name == service else f"{check.name}, the slowest check of {victim}, has "
            found += too_short(name, seconds, lost["worst_s"], f"{why} ({slowest}{check.terms})")
        elif check.name == service:  # of another check nobody knows whether it looks at this service
            found.append(
                f"drill=service: by the simulation of this inventory {standby} does not take over {name} when "
                f"{service} stops on {victim}: look at the weight of its check there, and at nopreempt on {standby}"
            )
    return found
