# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control socket can ask of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...protocol.holds import Refused
from .control import CommandError, Result
from .foresight import plan
from .ports import Daemon
from .reload import reload
from .status import agent_status, instance_status

if TYPE_CHECKING:
    from ..instance import RunningInstance


class Commands:
    """One method for each command; raises :class:`CommandError` with a sentence."""

    def __init__(self, agent: Daemon) -> None:
        self._agent = agent
        self._commands: dict[str, Callable[[dict[str, Any]], Result]] = {
            "status": lambda request: self.status(),
            "promote": self._promote,
            "demote": self._demote,
            "release": self._release,
            "drain": lambda request: self._drain(True),
            "undrain": lambda request: self._drain(False),
            "reload": lambda request: reload(agent),
            "plan": lambda request: plan(agent, request),
            "events": self._events,
        }

    def handle(self, command: str, request: dict[str, Any]) -> Result:
        """Return the result of ``command``, or a future of it where a file has to be read."""
        known = self._commands.get(command)
        if known is None:
            raise CommandError(f"unknown command {command}: it is one of {', '.join(self._commands)}")
        return known(request)

    def status(self) -> dict[str, Any]:
        """Return what ``status --json`` prints."""
        return agent_status(self._agent, self._agent.scheduler.now())

    def _promote(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._move(request, "promote")

    def _demote(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._move(request, "demote")

    def _release(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._move(request, "release")

    def _drain(self, drained: bool) -> dict[str, Any]:
        if self._agent.stopping:
            raise CommandError("the agent is stopping")
        owners = [each.name for each in self._agent.instances.running.values() if each.addresses.owned]
        if drained and owners:
            raise CommandError(f"cannot drain this node: it owns the addresses of {', '.join(owners)}")
        self._agent.drain(drained)
        return self.status()

    def _events(self, request: dict[str, Any]) -> dict[str, Any]:
        """Whose events there are, or those of one instance: all of them in one answer would keep the loop busy."""
        if request.get("instance") is None:
            return {"instances": list(self._agent.instances.running)}
        return {"lines": self._agent.recorder.events(self._find(request))}

    def _find(self, request: dict[str, Any]) -> RunningInstance:
        name = request.get("instance")
        instance = self._agent.instances.by_name(name)
        if instance is None:
            names = ", ".join(self._agent.instances.running) or "none"
            raise CommandError(f"there is no instance {name}; there are: {names}")
        return instance

    def _move(self, request: dict[str, Any], verb: str) -> dict[str, Any]:
        name, instance = request.get("instance"), self._find(request)
        if self._agent.stopping:
            raise CommandError("the agent is stopping")
        owned = [address for each in self._agent.groups.mates(instance) for address in each.addresses.owned]
        if verb == "demote" and owned:
            own = ", ".join(str(address.ip) for address in owned)
            raise CommandError(
                f"cannot demote {name}: this host owns {own}, which cannot leave it, so both nodes would answer for it"
            )
        now = self._agent.scheduler.now()
        self._agent.log.info(f"({name}) {verb} was asked for")
        try:
            self._agent.groups.command(verb, instance, now)
        except Refused as refused:
            raise CommandError(f"cannot {verb} {name}: {refused}") from refused
        self._agent.succession.changed()
        return instance_status(instance, now, self._agent.network.kernel.table)
