# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a frozen node listens when it wakes up, and takes nothing back that its peer has taken.

Frozen means SIGSTOP: the process exists, its sockets fill, its timers pass. There is no watchdog here.
"""

from __future__ import annotations

import time

import pytest

from lab.capture import Capture, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B, VIP, Instance, pair
from lab.peers import LEASE_GONE_S, Agent, Keepalived, Ownership, assert_one_owner

pytestmark = pytest.mark.timing

A, B = pair(version=3, advert_int=0.1)
HANDOVER_S = 0.3  # the longest time between the first advertisement of the new master and the end of the old one
LATE_S = 0.02  # a wake-up is noticed shortly after the signal


def unleased(instance: Instance, router_id: str) -> str:
    """Return the file without lifetimes: the address is still there when the machine wakes up."""
    return instance.text(router_id).replace("global_defs {", "global_defs {\n    @hotstandby vip_lease 0")


def _woken_and_listens(wire, figure, a, b, a_down_s: float, thaw, what: str) -> None:
    """Check that A, awake beside the master B of lower priority, waits for its whole Master_Down_Interval.

    Until its first advertisement B alone has the address, except for the short time that A needs to remove it.
    """
    with wire.probe() as probe, Capture(wire.client) as capture:
        capture.wait(lambda seen: seen.adverts(source=ADDRESS_B), 3, "an advertisement of B")
        woken, ownership = time.time(), Ownership(wire.segment, VIP)
        thaw()
        ownership.watch(lambda found: capture.adverts(source=ADDRESS_A), a_down_s + 5, "A takes over by its priority")
        wire.settled(a, b)
        report = probe.report()
    spoke_s = capture.adverts(source=ADDRESS_A)[0][0] - woken
    before = [(at, found) for at, found in ownership.samples if at < spoke_s - HANDOVER_S]
    let_go_s = max((at for at, found in before if "a" in found), default=0.0)
    figure(
        f"{what}: woken, address gone after {let_go_s * 1000:.0f} ms, first word after {spoke_s:.2f} s"
        f" (Master_Down_Interval {a_down_s:.2f} s), {report.lost} of {report.sent} lost"
    )
    assert spoke_s >= a_down_s - LATE_S, "it spoke before it could know that nobody else does"
    assert let_go_s < 0.1, str(ownership)
    assert report.lost == 0, str(report)
    assert len(report.moves) == 1, str(report)


@pytest.mark.parametrize("peer", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_a_frozen_agent_loses_the_address_and_listens_when_it_wakes(wire, figure, peer):
    a, b = wire.start_pair(Agent, peer, A, B)
    ownership = Ownership(wire.segment, VIP)
    a.freeze()
    ownership.watch(lambda found: found == ["b"], what="B alone has it")
    assert_one_owner(wire.segment, VIP, "b")
    figure(
        f"SIGSTOP, lease alone, peer {peer.kind}: gone after {ownership.held_s('a'):.2f} s,"
        f" two owners for {ownership.several_s():.2f} s"
    )
    assert ownership.held_s("a") <= LEASE_GONE_S
    _woken_and_listens(wire, figure, a, b, A.master_down_interval_s, a.thaw, "SIGSTOP of the agent")


@pytest.mark.parametrize("instances", [pair(), (A, B)], ids=["v2-1s", "v3-100ms"])
def test_a_frozen_machine_lets_go_when_it_wakes(wire, figure, instances):
    """Every process was frozen, and the kernel's lifetimes as well: the address is still there."""
    a, b = wire.start_pair(Agent, Agent, unleased(instances[0], "NodeA"), instances[1])
    a.freeze()
    b.wait_state("MASTER")
    assert sorted(wire.a.addresses()) == [VIP + "/24", ADDRESS_A + "/24"]
    down_s = instances[0].master_down_interval_s
    _woken_and_listens(wire, figure, a, b, down_s, a.thaw, f"frozen machine, v{instances[0].version}")


def test_a_frozen_backup_that_wakes_takes_nothing(wire, figure):
    """Its timer has long passed; the advertisements of its master are unread in its socket."""
    a, b = wire.start_pair(Agent, Agent, A, B)
    with wire.probe() as probe, Capture(wire.client) as capture:
        b.freeze()
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) >= 10, 3, "ten advertisements that B misses")
        b.thaw()
        woken = len(capture.adverts(source=ADDRESS_A))
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) >= woken + 10, 3, "ten that B hears")
        report = probe.report()
    figure(f"frozen backup woken: {report.lost} of {report.sent} lost")
    assert not capture.adverts(source=ADDRESS_B), capture.summary()
    assert (report.lost, report.moves) == (0, []), str(report)
    assert (a.state(), b.state(), b.status()["transitions"]) == ("MASTER", "BACKUP", 1)


def test_a_short_freeze_moves_nothing(wire, figure):
    """The freeze is shorter than the peer's timer and than the lease: no packet is lost, nothing moves."""
    a, b = wire.start_pair(Agent, Agent, *pair(version=3, advert_int=1))
    before = a.status()["transitions"], b.status()["transitions"]
    with wire.probe() as probe, Capture(wire.client) as capture:
        capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 3, "an advertisement of A")
        a.freeze()
        time.sleep(1.8)  # the length of the freeze matters
        a.thaw()
        said = len(capture.adverts(source=ADDRESS_A))
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) >= said + 2, 4, "A goes on advertising")
        report = probe.report()
    gap_s = max(intervals([at for at, _unused in capture.adverts(source=ADDRESS_A)]))
    figure(f"frozen for 1.8 s with advert_int 1: {report.lost} of {report.sent} lost, longest gap {gap_s:.2f} s")
    assert (report.lost, report.moves) == (0, []), str(report)
    assert not capture.adverts(source=ADDRESS_B), "the backup spoke"
    assert (a.status()["transitions"], b.status()["transitions"]) == before
