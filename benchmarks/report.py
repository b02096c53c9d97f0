# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It writes the table of a run: as text for users, as JSON for programs."""

from __future__ import annotations

import math
from typing import Any, Optional

from rows import KINDS, OURS, THEIRS, Row, merged


def as_json(rows: list[Row], facts: dict[str, Any]) -> dict[str, Any]:
    """Return every single value. An infinite ratio is null, as is an unknown one; the figures tell them apart."""
    return {
        **facts,
        "rows": [
            {
                "work": row.work,
                "unit": row.unit,
                "figure": {kind: row.figure(kind) for kind in KINDS},
                "ratio": row.ratio if row.ratio is not None and math.isfinite(row.ratio) else None,
                "goal": row.goal,
                "missed": row.missed,
                "cap": row.cap,
                "values": row.values,
                "published": row.published,
                "failed": row.failed,
            }
            for row in rows
        ],
    }


def as_text(rows: list[Row], facts: dict[str, Any]) -> str:
    """Return a Markdown table, and lists below it: where keepalived is better, missed goals, failures."""
    versions = facts["versions"]
    lines = [
        f"Measured on {facts['date']}: {OURS} {versions[OURS]} (Python {facts['python']}) beside {THEIRS} "
        f"{versions[THEIRS]}, Linux {facts['kernel']}, {facts['cores']} cores. Median (lowest to highest, runs); "
        "less is better.",
        "",
    ]
    shown = merged(rows)
    cells = [["work", "unit", OURS, THEIRS, f"{OURS} / {THEIRS}", "goal"]]
    cells += [[row.work, row.unit, value(row, OURS), value(row, THEIRS), ratio(row), number(row.goal)] for row in shown]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    lines += ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines += section("Where we lose", [loss(row) for row in shown if row.lost])
    lines += section("Goals missed", [miss(row) for row in rows if row.missed])
    lines += section("Not measured to the end, or disturbed", failures(rows))
    return "\n".join(lines)


def section(title: str, entries: list[str]) -> list[str]:
    """Return a heading and its entries, nothing when there are none."""
    return ["", f"{title}:", "", *(f"- {entry}" for entry in entries)] if entries else []


def loss(row: Row) -> str:
    """Return a line that says how much better keepalived is."""
    times = f"{THEIRS} has none" if math.isinf(row.ratio) else f"{ratio(row)} times what {THEIRS} needs"
    return f"{row.work} ({row.unit}): {times}"


def miss(row: Row) -> str:
    """Return a line that says how far our worst value is from the goal."""
    return f"{row.work}: {value(row, OURS)} {row.unit}, at most {number(row.goal)} wanted"


def failures(rows: list[Row]) -> list[str]:
    """Return each failure once, with the rows that it concerns."""
    concerned: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for kind, why in row.failed.items():
            concerned.setdefault((kind, why), []).append(row.work)
    return [
        f"{kind}: {works[0]}{f' and {len(works) - 1} more' if works[1:] else ''}: {why}"
        for (kind, why), works in concerned.items()
    ]


def value(row: Row, kind: str) -> str:
    """Return one cell: the figure of one side with its range."""
    values = row.values[kind]
    if not values:
        if kind in row.published:
            return f"{number(row.published[kind])} (published)"
        return "failed" if kind in row.failed else "-"
    if row.counts:
        worst = f", worst {number(max(values))}" if len(values) > 1 and max(values) else ""
        return f"{number(sum(values))} in {len(values)} run{'s' * (len(values) > 1)}{worst}"
    middle = capped(row, row.figure(kind))
    if len(values) == 1:
        return middle
    return f"{middle} ({capped(row, min(values))} to {capped(row, max(values))}, {len(values)})"


def capped(row: Row, figure: float) -> str:
    """Return a value as text; one that reached the end of measuring is "more than that"."""
    return f"> {number(row.cap)}" if row.cap is not None and figure >= row.cap else number(figure)


def ratio(row: Row) -> str:
    if row.ratio is None:
        return "-"
    return "only we" if math.isinf(row.ratio) else f"{row.ratio:.2f}"


def number(value: Optional[float]) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
