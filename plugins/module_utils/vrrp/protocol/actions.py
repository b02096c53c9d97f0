# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the actions that the state machine asks for.

Actions are values: they say what must be done and hold nothing that can do it. The agent executes them in the
order in which the machine returned them; a test compares them with literals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class SendAdvertisement:
    """Send one advertisement with this priority (0: "I stop being master", RFC 9568 section 5.2.4)."""

    priority: int


@dataclass(frozen=True)
class InstallAddresses:
    """Put every virtual address of the instance on its interface."""


@dataclass(frozen=True)
class ReleaseAddresses:
    """Take every virtual address of the instance off its interface."""


@dataclass(frozen=True)
class Announce:
    """Tell the segment where the virtual addresses live: gratuitous ARP or unsolicited NA, ``repeat`` for each."""

    repeat: int


@dataclass(frozen=True)
class Notify:
    """The state changed: log it, run the notify scripts, and wake the commands that wait for it.

    ``state`` is the value of a :class:`~.states.State` ("MASTER", "BACKUP", "FAULT", "STOP"). ``reason`` is one clause
    for people, such as "192.168.8.4 advertised priority 0: it stops".
    """

    state: str
    priority: int
    reason: str


@dataclass(frozen=True)
class RivalHeard:
    """Report once that another master speaks while we are MASTER: the segment was split, or it cannot hear us."""

    address: str
    priority: int


Action = Union[SendAdvertisement, InstallAddresses, ReleaseAddresses, Announce, Notify, RivalHeard]
