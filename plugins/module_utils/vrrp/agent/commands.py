# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control socket can ask of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..protocol.router import Refused
from .control import CommandError
from .reload import reload
from .status import agent_status, instance_status

if TYPE_CHECKING:
    from .daemon import Agent


class Commands:
    """One method for each command; raises :class:`CommandError` with a sentence."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._commands: dict[str, Callable[[dict], dict]] = {
            "status": lambda request: agent_status(agent, agent.clock()),
            "promote": self._promote,
            "demote": self._demote,
            "release": self._release,
            "reload": lambda request: reload(agent),
        }

    def handle(self, command: str, request: dict) -> dict:
        """Return the result of ``command``."""
        known = self._commands.get(command)
        if known is None:
            raise CommandError(f"unknown command {command}: it is one of {', '.join(self._commands)}")
        return known(request)

    def _promote(self, request: dict) -> dict:
        return self._move(request, "promote")

    def _demote(self, request: dict) -> dict:
        return self._move(request, "demote")

    def _release(self, request: dict) -> dict:
        return self._move(request, "release")

    def _move(self, request: dict, verb: str) -> dict:
        name = request.get("instance")
        instance = self._agent.instances.get(name) if isinstance(name, str) else None
        if instance is None:
            names = ", ".join(self._agent.instances) or "none"
            raise CommandError(f"there is no instance {name}; there are: {names}")
        if self._agent.stopping:
            raise CommandError("the agent is stopping")
        if verb == "demote" and instance.owned:
            own = ", ".join(str(address.ip) for address in instance.owned)
            raise CommandError(
                f"cannot demote {name}: this host owns {own}, which cannot leave it, so both nodes would answer for it"
            )
        now = self._agent.clock()
        try:
            actions = getattr(instance.router, verb)(now)
        except Refused as refused:
            raise CommandError(f"cannot {verb} {name}: {refused}") from refused
        self._agent.log.info(f"({name}) {verb} was asked for")
        instance.perform(actions, now)
        return instance_status(instance, now, self._agent.network.kernel.table)
