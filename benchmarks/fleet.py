# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures what a play over many pairs costs the controller: seconds, processor seconds and memory.

python3 benchmarks/fleet.py                    1, 10, 25 and 50 pairs, some minutes
python3 benchmarks/fleet.py --pairs 50 --forks 50
python3 benchmarks/fleet.py --json FILE        every value, and those of each task

The playbooks, the role and the filters are the real ones. The nodes exist only in the inventory, as in the tests of the
playbooks: a module returns at once what it would have found. So the costs are those of Ansible and of the role, without
the connections; benchmarks/deployments.py has these, with fewer nodes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deployments import ROOT, as_text

if str(ROOT / "tests" / "unit" / "playbooks") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests" / "unit" / "playbooks"))

from fake_nodes import living, node, pair, play

PLAYS = ("first", "again", "change", "status")
_SAMPLE_S = 0.5


class Memory:
    """It samples the memory (PSS) of all processes below this one; ``peak_mb`` is the highest sum."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            self.peak_mb = max(self.peak_mb, sum(map(_pss_mb, _below(os.getpid()))))


def _below(pid: int) -> list[int]:
    """Return the processes below a process; one that has just ended has none."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                found += [child, *_below(child)]
    except OSError:
        pass
    return found


def _pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)


def fleet(pairs: int, kind: str) -> dict[str, Any]:
    """Return an inventory of so many pairs, each in a subnet of its own, as the play ``kind`` is to find them."""
    return {"ha_pair": {"children": {f"pair_{number}": _pair(number, kind) for number in range(1, pairs + 1)}}}


def _pair(number: int, kind: str) -> dict[str, Any]:
    subnet = f"10.0.{number}."
    changes = {"changes": ["vrrp_config"]} if kind == "change" and number == 1 else {}
    nodes = [living(4, "MASTER", 4, **changes), living(6, "BACKUP", 4, **changes)]
    if kind == "first":
        nodes = [node(4), node(6)]
    for each in nodes:
        each["machine_id"] = f"{number:04x}{each['machine_id'][4:]}"
    group = pair(f"pair_{number}", nodes)
    return json.loads(json.dumps(group).replace("192.168.8.", subnet))


def measure(pairs: int, kind: str, forks: str) -> dict[str, Any]:
    """Play it once and return the costs, with the output. Raises SystemExit where the play fails."""
    # Nodes that exist only in the inventory stay as they are: after a first deployment they cannot prove anything.
    words = ["--forks", forks, *(["--skip-tags", "verify"] if kind == "first" else [])]
    with tempfile.TemporaryDirectory() as name:
        costs = Path(name, "costs.json")
        told = {
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_costs",
            "TASK_COSTS": str(costs),
        }
        begun, before = time.monotonic(), _processor_s()
        with Memory() as memory:
            done = play(
                Path(name), fleet(pairs, kind), "status" if kind == "status" else "ha_pair", *words, settings=told
            )
        wall_s, cpu_s = time.monotonic() - begun, _processor_s() - before
        if done.returncode:
            raise SystemExit(f"{kind} of {pairs} pairs failed with {done.returncode}: {done.output[-3000:]}")
        tasks = json.loads(costs.read_text())
    return {
        **{"hosts": 2 * pairs, "wall_s": wall_s, "cpu_s": cpu_s, "memory_mb": memory.peak_mb},
        **{"tasks": tasks, "output": done.output},
    }


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def summary(found: Sequence[dict[str, Any]]) -> str:
    """Return a table with a line for each play."""
    rows = ["| pairs | forks | play | s | CPU s | CPU s for each host | memory, MB |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| {each['hosts'] // 2} | {each['forks']} | {each['play']} | {each['wall_s']:.1f} | {each['cpu_s']:.1f}"
        f" | {each['cpu_s'] / each['hosts']:.2f} | {each['memory_mb']:.0f} |"
        for each in found
    ]
    return "\n".join(rows) + "\n"


def main() -> int:
    """Measure what the arguments ask for, and print it."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--pairs", type=int, nargs="+", default=[1, 10, 25, 50], metavar="N", help="(1 10 25 50)")
    made.add_argument("--forks", nargs="+", default=["10"], metavar="N", help="what ansible-playbook is given (10)")
    made.add_argument("--plays", nargs="+", choices=PLAYS, default=PLAYS, help="which of them (all)")
    made.add_argument("--json", type=Path, metavar="FILE", help="write all values")
    options = made.parse_args()
    found: list[dict[str, Any]] = []
    for pairs in options.pairs:
        for forks in options.forks:
            for kind in options.plays:
                found.append({"play": kind, "forks": forks, **measure(pairs, kind, forks)})
                sys.stdout.write(summary(found[-1:]).splitlines()[-1] + "\n")
                sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    largest = {each["play"]: each for each in found if each["hosts"] == found[-1]["hosts"]}
    for kind, each in largest.items():
        dearest = sorted(each["tasks"], key=lambda task: -task["cpu_s"])
        sys.stdout.write("\n" + as_text({f"{each['hosts']} hosts, {kind}": {**each, "tasks": dearest}}, {}))
    sys.stdout.write("\n" + summary(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
