# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control server in a directory of its own, and an agent that reads a changed file."""

from __future__ import annotations

import asyncio
import io

import pytest
from control_parts import handle

from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log
from vrrp.config import loader


@pytest.fixture
def serve(tmp_path):
    """``serve(handle)``: a server in ``tmp_path`` that answers with it."""
    return lambda handle, text=None: ControlServer(str(tmp_path / "control.sock"), handle, Log(text or io.StringIO()))


@pytest.fixture
def server(serve):
    return serve(handle)


@pytest.fixture
def reloading(rig, play):
    """``reloading(before, after, look)``: an agent that is MASTER of everything in ``before`` reads ``after``.

    ``look(machine, answer)`` sees what came of it; what it did until the reload is forgotten.
    """

    def run(before, after, look, master=True):
        async def scenario():
            configuration = loader.load(before, "f")
            async with rig(*configuration.instances, now=146.3) as machine:
                machine.agent.configuration = loader.load(before, str(machine.path))
                if master:
                    machine.due(150.0)
                machine.kernel.done.clear()
                for receiver in machine.agent.network.receivers.values():
                    receiver.socket.sent.clear()
                machine.path.write_text(after)
                look(machine, machine.command("reload"))
                await asyncio.sleep(0)

        play(scenario)

    return run
