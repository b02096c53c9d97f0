# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that really run, for the tests of all that is tracked."""

from __future__ import annotations

import asyncio
import io
from ipaddress import ip_address

from agent_fakes import instance, table

from vrrp.agent.log import Log
from vrrp.agent.track.checks import Checks
from vrrp.config.model.configuration import Configuration, Globals
from vrrp.config.model.trackers import Script, Tracked, TrackedGateway, Tracking


def script(**fields):
    return Script(**{"name": "chk", "command": ("/bin/true",), **fields})


def configuration(*scripts, tracked=("chk",), **settings):
    track = tuple(Tracked(name) for name in tracked)
    return Configuration("f", Globals(**settings), tuple(scripts), (instance(track=Tracking(scripts=track)),))


TRACKING = instance(track=Tracking(scripts=(Tracked("chk"),)))


def begun(text=None):
    return Checks(lambda: None, Log(text or io.StringIO()), table=table, virtual=frozenset)


def scenario(steps):
    """Run ``steps(checks, says)`` with a set of checks that really run; end them afterwards."""

    async def run():
        checks = begun()
        try:
            await steps(checks, lambda: checks.results(TRACKING)[0].ok)
        finally:
            await checks.stop()

    asyncio.run(run())


GATEWAY = TrackedGateway(ip_address("192.168.8.1"))


def tracking(*gateways, name="VI_1", scripts=(), **fields):
    return instance(name, track=Tracking(scripts=scripts, gateways=gateways), **fields)
