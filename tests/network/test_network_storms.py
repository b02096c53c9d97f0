# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that storms at the socket, in the kernel, in the file and on the segment move nothing.

``make bench BENCH="--only storms"`` plays the same around 255 instances, and beside keepalived.
"""

from __future__ import annotations

import time

import pytest

from lab.capture import Capture, assert_in_time, intervals
from lab.example_pair import ADDRESS_A, VIP, pair
from lab.peers import Agent, assert_one_owner
from lab.storms import STORMS, blowing

pytestmark = [pytest.mark.timing, pytest.mark.alone]

INTERVAL_S = 0.1
FOR_S = 1.2  # a backup that hears nothing takes over after 0.36 s
LOG_LINES = 100  # a second


@pytest.mark.parametrize("storm", STORMS, ids=lambda storm: storm.name)
def test_a_storm_moves_nothing(wire, figure, storm):
    a, b = agents = wire.start_pair(Agent, Agent, *pair(version=3, advert_int=INTERVAL_S))
    before = [(agent.status()["transitions"], agent.pid, agent.log_text().count("\n")) for agent in agents]
    with Capture(wire.client, f"proto 112 and src host {ADDRESS_A}") as capture:
        capture.wait(lambda seen: len(seen.adverts()) >= 3, 5, "advertisements before the storm")
        with blowing(storm, wire.a, wire.client, a):
            time.sleep(FOR_S)
            ended = time.time()
        capture.wait(lambda seen: seen.adverts()[-1][0] > ended, 5, "advertisements after the storm")
        gaps = intervals([at for at, _advert in capture.adverts()])
        gap = max(gaps)
    lines = max(agent.log_text().count("\n") - known for agent, (_t, _p, known) in zip(agents, before))
    figure(f"{storm.name}: longest gap {gap * 1e3:.0f} ms of {INTERVAL_S * 1e3:.0f}, {lines / FOR_S:.0f} log lines/s")
    assert lines <= LOG_LINES * FOR_S
    if storm.may_move:
        return
    assert [(agent.status()["transitions"], agent.pid) for agent in agents] == [known[:2] for known in before]
    assert_one_owner(wire.segment, VIP, "a")
    assert_in_time(gaps, INTERVAL_S)
