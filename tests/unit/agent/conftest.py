# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole agent whose kernel, sockets and clock belong to the test."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from agent_fakes import FakeAnnouncer, instance, table
from fake_kernel import LoopKernel
from fake_sockets import FakeClaimSocket, FakeVrrpSocket

from vrrp.agent.daemon import Daemon
from vrrp.agent.environment import Environment
from vrrp.agent.log import Log
from vrrp.agent.process.runtime_dir import RuntimeDirectory
from vrrp.agent.scheduler import Scheduler
from vrrp.client import Client
from vrrp.config.model.configuration import Configuration


class Rig:
    """``agent`` with a file at ``path``; ``now`` is its clock, and ``wall`` that of the node."""

    def __init__(self, tmp_path, configuration: Configuration, kernel: LoopKernel, now: float, wall: float) -> None:
        self.now, self.wall = now, wall
        self.socket_was: FakeVrrpSocket = None
        self.text = io.StringIO()
        self.kernel = kernel
        self.path = tmp_path / "hotstandby.conf"
        self.clock = lambda: self.now
        # It is the test that rings, and it may put in another clock.
        self.scheduler = Scheduler(lambda: self.clock(), call_at=no_timer)  # noqa: PLW0108
        environment = Environment(
            scheduler=lambda: self.scheduler,
            kernel=lambda: kernel,
            announcer=lambda log: Announcing(kernel.done),
            open_socket=FakeVrrpSocket,
            open_claim_socket=FakeClaimSocket,
            fork=lambda guard, log: Inline(),
            freeze=lambda: None,
            wall=lambda: self.wall,
        )
        self.agent = Daemon(configuration, "0" * 64, RuntimeDirectory(str(tmp_path)), Log(self.text), environment)

    def socket(self, interface="eth0", version=4) -> FakeVrrpSocket:
        self.socket_was = self.agent.network.receivers[interface, version].socket  # also when it is closed
        return self.socket_was

    def state(self, name="VI_1") -> str:
        return self.agent.instances.running[name].router.state.value

    def due(self, now: float) -> None:
        """Do what is due at ``now``."""
        self.now = now
        self.agent.deadlines.expire()

    def command(self, name: str, **request):
        """Give the agent a command, as the control socket does."""
        return self.agent.command(name, request)

    def client(self) -> Client:
        """Return a client of this agent, without a socket between them."""
        made = Client()
        made.request = lambda request: json.loads(json.dumps(self.agent.command(request["command"], request)))
        return made

    def apply(self, **changes) -> None:
        """Apply these changes, as a reload does."""
        new = replace(self.agent.configuration, **changes)
        self.scheduler.run(lambda: self.agent.apply(new, "1" * 64))

    def drain(self, drained: bool) -> None:
        self.scheduler.run(lambda: self.agent.mastership.drain(drained, self.now))

    def events(self, *changes) -> None:
        self.kernel.happens(*changes)
        self.agent.changes.dispatch()

    def lines(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


@pytest.fixture
def rig(tmp_path):
    """``async with rig(instance(), ...) as machine``: an agent that has started, without its endless loop."""

    @asynccontextmanager
    async def make(*instances, filled=None, scripts=(), start=True, now=100.0, wall=1e9, **more):
        kernel = LoopKernel(filled if filled is not None else table())
        path = str(tmp_path / "hotstandby.conf")
        configuration = Configuration(path, scripts=tuple(scripts), instances=instances or (instance(),), **more)
        made = Rig(tmp_path, configuration, kernel, now, wall)
        if start:
            made.agent.start()
        try:
            yield made
        finally:
            if start:
                made.scheduler.cancel()
                await made.agent.checks.stop()
                made.agent.close()

    return make


class Inline:
    """It runs the work of a child process at once, in this process."""

    def run(self, function, then, does=""):
        return then(function())

    def finish(self, function, does):
        return function()

    def close(self):
        pass


def no_timer(at, callback):
    """Replace a loop's timer by one that never calls back."""


class Announcing(FakeAnnouncer):
    def forget(self, index):
        self.done.append(("forget", index))

    def close(self):
        pass


@pytest.fixture
def play():
    """Run a scenario, an async function, in a loop of its own."""
    return lambda scenario: asyncio.run(asyncio.wait_for(scenario(), 30))
