# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_peer_key on a node."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Optional

from ..vrrp.agent.network import peer_keys
from ..vrrp.client import AgentError, AgentUnreachable, Client, NoAgent
from ..vrrp.config.syntax.redact import MASK
from . import paths
from .account import Account
from .change import DeploymentError
from .module_io import CommandRunner
from .peer_key import KeyFile, difference, digests


def run(module: Any) -> dict[str, Any]:
    """Write the key file and have a running agent read it, where one of them differs; only tell it in check mode.

    Raises DeploymentError. Nothing that is returned contains a key.
    """
    params = module.params
    file = KeyFile(params["path"], params["key"], params["state"])
    params["key"] = MASK
    owner = Account(paths.USER, CommandRunner(module.run_command)).owner()
    wanted = [peer_keys.digest(key) for key in file.wanted()]  # before the file is another one
    client = Client(params["runtime_dir"])
    in_force = _in_force(client, module.check_mode)
    before, writes = digests(file.path, owner), not file.is_right(owner)
    changed = writes or in_force not in (None, wanted)
    reloaded = False
    if changed and not module.check_mode:
        if owner == (-1, -1):
            raise DeploymentError(f"there is no user {paths.USER}: run hotstandby.vrrp.vrrp_agent first")
        restore = file.write(owner) if writes else _nothing
        if in_force is not None:
            _read(client, wanted, restore)
            reloaded = True
    after = digests(file.path, owner)
    return {
        "changed": changed,
        "reloaded": reloaded,
        "keys": after,
        "diff": difference(file.path, before, after, changed),
    }


def _in_force(client: Client, check_mode: bool) -> Optional[list[str]]:
    """Return digests of the keys of the running agent; None where none runs, or its file has no ``peer_status``.

    Such an agent reads the key when it takes a file that has the line. One that does not tell them has other keys for
    check mode, where nobody has restarted it.
    """
    try:
        peer = client.status().get("peer")
    except NoAgent:
        return None
    except (AgentError, AgentUnreachable) as error:
        raise DeploymentError(f"the agent does not say which key it has, so nothing is written: {error}") from error
    if peer is not None and "keys" not in peer and check_mode:
        return []
    if peer is not None and "keys" not in peer:
        raise DeploymentError("the agent that runs does not tell which key it has: install this release (tag install)")
    return None if peer is None else list(peer["keys"])


def _nothing() -> None:
    """Do nothing: no file was written."""


def _read(client: Client, wanted: list[str], restore: Callable[[], None]) -> None:
    """Have the running agent read the key, and nothing else: a file that somebody has just edited stays unread.

    Where it does not, the file before comes back. Raises DeploymentError then.
    """
    try:
        answer = client.read_peer_key()
    except (AgentError, AgentUnreachable) as error:
        restore()
        raise DeploymentError(f"the agent did not read the key, so the file before is back: {error}") from error
    if answer["keys"] != wanted:
        restore()
        with contextlib.suppress(AgentError, AgentUnreachable):
            client.read_peer_key()
        why = answer["problem"] or "it reads another file, which its line peer_status names"
        raise DeploymentError(f"the agent has another key, so the file before is back: {why}")
