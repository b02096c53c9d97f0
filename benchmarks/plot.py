# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It draws a run: for each row one bar for the ratio of our agent to keepalived, on a logarithmic scale."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rows import OURS, THEIRS, Row, merged

LEAST, MOST = 0.01, 100.0  # a bar ends here for any larger ratio
BETTER, WORSE = "#2a7f62", "#b3452c"


def bars(rows: list[Row]) -> list[tuple[str, float, str]]:
    """Return (work and unit, ratio within the picture, label of the bar) for each row that can be compared."""
    found = []
    for row in merged(rows):
        if row.ratio is None:
            continue
        label = "only we" if math.isinf(row.ratio) else f"{row.ratio:.2f}" if row.ratio else "0"
        found.append((f"{row.work} [{row.unit}]", min(max(row.ratio, LEAST), MOST), label))
    return found


def draw(rows: list[Row], facts: dict[str, Any], file: Path) -> None:
    """Write the picture; the file's suffix says which format (svg, png, pdf)."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "hotstandby"  # the same rows give the same file
    from matplotlib import pyplot

    shown = bars(rows)
    figure, axes = pyplot.subplots(figsize=(13, 1.5 + 0.26 * len(shown)), layout="constrained")
    places = range(len(shown))
    for place, (_work, ratio, label) in zip(places, shown):
        colour = WORSE if ratio >= 1.005 else BETTER
        axes.plot([1, ratio], [place, place], color=colour, linewidth=7, solid_capstyle="butt")
        side = ("left", 4) if ratio >= 1 else ("right", -4)
        axes.annotate(label, (ratio, place), (side[1], 0), textcoords="offset points", ha=side[0], va="center", size=8)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(LEAST / 2, MOST * 2)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(list(places), [work for work, _ratio, _label in shown], size=8)
    axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01 or less", "0.1", "equal", "10", "100 or more"])
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    versions = facts["versions"]
    axes.set_title(
        f"{OURS} {versions[OURS]} / {THEIRS} {versions[THEIRS]}, {facts['date']}: left of the line we are better"
    )
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    pyplot.close(figure)
