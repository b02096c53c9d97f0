# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon has the real kernel, sockets, clock and children, unless a test passes others."""

from __future__ import annotations

import asyncio
import gc
import time

from vrrp.agent.environment import Environment, freeze
from vrrp.agent.netlink.kernel import Kernel
from vrrp.agent.network.claims import ClaimSocket
from vrrp.agent.network.gratuitous_arp import Announcer
from vrrp.agent.network.sockets import open_socket
from vrrp.agent.process.fork import Fork


def test_without_arguments_the_environment_is_the_real_one():
    real = Environment()
    assert (real.kernel, real.announcer, real.fork) == (Kernel, Announcer, Fork)
    assert (real.open_socket, real.open_claim_socket, real.wall) == (open_socket, ClaimSocket, time.time)


def test_its_clock_is_that_of_the_timers_of_asyncio():
    async def scenario():
        return Environment().scheduler().now()

    before = time.monotonic()
    assert before <= asyncio.run(scenario()) <= time.monotonic()


def test_freeze_excludes_existing_objects_from_garbage_collection():
    try:
        freeze()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
