# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures false failovers while other processes use every processor."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

from bench import bed, takeovers
from rows import Effort, Row, Task
from scale import SUBNET, instances, quiet

from lab.capture import Capture, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B

INTERVAL_S = 0.01
BUSY = 8


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Run so many processes that never wait, at ordinary priority."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _number in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def starve(false: Row, gap: Row, kind: str, effort: Effort) -> None:
    """Measure takeovers by the log, or by advertisements of the backup, and the longest silence in milliseconds."""
    with bed(kind, instances(1, True, INTERVAL_S), instances(1, False, INTERVAL_S), SUBNET) as nodes:
        for _run in range(effort.starved_runs):
            quiet(nodes, 1, for_s=3.0)
            before = takeovers(nodes.master) + takeovers(nodes.backup)
            with Capture(nodes.client) as capture:
                with busy(BUSY):
                    time.sleep(effort.starved_s)  # the measuring time itself
                heard = [at for at, _advert in capture.adverts(source=ADDRESS_A)]
                spoke = bool(capture.adverts(source=ADDRESS_B))
            after = takeovers(nodes.master) + takeovers(nodes.backup)
            false.add(kind, max(after - before, int(spoke)))
            gap.add(kind, max(intervals(heard), default=effort.starved_s) * 1000)


def tasks(effort: Effort) -> list[Task]:
    what = f"{BUSY} busy processes, v3, advert_int {INTERVAL_S:g}, {effort.starved_s:g} s"
    false = Row(f"{what}: false failovers", "takeovers", goal=0, counts=True)
    gap = Row(f"{what}: longest silence of the master", "ms")
    return [Task([false, gap], lambda kind: starve(false, gap, kind, effort))]
