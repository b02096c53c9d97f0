# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures the load of the daemons at rest, and the takeover of all instances at once."""

from __future__ import annotations

import time

from bench import bed
from rows import Effort, Row, Task
from scale import SUBNET, SUBNET_6, cpu_s, held, instances, pss_mb, quiet, taken_over, told

INTERVAL_S = 0.1
ALL_TAKEN_OVER_S = 0.5
MEMORY_MB = {1: 25.0, 255: 30.0}


def footprint(rows: dict[str, Row], kind: str, count: int, family: int, effort: Effort) -> None:
    """Fill "master", "backup", "sum" (percent of a core), "pss" (MB of the bigger one) and "takeover" (s)."""
    files = (instances(count, master, INTERVAL_S, family) for master in (True, False))
    with bed(kind, *files, SUBNET if family == 4 else SUBNET_6) as nodes:
        quiet(nodes, count)
        for _sample in range(effort.samples):
            before, begun = (cpu_s(nodes.master), cpu_s(nodes.backup)), time.monotonic()
            time.sleep(effort.sample_s)  # the measuring time itself
            passed = time.monotonic() - begun
            used = [(cpu_s(peer) - was) / passed * 100 for peer, was in zip((nodes.master, nodes.backup), before)]
            for name, value in (("master", used[0]), ("backup", used[1]), ("sum", sum(used))):
                rows[name].add(kind, value)
            rows["pss"].add(kind, max(pss_mb(nodes.master), pss_mb(nodes.backup)))
            if held(nodes) != (count, 0):
                raise TimeoutError(f"lost its peace while it was measured: {told(nodes)}")
        for number in range(effort.samples):
            if number:
                nodes.segment.heal("a")
                quiet(nodes, count, for_s=1.5)
            rows["takeover"].add(kind, taken_over(nodes, count))


def tasks(effort: Effort) -> list[Task]:
    return [_task(count, family, effort) for count, family in ((1, 4), (255, 4), (255, 6))]


def _task(count: int, family: int, effort: Effort) -> Task:
    what = f"{count} instance{'s' * (count > 1)}{', IPv6' * (family == 6)}, v3, advert_int {INTERVAL_S:g}"
    rows = {
        "master": Row(f"{what}: CPU of the master", "% of a core"),
        "backup": Row(f"{what}: CPU of the backup", "% of a core"),
        "sum": Row(f"{what}: CPU of both", "% of a core"),
        "pss": Row(f"{what}: memory (PSS)", "MB", goal=MEMORY_MB[count]),
        "takeover": Row(f"{what}: node dies, all addresses taken over", "s", goal=ALL_TAKEN_OVER_S),
    }
    return Task(list(rows.values()), lambda kind: footprint(rows, kind, count, family, effort))
