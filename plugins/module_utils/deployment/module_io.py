# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It ends modules with a result, or with the error of the agent, the switchover or the node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..vrrp.client import AgentError, AgentUnreachable
from .change import DeploymentError
from .switchover import SwitchoverError


def end(module: Any, run: Callable[[Any], dict[str, Any]]) -> None:
    """Run ``run``, and exit as Ansible expects it."""
    try:
        result = run(module)
    except (AgentError, AgentUnreachable, DeploymentError, SwitchoverError) as error:
        module.fail_json(msg=str(error), **getattr(error, "result", {}))
    module.exit_json(**result)


class CommandRunner:
    """It runs a command through ``AnsibleModule.run_command``, in the C locale, because its output is parsed."""

    def __init__(self, run_command: Any):
        self._run_command = run_command

    def __call__(self, words: Sequence[str], accepted: Sequence[int] = (0,)) -> str:
        """Return its standard output. Raises DeploymentError where the exit status is not one of ``accepted``."""
        status, output, errors = self.outcome(words)
        if status not in accepted:
            said = (errors or output).strip() or "it said nothing"
            raise DeploymentError(f"'{' '.join(words[:3])}' ended with status {status}: {said}")
        return str(output)

    def outcome(self, words: Sequence[str]) -> tuple[int, str, str]:
        """Return its exit status, standard output and standard error."""
        status, output, errors = self._run_command(list(words), environ_update={"LC_ALL": "C.UTF-8"})
        return status, str(output), str(errors)
