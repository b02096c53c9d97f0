# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP reloads the file: many signals at once lead to two reloads at most."""

from __future__ import annotations

import asyncio
import io

from vrrp.agent.control import reload
from vrrp.agent.control.server import CommandError
from vrrp.agent.log import Log


def test_sighup_of_a_bad_file_is_logged(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.path.write_text("nonsense\n")
            loop = asyncio.get_running_loop()
            reload.OnSignal(machine.agent.reload.reload, loop.call_later, machine.agent.log).signal()
            assert f"{machine.path}:1:1: error: " in machine.text.getvalue()
            assert machine.state() == "BACKUP"

    play(scenario)


class Signals:
    """Signals, and what they lead to: each reload ends when the test says so."""

    def __init__(self):
        self.begun, self.rests, self.text = [], [], io.StringIO()
        self.on = reload.OnSignal(self._reload, lambda delay_s, callback: self.rests.append(callback), Log(self.text))

    def _reload(self):
        self.begun.append(asyncio.get_event_loop().create_future())
        return self.begun[-1]


def test_however_many_signals_come_there_is_one_reload_and_one_more(play):
    """The second reload is needed as the file may have changed after it was read."""

    async def scenario():
        signals = Signals()
        for _number in range(1000):
            signals.on.signal()
        assert len(signals.begun) == 1
        signals.begun[0].set_result({})
        await asyncio.sleep(0)
        for _number in range(1000):
            signals.on.signal()
        assert len(signals.begun) == 1, "it rests"
        signals.rests.pop()()
        assert len(signals.begun) == 2
        signals.begun[1].set_result({})
        await asyncio.sleep(0)
        signals.rests.pop()()
        assert (len(signals.begun), signals.rests) == (2, [])
        signals.on.signal()
        assert len(signals.begun) == 3

    play(scenario)


def test_a_file_that_stays_bad_is_told_in_full_once(play):
    async def scenario():
        signals = Signals()
        for problems in (("f:1:1: x", "f:2:1: y"),) * 3 + (("f:1:1: z",),):
            signals.on.signal()
            signals.begun[-1].set_exception(CommandError("it is not valid", problems))
            await asyncio.sleep(0)
            signals.rests.pop()()
        said = [line.split(" ", 2)[2] for line in signals.text.getvalue().splitlines()]
        bad = "error: it is not valid"
        assert said == [bad, "error: f:1:1: x", "error: f:2:1: y", bad, bad, bad, "error: f:1:1: z"]

    play(scenario)
