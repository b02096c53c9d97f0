# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which interfaces are usable: ``interface_up_down_delays`` delays when a change counts.

Nothing is polled. The reader of the kernel's events calls :meth:`Links.look`, a timer calls back when a delay has
ended.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Optional

from ...config.model.configuration import Configuration, InterfaceDelay
from ..addresses.desired import installed_by
from ..log import Log
from ..netlink.links import InterfaceTable, Link


class Links:
    """It applies the delays. ``later(delay_s, callback)`` returns a timer with ``cancel()``.

    ``changed()`` is called when a delay has ended. ``bound_s(name)`` is the longest that an interface may be down
    before that counts, None without a limit: a backup whose own interface is down must not become MASTER before it
    knows.
    """

    def __init__(
        self,
        table: Callable[[], InterfaceTable],
        later: Callable[[float, Callable[[], None]], Any],
        changed: Callable[[], None],
        bound_s: Callable[[str], Optional[float]],
        log: Log,
    ) -> None:
        self._table = table
        self._later = later
        self._changed = changed
        self._bound_s = bound_s
        self._log = log
        self._delays: dict[str, InterfaceDelay] = {}
        self._watched: frozenset[str] = frozenset()
        self._usable: dict[str, bool] = {}  # the state that counts, of those that are watched
        self._own: dict[str, bool] = {}  # interfaces of instances that are not watched: their changes are only logged
        self._seen_up: set[str] = set()  # no delay before that
        self._waiting: dict[str, Any] = {}

    def apply(self, configuration: Configuration) -> bool:
        """Take the delays of a configuration, and the tracked interfaces. Return whether :meth:`trouble` changes."""
        before = {name: self.trouble(name) for name in self._watched}
        self._delays = {each.name: each for each in configuration.interface_delays}
        tracks = [each.track for each in configuration.instances] + [each.track for each in configuration.sync_groups]
        tracked = (entry.name for track in tracks for entry in track.interfaces)
        self._watched = frozenset((*tracked, *self._delays))
        named = {each.interface for each in configuration.instances}
        named |= {entry.device for each in configuration.instances for entry in installed_by(each) if entry.device}
        own = named - self._watched
        self._own = {name: self._own.get(name, _usable(self._link(name))) for name in own}
        for name in [other for other in self._waiting if other not in self._delays]:
            self._waiting.pop(name).cancel()
        self._usable = {name: self._usable.get(name, _usable(self._link(name))) for name in self._watched}
        self._seen_up = {name for name in self._watched if self._usable[name] or name in self._seen_up}
        self.look()
        return any(self.trouble(name) != said for name, said in before.items())

    def look(self) -> bool:
        """Look at the interfaces after a message of the kernel. Return whether :meth:`trouble` changes."""
        different = False
        for name, before in self._own.items():
            if _usable(self._link(name)) != before:
                self._own[name] = not before
                self._report(name, not before)
        for name in self._watched:
            link = self._link(name)
            if _usable(link) == self._usable[name]:
                waiting = self._waiting.pop(name, None)
                if waiting is not None:
                    waiting.cancel()
                    self._log.info(f"Delay timer for {name} cancelled")
                continue
            delay_s = self._delay_s(name, link)
            if not delay_s:
                self._settle(name)
                different = True
            elif name not in self._waiting:
                self._log.info(f"{name}: {'up' if _usable(link) else 'down'}, which counts in {delay_s:g} s")
                self._waiting[name] = self._later(delay_s, partial(self._waited, name))
        return different

    def usable(self, name: str) -> bool:
        """Return whether it can be used, with delays applied."""
        return not self.trouble(name)

    def trouble(self, name: str) -> str:
        """Return what is wrong with it, as "is down"; empty while nothing is, or as long as that does not count."""
        link = self._link(name)
        if link is None or name not in self._delays:
            return trouble(link)
        if self._usable[name]:
            return ""
        return trouble(link) or f"has been up for less than {self._delays[name].up_s:g} s"

    def _delay_s(self, name: str, link: Optional[Link]) -> float:
        delay = self._delays.get(name)
        if delay is None or link is None or name not in self._seen_up:
            return 0.0  # a missing interface has no delay
        bound_s = self._bound_s(name)
        if bound_s is None:
            return delay.up_s if link.usable else delay.down_s
        if not bound_s:
            return 0.0
        if link.usable:  # one delay for both directions stays one
            return min(delay.up_s, bound_s) if delay.up_s == delay.down_s else delay.up_s
        return min(delay.down_s, bound_s)

    def _waited(self, name: str) -> None:
        self._waiting.pop(name, None)
        self._settle(name)
        self._changed()

    def _settle(self, name: str) -> None:
        self._usable[name] = _usable(self._link(name))
        if self._usable[name]:
            self._seen_up.add(name)
        self._report(name, self._usable[name])

    def _report(self, name: str, up: bool) -> None:
        self._log.info(f"Netlink reports {name} {'up' if up else 'down'}")

    def _link(self, name: str) -> Optional[Link]:
        return self._table().names.get(name)


def _usable(link: Optional[Link]) -> bool:
    return link is not None and link.usable


def trouble(link: Optional[Link]) -> str:
    """Return why a link cannot be used now, empty when it can."""
    if link is None:
        return "does not exist"
    if link.usable:
        return ""
    return "has no carrier" if link.up else "is down"


def longest_down_s(adverts: int, interval_cs: int) -> float:
    """Return how long an interface may be down unnoticed, in seconds: less than a backup waits for its master."""
    return (adverts - 1 - 1 / 256) * interval_cs / 100 if adverts > 1 else 0.0
