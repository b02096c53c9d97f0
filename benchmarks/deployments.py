# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures each task of a deployment: a new pair, the same again, and ten pairs without changes.

python3 benchmarks/deployments.py                     a pair, then 10 pairs; needs root, 4 GB and some minutes
python3 benchmarks/deployments.py --pairs 0           a pair alone
python3 benchmarks/deployments.py --json FILE         every value, to be compared later
python3 benchmarks/deployments.py --against FILE      beside the values of a run before

The nodes are the lab's: containers with systemd, reached by ssh. Nodes and controller share the processors here, so
the seconds depend on this machine; the controller's processor seconds would be the same elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

from lab.host import LabError
from lab.testbed import Testbed

Deployment = dict[str, Any]  # hosts, wall_s, cpu_s, and tasks as the callback writes them


def deploy(fleet: Testbed, *options: str) -> Deployment:
    """Run the playbook as a user would, and return its times. Raises LabError with its output."""
    words = [
        *(str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(fleet.run.folder / "inventory.yml")),
        *(*options, str(ROOT / "playbooks" / "ha_pair.yml")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        costs, said = Path(folder, "costs.json"), Path(folder, "said")
        environment = {
            "ANSIBLE_HOME": str(ROOT / ".ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
            **os.environ,
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_costs",
            "TASK_COSTS": str(costs),
        }
        begun = time.monotonic()
        with said.open("w") as output:
            process = subprocess.Popen(
                words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
            _pid, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise LabError(f"ha_pair failed with {process.returncode}: {said.read_text()[-3000:]}")
        return {
            "hosts": len(fleet.nodes),
            "wall_s": wall_s,
            "cpu_s": used.ru_utime + used.ru_stime,
            "tasks": json.loads(costs.read_text()),
        }


def measure(pairs: int, again: int, options: Sequence[str]) -> dict[str, Deployment]:
    """Deploy so many new pairs, and again; of several unchanged deployments keep the fastest one."""
    count = f"{2 * pairs} hosts"
    names = [f"pair_{number}" for number in range(1, pairs + 1)]
    with Testbed(owner=os.getpid(), pairs=names) as fleet:
        found = {f"{count}, first": deploy(fleet, *options)}
        unchanged = [deploy(fleet, *options) for _ in range(again)]
        found[f"{count}, again"] = min(unchanged, key=lambda each: each["cpu_s"])
        return found


def as_text(found: dict[str, Deployment], before: dict[str, Deployment]) -> str:
    """Return each deployment as a table: seconds, and processor seconds of the controller, beside those ``before``."""
    lines: list[str] = []
    for title, each in found.items():
        was = before.get(title)
        lines += [f"{title}: {_figures(each)}{f' (before: {_figures(was)})' if was else ''}", ""]
        old = {(task["task"], task["file"].partition(":")[0]): task for task in was["tasks"]} if was else {}
        rows = [["task", "hosts", "skipped", "s", "CPU s", *(["before: s", "CPU s"] if was else [])]]
        for task in each["tasks"]:
            then = old.pop((task["task"], task["file"].partition(":")[0]), None)
            rows.append(_row(task) + (_costs(then) if was else []))
        rows += [[*_row(task)[:3], "-", "-", *_costs(task)] for task in old.values()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        rows.insert(1, ["-" * width for width in widths])
        lines += ["| " + " | ".join(map(_cell, row, widths)) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _figures(each: Deployment) -> str:
    hosts = each["hosts"]
    return f"{each['wall_s']:.1f} s, controller {each['cpu_s']:.1f} s, {each['cpu_s'] / hosts:.2f} s for each host"


def _row(task: dict[str, Any]) -> list[str]:
    return [task["task"], str(task["ok"]), str(task["skipped"]), *_costs(task)]


def _costs(task: dict[str, Any] | None) -> list[str]:
    return [f"{task['wall_s']:.2f}", f"{task['cpu_s']:.2f}"] if task else ["-", "-"]


def _cell(text: str, width: int) -> str:
    return text.ljust(width) if not text or text[0].isalpha() or text[0] == "(" else text.rjust(width)


def main() -> int:
    """Measure what the arguments ask for, and print it."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--pairs", type=int, default=10, metavar="N", help="pairs of the larger play; 0 for none (10)")
    made.add_argument("--again", type=int, default=2, metavar="N", help="deployments that change nothing (2)")
    made.add_argument("--forks", default="10", metavar="N", help="what ansible-playbook is given (10)")
    made.add_argument("--json", type=Path, metavar="FILE", help="write all values")
    made.add_argument("--against", type=Path, metavar="FILE", help="values of a run before")
    options = made.parse_args()
    # After SIGTERM, leave through the context managers: they remove the containers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    before = json.loads(options.against.read_text()) if options.against else {}
    found: dict[str, Deployment] = {}
    for pairs in (1, options.pairs):
        if pairs:
            found.update(measure(pairs, options.again, ["--forks", options.forks]))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    sys.stdout.write(as_text(found, before))
    return 0


if __name__ == "__main__":
    sys.exit(main())
