# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a run: for people as text, for everything else as JSON."""

from __future__ import annotations

import os
import platform
from datetime import date
from typing import Any

from bench import KINDS, OURS, THEIRS, Row, version_of


def facts() -> dict[str, Any]:
    """When and where the figures were measured."""
    return {
        "date": date.today().isoformat(),
        "versions": {kind: version_of(kind) for kind in KINDS},
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cores": os.cpu_count(),
    }


def as_json(rows: list[Row]) -> dict[str, Any]:
    return {
        **facts(),
        "rows": [
            {
                "work": row.work,
                "unit": row.unit,
                "median": {kind: row.median(kind) for kind in KINDS},
                "ratio": row.ratio,
                "values": row.values,
                "failed": row.failed,
            }
            for row in rows
        ],
    }


def as_text(rows: list[Row]) -> str:
    """A Markdown table; medians, and the range of the runs where there are several."""
    known = facts()
    lines = [
        f"Measured on {known['date']}: {OURS} {known['versions'][OURS]} (Python {known['python']}) beside {THEIRS} "
        f"{known['versions'][THEIRS]}, Linux {known['kernel']}, {known['cores']} cores. Median (lowest to highest).",
        "",
    ]
    cells = [["work", "unit", OURS, THEIRS, f"{OURS} / {THEIRS}"]]
    cells += [[row.work, row.unit, _value(row, OURS), _value(row, THEIRS), _ratio(row)] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    lines += ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    failures = [f"{row.work}: {kind}: {why}" for row in rows for kind, why in row.failed.items()]
    return "\n".join(lines + ([""] + failures if failures else []))


def _value(row: Row, kind: str) -> str:
    middle, values = row.median(kind), row.values[kind]
    if middle is None:
        return "failed" if kind in row.failed else "-"
    if len(values) == 1:
        return _number(middle)
    return f"{_number(middle)} ({_number(min(values))} to {_number(max(values))}, {len(values)} runs)"


def _ratio(row: Row) -> str:
    return "-" if row.ratio is None else f"{row.ratio:.2f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
