# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the last inputs of a virtual router and its answers, in memory.

A pair at rest repeats itself, so a run of the same input with the same answer is one entry: the same advertisement
heard, or the deadline passed and the same advertisement sent. Each entry keeps the router as it was after the input, by
reference, because everything in it is immutable; :mod:`~.event_codec` turns entries into JSON.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Optional

from .actions import Action, SendAdvertisement
from .router import VirtualRouter
from .states import Condition, MasterSeen

LIMIT = 256  # entries of one instance


class Event:
    """It is one input, or a run of the same one. Times are absolute monotonic seconds.

    ``after`` has the router's attributes after the first input, in the order of :attr:`EventLog.attributes`.
    ``condition`` and ``master`` are as the last input of a run has left them.
    """

    __slots__ = (
        *("first_at", "last_at", "count", "longest_gap_s"),
        *("name", "arguments", "actions", "after", "condition", "master", "repeats"),
    )

    def __init__(self, at: float, name: str, arguments: tuple[Any, ...], actions: tuple[Action, ...]) -> None:
        self.first_at = self.last_at = at
        self.count = 1
        self.longest_gap_s = 0.0
        self.name = name
        self.arguments = arguments
        self.actions = actions
        self.after: tuple[Any, ...] = ()
        self.condition: Optional[Condition] = None
        self.master: Optional[MasterSeen] = None
        self.repeats = name if _may_repeat(name, actions) else None


class EventLog:
    """It keeps the last ``limit`` entries. ``note`` runs for every advertisement, so a repetition allocates nothing."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.noted = 0  # entries since the beginning, also those that the ring has lost
        self.attributes: tuple[str, ...] = ()  # the router's
        self._entries: deque[Event] = deque(maxlen=limit)
        self._last = Event(0.0, "", (), ())
        self._priority: Optional[int] = None  # the last argument of priority_changed

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._entries)

    @property
    def lost(self) -> int:
        """Return how many entries the ring has dropped."""
        return self.noted - len(self._entries)

    @property
    def end(self) -> tuple[int, float]:
        """Return the number of its last entry, from 1 on, and when that began; zeros while there is none."""
        return self.noted, self._last.first_at

    def after(self, number: int, at: float) -> int:
        """Return how many entries came after this one. All that are kept count where it is gone, or not of this log."""
        index = number - self.lost - 1
        known = 0 <= index < len(self._entries) and self._entries[index].first_at == at
        return self.noted - number if known else len(self._entries)

    def note(
        self, now: float, name: str, arguments: tuple[Any, ...], actions: tuple[Action, ...], router: VirtualRouter
    ) -> None:
        """Remember that ``router`` has taken this input at ``now`` and has asked for ``actions``."""
        last = self._last
        if name == last.repeats and actions == last.actions and arguments == last.arguments:
            gap_s = now - last.last_at
            if gap_s > last.longest_gap_s:  # noqa: PLR1730 max() costs more, and this is on the way of each advertisement
                last.longest_gap_s = gap_s
            last.last_at = now
            last.count += 1
            last.condition = router.condition
            last.master = router.master
        elif actions or not self._changes_nothing(name, arguments, router):
            self._add(Event(now, name, arguments, actions), router)

    def _add(self, entry: Event, router: VirtualRouter) -> None:
        if entry.name == "priority_changed":
            self._priority = entry.arguments[0]
        elif entry.name == "parameters_changed":
            self._priority = None
        known = vars(router)
        if len(self.attributes) != len(known):
            self.attributes = tuple(known)
        entry.after = tuple(known.values())
        entry.condition, entry.master = router.condition, router.master
        self._entries.append(entry)
        self._last = entry
        self.noted += 1

    def _changes_nothing(self, name: str, arguments: tuple[Any, ...], router: VirtualRouter) -> bool:
        """Return whether a deadline had not come, or a check repeats its result: no entry, and no end of a run."""
        same = name == "expire" or (name == "priority_changed" and arguments[0] == self._priority)
        return same and router.condition == self._last.condition


def _may_repeat(name: str, actions: tuple[Action, ...]) -> bool:
    """Return whether the input changes only deadlines: in a run of these the exact time of each does not matter."""
    if name == "expire":
        return len(actions) == 1 and isinstance(actions[0], SendAdvertisement)
    return name == "advertisement" and not actions
