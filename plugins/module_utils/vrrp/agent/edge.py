# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything outside that an instance can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Protocol

from ..protocol.actions import Action
from .kernel.firewall import Firewall
from .kernel.interfaces import Interface
from .kernel.lease import Leases
from .kernel.netlink import Kernel
from .kernel.promotion import Promotion
from .segment.announce import Announcer
from .telling.log import Log
from .telling.notify import Tell, nobody

if TYPE_CHECKING:
    from .watches.links import Links


def none_held(asking: object) -> frozenset[bytes]:
    """There are no other instances."""
    return frozenset()


def alone(instance: object, actions: Sequence[Action]) -> None:
    """Where there is no sync group."""


def none_static(instance: str) -> tuple[str, ...]:
    """Nothing static is tracked."""
    return ()


class Refusal(NamedTuple):
    """The kernel of this host refuses to send. ``error`` is its newest reason, in the words of strerror(3)."""

    since: float
    error: str


class Sender(Protocol):
    """A sender sends packets on one interface; ``send`` returns None, or the reason why the kernel refused one."""

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
    tell: Tell = nobody  # the FIFOs
    acted: Callable[[Any, Sequence[Action]], None] = alone  # an instance has done what an input asked for
    firewall: Firewall = field(default_factory=Firewall)
    promotion: Promotion = field(default_factory=Promotion)
    # The routes and rules of instances other than this one, by the requests that remove them.
    routes_held_elsewhere: Callable[[object], frozenset[bytes]] = none_held
    static_faults: Callable[[str], tuple[str, ...]] = none_static  # why a track_group keeps this instance away
    links: Optional[Links] = None  # which let a change of an interface wait; None: nothing waits
