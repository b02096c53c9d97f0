# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the work of the module vrrp_probe on a host."""

from __future__ import annotations

import contextlib
import os
import time
from ipaddress import ip_address
from typing import Any, Optional

from ..deployment.change import DeploymentError
from .probe import ProbeError, probe

_LEAST_INTERVAL_S = 0.001


def run(module: Any) -> dict[str, Any]:
    """Probe the addresses and return what was lost. Raises DeploymentError where an option is wrong."""
    params = module.params
    addresses = [_address(text) for text in params["addresses"]]
    if not addresses:
        raise DeploymentError("addresses: say at least one")
    if params["interval"] < _LEAST_INTERVAL_S or params["seconds"] <= 0:
        raise DeploymentError(f"interval must be {_LEAST_INTERVAL_S} or more, and seconds more than 0")
    if params["port"] is not None and not 1 <= params["port"] <= 65535:
        raise DeploymentError(f"port: {params['port']} is not a TCP port, they are 1 to 65535")
    lasts = params["while_exists"]
    started = time.time()
    try:
        found = probe(
            addresses,
            params["port"],
            params["interval"],
            params["seconds"],
            lambda: lasts is None or os.path.exists(lasts),
            lambda: _tell(lasts),
        )
    except ProbeError as error:
        raise DeploymentError(str(error)) from error
    return {"changed": False, "clock": {"started": started, "ended": time.time()}, **found}


def _tell(path: Optional[str]) -> None:
    """Write that probes are sent into the file, for tasks that wait for it."""
    if path is not None:
        with contextlib.suppress(FileNotFoundError), open(path, "r+", encoding="utf-8") as file:
            file.write("begun\n")


def _address(text: str) -> str:
    try:
        return str(ip_address(text.partition("/")[0]))
    except ValueError as error:
        raise DeploymentError(f"addresses: {text} is not an IP address") from error
