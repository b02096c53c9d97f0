# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control server beside a client that blocks."""

from __future__ import annotations

import asyncio

from vrrp.agent.control.server import CommandError

# Processes of these users ask. The users and the group need not exist.
READER_GROUP, READER, STRANGER = 64001, 64002, 64003


def handle(command, request):
    if command == "no":
        raise CommandError("the file is not valid", ("f:1:1: error: x",))
    if command == "refuse":
        raise CommandError("cannot promote VI_1: it is in FAULT")
    return {"command": command, **request}


def with_server(server, use):
    """Run ``use()``, which blocks, in a thread beside the serving loop."""

    async def scenario():
        await server.start()
        try:
            return await asyncio.get_running_loop().run_in_executor(None, use)
        finally:
            await server.stop()

    return asyncio.run(scenario())
