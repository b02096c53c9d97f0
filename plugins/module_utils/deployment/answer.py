# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How modules end: with a result, or with what the agent, the mover or the node said against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..vrrp.client import AgentError, AgentUnreachable
from .change import DeploymentError
from .mover import MoveError


def end(module: Any, run: Callable[[Any], dict[str, Any]]) -> None:
    """Run, and exit as Ansible wants it."""
    try:
        result = run(module)
    except (AgentError, AgentUnreachable, DeploymentError, MoveError) as error:
        module.fail_json(msg=str(error), **getattr(error, "result", {}))
    module.exit_json(**result)
