# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures both daemons on this machine in one run, and prints one table. It needs root.

python3 benchmarks/run.py                                        everything, three quarters of an hour
python3 benchmarks/run.py --quick                                everything, some minutes
python3 benchmarks/run.py --only crash --runs 1 --json out.json  a part of it
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import crash
import deploy
import failover
import footprint
import moves
import plot
import scrape
import settle
import starve
import storms
from bench import ROOT, guarded, interrupted, tell, version_of
from report import as_json, as_text
from rows import KINDS, QUICK, Effort, Row, Task

from lab.segment import sweep

PARTS = {
    "failover": failover,
    "moves": moves,
    "crash": crash,
    "footprint": footprint,
    "settle": settle,
    "starve": starve,
    "storms": storms,
    "scrape": scrape,
    "deploy": deploy,
}


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    missing = _missing()
    if missing:
        tell(f"benchmarks need {missing}")
        return 2
    # After SIGTERM, leave through the context managers: they remove the namespaces and daemons.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sweep()
    effort, begun = wanted(options), time.monotonic()
    rows: list[Row] = []
    for name in options.only or PARTS:
        tell(f"== {name}, {time.monotonic() - begun:.0f} s after the beginning")
        for task in PARTS[name].tasks(effort):
            rows += task.rows
            run(task)
    facts = _facts(time.monotonic() - begun)
    sys.stdout.write(as_text(rows, facts) + "\n")
    for file in (options.json, options.plot):
        file.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(as_json(rows, facts), indent=2) + "\n")
    plot.draw(rows, facts, options.plot)
    tell(f"values: {options.json}, picture: {options.plot}, {facts['seconds']} s")
    return 1 if any(row.failed for row in rows) else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="Ours beside keepalived, in one run.")
    made.add_argument("--quick", action="store_true", help="every measurement once or a few times, shorter windows")
    made.add_argument("--runs", type=int, metavar="N", help="runs of each, whatever would be usual (moves: 4 N)")
    made.add_argument("--window", type=float, metavar="S", help="seconds of peace with 255 instances (300)")
    made.add_argument("--only", choices=PARTS, action="append", help="a part of it; may be repeated")
    made.add_argument("--json", type=Path, metavar="FILE", default=ROOT / ".build" / "bench.json", help="all values")
    made.add_argument("--plot", type=Path, metavar="FILE", default=ROOT / ".build" / "bench.svg", help="the picture")
    return made


def wanted(options: argparse.Namespace) -> Effort:
    """Return the effort that the options ask for."""
    effort = QUICK if options.quick else Effort()
    if options.runs:
        count = options.runs
        effort = replace(
            effort, runs=count, fast_runs=3 * count, moves=4 * count, their_moves=count, samples=count,
            settled_runs=count, starved_runs=count, deployments=count,
        )  # fmt: skip
    return effort if options.window is None else replace(effort, window_s=options.window)


def run(task: Task) -> None:
    """Measure one daemon after the other, unless the task measures both together."""
    if not task.together:
        for kind in task.kinds:
            if task.guards:
                task.measure(kind)
                continue
            guarded(task.rows, kind, lambda kind=kind: task.measure(kind))
        return
    with ThreadPoolExecutor(len(task.kinds)) as pool:
        running = [pool.submit(guarded, task.rows, kind, lambda kind=kind: task.measure(kind)) for kind in task.kinds]
        try:
            for each in running:
                each.result()
        except BaseException:
            interrupted.set()
            raise


def _facts(seconds: float) -> dict[str, Any]:
    """Return when and where the figures were measured."""
    return {
        "date": date.today().isoformat(),
        "versions": {kind: version_of(kind) for kind in KINDS},
        "python": platform.python_version(),
        "kernel": platform.release().partition("-")[0],
        "cores": os.cpu_count(),
        "seconds": round(seconds),
    }


def _missing() -> str:
    """Return what this machine lacks, "" when nothing does."""
    if os.geteuid() != 0:
        return "root: they make network namespaces"
    if not shutil.which("keepalived"):
        return "keepalived beside ours: apt install keepalived"
    for name in ("pyroute2", "matplotlib"):
        if importlib.util.find_spec(name) is None:
            return f"{name} for this Python: use `make bench`"
    return ""


if __name__ == "__main__":
    sys.exit(main())
