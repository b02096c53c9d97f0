# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator moves mastership here: promote, demote and release one instance, or drain the whole node."""

from __future__ import annotations

from collections.abc import Callable

from ...protocol.override import CommandRefused
from ..errors import CommandError
from ..instance import VrrpInstance
from ..instances import Instances
from ..log import Log
from ..sync_groups import Groups


class Mastership:
    """It moves ``instances``, each with its sync group. ``drained``: this node gives up all and takes nothing.

    Each method raises CommandError when it cannot be done, before anything has moved. ``remember`` is called when
    something that a successor of this process must know has changed.
    """

    def __init__(
        self,
        instances: Instances,
        groups: Groups,
        is_stopping: Callable[[], bool],
        remember: Callable[[], None],
        log: Log,
    ) -> None:
        self.drained = False
        self._instances = instances
        self._groups = groups
        self._is_stopping = is_stopping
        self._remember = remember
        self._log = log

    def inherit(self, drained: bool) -> None:
        """Take over whether the process before was drained, before an instance starts."""
        self.drained = drained

    def move(self, verb: str, name: object, now: float) -> VrrpInstance:
        """Promote, demote or release (``verb``) the instance of this name, and return it. Raises CommandError."""
        instance = self.find(name)
        self.refuse_at_the_end()
        owned = [address for each in self._groups.mates(instance) for address in each.addresses.owned]
        if verb == "demote" and owned:
            own = ", ".join(str(address.ip) for address in owned)
            raise CommandError(
                f"cannot demote {name}: this host owns {own}, which cannot leave it, so both nodes would answer for it"
            )
        self._log.info(f"({name}) {verb} was asked for")
        try:
            self._groups.command(verb, instance, now)
        except CommandRefused as refused:
            raise CommandError(f"cannot {verb} {name}: {refused}") from refused
        if verb == "release":
            for each in self._groups.mates(instance):
                each.restart.forget_hold()
        self._remember()
        return instance

    def find(self, name: object) -> VrrpInstance:
        """Return the instance of this name. Raises CommandError where there is none."""
        instance = self._instances.by_name(name)
        if instance is None:
            names = ", ".join(self._instances.running) or "none"
            raise CommandError(f"there is no instance {name}; there are: {names}")
        return instance

    def drain(self, drained: bool, now: float) -> None:
        """Give up all mastership and take none, or take part again. Raises CommandError for an address owner."""
        self.refuse_at_the_end()
        owners = [each.name for each in self._instances.running.values() if each.addresses.owned]
        if drained and owners:
            raise CommandError(f"cannot drain this node: it owns the addresses of {', '.join(owners)}")
        self.drained = drained
        self._log.info("Draining: this node gives up everything and takes nothing" if drained else "Drained no more")
        for instance in list(self._instances.all()):  # those too that go on until another one follows them
            if instance.started:
                (instance.inputs.drain if drained else instance.inputs.undrain)(now)
        self._remember()

    def refuse_at_the_end(self) -> None:
        """Raise CommandError while the agent is stopping."""
        if self._is_stopping():
            raise CommandError("the agent is stopping")
