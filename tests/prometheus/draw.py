# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It draws the panels of the dashboard from their own queries, which a real Prometheus answers about a real pair.

PYTHONPATH=tests:plugins/module_utils .venv/bin/python tests/prometheus/draw.py docs/pictures/dashboard.svg

There is no package of Grafana to take a screenshot of. The picture has the panels of extensions/grafana/hotstandby.json
with their titles, places and colours, and nothing else of Grafana's. It takes four minutes.
"""

from __future__ import annotations

import sys
import time
from html import escape
from pathlib import Path
from typing import Any

from lab.example_pair import ADDRESS_A, ADDRESS_B, CLIENT, PREFIX, pair, peer_status, script
from lab.metrics import Exporter
from lab.peers import Agent
from lab.prometheus import Prometheus, expressions, panels
from lab.segment import Segment
from lab.sender import send_vrrp

SECONDS, STEP_S = 200, 2
CELL, ROW = 40, 26  # pixels of one unit of gridPos
LINES = ("#3b7dd8", "#d9822b", "#3a9a4b", "#a03bb5", "#c23030", "#2a9d9d")
COLOURS = {"transparent": "#e8eaed", "text": "#9aa0a6", "green": "#3a9a4b", "blue": "#3b7dd8", "red": "#c23030",
           "orange": "#d9822b"}  # fmt: skip
UNITS = {"s": " s", "pps": " /s", "percentunit": ""}
DAMAGED = b"\x31\x33\x64\x01\x00\x64\x00\x00" + bytes((192, 168, 8, 100))

Result = list[dict[str, Any]]


def main() -> None:
    """Let a pair live through a crash, a return and a failed check, and write the picture."""
    file_a, file_b = pair(version=3, advert_int=1, track_script=("chk_app",))
    with Segment() as segment:
        a, b = segment.host("node-a", ADDRESS_A + PREFIX), segment.host("node-b", ADDRESS_B + PREFIX)
        client = segment.host("client", CLIENT + PREFIX)
        app = Path(sys.argv[1]).with_suffix(".app")
        app.touch()
        key = app.with_suffix(".key").resolve()
        good = script("chk_app", "/bin/true", interval=1)
        check = script("chk_app", f"/usr/bin/test -e {app.resolve()}", interval=1)
        with (
            Agent(a, file_a.text("node-a", check, peer_status(ADDRESS_B, ADDRESS_A, key))) as agent,
            Agent(b, file_b.text("node-b", good, peer_status(ADDRESS_A, ADDRESS_B, key))) as other,
            Exporter(agent, ADDRESS_A) as on_a,
            Exporter(other, ADDRESS_B) as on_b,
            Prometheus(client, (on_a, on_b), f"{STEP_S}s") as prometheus,
        ):
            begun = time.time()
            events = {
                40: agent.kill,
                80: agent.start,
                **{at_s: lambda: send_vrrp(client, DAMAGED, source=CLIENT) for at_s in range(104, 118, 2)},
                130: app.unlink,
                160: app.touch,
            }
            for at_s, event in events.items():
                time.sleep(max(begun + at_s - time.time(), 0))
                event()
            time.sleep(max(begun + SECONDS - time.time(), 0))
            drawn = [_panel(panel, _asked(prometheus, panel, begun)) for panel in panels()]
        app.unlink(missing_ok=True)
        key.unlink(missing_ok=True)
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels()) * ROW
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * CELL} {height + 44}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="6" y="18" font-size="15" font-weight="bold">Hot-standby pairs</text><text x="6" y="34" fill="#666">'
        "Not a screenshot of Grafana: its panels, drawn by tests/prometheus/draw.py from what Prometheus answered to "
        f"their queries; two agents, {SECONDS} s.</text>"
    )
    Path(sys.argv[1]).write_text(head + f'<g transform="translate(0 42)">{"".join(drawn)}</g></svg>\n')


def _asked(prometheus: Prometheus, panel: dict[str, Any], begun: float) -> list[tuple[str, Result]]:
    """Return the series of each query, with the pattern of their names."""
    over = {"start": begun + 10, "end": begun + SECONDS, "step": STEP_S}
    found = prometheus.query(*expressions(panel, f"{4 * STEP_S}s"), **over)
    return [(target["legendFormat"], result) for target, result in zip(panel["targets"], found)]


def _panel(panel: dict[str, Any], answers: list[tuple[str, Result]]) -> str:
    place = panel["gridPos"]
    width, height = place["w"] * CELL - 8, place["h"] * ROW - 8
    series = [(_name(pattern, each["metric"]), each["values"]) for pattern, result in answers for each in result]
    draw = {"stat": _stat, "state-timeline": _states, "timeseries": _lines}[panel["type"]]
    return (
        f'<g transform="translate({place["x"] * CELL + 4} {place["y"] * ROW + 4})">'
        f'<rect width="{width}" height="{height}" fill="none" stroke="#d0d4d9" rx="3"/>'
        f'<text x="8" y="16" font-weight="bold">{escape(panel["title"])}</text>'
        f"{draw(panel['fieldConfig']['defaults'], series, width, height)}</g>"
    )


def _name(pattern: str, labels: dict[str, str]) -> str:
    for label, value in labels.items():
        pattern = pattern.replace("{{" + label + "}}", value)
    return pattern


def _stat(look: dict[str, Any], series: list[tuple[str, list]], width: int, height: int) -> str:
    value = float(series[0][1][-1][1])
    reached = [
        step["color"] for step in look.get("thresholds", {"steps": []})["steps"] if value >= (step["value"] or 0)
    ]
    colour = COLOURS[reached[-1]] if reached else "#444"
    text = f"{value:.3g}{UNITS.get(look.get('unit', ''), '')}"
    place = f'x="{width // 2}" y="{height // 2 + 24}" font-size="28" text-anchor="middle"'
    return f'<text {place} fill="{colour}">{text}</text>'


def _x(at: float, start: float, end: float, left: int, right: int) -> float:
    return round(left + (at - start) / max(end - start, 1) * (right - left), 1)


def _states(look: dict[str, Any], series: list[tuple[str, list]], width: int, height: int) -> str:
    shown = {float(number): said for number, said in look["mappings"][0]["options"].items()}
    start, end = min(values[0][0] for _name, values in series), max(values[-1][0] for _name, values in series)
    drawn, each_px, left = [], (height - 48) / len(series), 150
    for number, (name, values) in enumerate(series):
        y = 28 + number * each_px
        drawn.append(f'<text x="8" y="{y + each_px / 2 + 2:.0f}">{escape(name)}</text>')
        runs: list[list[Any]] = []
        for at, text in values:
            if runs and runs[-1][2] == text and at - runs[-1][1] <= STEP_S:
                runs[-1][1] = at
            else:
                runs.append([at, at, text])
        for begun, ended, text in runs:
            x = _x(begun, start, end, left, width - 8)
            wide = _x(ended + STEP_S, start, end, left, width - 8) - x
            said = shown[float(text)]
            drawn.append(
                f'<rect x="{x}" y="{y:.0f}" width="{min(wide, width - 8 - x):.1f}" height="{each_px - 6:.0f}" '
                f'fill="{COLOURS[said["color"]]}"><title>{said["text"]}</title></rect>'
            )
    x = left
    for said in shown.values():
        drawn.append(f'<rect x="{x}" y="{height - 16}" width="10" height="10" fill="{COLOURS[said["color"]]}"/>')
        drawn.append(f'<text x="{x + 14}" y="{height - 7}">{said["text"]}</text>')
        x += 26 + 8 * len(said["text"])
    return "".join(drawn)


def _lines(look: dict[str, Any], series: list[tuple[str, list]], width: int, height: int) -> str:
    numbers = [float(text) for _name, values in series for _at, text in values if text != "NaN"]
    top = look.get("max") or max([*numbers, 1.0])
    start, end = min(values[0][0] for _name, values in series), max(values[-1][0] for _name, values in series)
    left, right, low, high = 36, width - 8, height - 18 - 13 * ((len(series) + 1) // 2), 26
    drawn = []
    for share in (0, 0.5, 1):
        y = low - share * (low - high)
        drawn.append(f'<line x1="{left}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}" stroke="#e3e6ea"/>')
        drawn.append(f'<text x="{left - 4}" y="{y + 4:.0f}" text-anchor="end" fill="#666">{share * top:.3g}</text>')
    for number, (name, values) in enumerate(series):
        colour = LINES[number % len(LINES)]
        points: list[str] = []
        before = None
        for at, text in values:
            if before is not None and at - before > STEP_S:
                points.append("|")
            before = at
            points.append(f"{_x(at, start, end, left, right):.0f},{low - float(text) / top * (low - high):.0f}")
        for part in " ".join(points).split("|"):
            drawn.append(f'<polyline points="{part.strip()}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        x, y = left + (number % 2) * (width - left) // 2, height - 6 - 13 * ((len(series) + 1) // 2 - 1 - number // 2)
        drawn.append(f'<rect x="{x}" y="{y - 8}" width="8" height="8" fill="{colour}"/>')
        drawn.append(f'<text x="{x + 12}" y="{y}" font-size="10">{escape(name)}</text>')
    return "".join(drawn)


if __name__ == "__main__":
    main()
