# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the saved state share a state file as a process keeps it."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path

import vrrp
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.protocol.states import State

MODULE_UTILS = Path(vrrp.__file__).parents[1]
IDENTITY = ("eth0", 51, 4)
OTHER = ("eth0", 52, 6)
INSTALLED = ((2, ip_interface("192.168.8.100/24")), (3, ip_interface("2001:db8::100/64")))
ENTRY = SavedInstance(IDENTITY, "VI_1", 2, State.MASTER, 100, "master", INSTALLED)
SECOND = SavedInstance(OTHER, "VI_2", 3, State.BACKUP, 25)
SAVED = SavedState((ENTRY, SECOND), {"script web": True, "file x": False}, drained=True)


def kept(directory, saved=SAVED, beats=((IDENTITY, 123.25), (OTHER, -456.5))):
    """Make a state file as a process keeps it."""
    made = StateFile(str(directory))
    made.open()
    for identity, at in beats:
        made.beat_of(identity)(at)
    made.write(saved)
    assert made.failed == ""
    return made
