# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a report as one HTML file that needs nothing else: no script, no picture, no font from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .model import Report, TestedInstance, events, expected_times, expected_words, result, seconds, what_happens
from .timeline_svg import timeline_svg

EVENTS_MAX = 60  # lines of the table below a picture
STYLE = """
body { font: 15px/1.45 sans-serif; color: #111; background: #fff; max-width: 62em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em; margin-bottom: .2em }
h2 { font-size: 1.2em; margin: 2em 0 .4em }
table { border-collapse: collapse; width: 100%; margin: .8em 0 }
th, td { border-bottom: 1px solid #999; padding: .25em .6em; text-align: left; vertical-align: top;
  overflow-wrap: break-word }
thead th { border-bottom: 2px solid #111 }
.wide { overflow-wrap: anywhere; min-width: 11em }
.n { text-align: right; white-space: nowrap }
.events { font-size: .9em }
.events td, .events th { padding: .1em .6em; border-bottom: 1px solid #ddd }
.events .n { width: 6em }
.failed { font-weight: bold; color: #a50f15 }
.small { color: #444; font-size: .9em }
svg { width: 100%; height: auto; display: block; border: 1px solid #ccc }
@page { size: A4; margin: 15mm }
@media print {
  body { font-size: 10pt; max-width: none; margin: 0; padding: 0 }
  a { color: inherit; text-decoration: none }
  thead { display: table-header-group }
  tr, svg { break-inside: avoid }
  h1, h2 { break-after: avoid }
  section { break-inside: avoid-page }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
KINDS = {
    "simulation": "Simulated on the controller: no host was touched. The times are the loss that is to be expected, by "
    "the moment of the fault within the advertisement interval.",
    "drill": "Done for real, and measured by a probe.",
}


def page(report: Report) -> str:
    """Return the HTML file: a summary first, then each instance with its timeline."""
    instances = report["instances"]
    title = escape(report["title"])
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head>",
        "<body>",
        f"<h1>{title}</h1>",
        f'<p class="small">{escape(report["made_at"])}. {escape(KINDS.get(report["kind"], report["kind"]))}</p>',
        *_summary(instances),
        *(f'<p class="small">{escape(remark)}</p>' for remark in report.get("remarks", [])),
    ]
    for number, instance in enumerate(instances, 1):
        parts += _section(instance, number)
    return "\n".join([*parts, "</body>", "</html>\n"])


def _summary(instances: Sequence[TestedInstance]) -> list[str]:
    expected = any(each["expected"] for each in instances)
    measured = any(each["measured"] for each in instances)
    judged = any(each["passed"] is not None for each in instances)
    heads = ["Pair and instance", "What happens"]
    numbers = ["At best", "Middle", "At worst"] if expected else []
    numbers += ["Lost", "Longest"] if measured else []
    row = "".join(f'<th scope="col">{head}</th>' for head in heads)
    row += "".join(f'<th scope="col" class="n">{head}</th>' for head in numbers)
    row += '<th scope="col">Result</th>' if judged else ""
    found = ["<table>", f"<thead><tr>{row}</tr></thead>", "<tbody>"]
    told = set()
    for number, instance in enumerate(instances, 1):
        link = f'<a href="#i{number}">{escape(what_happens(instance))}</a>'
        who = f"{escape(instance['pair'])} {escape(instance['name'])}"
        addresses = "" if who in told else f'<br><span class="small">{_addresses(instance["addresses"])}</span>'
        told.add(who)  # an instance may have a line for each of many faults
        row = f"<td>{who}{addresses}</td>"
        row += f'<td class="wide">{link}</td>'
        cells = list(expected_times(instance["expected"])) if expected else []
        cells += _measured(instance) if measured else []
        row += "".join(f'<td class="n">{cell}</td>' for cell in cells)
        row += f'<td class="{result(instance)}">{result(instance)}</td>' if judged else ""
        found.append(f"<tr>{row}</tr>")
    return [*found, "</tbody>", "</table>"]


def _measured(instance: TestedInstance) -> list[str]:
    measured = instance["measured"]
    if measured is None:
        return ["-", "-"]
    return [f"{measured['lost']} of {measured['sent']}", seconds(measured["longest_s"])]


def _addresses(addresses: Sequence[str]) -> str:
    more = f" and {len(addresses) - 3} more" if len(addresses) > 3 else ""
    return escape(", ".join(addresses[:3])) + more


def _section(instance: TestedInstance, number: int) -> list[str]:
    heading = f"{instance['pair']} {instance['name']}: {what_happens(instance)}"
    found = [f'<section id="i{number}">', f"<h2>{escape(heading)}</h2>", *_figures(instance), timeline_svg(instance)]
    if instance["remarks"]:
        found += ["<ul>", *(f"<li>{escape(remark)}</li>" for remark in instance["remarks"]), "</ul>"]
    return [*found, *_events(events(instance)), "</section>"]


def _figures(instance: TestedInstance) -> Iterable[str]:
    said = []
    if instance["expected"] is not None:
        said.append(expected_words(instance["expected"]))
    measured = instance["measured"]
    if measured is not None:
        longest = seconds(measured["longest_s"])
        said.append(f"Measured: {measured['lost']} of {measured['sent']} probes lost, {longest} at a time at most.")
    if instance["passed"] is not None:
        said.append(f'<strong class="{result(instance)}">{result(instance).capitalize()}.</strong>')
    return [f"<p>{' '.join(said)}</p>"] if said else []


def _events(found: Sequence[tuple[float, str]]) -> list[str]:
    rows = [f'<tr><td class="n">{at:.3f} s</td><td>{escape(text)}</td></tr>' for at, text in found[:EVENTS_MAX]]
    if len(found) > EVENTS_MAX:
        rows.append(f"<tr><td></td><td>and {len(found) - EVENTS_MAX} more</td></tr>")
    heads = '<tr><th scope="col" class="n">At</th><th scope="col">What</th></tr>'
    return ['<table class="events">', f"<thead>{heads}</thead>", "<tbody>", *rows, "</tbody>", "</table>"]
