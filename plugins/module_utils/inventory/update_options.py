# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It judges what a user asked of a rolling update. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def objections(said: Mapping[str, Any], failback: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing that forbids the update of a pair.

    ``said`` has the values of the user's variables, and besides ``is_file`` and ``is_list``, which say what
    ``update_tasks`` is on the controller, and ``keepalived``, the hosts of the pair with that engine. ``failback`` is
    what :func:`.failback.agreed` returns.
    """
    found, file = [], said.get("update_tasks")
    if not (file or said.get("update_packages") or said.get("update_reboot")):
        found.append(
            "Say what to do: -e update_tasks=FILE, -e update_packages=NAME,NAME or -e update_reboot=true, or several of"
            " them."
        )
    elif file and not said.get("is_file"):
        found.append(f"update_tasks: there is no file {file} on the controller")
    elif file and not said.get("is_list"):
        found.append(f"update_tasks: {file} is not a list of tasks (a playbook has them below `tasks:`)")
    if failback["policy"] == "after" and said.get("keepalived"):
        hosts = ", ".join(said["keepalived"])
        found.append(f"ha_pair_failback: keepalived ({hosts}) ends nothing by itself: say immediate, never or manual")
    if failback["problem"]:
        found.append(failback["problem"])
    if said["ha_pair_update_timeout"] < 1:
        found.append("ha_pair_update_timeout has to be 1 or more seconds")
    return found
