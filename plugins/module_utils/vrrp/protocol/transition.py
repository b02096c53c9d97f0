# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A decision of the state machine reads a RouterView and returns a Transition. It changes nothing itself."""

from __future__ import annotations

from typing import NamedTuple, Optional, Protocol

from .actions import Action
from .states import Condition, MasterSeen, Parameters, State


class RouterView(Protocol):
    """It gives a decision read access to a virtual router; :class:`~.router.VirtualRouter` is one."""

    @property
    def parameters(self) -> Parameters:
        """Return what the configuration says about it."""

    @property
    def condition(self) -> Condition:
        """Return its state with the deadlines of that state."""

    @property
    def state(self) -> State:
        """Return its state in the words of RFC 9568 and keepalived."""

    @property
    def yielding(self) -> bool:
        """Return whether it gives up mastership, and keeps the addresses until a peer advertises."""

    @property
    def ready(self) -> bool:
        """Return whether only its sync group keeps it from being MASTER."""

    @property
    def group(self) -> Optional[str]:
        """Return the name of its sync group, None without one."""

    @property
    def patient_until(self) -> float:
        """Return until when it leaves mastership to a peer after its sync group was defeated (monotonic seconds)."""

    @property
    def listen_until(self) -> float:
        """Return until when it listens: the master is about to change its parameters (monotonic seconds)."""

    @property
    def hold(self) -> Optional[str]:
        """Return HOLD_MASTER after a promotion, HOLD_BACKUP after a demotion, else None (:mod:`~.override`)."""

    @property
    def drained(self) -> bool:
        """Return whether it was drained and takes no part until it is undrained."""

    @property
    def faults(self) -> tuple[str, ...]:
        """Return all that forbids taking part, each one clause; those of its sync group are among them."""

    @property
    def own_faults(self) -> tuple[str, ...]:
        """Return its own faults, without those of its sync group."""

    @property
    def priority(self) -> int:
        """Return the effective priority: the configured one, changed by the checks, or what a hold says."""

    @property
    def tracked_priority(self) -> int:
        """Return the configured priority, changed by the checks, without any hold."""

    @property
    def master(self) -> Optional[MasterSeen]:
        """Return the master that was heard last, None without one."""

    @property
    def living_until(self) -> float:
        """Return when the master's Master_Down_Interval ends (monotonic seconds), 0 without a master."""

    @property
    def master_interval_cs(self) -> int:
        """Return the Advertisement_Interval of the master, itself or another router, in centiseconds."""

    @property
    def since(self) -> Optional[float]:
        """Return when its state began (monotonic seconds), None before the first start."""

    @property
    def reason(self) -> str:
        """Return why it is in its state, for people."""

    def down_interval_s(self, interval_cs: Optional[int] = None, priority: Optional[int] = None) -> float:
        """Return its Master_Down_Interval in seconds (RFC 9568 section 6.1)."""


class Transition(NamedTuple):
    """It describes what an input changes in a virtual router; only ``VirtualRouter._apply`` makes the change.

    ``condition`` is the next one. ``reason`` replaces the current one, unless it is None. ``entered`` says that a state
    begins: its time counts from now, and the notification is the last action. ``master_interval_cs`` is the learned
    interval of the master, None for no change. ``ends_promotion`` says that a promotion of this router ends,
    ``forgets_master`` that the master that was heard last is master no more.
    """

    condition: Condition
    actions: tuple[Action, ...] = ()
    reason: Optional[str] = None
    entered: bool = False
    master_interval_cs: Optional[int] = None
    ends_promotion: bool = False
    forgets_master: bool = False
