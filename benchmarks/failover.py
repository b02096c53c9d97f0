# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures what a client loses when the master goes: by a clean stop, and when the node dies silently."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Callable

from bench import Bed, bed
from rows import Effort, Row, Task

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, NODE_B, VIP, pair
from lab.peers import assert_one_owner, wait_owner
from lab.probe_process import Probe, Responder

V2 = {"version": 2, "advert_int": 1}
V3 = {"version": 3, "advert_int": 0.1}
V3_FAST = {"version": 3, "advert_int": 0.01}
LATE_MS = 10  # beyond Master_Down_Interval, at most


def named(options: dict[str, Any]) -> str:
    return f"v{options['version']}, advert_int {options['advert_int']:g}"


def clean_stop(row: Row, kind: str, runs: int, options: dict[str, Any]) -> None:
    """Measure the milliseconds lost while the master's daemon ends after SIGTERM and the backup takes over."""
    for nodes in _rounds(kind, runs, options, lambda nodes: nodes.master.start()):
        with Probe(nodes.client, VIP, realtime=True) as probe:
            nodes.master.stop()
            row.add(kind, _lost_ms(probe))


def node_death(lost: Row, beyond: Row, kind: str, runs: int, options: dict[str, Any]) -> None:
    """Measure the milliseconds lost after the master's node is cut off right after an advertisement: the worst case.

    Any other moment only subtracts the part of the interval that had passed, for both daemons alike. ``beyond``
    gets the milliseconds from the end of the backup's Master_Down_Interval, which begins with the last advertisement,
    to its first gratuitous ARP, both as the client's kernel saw them.
    """
    down_s = NODE_B.but(**options).master_down_interval_s
    for nodes in _rounds(kind, runs, options, lambda nodes: nodes.segment.heal("a")):
        with Probe(nodes.client, VIP, realtime=True) as probe, Capture(nodes.client) as capture:
            capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 3 * options["advert_int"] + 1, "an advertisement")
            nodes.segment.cut("a")
            lost.add(kind, _lost_ms(probe))
            silent_from = capture.adverts(source=ADDRESS_A)[-1][0]
            announced = next(at for at, _arp in capture.gratuitous_arps(VIP) if at > silent_from)
            beyond.add(kind, max(0.0, (announced - silent_from - down_s) * 1000))


def _lost_ms(probe: Probe) -> float:
    probe.wait_answered_by("b", timeout_s=20)
    time.sleep(0.2)  # no condition to wait for: a loss right after the move counts, too
    return probe.report().lost_ms


def _rounds(kind: str, runs: int, options: dict[str, Any], back: Callable[[Bed], Any]) -> Iterator[Bed]:
    """Yield a pair at rest with A as master, so many times; ``back`` restores A."""
    a, b = pair(**options)
    with bed(kind, a.text("NodeA"), b.text("NodeB")) as nodes, Responder(nodes.a), Responder(nodes.b):
        for number in range(runs):
            if number:
                back(nodes)
                # After a split the client may ask the wrong node for seconds; that is not measured here.
                nodes.client.ip("neigh", "flush", "dev", "eth0")
            wait_owner(nodes.segment, VIP, "a", timeout_s=20)
            nodes.backup.wait_state("BACKUP")
            assert_one_owner(nodes.segment, VIP, "a")
            yield nodes


def tasks(effort: Effort) -> list[Task]:
    made = []
    for options, runs in ((V2, effort.runs), (V3, effort.fast_runs)):
        made.append(_stop_task(options, runs))
    for options, runs in ((V2, effort.runs), (V3, effort.fast_runs), (V3_FAST, effort.fast_runs)):
        made.append(_death_task(options, runs))
    return made


def _stop_task(options: dict[str, Any], runs: int) -> Task:
    row = Row(f"clean stop, {named(options)}", "ms lost", goal=0)
    return Task([row], lambda kind: clean_stop(row, kind, runs, options))


def _death_task(options: dict[str, Any], runs: int) -> Task:
    what = f"node dies right after an advert, {named(options)}"
    lost = Row(what, "ms lost")
    beyond = Row(f"{what}: beyond Master_Down_Interval", "ms", goal=LATE_MS)
    return Task([lost, beyond], lambda kind: node_death(lost, beyond, kind, runs, options))
