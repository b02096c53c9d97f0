# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who comes back with the higher priority takes over: at once, never, or after a delay."""

from __future__ import annotations

import time

from lab.article import ADDRESS_A, ADDRESS_B, VIP, pair
from lab.capture import Capture
from lab.peers import Agent, assert_one_owner, poll, wait_owner

A, B = pair(version=3, advert_int=0.1)


def test_preempt(wire):
    b = wire.start(Agent, wire.b, B)
    wait_owner(wire.segment, VIP, "b")
    a = wire.start(Agent, wire.a, A)
    wire.settled(a, b)


def test_nopreempt_stays_backup_as_long_as_the_other_lives(wire):
    b = wire.start(Agent, wire.b, B)
    wait_owner(wire.segment, VIP, "b")
    with Capture(wire.client) as capture:
        a = wire.start(Agent, wire.a, A.but(state="BACKUP", nopreempt=True))
        a.wait_state("BACKUP")
        before = len(capture.adverts(source=ADDRESS_B))
        capture.wait(
            lambda seen: len(seen.adverts(source=ADDRESS_B)) >= before + 12, 5, "three times the down interval"
        )
        assert capture.adverts(source=ADDRESS_A) == []
    assert_one_owner(wire.segment, VIP, "b")
    b.stop()
    wait_owner(wire.segment, VIP, "a")
    a.wait_state("MASTER")


def test_preempt_delay(wire):
    delay_s = 1.0
    b = wire.start(Agent, wire.b, B)
    wait_owner(wire.segment, VIP, "b")
    with Capture(wire.client) as capture:
        begun = time.time()
        a = wire.start(Agent, wire.a, A.but(state="BACKUP", preempt_delay=delay_s))
        a.wait_state("BACKUP")
        listening = time.time()
        first, _unused = capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 5, "A's first advertisement")[0]
    assert first >= begun + delay_s, "took over before preempt_delay had passed"
    assert first <= listening + delay_s + 2 * A.master_down_interval_s, "took over much later than preempt_delay says"
    wire.settled(a, b)


def test_preempt_delay_does_not_delay_the_takeover_from_a_dead_master(wire):
    b = wire.start(Agent, wire.b, B)
    wait_owner(wire.segment, VIP, "b")
    a = wire.start(Agent, wire.a, A.but(state="BACKUP", preempt_delay=60))
    a.wait_state("BACKUP")
    poll(lambda: (a.status()["master"] or {}).get("address") == ADDRESS_B, 2, "A does not hear B", a.tail)
    b.kill()
    wire.b.ip("addr", "del", VIP + "/24", "dev", "eth0")
    wait_owner(wire.segment, VIP, "a", timeout_s=2)
