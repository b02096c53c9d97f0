# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather what the drills of a play say, also of the pairs that stopped before a verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..inventory.fleet import Pair
from ..inventory.results import STOPPED
from ..report.model import TestedInstance


def outcomes(pairs: Sequence[Pair], hosts: Mapping[str, Mapping[str, Any]]) -> list[TestedInstance]:
    """Return the instances of a report.

    ``hosts`` has for each host ``judged``, the instances of its drills, and ``failed``, what stopped it.
    """
    found: list[TestedInstance] = []
    for pair in pairs:
        known = {host: hosts[host] for host in pair.hosts if host in hosts}
        # Both hosts have the same, unless one stopped earlier.
        judged: Sequence[TestedInstance] = max(
            (each.get("judged") or [] for each in known.values()), key=len, default=[]
        )
        found += judged
        why = cause({host: each["failed"] for host, each in known.items() if each.get("failed")})
        if why and all(each["passed"] for each in judged):
            found.append(_stopped(pair, why))
    return found


def cause(failures: Mapping[str, str]) -> str:
    """Return the failure that comes before the host that stopped because of it; "" where there is none."""
    for host, text in sorted(failures.items(), key=lambda failure: STOPPED in failure[1]):
        return text if host in text else f"{host}: {text}"
    return ""


def _stopped(pair: Pair, why: str) -> TestedInstance:
    return {
        "pair": pair.name or ", ".join(pair.hosts),
        "name": "all instances",
        "addresses": [],
        "timeline": {
            "from_s": 0.0,
            "to_s": 0.0,
            "hosts": list(pair.hosts),
            "owners": [],
            "faults": [{"at_s": 0.0, "text": "stopped before a verdict"}],
            "notes": [],
            "lost": [],
        },
        "expected": None,
        "measured": None,
        "passed": False,
        "remarks": [why],
    }
