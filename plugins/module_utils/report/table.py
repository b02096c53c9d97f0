# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as a table of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Report, TestedInstance, expected_times, result, seconds, what_happens

COLUMNS = 80
NARROWEST = (8, 8, 8)  # columns that pair, instance and fault keep
FAULT_KEEPS = 36  # while the others can give


def lines(report: Report) -> list[str]:
    """Return a heading and one line for each instance. Long names are shortened so that 80 columns are enough."""
    instances = report["instances"]
    columns: list[list[str]] = [
        ["PAIR", *(each["pair"] for each in instances)],
        ["INSTANCE", *(each["name"] for each in instances)],
        ["FAULT", *map(_fault, instances)],
    ]
    measured = any(each["measured"] for each in instances)
    times = [expected_times(each["expected"]) for each in instances]
    if any(each["expected"] for each in instances) and measured:  # beside what was measured a range is enough
        columns.append(["EXPECTED", *(_range(best, worst) for best, _middle, worst in times)])
    elif any(each["expected"] for each in instances):
        columns += [[head, *cells] for head, cells in zip(("BEST", "MIDDLE", "WORST"), zip(*times))]
    if measured:
        columns += [["LOST", *map(_lost, instances)], ["LONGEST", *map(_longest, instances)]]
    if any(each["passed"] is not None for each in instances):
        columns.append(["RESULT", *map(result, instances)])
    widths = _widths([max(map(len, column)) for column in columns])
    return [
        "  ".join(shortened(cell, width).ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in zip(*columns)
    ]


def shortened(text: str, width: int) -> str:
    """Return a text of at most ``width`` characters. It keeps its begin and its end, where names differ."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :] if tail else ''}"


def _widths(natural: Sequence[int]) -> list[int]:
    """Take what is too much from the first three columns; the others are numbers."""
    widths = list(natural)
    for least in ((*NARROWEST[:2], FAULT_KEEPS), NARROWEST):
        while sum(widths) + 2 * (len(widths) - 1) > COLUMNS:
            wide = [column for column in range(3) if widths[column] > least[column]]
            if not wide:
                break
            widths[max(wide, key=lambda column: widths[column])] -= 1
    return widths


def _fault(instance: TestedInstance) -> str:
    """Return the faults; where they are long, hosts without their domain, if their names differ without it."""
    text = what_happens(instance)
    hosts = instance["timeline"].get("hosts", [])
    short = {host: host.partition(".")[0] for host in hosts}
    if len(text) > FAULT_KEEPS and len(set(short.values())) == len(hosts):
        for host in hosts:
            text = text.replace(host, short[host])
    return text


def _range(best: str, worst: str) -> str:
    """Return two times as one range, with the unit once where it is the same."""
    number, _space, unit = best.partition(" ")
    if best == worst:
        return best
    return f"{number if worst.endswith(f' {unit}') else best}-{worst}"


def _lost(instance: TestedInstance) -> str:
    measured = instance["measured"]
    return "-" if measured is None else f"{measured['lost']}/{measured['sent']}"


def _longest(instance: TestedInstance) -> str:
    measured = instance["measured"]
    return "-" if measured is None else seconds(measured["longest_s"])
