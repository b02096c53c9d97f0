# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners are told in a fixed order which links, addresses and routes have changed in the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from .netlink.links import KernelChange
from .scheduler import Scheduler

RESYNC_S = 1.0  # until the kernel is asked again for what it could not list


class KernelListener(Protocol):
    """A listener looks at what has changed in the kernel."""

    def kernel_changed(self, changes: Sequence[KernelChange], now: float) -> None:
        """Take the changes since the last call, in their order; the table of interfaces has all of them already."""


class EventSource(Protocol):
    """An event source is the kernel, as far as it reports changes."""

    @property
    def stale(self) -> bool:
        """Return whether the kernel could not list everything, and has to be asked again."""

    def read_events(self) -> list[KernelChange]:
        """Return what has changed since the last call."""


class KernelEvents:
    """It reads the events of ``kernel`` and tells ``listeners``, one after the other, until ``ended()``."""

    def __init__(
        self,
        kernel: EventSource,
        listeners: Sequence[KernelListener],
        scheduler: Scheduler,
        ended: Callable[[], bool],
    ) -> None:
        self._kernel = kernel
        self._listeners = listeners
        self._scheduler = scheduler
        self._ended = ended
        self._resyncing = False

    def dispatch(self) -> None:
        """Read the kernel's events, and tell all listeners."""
        if self._ended():
            return  # what is deleted now, we delete ourselves
        changes = self._kernel.read_events()
        now = self._scheduler.now()
        for listener in self._listeners:
            listener.kernel_changed(changes, now)
        if self._kernel.stale and not self._resyncing:
            self._resyncing = True
            self._scheduler.call_later(RESYNC_S, self._look_again)

    def _look_again(self) -> None:
        self._resyncing = False
        self.dispatch()
