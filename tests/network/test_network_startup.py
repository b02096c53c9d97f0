# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vrrp_startup_delay: nobody takes part before it has passed, and a successor of a master does not wait for it."""

from __future__ import annotations

import time

from lab.article import VIP, pair
from lab.peers import Agent, assert_one_owner, wait_owner

DELAY_S = 2.0
GLOBALS = f"global_defs {{\n    vrrp_startup_delay {DELAY_S:g}\n}}\n"


def test_it_waits_and_says_so(wire):
    config, _other = pair(version=3, advert_int=0.1)
    began = time.monotonic()
    a = wire.start(Agent, wire.a, config, GLOBALS)
    a.wait_log("Starting with")
    assert a.status()["why"] == "INIT because it waits for the end of vrrp_startup_delay"
    wait_owner(wire.segment, VIP, "a")
    assert time.monotonic() - began >= DELAY_S


def test_a_successor_goes_on_at_once(wire):
    config, _other = pair()
    a = wire.start(Agent, wire.a, config, GLOBALS)
    wait_owner(wire.segment, VIP, "a", 15)
    a.kill()
    began = time.monotonic()
    a.start().wait_log("as the MASTER that it was")
    assert time.monotonic() - began < DELAY_S
    assert_one_owner(wire.segment, VIP, "a")
