# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw a timeline as SVG: a lane for each node, its addresses, the faults, and when no node answered."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .outage import Outage
from .timeline import CLIENT, FAULT, STATE, Timeline

WIDTH, LEFT, RIGHT = 1000, 110, 20
LANE, BAR, OWNED = 34, 20, 6  # heights in pixels
COLOURS = {
    "MASTER": "#2e9e5b",
    "BACKUP": "#a9c4e4",
    "FAULT": "#e6a23c",
    "STOP": "#d5d5d5",
    "INIT": "#eeeeee",
    "loss": "#d9363e",
    "owned": "#14532d",
    "answered": "#b7e4c7",
}
# Faults that disable a node for a while, drawn over its state: the fault that begins it and those that end it.
SPELLS = {
    "kill": ("dead", {"boot"}),
    "crash": ("crashed", {"restart", "start"}),
    "pause": ("paused", {"resume"}),
    "freeze": ("frozen", {"thaw"}),
    "suspend": ("suspended", {"thaw"}),
    "cut": ("cut off", {"join", "heal", "split"}),
    "unplug": ("unplugged", {"plug", "heal", "split"}),
}
STYLE = (
    "text{font:12px sans-serif;fill:#222}.small{font-size:10px;fill:#555}.title{font-weight:bold}"
    ".fault{stroke:#7a1fa2;stroke-dasharray:3 2}.what{font-size:10px;fill:#7a1fa2}.tick{stroke:#ddd}"
)


def draw(answers: Sequence[Outage]) -> str:
    """Return the picture of one or several virtual routers, one below the other."""
    parts: list[str] = []
    top = 10
    for answer in answers:
        picture = _Picture(answer, top)
        parts += picture.parts
        top = picture.bottom + 16
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}">'
    return "\n".join(
        [head, f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )


class _Picture:
    """It draws one virtual router from ``top`` down."""

    def __init__(self, answer: Outage, top: int) -> None:
        scenario, timeline = answer.run.scenario, answer.run.timeline
        self.until = answer.run.ended_at
        slowest_s = max(machine.parameters.interval_cs for machine in scenario.machines) / 100
        first = min((fault.at for fault in scenario.faults), default=0.0)
        self.since = max(first - 2 * slowest_s, 0.0)
        self.parts: list[str] = []
        self._text(8, top + 14, answer.question.label, "title")
        faults = [entry for entry in timeline.entries if entry.kind == FAULT and entry.at >= self.since]
        rows = _rows([self._x(entry.at) for entry in faults], [entry.text for entry in faults])
        lanes_top = top + 26 + 13 * (max(rows, default=-1) + 1)
        names = [*scenario.names, "client"]
        self.bottom = lanes_top + LANE * len(names) + 18
        self._axis(lanes_top)
        for index, name in enumerate(names):
            y = lanes_top + index * LANE
            self._text(8, y + 15, name)
            if name == "client":
                self._client(answer, y)
            else:
                self._node(timeline, name, y)
        for entry, row in zip(faults, rows):
            x = self._x(entry.at)
            y = top + 34 + 13 * row
            self.parts.append(f'<line class="fault" x1="{x}" x2="{x}" y1="{y - 8}" y2="{self.bottom - 18}"/>')
            self._text(x + 3, y, entry.text, "what")

    def _node(self, timeline: Timeline, name: str, y: int) -> None:
        states = [(entry.at, entry.value) for entry in timeline.entries if (entry.node, entry.kind) == (name, STATE)]
        # A process that has ended has no state until the next one sets one.
        states += [(at, "STOP") for at, verb in _faults_of(timeline, name) if verb in ("kill", "crash")]
        states.sort(key=lambda each: each[0])
        for begin, end, value in _stretches([(0.0, "INIT"), *states], self.until):
            self._bar(begin, end, y, BAR, COLOURS[value], value)
        for begin, end, word in _spells(timeline, name, self.until):
            self._bar(begin, end, y, BAR, "#555555", word, ' fill-opacity="0.45"')
        for begin, end in timeline.owned(name, self.until):
            self._bar(begin, end, y + BAR, OWNED, COLOURS["owned"], "owns the addresses")

    def _client(self, answer: Outage, y: int) -> None:
        seen = [(entry.at, entry.value) for entry in answer.run.timeline.entries if entry.kind == CLIENT]
        for begin, end, value in _stretches([(0.0, "-"), *seen], self.until):
            if value == "-":
                continue
            colour, word = (
                (COLOURS["answered"], f"answered by {value}") if value else (COLOURS["loss"], "no node answers")
            )
            self._bar(begin, end, y, BAR, colour, word)

    def _axis(self, top: int) -> None:
        span = self.until - self.since
        step = next((each for each in _STEPS if span / each <= 12), span)
        tick = int(self.since / step) + (0 if self.since == 0 else 1)
        while tick * step <= self.until:
            x = self._x(tick * step)
            self.parts.append(f'<line class="tick" x1="{x}" x2="{x}" y1="{top}" y2="{self.bottom - 16}"/>')
            self._text(x - 6, self.bottom - 4, f"{tick * step:g} s", "small")
            tick += 1

    def _bar(self, begin: float, end: float, y: int, height: int, colour: str, words: str, more: str = "") -> None:
        if end < self.since:
            return
        x = self._x(max(begin, self.since))
        width = max(round(self._x(end) - x, 1), 0.5)
        title = escape(f"{words}, {begin:.3f} s to {end:.3f} s")
        box = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"{more}>'
        self.parts.append(f"{box}<title>{title}</title></rect>")
        if height == BAR and width > 7 * len(words):
            self._text(x + 4, y + 14, words, "small")

    def _text(self, x: float, y: float, words: str, kind: str = "") -> None:
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{kind}>{escape(words)}</text>')

    def _x(self, at: float) -> float:
        share = (at - self.since) / max(self.until - self.since, 1e-9)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def _stretches(changes: list[tuple[float, str]], until: float) -> list[tuple[float, float, str]]:
    ends = [at for at, _value in changes[1:]] + [until]
    return [(begin, end, value) for (begin, value), end in zip(changes, ends) if end > begin]


def _faults_of(timeline: Timeline, name: str) -> list[tuple[float, str]]:
    """Return the faults of a node and of the segment, as (at, verb)."""
    return [(each.at, each.value) for each in timeline.entries if each.kind == FAULT and each.node in (name, "lan")]


def _spells(timeline: Timeline, name: str, until: float) -> list[tuple[float, float, str]]:
    found = []
    faults = _faults_of(timeline, name)
    for index, (at, verb) in enumerate(faults):
        if verb in SPELLS:
            word, ends = SPELLS[verb]
            end = next((later for later, other in faults[index + 1 :] if other in ends or other == "kill"), until)
            found.append((at, end, word))
    return found


def _rows(places: list[float], words: list[str]) -> list[int]:
    """Return the row of each label, so that no label covers another."""
    free: list[float] = []
    rows = []
    for x, text in zip(places, words):
        row = next((index for index, end in enumerate(free) if end <= x), len(free))
        if row == len(free):
            free.append(0.0)
        free[row] = x + 6 * len(text) + 10
        rows.append(row)
    return rows
