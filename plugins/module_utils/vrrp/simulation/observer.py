# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the calls with which a run reports what happens, so that invariants can be checked."""

from __future__ import annotations

from typing import Any, Optional

from ..protocol.packet import Advertisement
from ..protocol.states import Condition, SavedRouterState
from .faults import InjectedFault


class Violated(Exception):
    """An invariant is violated. ``rule`` is its name in one or two words."""

    def __init__(self, at: float, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.at, self.rule, self.text = at, rule, text


class Observer:
    """It watches nothing. ``node`` is a :class:`~.node.Node`; calls come after the fact unless they say otherwise."""

    def begin(self) -> None:
        """The nodes are there, and nothing has happened yet."""

    def started(self, node: Any, memory: Optional[SavedRouterState]) -> None:
        """A process begins, before its router is fed anything."""

    def arrived(self, node: Any, advertisement: Advertisement, sender: Any) -> None:
        """A packet is in the socket, before the process reads it."""

    def heard_as_master(self, node: Any, advertisement: Advertisement, sender: Any) -> None:
        """An active master has taken an advertisement, before it acts on it."""

    def performed(self, node: Any, cause: str, before: Condition) -> None:
        """The actions of the input ``cause`` have been executed; ``before`` is the router's condition before it."""

    def expired(self, node: Any, deadline: float) -> None:
        """``expire`` has been called because of ``deadline`` (the node's own clock)."""

    def spoke(self, node: Any, priority: int) -> None:
        """It sends an advertisement now."""

    def continued(self, node: Any) -> None:
        """A process or a machine that stood still goes on, before it does anything."""

    def settled(self, machine_group: Any) -> None:
        """A :class:`~.sync_groups.MachineGroup` has looked at its members, and nothing is left to do."""

    def look(self) -> None:
        """Ownership, mastership or the partition of the segment has changed."""

    def disturbing(self, fault: InjectedFault) -> None:
        """A fault is about to happen."""

    def disturbed(self, fault: InjectedFault) -> None:
        """A fault has happened."""

    def ended(self) -> None:
        """The run is over."""
