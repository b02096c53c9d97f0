# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the loop share a peer's packet, a running agent, and ways to wait for it."""

from __future__ import annotations

import asyncio

from agent_fakes import PEER, instance

from vrrp.agent.network import advertisement
from vrrp.agent.process import saved_state
from vrrp.agent.process.saved_state import SavedState

DOWN_S = 3 + 156 / 256  # Master_Down_Interval of priority 100 at one second
VIP = "192.168.8.100/24"


def from_peer(priority=200, config=None):
    ((packet, _destination),) = advertisement.packets(config or instance(), PEER, priority)
    return packet


def running(machine):
    """The real loop, with everything that belongs to it; the test's clock stands still, so nothing is ever due."""
    return asyncio.get_running_loop().create_task(machine.agent.run())


def ask(machine, command):
    return machine.agent.control.answer(f'{{"command": "{command}"}}'.encode(), privileged=True)


FAST = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52, advert_int_cs=49, version=3)


def left_behind(machine) -> SavedState:
    return saved_state.read(str(machine.path.parent))
