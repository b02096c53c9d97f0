# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The restart memory is what an instance takes over from the process before this one, and leaves to the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Optional

from ..config.model.configuration import Instance
from ..protocol import timers
from ..protocol.states import SavedRouterState, State
from ..protocol.transition import RouterView


class RestartMemory:
    """It keeps the memory of one instance. ``saved`` is of the process before, until the instance starts.

    ``record_heartbeat`` takes the time of a heartbeat (monotonic seconds), negative unless the instance is MASTER.
    ``kept`` says that this process ends, but a successor continues its mastership.
    """

    def __init__(self, record_heartbeat: Callable[[float], object], saved: Optional[SavedRouterState]) -> None:
        self.record_heartbeat = record_heartbeat
        self.saved = saved
        self.kept = False
        self._known: Optional[tuple[int, Optional[str]]] = None  # the interval and the hold

    def inherit(self, saved: SavedRouterState) -> None:
        """Take the state of the instance that this one follows, instead of what the process before has saved."""
        self.saved = saved

    def inherit_hold(self, hold: str, interval_cs: int) -> None:
        """Take only a hold, as after a boot."""
        self.saved = SavedRouterState(State.INIT, 0.0, interval_cs, hold)

    def take(self) -> Optional[SavedRouterState]:
        """Return the state that the process before has saved, and forget it."""
        saved, self.saved = self.saved, None
        return saved

    def forget_hold(self) -> None:
        """Forget the hold that the process before has saved: an operator has ended it before the instance starts."""
        if self.saved is not None:
            self.saved = replace(self.saved, hold=None)

    def mandate_ends_at(self, config: Instance) -> Optional[float]:
        """Return when a peer may have taken over from the process before, None where it was not MASTER."""
        saved = self.saved
        if saved is None or saved.state is not State.MASTER:
            return None
        return saved.mandate_ends_at(config.version, config.down_timer_adverts)

    def has_changed(self, router: RouterView) -> bool:
        """Return whether the interval or the hold is another than at the last call, so that it has to be saved.

        A change of state is seen elsewhere. These two may change without one: a standby learns its master's interval.
        """
        before, self._known = self._known, (router.master_interval_cs, router.hold)
        return before not in (None, self._known)

    def to_save(self, router: RouterView) -> SavedRouterState:
        """Return the state for a successor. The time of the last heartbeat is kept elsewhere.

        An instance that is giving up mastership is saved as BACKUP.
        """
        if self.saved is not None:
            return self.saved
        state = State.BACKUP if router.yielding else router.state
        return SavedRouterState(state, 0.0, router.master_interval_cs, router.hold)


def lifetime_s(config: Instance) -> int:
    """Return for how many whole seconds addresses may wait for a successor: a second longer than the mandate."""
    return math.ceil(timers.mandate_s(config.version, config.advert_int_cs, config.down_timer_adverts)) + 1
