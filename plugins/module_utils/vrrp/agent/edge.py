# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything outside that an instance can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Optional, Protocol

from .announce import Announcer
from .interfaces import Interface
from .lease import Leases
from .log import Log
from .netlink import Kernel


class Sender(Protocol):
    def send(self, packet: bytes, destination: str) -> Optional[str]: ...


@dataclass
class Edge:
    """The ports of an instance. Tests put in their own."""

    kernel: Kernel
    leases: Leases
    announcer: Announcer
    log: Log
    sender: Callable[[str, int], Optional[Sender]]  # by interface name and IP version; None while there is no socket
    virtual: Callable[[], frozenset[Interface]]  # the virtual addresses of all instances
    # Which of these addresses are held by instances other than this one.
    held_elsewhere: Callable[[object, Iterable[Interface]], frozenset[tuple[int, Interface]]]
    arm: Callable[[float], None]  # wake the loop at this time at the latest
    transition: Callable[[], None]  # a state has changed
    remember: Callable[[], None]  # what a successor of this process must know has changed
