# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the table of a deployment has a line for each task, with the values of a run before."""

from __future__ import annotations

from deployments import as_text


def deployment(*tasks, wall_s=4.0, cpu_s=2.0):
    found = [
        {"task": name, "file": file, "wall_s": wall, "cpu_s": 0.5, "ok": 2, "skipped": 0} for name, file, wall in tasks
    ]
    return {"hosts": 2, "wall_s": wall_s, "cpu_s": cpu_s, "tasks": found}


def test_a_line_for_each_task():
    text = as_text({"2 hosts, first": deployment(("Install", "install.yml:2", 1.5))}, {})
    assert text.splitlines() == [
        "2 hosts, first: 4.0 s, controller 2.0 s, 1.00 s for each host",
        "",
        "| task    | hosts | skipped | s    | CPU s |",
        "| ------- | ----- | ------- | ---- | ----- |",
        "| Install |     2 |       0 | 1.50 |  0.50 |",
    ]


def test_the_table_shows_the_earlier_times_and_lists_removed_tasks_last():
    now = {"2 hosts, first": deployment(("Install", "install.yml:2", 1.5))}
    then = {"2 hosts, first": deployment(("Install", "install.yml:9", 3.0), ("Look", "a.yml:1", 0.2), wall_s=8.0)}
    first, _empty, _head, _line, install, look = as_text(now, then).splitlines()
    assert first.endswith("(before: 8.0 s, controller 2.0 s, 1.00 s for each host)")
    assert install == "| Install |     2 |       0 | 1.50 |  0.50 |      3.00 |  0.50 |"
    assert look == "| Look    |     2 |       0 |    - |     - |      0.20 |  0.50 |"
