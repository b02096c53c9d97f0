# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test each change of a pair of which one node runs keepalived, in the orders of docs/change.md, and what is lost.

keepalived has no trial of a file. A standby keepalived that no longer hears its master becomes MASTER, so it is stopped
meanwhile. A MASTER keepalived reads its file with SIGHUP; an instance with another id, peer or macvlan it starts anew.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest
from test_network_in_step import CHANGES, A, B, change, text, try_on

from lab.example_pair import VIP
from lab.peers import Agent, Keepalived, Ownership, assert_one_owner, poll, wait_owner

pytestmark = pytest.mark.timing

EVERY = {
    **CHANGES,
    "an address less": tuple(reversed(CHANGES["an address more"])),
    "no VMAC": tuple(reversed(CHANGES["VMAC"])),
    "interface": ((A, B), (A.but(interface="eth1"), B.but(interface="eth1"))),
}
# keepalived starts these instances anew, also a MASTER, so that nobody has the address for a while.
ANEW = ("virtual router id", "unicast", "multicast", "VMAC", "no VMAC", "interface")
HANDOVER_S = 0.3  # so long both own the address where the processors are busy


@pytest.fixture
def wire(wire, request):
    """Give each host a second interface on the segment where the change needs one; ARP is answered by the right one."""
    needed = getattr(request.node, "callspec", None) and request.node.callspec.params["name"] == "interface"
    for number, host in ((4, wire.a), (6, wire.b)) if needed else ():
        host.ip("link", "add", "link", "eth0", "name", "eth1", "type", "macvlan", "mode", "bridge")
        for name in ("eth0", "eth1"):
            host.sysctl(f"net.ipv4.conf.{name}.arp_ignore", 1)
            host.sysctl(f"net.ipv4.conf.{name}.arp_announce", 2)
        host.ip("addr", "add", f"192.168.8.{10 + number}/24", "dev", "eth1")
        host.ip("link", "set", "eth1", "up")
    return wire


@contextlib.contextmanager
def watched(wire) -> Iterator[Ownership]:
    """Sample who has the address, from entering to leaving."""
    seen, over = Ownership(wire.segment, VIP), threading.Event()
    thread = threading.Thread(target=seen.watch, args=(lambda _found: over.wait(0.02), 60))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def change_stopped(keepalived: Keepalived, instance, master: Agent, of_master) -> None:
    """Change both nodes of a pair in which the standby runs keepalived: it is stopped meanwhile."""
    keepalived.stop()
    change(master, of_master)
    keepalived.write(text(keepalived, instance))
    count = keepalived.log_text().count("Entering BACKUP STATE")
    keepalived.start()
    keepalived.wait_log("Entering BACKUP STATE", count=count + 1)


@pytest.mark.parametrize("name", EVERY)
def test_a_standby_with_keepalived_is_stopped_meanwhile_and_nothing_is_lost(wire, figure, name):
    before, after = EVERY[name]
    ours, keepalived = wire.start_pair(Agent, Keepalived, *before)
    with wire.probe() as probe, watched(wire) as seen:
        change_stopped(keepalived, after[1], ours, after[0])
        # Longer than keepalived would wait for a master that it does not hear.
        samples = int(after[1].master_down_interval_s / 0.05) + 10
        assert_one_owner(wire.segment, VIP, "a", samples=samples)
        wire.settled(ours, keepalived)
        report = probe.report()
    figure(f"ours is MASTER, {name}: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert (report.lost, report.moves) == (0, []), str(report)
    assert {tuple(found) for _at, found in seen.samples} == {("a",)}, str(seen)


def test_a_master_with_keepalived_hands_over_without_a_loss(wire, figure):
    """Take the change that costs keepalived most, another virtual router id."""
    before, after = EVERY["virtual router id"]
    keepalived, ours = wire.start_pair(Keepalived, Agent, *before)
    with wire.probe() as probe, watched(wire) as seen:
        ours.cli("promote", "VI_1", check=True)
        wait_owner(wire.segment, VIP, "b")
        change_stopped(keepalived, after[0], ours, after[1])
        ours.cli("release", "VI_1", check=True)
        probe.wait_answered_by("a")
        wire.settled(keepalived, ours)
        report = probe.report()
    figure(f"promote, change, release: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert seen.several_s() < HANDOVER_S, str(seen)


@pytest.mark.parametrize("name", EVERY)
def test_a_master_with_keepalived_loses_the_time_of_its_new_start(wire, figure, name):
    before, after = EVERY[name]
    keepalived, ours = wire.start_pair(Keepalived, Agent, *before)
    with wire.probe() as probe, watched(wire) as seen:
        try_on(ours, after[1], 30)
        assert_one_owner(wire.segment, VIP, "a", samples=10)
        keepalived.write(text(keepalived, after[0]))
        keepalived.reload()
        keepalived.wait_log("Reload complete")
        poll(lambda: ours.status()["master"], 15, "ours hears no master")
        change(ours, after[1])
        probe.wait_answered_by("a")
        wire.settled(keepalived, ours)
        report = probe.report()
    figure(f"keepalived is MASTER, {name}: {report.lost_ms:.0f} ms lost, {len(report.moves)} moves")
    assert seen.several_s() < HANDOVER_S, str(seen)
    if name in ANEW:
        # The interval that it listens before it is MASTER again, and what it needs to set the address.
        assert report.lost_ms <= 1000 * after[0].master_down_interval_s + 300, str(report)
    else:
        assert (report.lost, report.moves) == (0, []), str(report)
