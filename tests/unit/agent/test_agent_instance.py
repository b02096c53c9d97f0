# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the actions of an instance between its state machine and the outside, and their order."""

from __future__ import annotations

import errno
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from agent_fakes import PEER, Bench, advertisement, instance

from vrrp.agent.netlink.links import ActualAddress, AddressChanged
from vrrp.agent.netlink.routes import resolve
from vrrp.agent.statistics import Conflict
from vrrp.config.model.configuration import Globals
from vrrp.config.model.routes import NextHop, Route
from vrrp.protocol.states import NEVER

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def test_an_instance_wakes_the_loop_at_its_deadline():
    bench = Bench(instance()).start(1.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(1.0 + 3.609375)
    bench.instance.heard(advertisement(200), PEER, 2.0)
    assert bench.armed[-1] == bench.instance.deadline == pytest.approx(2.0 + 3.609375)


def test_the_new_master_is_heard_before_the_addresses_go():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(200), PEER, 11.0)
    assert bench.done == [("send", 100, GROUP)]  # so that the winner hears of us and announces itself
    bench.instance.expire(bench.instance.deadline)
    assert bench.done[1:] == [("release", VIP)]
    assert bench.state == "BACKUP"
    assert "(VI_1) Master received advert from 192.168.8.6 with higher priority 200, ours 100" in bench.lines()


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
    bench.instance.inputs.group_changed("G", 10.5)
    told.clear()
    bench.instance.abort(11.0)
    assert (bench.state, told) == ("STOP", [])


def test_a_reload_that_changes_nothing_does_nothing():
    bench = Bench(instance()).master()
    deadline = bench.instance.deadline
    bench.instance.reconfigure(instance(line=7), Globals(), 11.0)
    assert (bench.done, bench.instance.deadline, bench.state) == ([], deadline, "MASTER")


@pytest.mark.parametrize("why", ["stop", "demote", "drain", "outbid"])
def test_a_master_that_hands_over_ends_its_bursts(why):
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


def test_an_aborted_instance_stays_silent():
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


def test_an_instance_without_addresses_announces_no_link():
    bench = Bench(instance()).start()
    bench.done.clear()
    bench.instance.links_changed({2}, 1.0)
    assert bench.done == []


def test_it_follows_the_master_that_it_heard_last():
    bench = Bench(instance()).start()
    assert not bench.instance.follows(PEER)
    bench.instance.heard(advertisement(200), PEER, 1.0)
    assert bench.instance.follows(PEER) and not bench.instance.follows(PEER + 1)
    bench.instance.heard(advertisement(0), PEER, 2.0)
    assert not bench.instance.follows(PEER)


def test_a_claim_of_another_host_is_answered_each_time_and_recorded_once():
    bench = Bench(instance()).master()
    found = Conflict("eth0", bytes.fromhex("020000000009"), 11.0)
    bench.instance.conflict(ip_address("192.168.8.100"), found, True, 11.0)
    bench.instance.conflict(ip_address("192.168.8.100"), found, False, 21.0)
    assert bench.done == [("announce", 1, VIP)] * 2
    assert [entry.name for entry in bench.instance.journal].count("conflict") == 1
    bench.instance.heard(advertisement(200), PEER, 22.0)
    bench.done.clear()
    bench.instance.conflict(ip_address("192.168.8.100"), found, False, 22.1)
    assert bench.done == [], "it gives up: the new master announces"


WAITING = Route(
    ip_network("2001:db8::/32"), hops=(NextHop(ip_address("fd00:8::254")),), source=ip_address("fd00:8::100")
)


@pytest.mark.parametrize(("refused", "state"), [(False, "MASTER"), (True, "FAULT")])
def test_a_route_that_waited_for_an_address_is_set_or_is_a_fault(refused, state):
    bench = Bench(instance(routes=(WAITING,)))
    entry = ActualAddress(2, ip_interface("fd00:8::100/64"), tentative=True)
    bench.kernel.table.remember(entry)
    bench.master()
    usable = replace(entry, tentative=False)
    bench.kernel.table.forget(2, entry.address)
    bench.kernel.table.remember(usable)
    (way,), _faults = resolve([WAITING], [], bench.kernel.table)
    if refused:
        bench.kernel.no_way[way.remove] = errno.ENETUNREACH
    bench.instance.address_changed(AddressChanged(usable, True), 11.0)
    text = "cannot set route 2001:db8::/32 via fd00:8::254 src fd00:8::100: Network is unreachable"
    assert (bench.state, bench.instance.router.own_faults) == (state, (text,) if refused else ())
    assert bench.kernel.routes == (set() if refused else {way.remove})


@pytest.mark.parametrize(("index", "name", "put_back"), [(2, "eth0", 1), (9, "9", 0)])
def test_a_deleted_address_is_put_back_if_it_is_ours(index, name, put_back):
    bench = Bench(instance()).master()
    gone = bench.kernel.somebody_deletes("192.168.8.100/24", index)
    if index != 2:  # an interface that has gone, with the same address
        bench.kernel.table.remember(replace(gone.present, index=2))
    bench.instance.address_changed(gone, 11.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP)][: 2 * put_back]
    assert f"192.168.8.100 removed from {name}" in bench.text.getvalue()
    assert bench.instance.reporter.counters.addresses_put_back == put_back


def test_an_instance_without_a_socket_sends_nothing_and_counts_nothing():
    bench = Bench(instance()).master()
    bench.sender = None
    bench.instance._ports = replace(bench.instance._ports, sender=lambda interface, version: None)
    sent = bench.instance.reporter.counters.sent
    bench.instance.expire(11.0)
    assert (bench.instance.reporter.counters.sent, bench.instance.said(10.5)) == (sent, [100, 100])
