# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment makes the parts of the daemon that use the machine: kernel, sockets, clock, child processes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..ip_types import Address
from .log import Log
from .netlink.kernel import Kernel
from .network.claims import ClaimSocket
from .network.gratuitous_arp import Announcer
from .network.sockets import open_socket
from .network.transport import OpenSocket
from .peer import channel
from .peer.peer_socket import PeerSocket
from .process.fork import Fork
from .scheduler import Scheduler


def freeze() -> None:
    """Exclude all objects that exist now from garbage collection: they stay for the whole run."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Environment:
    """It has a factory for each part that uses the kernel, the segment or the clock. Tests pass their own."""

    scheduler: Callable[[], Scheduler] = Scheduler
    kernel: Callable[[], Kernel] = Kernel
    announcer: Callable[[Log], Announcer] = Announcer
    open_socket: OpenSocket = open_socket
    open_claim_socket: Callable[[int, frozenset[Address]], ClaimSocket] = ClaimSocket
    open_peer_socket: channel.OpenPeerSocket = PeerSocket
    fork: Callable[[Callable[[Callable[[], None]], Callable[[], None]], Log], Fork] = Fork
    freeze: Callable[[], None] = freeze
    wall: Callable[[], float] = time.time  # seconds since 1970
