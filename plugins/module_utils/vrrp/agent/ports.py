# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports are the parts of the agent that an instance uses, beside those that its addresses use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Protocol

from ..ip_types import Interface
from ..protocol.actions import Action
from .log import Log
from .netlink.links import InterfaceTable


class Sender(Protocol):
    """A sender sends packets on one interface."""

    def send(self, packet: bytes, destination: str) -> Optional[str]:
        """Send one packet. Returns None, or the reason why the kernel refused it."""


@dataclass(frozen=True)
class InstancePorts:
    """It keeps the ports of an instance. Its addresses have :class:`~.addresses.address_ports.AddressPorts`."""

    log: Log
    table: Callable[[], InterfaceTable]  # the interfaces and addresses of this host, from the kernel's events
    sender: Callable[[str, int], Optional[Sender]]  # by interface name and IP version; None while there is no socket
    virtual: Callable[[], frozenset[Interface]]  # the virtual addresses of all instances
    trouble: Callable[[str], str]  # a clause about what is wrong with an interface, "" when nothing is
    static_faults: Callable[[str], tuple[str, ...]]  # why a track_group forbids the instance of this name to take part
    arm: Callable[[float], None]  # wake the loop at this time at the latest
    transition: Callable[[], None]  # a state has changed
    remember: Callable[[], None]  # what a successor of this process must know has changed
    acted: Callable[[Any, Sequence[Action]], None]  # a member of a sync group has performed the actions of an input
