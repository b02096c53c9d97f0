# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_info on a node."""

from __future__ import annotations

import time
from typing import Any

from ..vrrp.agent.network.sockets import SocketError
from .change import DeploymentError
from .node_facts import NodeFactsReader
from .preflight import Look
from .segment import probe

_LEAST = (("wait", 0), ("samples", 1), ("interval", 0))


def run(module: Any) -> dict[str, Any]:
    """Look at the agent, keepalived, the interfaces and the segment, and return the result; change nothing.

    Raises DeploymentError where an option is wrong, or the kernel refuses.
    """
    params = module.params
    for name, least in _LEAST:
        if params[name] < least:
            raise DeploymentError(f"{name} must be {least} or more")
    observer = NodeFactsReader(params["runtime_dir"], params["program"])
    try:
        observer.wait_until_settled(params["wait"])
        result = observer.observe(params["samples"], params["interval"])
    except OSError as error:
        raise DeploymentError(f"the kernel does not list its interfaces: {error}") from error
    started = time.time()
    try:
        look = Look(params["preflight"], params["reach"])
        result.update(probe(params["probe"], params["reach"]))
        result["clock"] = {"started": started, "ended": time.time()}
        result["preflight"] = look.result()
    except ValueError as error:
        raise DeploymentError(f"probe: {error}") from error
    except (OSError, SocketError) as error:
        needs = "root, and in a container --cap-add NET_ADMIN --cap-add NET_RAW"
        raise DeploymentError(f"the segment cannot be asked, which needs {needs}: {error}") from error
    return {"changed": False, **result}
