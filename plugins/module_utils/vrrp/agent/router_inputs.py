# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each input of a state machine has a method here, which gives it to the router, records it, and performs its actions.

Four are not here, because an instance does more beside these steps, or because they come all the time: ``start``,
``advertisement``, ``expire`` and ``abort``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from ..ip_types import Address
from ..protocol.actions import Action
from ..protocol.event_log import EventLog
from ..protocol.router import VirtualRouter
from ..protocol.states import Parameters


class RouterInputs:
    """It gives inputs to ``router``. Each is noted in ``journal``; then ``follow`` performs the actions."""

    def __init__(
        self, router: VirtualRouter, journal: EventLog, follow: Callable[[tuple[Action, ...], float], None]
    ) -> None:
        self._router = router
        self._journal = journal
        self._follow = follow

    # From the kernel, the checks and the configuration

    def priority_changed(self, priority: int, now: float) -> None:
        """Take the effective priority that the checks have made."""
        self._take(now, "priority_changed", self._router.priority_changed(priority, now), priority)

    def fault_changed(self, faults: tuple[str, ...], now: float) -> None:
        """Take the list of everything that forbids taking part."""
        self._take(now, "fault_changed", self._router.fault_changed(faults, now), faults)

    def source_changed(self, source: Optional[Address], now: float) -> None:
        """Take another primary address."""
        self._take(now, "source_changed", self._router.source_changed(source, now), source)

    def conflict(self, address: Address, mac: str, now: float) -> None:
        """Take that another host, ``mac``, says that it has an address of ours."""
        self._take(now, "conflict", self._router.conflict(address, mac, now), address, mac)

    def link_changed(self, now: float) -> None:
        """Take that an interface of the addresses has another MAC address, or came up."""
        self._take(now, "link_changed", self._router.link_changed(now))

    def parameters_changed(self, parameters: Parameters, now: float) -> None:
        """Take a changed configuration."""
        self._take(now, "parameters_changed", self._router.parameters_changed(parameters, now), parameters)

    # From an operator. The first three raise :class:`~..protocol.override.CommandRefused`: then nothing has happened.

    def promote(self, now: float) -> None:
        """Become MASTER, and stay it until released."""
        self._take(now, "promote", self._router.promote(now))

    def demote(self, now: float) -> None:
        """Give up mastership until released."""
        self._take(now, "demote", self._router.demote(now))

    def release(self, now: float) -> None:
        """End a promotion or demotion."""
        self._take(now, "release", self._router.release(now))

    def drain(self, now: float) -> None:
        """Stop, and take no part until it is undrained."""
        self._take(now, "drain", self._router.drain(now))

    def undrain(self, now: float) -> None:
        """Take part again after a drain."""
        self._take(now, "undrain", self._router.undrain(now))

    def note(self, text: str, now: float) -> None:
        """Take a remark about a drain or a hold."""
        self._take(now, "note", self._router.note(text, now), text)

    def stop(self, now: float) -> None:
        """Stop taking part, and keep the addresses until a peer has taken over."""
        self._take(now, "stop", self._router.stop(now))

    def cease(self, now: float) -> None:
        """Stop without a word, as another virtual router of this node continues."""
        self._take(now, "cease", self._router.cease(now))

    def wait(self, until: float, now: float) -> None:
        """Listen ``until`` then, or until an advertisement is heard."""
        self._take(now, "wait", self._router.wait(until, now), until)

    # From its sync group

    def group_changed(self, group: Optional[str], now: float) -> None:
        """Become a member of this sync group, or of none."""
        self._take(now, "group_changed", self._router.group_changed(group, now), group)

    def group_fault_changed(self, faults: tuple[str, ...], until: float, now: float) -> None:
        """Take what the faults of other members forbid to this one; it keeps its addresses ``until`` then at most."""
        self._take(now, "group_fault_changed", self._router.group_fault_changed(faults, until, now), faults, until)

    def join(self, now: float) -> None:
        """Become MASTER, as every member can."""
        self._take(now, "join", self._router.join(now))

    def give_up(self, until: float, patient: bool, reason: str, now: float) -> None:
        """Give up mastership, as another member did; it wants it again at ``until``."""
        self._take(now, "give_up", self._router.give_up(until, patient, reason, now), until, patient, reason)

    def release_addresses(self, now: float) -> None:
        """Release the addresses, as the group cannot be MASTER again."""
        self._take(now, "release_addresses", self._router.release_addresses(now))

    def refresh(self, now: float) -> None:
        """Announce again, as another member has met a rival."""
        self._take(now, "refresh", self._router.refresh(now))

    def _take(self, now: float, name: str, actions: tuple[Action, ...], *arguments: object) -> None:
        self._journal.note(now, name, arguments, actions, self._router)
        self._follow(actions, now)
