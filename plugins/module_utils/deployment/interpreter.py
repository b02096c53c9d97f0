# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It chooses the interpreter of the agent, by a path that stays after an upgrade of the distribution."""

from __future__ import annotations

import os

from . import paths
from .change import DeploymentError
from .module_io import CommandRunner

STABLE = "/usr/bin/python3"  # an upgrade removes /usr/bin/python3.11, and makes this a link to another one
_QUESTION = f"import sys; print(sys.version_info >= {paths.MINIMUM_PYTHON})"


def interpreter(discovered: str, run: CommandRunner) -> str:
    """Return STABLE where its version is high enough for the agent, else ``discovered``, which runs this module.

    So the files on the node do not depend on the interpreter that a controller discovers.
    """
    if not os.access(STABLE, os.X_OK):
        return discovered
    if os.path.realpath(discovered) == os.path.realpath(STABLE):
        return STABLE
    try:
        return STABLE if run([STABLE, "-IB", "-c", _QUESTION]).strip() == "True" else discovered
    except DeploymentError:
        return discovered
