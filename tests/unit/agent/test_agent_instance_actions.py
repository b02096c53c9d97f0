# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of a state machine are performed in their order, and end where the kernel refuses an address."""

from __future__ import annotations

from agent_fakes import Bench, instance

from vrrp.config.model.configuration import GratuitousArp
from vrrp.protocol.actions import Announce, Notify, RivalHeard, SendAdvertisement

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"
REFUSED = f"cannot set {VIP} on eth0: Operation not permitted"


def test_a_takeover_installs_announces_and_then_advertises():
    bench = Bench(instance()).start(6.0)
    assert (bench.state, bench.done) == ("BACKUP", [])
    bench.instance.expire(10.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP), ("send", 100, GROUP)]
    assert bench.instance.reporter.counters.became_master == 1
    assert bench.lines()[-2:] == ["(VI_1) setting VIPs.", "(VI_1) Entering MASTER STATE (no master was heard)"]


def test_a_master_whose_address_cannot_be_set_leaves_it_to_the_peer():
    bench = Bench(instance()).start(6.0)
    bench.kernel.refuses = "Operation not permitted"
    bench.instance.expire(10.0)
    assert (bench.state, bench.instance.router.faults) == ("FAULT", (REFUSED,))
    assert bench.done == [("install", VIP), ("send", 0, GROUP), ("release", VIP)]  # never announced nor advertised
    assert f"error: (VI_1) {REFUSED}" in bench.lines()
    assert bench.instance.reporter.last_event == f"entered FAULT: {REFUSED}"


def test_the_burst_is_as_long_as_configured():
    bench = Bench(instance(garp=GratuitousArp(repeat=2, interval_s=0.25))).start(6.0)
    bench.instance.expire(10.0)
    assert ("announce", 2, VIP) in bench.done
    assert bench.announcer.intervals_s == [0.25]


def test_they_keep_their_order():
    bench = Bench(instance()).master()
    bench.instance.actions.perform((Announce(2), SendAdvertisement(7), Announce(1)), 11.0)
    assert bench.done == [("announce", 2, VIP), ("send", 7, GROUP), ("announce", 1, VIP)]


def test_a_state_is_told_with_a_heartbeat_that_fits():
    bench = Bench(instance()).start()
    bench.beats.clear()
    bench.instance.actions.perform((Notify("MASTER", 100, "so"), Notify("BACKUP", 100, "so")), 1.0)
    assert bench.beats == [1.0, -1.0]
    assert [line[2] for line in bench.told[-2:]] == ["MASTER", "BACKUP"]


def test_a_rival_is_told():
    bench = Bench(instance()).master()
    bench.instance.actions.perform((RivalHeard("192.168.8.6", 90),), 11.0)
    assert (bench.done, bench.instance.reporter.counters.split_brains) == ([], 1)
