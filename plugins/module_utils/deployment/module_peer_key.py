# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_peer_key on a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..vrrp.client import AgentError, AgentUnreachable, Client, NoAgent
from ..vrrp.config.syntax.redact import MASK
from . import paths
from .account import Account
from .change import DeploymentError
from .module_io import Run
from .peer_key import KeyFile, difference, digests


def run(module: Any) -> dict[str, Any]:
    """Write the key file and have a running agent read it, where it differs; only tell it in check mode.

    Raises DeploymentError. Nothing that is returned contains a key.
    """
    params = module.params
    file = KeyFile(params["path"], params["key"], params["state"])
    params["key"] = MASK
    owner = Account(paths.USER, Run(module.run_command)).owner()
    before, changed = digests(file.path, owner), not file.is_right(owner)
    reloaded = False
    if changed and not module.check_mode:
        if owner == (-1, -1):
            raise DeploymentError(f"there is no user {paths.USER}: run hotstandby.vrrp.vrrp_agent first")
        reloaded = _reload(params["runtime_dir"], file.write(owner))
    after = digests(file.path, owner)
    return {
        "changed": changed,
        "reloaded": reloaded,
        "keys": after,
        "diff": difference(file.path, before, after, changed),
    }


def _reload(runtime_dir: str, restore: Callable[[], None]) -> bool:
    """Have a running agent read its configuration again, and the key with it. Return whether one runs.

    Where it does not, the file before comes back: later runs compare files, and would take the key for read.
    """
    try:
        Client(runtime_dir).reload()
    except NoAgent:
        return False
    except (AgentError, AgentUnreachable) as error:
        restore()
        raise DeploymentError(f"the agent did not read the key, so the file before is back: {error}") from error
    return True
