# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the data of a report, as JSON has it, and the words for it that every form of a report uses."""

from __future__ import annotations

from typing import Optional, TypedDict


class Ownership(TypedDict):
    """It is a host that owned the virtual addresses for a while."""

    host: str
    from_s: float
    to_s: float


class TestAction(TypedDict):
    """It is one thing that was done to the pair."""

    at_s: float
    text: str


class Loss(TypedDict):
    """It is a while in which no answer came; ``count`` is how many probes were lost, None where none were sent."""

    from_s: float
    to_s: float
    count: Optional[int]


class _Optional(TypedDict, total=False):
    hosts: list[str]  # the rows of the picture: also hosts that never owned the addresses
    notes: list[TestAction]  # what follows from the faults, such as a check that fails; only in the list of events


class TestTimeline(_Optional):
    """It is what happened from ``from_s`` to ``to_s``, in seconds since the beginning of the test."""

    from_s: float
    to_s: float
    owners: list[Ownership]
    faults: list[TestAction]
    lost: list[Loss]


class _End(TypedDict, total=False):
    for_good: bool  # no node answers at the end: the three times say nothing


class Expected(_End):
    """It is the loss that the simulation expects, by the moment of the fault within the advertisement interval."""

    best_s: float
    middle_s: float
    worst_s: float


class Measured(TypedDict):
    """It is what a probe lost: how many packets, and the longest time without an answer."""

    sent: int
    lost: int
    longest_s: float


class TestedInstance(TypedDict):
    """It is one instance of a pair in one test. ``passed`` is None where nobody judged it."""

    pair: str
    name: str
    addresses: list[str]
    timeline: TestTimeline
    expected: Optional[Expected]
    measured: Optional[Measured]
    passed: Optional[bool]
    remarks: list[str]


class _Remarks(TypedDict, total=False):
    remarks: list[str]  # about all instances


class Report(_Remarks):
    """It is all of a report. ``made_at`` is a time in ISO 8601, ``kind`` is simulation or drill."""

    title: str
    made_at: str
    kind: str
    instances: list[TestedInstance]


def seconds(value: float) -> str:
    """Return a duration for people: ``0``, ``0.4 ms``, ``120 ms``, ``3.15 s`` or ``120 s``."""
    if value < 0.00005:
        return "0"
    if value < 0.00995:
        return f"{value * 1000:.1f} ms"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 99.995 else f"{value:.0f} s"


def expected_times(expected: Optional[Expected]) -> tuple[str, str, str]:
    """Return the loss at best, in the middle and at worst for people."""
    if expected is None:
        return "-", "-", "-"
    if expected.get("for_good"):
        return "for good", "for good", "for good"
    return seconds(expected["best_s"]), seconds(expected["middle_s"]), seconds(expected["worst_s"])


def expected_words(expected: Expected) -> str:
    """Return the expected loss as a sentence."""
    if expected.get("for_good"):
        return "Expected: no answer any more."
    if not expected["worst_s"]:
        return "Expected loss: none."
    best, middle, worst = expected_times(expected)
    return f"Expected loss: {best} at best, {middle} in the middle, {worst} at worst."


def what_happens(instance: TestedInstance) -> str:
    """Return the faults of an instance as one text."""
    return "; ".join(fault["text"] for fault in instance["timeline"]["faults"]) or "no fault"


def result(instance: TestedInstance) -> str:
    """Return the verdict in a word."""
    return {True: "passed", False: "failed", None: "-"}[instance["passed"]]


def lost_words(lost: Loss) -> str:
    """Return one loss in words."""
    count = lost["count"]
    packets = "" if count is None else f" ({count} {'probe' if count == 1 else 'probes'} lost)"
    return f"no answer for {seconds(lost['to_s'] - lost['from_s'])}{packets}"


def events(instance: TestedInstance) -> list[tuple[float, str]]:
    """Return what happened in order: when, in seconds, and a sentence for people."""
    timeline = instance["timeline"]
    # At one moment a fault comes first, then what follows from it.
    found = [(fault["at_s"], 0, fault["text"]) for fault in timeline["faults"]]
    found += [(note["at_s"], 1, note["text"]) for note in timeline.get("notes", [])]
    for owner in timeline["owners"]:
        if owner["from_s"] > timeline["from_s"]:
            found.append((owner["from_s"], 3, f"{owner['host']} owns the addresses"))
        else:
            found.append((timeline["from_s"], 0, f"{owner['host']} owns the addresses already"))
        if owner["to_s"] < timeline["to_s"]:
            found.append((owner["to_s"], 2, f"{owner['host']} does not own the addresses any more"))
    found += [(lost["from_s"], 4, lost_words(lost)) for lost in timeline["lost"]]
    return [(at, text) for at, _order, text in sorted(found)]
