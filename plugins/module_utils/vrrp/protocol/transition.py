# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decision of the state machine looks at, and what it returns. Both are values: a decision changes nothing."""

from __future__ import annotations

from typing import NamedTuple, Optional, Protocol

from .actions import Action
from .states import Condition, MasterSeen, Parameters, State


class RouterView(Protocol):
    """A virtual router as a decision may look at it; :class:`~.router.VirtualRouter` is one."""

    @property
    def parameters(self) -> Parameters: ...

    @property
    def condition(self) -> Condition: ...

    @property
    def state(self) -> State: ...

    @property
    def yielding(self) -> bool: ...

    @property
    def ready(self) -> bool: ...

    @property
    def group(self) -> Optional[str]: ...

    @property
    def awaited(self) -> tuple[str, ...]: ...

    @property
    def hold(self) -> Optional[str]: ...

    @property
    def drained(self) -> bool: ...

    @property
    def faults(self) -> tuple[str, ...]: ...

    @property
    def own_faults(self) -> tuple[str, ...]: ...

    @property
    def priority(self) -> int: ...

    @property
    def tracked_priority(self) -> int: ...

    @property
    def master(self) -> Optional[MasterSeen]: ...

    @property
    def living_until(self) -> float: ...

    @property
    def master_interval_cs(self) -> int: ...

    @property
    def since(self) -> Optional[float]: ...

    @property
    def reason(self) -> str: ...

    def down_interval_s(self, interval_cs: Optional[int] = None, priority: Optional[int] = None) -> float: ...


class Transition(NamedTuple):
    """What an input does to a virtual router: ``VirtualRouter._apply`` is the one place that does it.

    ``condition`` is the next one. ``reason`` replaces the one that there is, unless it is None. ``entered`` says that a
    state begins: its time counts from now, and people are told last of all. ``master_interval_cs`` is what has been
    learned of the master's interval, None for nothing. ``ends_promotion`` says that whoever promoted it has lost.
    """

    condition: Condition
    actions: tuple[Action, ...] = ()
    reason: Optional[str] = None
    entered: bool = False
    master_interval_cs: Optional[int] = None
    ends_promotion: bool = False
