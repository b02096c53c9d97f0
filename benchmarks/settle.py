# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures whether a pair with 255 instances at short intervals comes to rest, and stays so."""

from __future__ import annotations

import time

from bench import bed, interrupted, takeovers
from rows import Effort, Row, Task
from scale import SUBNET, held, instances, quiet

COUNT = 255


def settle(settled: Row, false: Row, kind: str, interval_s: float, effort: Effort) -> None:
    """Measure the seconds until the pair is at rest, and the takeovers in a window after the last start."""
    for number in range(effort.settled_runs):
        begun = time.monotonic()
        with bed(kind, instances(COUNT, True, interval_s), instances(COUNT, False, interval_s), SUBNET) as nodes:
            settled.add(kind, quiet(nodes, COUNT) - begun)
            if number + 1 < effort.settled_runs:
                continue
            before = takeovers(nodes.master) + takeovers(nodes.backup)
            until = time.monotonic() + effort.window_s
            while time.monotonic() < until and not interrupted.is_set():
                time.sleep(0.2)  # the window itself
            after = takeovers(nodes.master) + takeovers(nodes.backup)
            moved = held(nodes) != (COUNT, 0)  # then a node took over, even if no log has it
            false.add(kind, max(after - before, int(moved)))


def tasks(effort: Effort) -> list[Task]:
    # At 30 ms two pairs leave most of the two cores idle, so both daemons are measured in the same long window.
    return [_task(0.03, effort, together=True), _task(0.01, effort, together=False)]


def _task(interval_s: float, effort: Effort, together: bool) -> Task:
    what = f"{COUNT} instances, v3, advert_int {interval_s:g}"
    settled = Row(f"{what}: settled after the start", "s")
    false = Row(f"{what}: false failovers in {effort.window_s:g} s", "takeovers", goal=0, counts=True)
    return Task([settled, false], lambda kind: settle(settled, false, kind, interval_s, effort), together=together)
