# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures false takeovers during storms: connections, reloads, changes of interfaces, forged packets."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bench import Bed, bed, guarded, takeovers
from rows import OURS, Effort, Row, Task
from scale import SUBNET, cpu_s, instances, pss_mb, quiet

from lab.capture import Capture
from lab.example_pair import ADDRESS_A
from lab.peers import poll
from lab.storms import STORMS, Storm, blowing

INTERVAL_S = 0.1
LATE_S = INTERVAL_S / 2  # no advertisement may be later than that
MEMORY_MB = 45.0
COUNTS = (1, 255)
SAMPLE_S = 0.25
FRAME_MAX = 128  # octets of an advertisement on the wire
CATCH_UP_S = 30.0  # seconds that the capture may be late: it is an ordinary process in the same storm
LOG_LINES = 100  # a second


def longest_silence(heard: Iterable[tuple[float, int]], began: float, ended: float) -> float:
    """Return the longest time between two advertisements of one virtual router, in seconds.

    ``heard`` are (time, virtual router id) in their order. A silence that lasts at ``began`` or at ``ended`` counts as
    well.
    """
    last: dict[int, float] = {}
    longest = 0.0
    for at, vrid in heard:
        if at <= ended:
            before = last.get(vrid, began)
            if at > began:
                longest = max(longest, at - before)
            last[vrid] = at
    return max([longest, *(ended - max(at, began) for at in last.values())]) if last else ended - began


def rows_of(storm: Storm, count: int, seconds: float) -> dict[str, Row]:
    """Return the rows of one storm."""
    what = f"{storm.name}, {count} instance{'s' * (count > 1)}, v3, advert_int {INTERVAL_S:g}, {seconds:g} s"
    moves, silent_ms = (None, None) if storm.may_move else (0, (INTERVAL_S + LATE_S) * 1000)
    return {
        "false": Row(f"{what}: false takeovers", "takeovers", goal=moves, counts=True),
        "silence": Row(f"{what}: longest silence of the master", "ms", goal=silent_ms),
        "cpu": Row(f"{what}: CPU of the master", "% of a core"),
        "pss": Row(f"{what}: memory of the master at most (PSS)", "MB", goal=MEMORY_MB),
        "lines": Row(f"{what}: log of the master", "lines a second", goal=LOG_LINES),
    }


def play(storm: Storm, rows: dict[str, Row], nodes: Bed, kind: str, count: int, seconds: float) -> None:
    """Measure one storm around the master of a pair that is at rest."""
    quiet(nodes, count, for_s=2.0)
    before = takeovers(nodes.master) + takeovers(nodes.backup)
    lines, spent = nodes.master.log_text().count("\n"), cpu_s(nodes.master)
    most = pss_mb(nodes.master)
    with Capture(nodes.client, f"proto 112 and src host {ADDRESS_A}", octets=FRAME_MAX) as capture:
        capture.wait(lambda seen: seen.adverts(), 5, "the master speaks")
        began, since = time.time(), time.monotonic()
        with blowing(storm, nodes.a, nodes.client, nodes.master):
            while time.monotonic() - since < seconds:
                time.sleep(SAMPLE_S)  # the measuring time itself
                most = max(most, pss_mb(nodes.master))
            ended, passed = time.time(), time.monotonic() - since
            spent = cpu_s(nodes.master) - spent
        poll(lambda: capture.frames()[-1].at > ended, CATCH_UP_S, "the capture of the storm")
        heard = [(at, advert.vrid) for at, advert in capture.adverts()]
    after = takeovers(nodes.master) + takeovers(nodes.backup)
    rows["false"].add(kind, after - before)
    rows["silence"].add(kind, longest_silence(heard, began, ended) * 1000)
    rows["cpu"].add(kind, spent / passed * 100)
    rows["pss"].add(kind, most)
    rows["lines"].add(kind, (nodes.master.log_text().count("\n") - lines) / passed)


def tasks(effort: Effort) -> list[Task]:
    return [_task(count, effort) for count in COUNTS]


def _task(count: int, effort: Effort) -> Task:
    """Measure all storms with one pair, one after the other: each begins when the pair is at rest."""
    rows = {storm: rows_of(storm, count, effort.storm_s) for storm in STORMS}

    def measure(kind: str) -> None:
        with bed(kind, instances(count, True, INTERVAL_S), instances(count, False, INTERVAL_S), SUBNET) as nodes:
            for storm in STORMS:
                if kind == OURS or not storm.ours_only:
                    mine = rows[storm]
                    guarded(
                        list(mine.values()),
                        kind,
                        lambda storm=storm, mine=mine: play(storm, mine, nodes, kind, count, effort.storm_s),
                    )

    return Task([row for mine in rows.values() for row in mine.values()], measure, guards=True)
