# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the control socket are methods here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dumps import Recorder
from ..errors import CommandError
from ..instances import Instances
from ..netlink.links import InterfaceTable
from ..peer.other_node import OtherNode
from ..process.fork import Fork
from .maintenance import Maintenance
from .mastership import Mastership
from .reload import Reload
from .server import Result
from .status import AgentInfo, AwaitedOf, agent_status, instance_status


class Commands:
    """It has one method for each command; each raises :class:`CommandError`. ``now()`` is monotonic seconds."""

    def __init__(
        self,
        info: Callable[[], AgentInfo],
        instances: Instances,
        table: Callable[[], InterfaceTable],
        mastership: Mastership,
        maintenance: Maintenance,
        reload: Reload,
        recorder: Recorder,
        other_node: OtherNode,
        fork: Fork,
        awaited: AwaitedOf,
        now: Callable[[], float],
    ) -> None:
        self._info = info
        self._instances = instances
        self._table = table
        self._mastership = mastership
        self._maintenance = maintenance
        self._recorder = recorder
        self._other_node = other_node
        self._fork = fork
        self._awaited = awaited
        self._now = now
        self._commands: dict[str, Callable[[dict[str, Any]], Result]] = {
            "status": lambda request: self.status(),
            "promote": lambda request: self._move("promote", request),
            "demote": lambda request: self._move("demote", request),
            "release": lambda request: self._move("release", request),
            "drain": lambda request: self._drain(True, request),
            "undrain": lambda request: self._drain(False, request),
            "reload": lambda request: reload.reload(),
            "confirmed_reload": reload.confirmed,
            "plan": reload.plan,
            "read_peer_key": lambda request: self._read_peer_key(),
            "events": self._events,
        }

    def handle(self, command: str, request: dict[str, Any]) -> Result:
        """Return the result of ``command``, or a future of it where a file has to be read. Raises CommandError."""
        known = self._commands.get(command)
        if known is None:
            raise CommandError(f"unknown command {command}: it is one of {', '.join(self._commands)}")
        return known(request)

    def status(self) -> dict[str, Any]:
        """Return what ``status --json`` prints."""
        told, known = self._maintenance.of_instance, self._other_node.standby
        instances, table = self._instances.all(), self._table()
        answer = agent_status(self._info(), instances, table, self._now(), told, known, self._awaited)
        return {**answer, "peer": self._other_node.status()}

    def _move(self, verb: str, request: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        instance = self._maintenance.move(verb, request, now)
        told, known = self._maintenance.of_instance, self._other_node.standby
        return instance_status(instance, now, self._table(), told, known, self._awaited)

    def _drain(self, drained: bool, request: dict[str, Any]) -> dict[str, Any]:
        self._maintenance.drain(drained, request, self._now())
        return self.status()

    def _read_peer_key(self) -> Result:
        """Have a child read the key file of ``peer_status`` again, and take the keys. Nothing else is read."""
        return self._fork.run(self._other_node.read_keys, self._other_node.take_keys, "reads the key of peer_status")

    def _events(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the instance names with the end of each record, or a portion of the record of one instance.

        A record as a whole would keep the loop busy.
        """
        if request.get("instance") is None:
            running = self._instances.running
            return {"instances": list(running), "ends": {name: running[name].journal.end for name in running}}
        instance = self._mastership.find(request["instance"])
        try:
            number, at = request["after"]
            after = int(number), float(at)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            text = (
                "events are told in portions, each after an entry: use the command hotstandby of this agent's release"
            )
            raise CommandError(text) from error
        return self._recorder.events(instance, after)
