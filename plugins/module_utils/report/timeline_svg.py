# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw who owned the virtual addresses of an instance, and when nobody answered, as SVG.

The picture has no colour that says something alone, so that it can be printed in black and white. It has no id, so
that a page may have many of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .model import Loss, Report, TestedInstance, events, seconds
from .table import shortened

WIDTH, RIGHT = 760, 16
ROW, BAR, GAP = 30, 18, 14  # heights in pixels
TEXT = 13  # the height of a line of small text
CHARACTER = 6.2  # pixels, a little more than the mean of a sans-serif font of 11 pixels
NAME_MAX, TITLE_MAX = 28, 86  # characters
NARROWEST = 1.5  # pixels: a loss of a millisecond has to be seen
LABEL_ROWS = 3  # rows of labels below the losses; where they need more, there is one label for all
INK, GREY, OWNED, LOST, FAULT = "#222", "#666", "#b3cde3", "#a50f15", "#000"
STEPS = [base * 10**power for power in range(-3, 7) for base in (1, 2, 5)]
TICKS = 10


def timeline_svg(instance: TestedInstance) -> str:
    """Return an SVG element that fits the width of a page."""
    return _Picture(instance).text()


def picture(report: Report) -> str:
    """Return an SVG file with all instances of a report below each other."""
    pictures = [_Picture(instance) for instance in report["instances"]]
    tops = [sum(each.height + GAP for each in pictures[:number]) for number in range(len(pictures) + 1)]
    size = f'width="{WIDTH}" height="{tops[-1]:g}" viewBox="0 0 {WIDTH} {tops[-1]:g}"'
    elements = [each.text(top) for each, top in zip(pictures, tops)]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', *elements, "</svg>\n"])


class _Picture:
    """It places everything from the top down: heading, faults, a row for each host, losses, axis."""

    def __init__(self, instance: TestedInstance) -> None:
        self.instance, timeline = instance, instance["timeline"]
        self.since, self.until = timeline["from_s"], timeline["to_s"]
        self.hosts = list(dict.fromkeys([*timeline.get("hosts", []), *(each["host"] for each in timeline["owners"])]))
        names = _names(self.hosts)
        self.left = max(len(name) for name in [*names, "no answer"]) * CHARACTER * 1.15 + 22
        self.parts: list[str] = []
        self.above: list[str] = []  # drawn last
        words = [each["text"] for each in timeline["faults"]]
        places = [self._x(each["at_s"]) for each in timeline["faults"]]
        boxes = [self._beside(x, text) for x, text in zip(places, words)]
        rows = _rows(boxes)
        self.top = 30 + TEXT * (max(rows, default=-1) + 1) + 4
        self.bottom = self.top + ROW * (len(self.hosts) + 1)
        labels = _loss_labels(timeline["lost"])
        label_boxes = [self._below(at, text) for at, text in labels]
        label_rows = _rows(label_boxes)
        if max(label_rows, default=-1) >= LABEL_ROWS:
            labels = [_label_of_all(timeline["lost"])]
            label_boxes, label_rows = [self._below(*labels[0])], [0]
        self.height = self.bottom + TEXT * (max(label_rows, default=-1) + 1) + 26
        self._heading()
        self._axis()
        for index, (host, name) in enumerate(zip(self.hosts, names)):
            self._host(host, name, self.top + index * ROW)
        self._losses(timeline["lost"], self.bottom - ROW)
        for (begin, _end), (_at, text), row in zip(label_boxes, labels, label_rows):
            self._text(begin, self.bottom + 11 + TEXT * row, text, fill=LOST)
        for x, text, (begin, _end), row in zip(places, words, boxes, rows):
            self._fault(x, text, begin, 30 + TEXT * row + 9)

    def text(self, top: float = 0) -> str:
        """Return the element, ``top`` pixels below the top of another one."""
        instance = self.instance
        told = ". ".join(f"At {at:.3f} s: {text}" for at, text in events(instance)[:40])
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" role="img" y="{top:g}" width="{WIDTH}" '
                f'height="{self.height:g}" viewBox="0 0 {WIDTH} {self.height:g}" font-family="sans-serif" '
                'font-size="11">',
                f"<title>{escape(self._title())}</title>",
                f"<desc>{escape(told)}.</desc>",
                f'<rect width="{WIDTH}" height="{self.height:g}" fill="#fff"/>',
                *self.parts,
                *self.above,
                "</svg>",
            ]
        )

    def _title(self) -> str:
        addresses = self.instance["addresses"]
        more = f" and {len(addresses) - 2} more" if len(addresses) > 2 else ""
        owned = ", ".join(addresses[:2]) + more if addresses else "the addresses"
        return f"{self.instance['pair']} {self.instance['name']}: who owned {owned}"

    def _heading(self) -> None:
        self._text(8, 16, shortened(self._title(), TITLE_MAX), size=13, weight="bold")

    def _axis(self) -> None:
        span = max(self.until - self.since, 1e-9)
        step = next((each for each in STEPS if span / each <= TICKS), span)
        number = int(-(-self.since // step))
        while number * step <= self.until + 1e-9:
            x = self._x(number * step)
            self._line(x, self.top, x, self.bottom, "#ddd")
            word = f"{number * step:.10g} s"
            begin = min(x - len(word) * CHARACTER / 2, WIDTH - len(word) * CHARACTER - 2)
            self._text(begin, self.height - 7, word, fill=GREY)
            number += 1
        self._line(self.left, self.bottom, WIDTH - RIGHT, self.bottom, GREY)

    def _host(self, host: str, name: str, y: float) -> None:
        self._text(8, y + 17, name, size=12, title=host)
        self._line(self.left, y + 5 + BAR / 2, WIDTH - RIGHT, y + 5 + BAR / 2, "#bbb")
        for owner in self.instance["timeline"]["owners"]:
            begin, end = owner["from_s"], owner["to_s"]
            if owner["host"] == host and end >= self.since and begin <= self.until:
                words = "owns the addresses"
                if self.since < begin and end < self.until:
                    words += f" for {seconds(end - begin)}"
                x, width = self._bar(begin, end, y + 5, OWNED, f"{host} {words}")
                if width > len(words) * CHARACTER + 8:
                    self._over(x + 5, y + 18, words)

    def _losses(self, losses: Iterable[Loss], y: float) -> None:
        self._text(8, y + 17, "no answer", size=12, weight="bold")
        covered = self.left - 1
        drawn = False
        for lost in losses:
            drawn = True
            if self._x(lost["to_s"]) > covered:  # hundreds of losses in one pixel are one mark
                words = f"no answer for {seconds(lost['to_s'] - lost['from_s'])}"
                x, width = self._bar(lost["from_s"], lost["to_s"], y + 5, LOST, words)
                covered = x + width
        if not drawn:
            self._text(self.left + 5, y + 18, "never", fill=GREY)

    def _bar(self, begin_s: float, end_s: float, y: float, fill: str, title: str) -> tuple[float, float]:
        x = self._x(begin_s)
        width = max(round(self._x(end_s) - x, 1), NARROWEST)
        border = f' stroke="{INK}" stroke-width="0.7"' if width > 2 * NARROWEST else ""
        told = escape(f"{title}, from {begin_s:.3f} s to {end_s:.3f} s")
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{BAR}" fill="{fill if border else INK}"{border}>'
            f"<title>{told}</title></rect>"
        )
        return x, width

    def _fault(self, x: float, text: str, begin: float, y: float) -> None:
        dashes = ' stroke-dasharray="3 2"'
        self._line(x, y - 8, x, self.bottom - ROW, FAULT, dashes)  # a loss of some ms has to be seen below it
        self.parts.append(f'<path d="M{x - 4:g} {self.top - 5:g}h8l-4 6z" fill="{FAULT}"/>')
        self._text(begin, y, shortened(text, self._room()), title=text)

    def _over(self, x: float, y: float, words: str) -> None:
        """Write on a bar, above the lines of faults."""
        width = len(words) * CHARACTER
        self.above.append(f'<rect x="{x - 2:g}" y="{y - 11:g}" width="{width:g}" height="14" fill="{OWNED}"/>')
        self.above.append(f'<text x="{x:.1f}" y="{y:g}" fill="{INK}">{escape(words)}</text>')

    def _room(self) -> int:
        """Return how many characters the text of a fault may have."""
        return int((WIDTH - self.left - RIGHT) / 2 / CHARACTER)

    def _beside(self, x: float, text: str) -> tuple[float, float]:
        """Return where a text begins and ends that stands right of ``x``, or left of it where the picture ends."""
        width = min(len(text), self._room()) * CHARACTER
        begin = x + 5 if x + 5 + width <= WIDTH - 2 else x - 5 - width
        return begin, begin + width

    def _below(self, at: float, text: str) -> tuple[float, float]:
        """Return where a text begins and ends that has its middle at a time."""
        width = len(text) * CHARACTER
        begin = min(max(self._x(at) - width / 2, self.left), WIDTH - 2 - width)
        return begin, begin + width

    def _line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, more: str = "") -> None:
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{stroke}"{more}/>')

    def _text(
        self, x: float, y: float, words: str, fill: str = INK, size: int = 11, weight: str = "", title: str = ""
    ) -> None:
        more = f' font-weight="{weight}"' if weight else ""
        more += f' font-size="{size}"' if size != 11 else ""
        inner = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:g}" fill="{fill}"{more}>{inner}{escape(words)}</text>')

    def _x(self, at: float) -> float:
        share = (min(max(at, self.since), self.until) - self.since) / max(self.until - self.since, 1e-9)
        return round(self.left + share * (WIDTH - self.left - RIGHT), 1)


def _names(hosts: Sequence[str]) -> list[str]:
    """Return the names of hosts as they have room: long ones without the domain that all of them have."""
    domains = {host.partition(".")[2] for host in hosts}
    if len(domains) == 1 and max(map(len, hosts)) > NAME_MAX:
        hosts = [host.partition(".")[0] for host in hosts]
    return [shortened(host, NAME_MAX) for host in hosts]


def _loss_labels(losses: Sequence[Loss]) -> list[tuple[float, str]]:
    """Return the label of each loss and its middle."""
    found = []
    for lost in losses:
        words = seconds(lost["to_s"] - lost["from_s"])
        words += "" if lost["count"] is None else f", {lost['count']} lost"
        found.append(((lost["from_s"] + lost["to_s"]) / 2, words))
    return found


def _label_of_all(losses: Sequence[Loss]) -> tuple[float, str]:
    """Return one label for all losses, and the middle of them."""
    begin, end = min(lost["from_s"] for lost in losses), max(lost["to_s"] for lost in losses)
    counts = [lost["count"] for lost in losses if lost["count"] is not None]
    words = f"{len(losses)} times, {seconds(sum(lost['to_s'] - lost['from_s'] for lost in losses))} in all"
    return (begin + end) / 2, words + (f", {sum(counts)} lost" if counts else "")


def _rows(boxes: Iterable[tuple[float, float]]) -> list[int]:
    """Return the row of each label, so that no label covers another."""
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for begin, end in boxes:
        row = next(
            (row for row, others in enumerate(taken) if all(end + 6 < low or high + 6 < begin for low, high in others)),
            len(taken),
        )
        if row == len(taken):
            taken.append([])
        taken[row].append((begin, end))
        rows.append(row)
    return rows
