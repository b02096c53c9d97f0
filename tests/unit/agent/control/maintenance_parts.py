# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of maintenance share what they ask an agent, its file, and what its events say."""

from __future__ import annotations

import json

from running_daemon import from_peer

from vrrp.protocol.event_log import EventLog

NOON = 1796040000.0  # 2026-11-30T12:00:00Z
UPDATE = {"reason": "kernel update", "expires": "2h", "by": "anna"}
TOLD = " by anna: kernel update, until 14:00 UTC, 2 h 0 min left"
NOTED = " by anna: kernel update, until 2026-11-30 14:00:00 UTC"


def ask(machine, command, **request):
    return machine.command(command, **request)


def kept(machine):
    path = machine.path.parent / "maintenance.json"
    return json.loads(path.read_text()) if path.exists() else None


def notes(machine, name="VI_1"):
    """Return the remarks in the events of an instance, and the inputs that moved it."""
    journal: EventLog = machine.agent.instances.running[name].journal
    spoken = {"drain", "undrain", "promote", "demote", "release", "start"}
    return [
        each.arguments[0] if each.name == "note" else each.name for each in journal if each.name in {"note", *spoken}
    ]


def hear(machine, priority, at):
    machine.socket().waiting.append(from_peer(priority))
    machine.due(at)


def boot(machine):
    """Remove what a boot removes: the state file of the process before."""
    for name in ("ledger.json", "pulse"):
        (machine.path.parent / name).unlink(missing_ok=True)
