# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is a callback that writes the times of each task: seconds, and processor seconds of the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_costs
type: aggregate
short_description: Write the costs of each task as JSON
description:
  - Writes one JSON list to the file that the environment variable C(TASK_COSTS) names.
"""

import json
import multiprocessing
import os
import resource
import time
from collections import Counter
from pathlib import Path

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """It notes the clock where a task begins; the time since the task before belongs to that one."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_costs"

    def __init__(self):
        super().__init__()
        self._tasks = []
        self._name, self._path, self._outcomes = "(Ansible starts)", "", Counter()
        self._at, self._cpu = time.monotonic(), 0.0  # the start of Python and Ansible counts, too

    def v2_playbook_on_task_start(self, task, is_conditional):
        """Begin to count for this task."""
        self._next(task.get_name().split(" : ")[-1], os.path.basename(task.get_path() or ""))

    def v2_playbook_on_stats(self, stats):
        """Write the file."""
        self._next("", "")
        Path(os.environ["TASK_COSTS"]).write_text(json.dumps(self._tasks))

    def v2_runner_on_ok(self, result):
        """Count a host that has done the task."""
        self._outcomes["ok"] += 1

    def v2_runner_on_skipped(self, result):
        """Count a host that has skipped the task."""
        self._outcomes["skipped"] += 1

    def _next(self, name, path):
        now, cpu = time.monotonic(), self._processor_s()
        self._tasks.append(
            {
                "task": self._name,
                "file": self._path,
                "wall_s": now - self._at,
                "cpu_s": cpu - self._cpu,
                "ok": self._outcomes["ok"],
                "skipped": self._outcomes["skipped"],
            }
        )
        self._name, self._path, self._outcomes = name, path, Counter()
        self._at, self._cpu = now, cpu

    @staticmethod
    def _processor_s():
        """Return the processor seconds of this process and its workers, with those that have just ended."""
        multiprocessing.active_children()  # it waits for them: the kernel counts a child after its parent has waited
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(each.ru_utime + each.ru_stime for each in used)
