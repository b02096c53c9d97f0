# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the commands that a host is to run, and the rights that the agent needs for their users. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .host import PREFIX

USER = "hotstandby"  # the user of scripts where none is named


def commands(said: Mapping[str, Any], instances: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return each command, except check scripts, as it was written. ``said`` are the variables of a host."""
    entries = [*instances, *(said.get(f"{PREFIX}sync_groups") or ())]
    found = [value for entry in entries for word, value in entry.items() if re.match("notify(?!_priority)", word)]
    found += [said[name] for name in (f"{PREFIX}startup_script", f"{PREFIX}shutdown_script") if said.get(name)]
    for fifo in (said.get(f"{PREFIX}notify_fifo"), said.get(f"{PREFIX}vrrp_notify_fifo")):
        if isinstance(fifo, Mapping) and "script" in fifo:
            found.append(fifo["script"])
    return found


def runs_scripts(said: Mapping[str, Any], instances: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether there is a script or a command."""
    return bool(said.get(f"{PREFIX}scripts") or commands(said, instances))


def switches_user(said: Mapping[str, Any], instances: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the agent has to become another user for a script."""
    asked = [*commands(said, instances), *(said.get(f"{PREFIX}scripts") or ())]
    users = [each.get("user", USER) for each in asked if isinstance(each, Mapping)]
    usual = str(said.get(f"{PREFIX}script_user") or USER).split()[0]
    return any(user != USER for user in users) or (usual != USER and runs_scripts(said, instances))
