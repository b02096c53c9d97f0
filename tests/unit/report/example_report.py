# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide an instance and a report for the tests of every form of a report."""

from __future__ import annotations

from typing import Any


def instance(**changes: Any) -> dict[str, Any]:
    """Return an instance of a pair whose first node dies: 3.15 s without an answer. ``changes`` replace values."""
    timeline = {
        "from_s": 0.0,
        "to_s": 30.0,
        "owners": [
            {"host": "node-a", "from_s": 0.0, "to_s": 10.0},
            {"host": "node-b", "from_s": 13.15, "to_s": 30.0},
        ],
        "faults": [{"at_s": 10.0, "text": "kill node-a"}],
        "lost": [{"from_s": 10.0, "to_s": 13.15, "count": None}],
    }
    values = {
        "pair": "web",
        "name": "VI_1",
        "addresses": ["192.168.8.100/24"],
        "timeline": {**timeline, **changes.pop("timeline", {})},
        "expected": {"best_s": 2.65, "middle_s": 3.12, "worst_s": 3.59},
        "measured": None,
        "passed": None,
        "remarks": [],
    }
    return {**values, **changes}


def report(*instances: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a report of these instances, else of one."""
    values = {"title": "What a failure costs", "made_at": "2026-11-30T12:00:00+00:00", "kind": "simulation"}
    return {**values, "instances": list(instances) or [instance()], **changes}


DRILLED = {"measured": {"sent": 2000, "lost": 31, "longest_s": 3.1}, "passed": True}
HOSTILE = """<script>alert("&'")</script>"""
