# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With ``promote_secondaries`` the kernel keeps the other addresses of a subnet when its first address goes.

It is set on the interface for as long as an instance asks for it, through rtnetlink, as /proc/sys is read-only under
the unit. What was set before is left alone, as keepalived leaves it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Hashable, Iterable

from ..log import Log
from ..netlink.kernel import Kernel
from ..netlink.link_requests import ipv4_settings
from ..netlink.links import Link

STATE = "/proc/sys/net/ipv4/conf/%s/promote_secondaries"


class Promotion:
    """It sets the option for each key that asks for it.

    ``changed`` are the interfaces, by index, on which it was set by us or by the process before us.
    """

    def __init__(self, kernel: Kernel, log: Log) -> None:
        self.changed: set[int] = set()
        self._kernel = kernel
        self._log = log
        self._held: dict[Hashable, int] = {}

    def inherit(self, indexes: Iterable[int]) -> None:
        """Take over what the process before this one has set; :meth:`settle` undoes what is no longer wanted."""
        self.changed.update(indexes)

    def hold(self, key: Hashable, link: Link) -> None:
        """Set it on this interface for ``key``."""
        if self._held.get(key) == link.index:
            return
        self.release(key)
        self._held[key] = link.index
        if link.index not in self.changed and not is_set(link.name):
            self._set(link.index, True)

    def release(self, key: Hashable) -> None:
        """Undo it for ``key``, unless another key wants it."""
        if self._held.pop(key, None) is not None:
            self.settle()

    def settle(self) -> None:
        """Undo it on each interface where no key wants it."""
        for index in self.changed - set(self._held.values()):
            self._set(index, False)

    def close(self, leave: bool = False) -> None:
        """Undo it everywhere as the process ends, or keep it for a successor (``leave``)."""
        self._held.clear()
        if not leave:
            self.settle()

    def _set(self, index: int, value: bool) -> None:
        code = self._kernel.ask([ipv4_settings(index, {"promote_secondaries": int(value)})])[0]
        (self.changed.add if value and not code else self.changed.discard)(index)
        if code and code != errno.ENODEV:
            self._log.error(f"cannot set promote_secondaries on interface {index}: {os.strerror(code)}")


def is_set(name: str) -> bool:
    """Return whether the kernel has it set on the interface; False where it cannot be read."""
    try:
        with open(STATE % name, encoding="ascii") as file:
            return file.read().strip() == "1"
    except OSError:
        return False
