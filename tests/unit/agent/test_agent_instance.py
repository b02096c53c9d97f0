# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the actions of an instance between its state machine and the outside, and their order."""

from __future__ import annotations

import pytest
from agent_fakes import MAC, PEER, Bench, advertisement, eth, instance

from vrrp.config.model.configuration import AuthHmac, Globals, HmacKey
from vrrp.protocol.priority import CheckResult
from vrrp.protocol.states import NEVER

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def test_a_takeover_installs_announces_and_then_advertises():
    bench = Bench(instance()).start(6.0)
    assert (bench.state, bench.done) == ("BACKUP", [])
    bench.instance.expire(10.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP), ("send", 100, GROUP)]
    assert bench.instance.reporter.counters.became_master == 1
    assert bench.lines()[-2:] == ["(VI_1) setting VIPs.", "(VI_1) Entering MASTER STATE (no master was heard)"]


def test_it_wakes_the_loop_at_its_deadline():
    bench = Bench(instance()).start(1.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(1.0 + 3.609375)
    bench.instance.heard(advertisement(200), PEER, 2.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(2.0 + 3.609375)


def test_whoever_wins_is_heard_before_the_addresses_go():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(200), PEER, 11.0)
    assert bench.done == [("send", 100, GROUP)]  # so that the winner hears of us and announces itself
    bench.instance.expire(bench.instance.deadline)
    assert bench.done[1:] == [("release", VIP)]
    assert bench.state == "BACKUP"
    assert "(VI_1) Master received advert from 192.168.8.6 with higher priority 200, ours 100" in bench.lines()


def test_advertisements_are_signed_anew_each_time():
    bench = Bench(instance(hmac=AuthHmac((HmacKey(1, bytes(32)),), 1)))
    packets = [bench.instance.authenticator.packets(100)[0][0] for _each in range(3)]
    assert len(set(packets)) == 3
    assert len({packet[:-28] for packet in packets}) == 1


def test_another_source_address_changes_the_packets():
    bench = Bench(instance()).master()
    bench.links_become(eth(mac=MAC), addresses=("192.168.8.5/24",))
    assert bench.state == "MASTER"
    assert str(bench.instance.expectation.own_source) == "192.168.8.5"


def test_checks_change_the_priority_or_forbid_everything():
    bench = Bench(instance()).master()
    bench.instance.check_results([CheckResult("web", "script", False, -20)], 11.0)
    assert (bench.state, bench.instance.router.priority) == ("MASTER", 80)
    assert "(VI_1) Changing effective priority from 100 to 80" in bench.lines()
    bench.instance.check_results([CheckResult("web", "script", False, 0, "exited with status 1")], 12.0)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == ("script web failed: exited with status 1",)
    bench.instance.check_results([CheckResult("web", "script", True, 0)], 13.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 100)


@pytest.mark.parametrize(
    ("ok", "weight", "ready"), [(None, 0, False), (None, 5, True), (True, 0, True), (False, 0, True)]
)
def test_it_begins_when_every_check_that_can_forbid_it_has_spoken(ok, weight, ready):
    bench = Bench(instance())
    bench.instance.check_results([CheckResult("web", "script", ok, weight)], 0.0)
    assert bench.instance.ready() is ready


def test_stopping_keeps_the_addresses_until_the_skew_has_passed():
    bench = Bench(instance()).master()
    bench.stop(11.0)
    assert bench.done == [("send", 0, GROUP)]
    assert bench.instance.router.holds_addresses
    bench.instance.expire(bench.instance.deadline)
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    assert bench.state == "STOP"


def test_an_abort_does_not_wait_and_happens_once():
    bench = Bench(instance()).master()
    bench.instance.abort(20.0)
    bench.instance.abort(20.0)
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    assert bench.announcer.under_way == set()
    assert bench.lines()[-1] == "(VI_1) Entering STOP STATE (its process ends at once)"
    assert [entry.name for entry in bench.instance.journal].count("abort") == 1


def test_an_abort_of_one_that_gives_up_says_nothing_more():
    bench = Bench(instance()).master()
    bench.stop(11.0)
    bench.instance.abort(11.01)
    assert (bench.state, bench.done) == ("STOP", [("send", 0, GROUP), ("release", VIP)])


def test_an_abort_is_no_matter_of_the_sync_group():
    """All members are aborted: one that gave up because of another would only be slower."""
    told = []
    bench = Bench(instance(), acted=lambda who, actions: told.append(actions)).master()
    told.clear()
    bench.instance.abort(11.0)
    assert (bench.state, told) == ("STOP", [])


def test_a_reload_that_changes_nothing_does_nothing():
    bench = Bench(instance()).master()
    deadline = bench.instance.deadline
    bench.instance.reconfigure(instance(line=7), Globals(), 11.0)
    assert (bench.done, bench.instance.deadline, bench.state) == ([], deadline, "MASTER")


def test_a_reload_with_another_priority_keeps_what_the_checks_say():
    bench = Bench(instance()).start()
    bench.instance.check_results([CheckResult("web", "script", False, -20)], 1.0)
    bench.instance.reconfigure(instance(priority=150), Globals(), 2.0)
    assert (bench.state, bench.instance.router.priority) == ("BACKUP", 130)


def test_what_was_said_a_moment_ago_may_come_back():
    bench = Bench(instance()).start(6.0)
    assert bench.instance.said(9.0) == []
    bench.instance.expire(10.0)
    assert set(bench.instance.said(10.0)) == {100}
    assert set(bench.instance.said(15.0)) == {100}  # read late: it is MASTER, and says nothing else
    bench.instance.inputs.demote(15.1)
    assert 0 in bench.instance.said(15.2)
    bench.instance.heard(advertisement(200), PEER, 15.3)
    bench.instance.expire(15.4)
    assert bench.state == "BACKUP"
    assert set(bench.instance.said(16.0)) == {0}
    assert bench.instance.said(16.2) == []


@pytest.mark.parametrize("why", ["stop", "demote", "drain", "outbid"])
def test_whoever_hands_over_goes_on_with_no_burst(why):
    """A frame of ours that comes after the first one of the new master would steal its clients back."""
    bench = Bench(instance()).master()
    assert bench.announcer.under_way
    if why == "outbid":
        bench.instance.heard(advertisement(200), PEER, 11.0)
    else:
        getattr(bench.instance.inputs, why)(11.0)
    assert (bench.instance.router.yielding, bench.announcer.under_way) == (True, set())
    assert ("release", VIP) not in bench.done


def test_a_master_that_was_frozen_releases_before_anything_else():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(200), PEER, 14.0)
    assert (bench.state, bench.done) == ("BACKUP", [("release", VIP)])


def test_who_has_dropped_everything_stays_silent():
    """The loop goes on for a moment, for scripts that end: nothing may be advertised or installed in it."""
    bench = Bench(instance()).master()
    bench.instance.abort(20.0)
    bench.done.clear()
    assert bench.instance.deadline == NEVER
    bench.instance.expire(20.0)
    bench.instance.interface_changed(20.0)
    bench.instance.heard(advertisement(50), PEER, 21.0)
    assert bench.done == []


def test_a_link_that_changed_is_announced_by_who_has_addresses_there():
    bench = Bench(instance()).master()
    bench.instance.links_changed({3}, 10.0)
    assert bench.done == []
    bench.instance.links_changed({2, 3}, 10.0)
    assert bench.done == [("announce", 5, "192.168.8.100/24")]


def test_who_holds_no_address_announces_no_link():
    bench = Bench(instance()).start()
    bench.done.clear()
    bench.instance.links_changed({2}, 1.0)
    assert bench.done == []
