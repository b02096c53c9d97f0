# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check of processes succeeds from quorum to quorum_max of them, and waits before it says so."""

from __future__ import annotations

import asyncio

import pytest
from waiting import until

from vrrp.config.model.trackers import Process


@pytest.mark.parametrize(
    ("quorum", "most", "expected"),
    [
        (1, None, [False, True, True, True, True]),
        (2, None, [False, False, True, True, True]),
        (2, 3, [False, False, True, True, False]),
        (1, 1, [False, True, False, False, False]),
        (1, 0, [True, False, False, False, False]),  # it must not run at all
    ],
)
def test_quorum_and_quorum_max_decide(machine, quorum, most, expected):
    machine.runs(1, name=b"init")
    found = []

    async def steps(check):
        for count in range(5):
            if count:
                machine.runs(20 + count)
                await until(lambda count=count: len(check.pids) == count)
            found.append(check.ok)

    machine.play(steps, Process("w", "nginx", quorum=quorum, quorum_max=most))
    assert found == expected


def test_the_detail_says_how_many_there_are(machine):
    machine.runs(20)

    async def steps(few, many):
        assert few.detail == "1 of 3 processes run"
        machine.runs(21, 22)
        await until(lambda: few.ok and not many.ok)
        assert few.detail == ""
        assert many.detail == "3 of its processes run, at most 2 may"

    machine.play(steps, Process("few", "nginx", quorum=3), Process("many", "nginx", quorum_max=2))


def test_a_lost_quorum_waits_for_terminate_delay(machine):
    machine.runs(20)

    async def steps(check):
        machine.ends(20)
        await until(lambda: not check.pids)
        assert check.ok
        machine.runs(21)  # restarted in time: no result is told
        await until(lambda: check.pids)
        machine.ends(21)
        began = asyncio.get_running_loop().time()
        await until(lambda: not check.ok)
        assert asyncio.get_running_loop().time() - began >= 0.3

    machine.play(steps, Process("w", "nginx", terminate_delay_s=0.3))
    assert machine.told == [True, False]


def test_a_gained_quorum_waits_for_fork_delay(machine):
    machine.runs(20)

    async def steps(check):
        machine.runs(21)
        await until(lambda: len(check.pids) == 2)
        assert not check.ok
        machine.ends(21)  # for a moment only: no result is told
        await until(lambda: len(check.pids) == 1)
        machine.runs(22)
        await until(lambda: check.ok)

    machine.play(steps, Process("w", "nginx", quorum=2, fork_delay_s=0.3))
    assert machine.told == [False, True]


def test_the_first_answer_waits_for_nothing(machine):
    machine.runs(20)

    async def steps(check):
        assert check.ok

    machine.play(steps, Process("w", "nginx", fork_delay_s=1000.0, terminate_delay_s=1000.0))
