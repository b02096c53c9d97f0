# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both sides on this machine in one run: ours beside keepalived. Prints one table; needs root.

python3 benchmarks/run.py                          everything, a few minutes
python3 benchmarks/run.py --runs 1 --only footprint --json results.json
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Callable

import failover
import footprint
from bench import KINDS, Row
from report import as_json, as_text

from lab.host import LabError
from lab.segment import sweep

PARTS = ("failover", "footprint")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Ours beside keepalived, in one run.")
    parser.add_argument(
        "--runs", type=int, default=5, help="rounds of what takes seconds; three times as many of the rest"
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="a part of it")
    parser.add_argument("--instances", type=int, action="append", help="instance counts of the footprint (1 and 255)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values to FILE as well")
    options = parser.parse_args(arguments)
    missing = _missing()
    if missing:
        sys.stderr.write(f"benchmarks need {missing}\n")
        return 2
    # Ended from outside, leave through the context managers: they take the namespaces and daemons along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sweep()
    rows: list[Row] = []
    if "failover" in (options.only or PARTS):
        for row, measure in failover.table(options.runs, options.runs * 3):
            rows.append(row)
            for kind in KINDS:
                _measured([row], kind, lambda row=row, kind=kind, measure=measure: measure(row, kind))
    if "footprint" in (options.only or PARTS):
        for count in options.instances or (1, 255):
            made = footprint.rows(count)
            rows += made.values()
            for kind in KINDS:
                _measured(
                    list(made.values()),
                    kind,
                    lambda made=made, kind=kind, count=count: footprint.footprint(made, kind, count),
                )
    sys.stdout.write(as_text(rows) + "\n")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(as_json(rows), indent=2) + "\n")
    return 1 if any(row.failed for row in rows) else 0


def _measured(rows: list[Row], kind: str, measure: Callable[[], None]) -> None:
    """Measure, say so on stderr, and write down a failure instead of losing the other figures."""
    begun = time.monotonic()
    try:
        measure()
    except (TimeoutError, AssertionError, LabError) as error:
        for row in rows:
            if not row.values[kind]:
                row.failed[kind] = str(error).splitlines()[0][:200]
        sys.stderr.write(f"{kind}: {error}\n")
    for row in rows:
        values = ", ".join(f"{value:.4g}" for value in row.values[kind]) or "nothing"
        sys.stderr.write(f"{kind:10} {row.work}: {values} {row.unit}\n")
    sys.stderr.write(f"{'':10} ({time.monotonic() - begun:.0f} s)\n")


def _missing() -> str:
    """What this machine lacks, "" when nothing does."""
    if os.geteuid() != 0:
        return "root: they make network namespaces"
    if not shutil.which("keepalived"):
        return "keepalived beside ours: apt install keepalived"
    if importlib.util.find_spec("pyroute2") is None:
        return "pyroute2 for this Python: use `make bench`"
    return ""


if __name__ == "__main__":
    sys.exit(main())
