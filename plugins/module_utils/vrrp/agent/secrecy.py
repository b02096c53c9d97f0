# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else can read or write the configuration. A warning, never an error: it must not cost a boot its address."""

from __future__ import annotations

import os
import stat

from ..config.model import Configuration
from ..config.problems import WARNING, Place, Problem

READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def exposed(path: str, configuration: Configuration) -> tuple[Problem, ...]:
    """What is wrong with the permissions of the file ``path``, which holds ``configuration``; looked up now."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return ()
    rules = []
    if mode & READ_BY_OTHERS and has_secret(configuration):
        rules.append("It holds a password, which nobody but its owner may read")
    if mode & WRITTEN_BY_OTHERS:
        rules.append("It says what the agent runs, so nobody but its owner may write it")
    place = Place(path, 1, 1)
    return tuple(
        Problem.at(place, f"the file has mode {mode:04o}", rule, f"chmod 600 {path}", WARNING) for rule in rules
    )


def has_secret(configuration: Configuration) -> bool:
    """Whether anything in the file is a password or a key."""
    return any(instance.authentication is not None for instance in configuration.instances)
