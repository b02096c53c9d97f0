# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which claims are conflicts, and which belong to the pair's own takeovers."""

from __future__ import annotations

import io
from dataclasses import replace
from ipaddress import ip_address

import pytest
from agent_fakes import MAC, OWN, PEER, VIP, Bench, advertisement, eth, instance, table
from fake_sockets import FakeClaimSocket

from vrrp.agent import address_conflicts
from vrrp.agent.address_conflicts import Conflicts
from vrrp.agent.log import Log
from vrrp.agent.statistics import CONFLICT_S, QUESTIONS
from vrrp.protocol.arp_ndp import answer, gratuitous_arp, question, unsolicited_na

OTHER = bytes.fromhex("020000000009")
OTHER_TEXT = "02:00:00:00:00:09"
ARP = 2, 4  # eth0, IPv4


class Segment:
    """One instance, MASTER since ``10.0``, and a clock that the test moves."""

    def __init__(self, bench=None):
        self.bench = bench or Bench(instance()).master()
        self.one = self.bench.instance
        self.instances = [self.one]
        self.open = FakeClaimSocket
        self.opened: list = []
        self.now, self.text = 20.0, io.StringIO()
        self.timers: list = []
        self.listening: dict = {}
        self.conflicts = Conflicts(
            Log(self.text),
            clock=lambda: self.now,
            table=lambda: self.bench.kernel.table,
            instances=lambda: self.instances,
            virtual=lambda: self.bench.virtual,
            listen=self.listening.__setitem__,
            unlisten=lambda fd: self.listening.pop(fd, None),
            later=lambda delay_s, callback: self.timers.append((self.now + delay_s, callback)),
            open_socket=self.open_socket,
        )
        self.look()

    def open_socket(self, index, addresses):
        self.opened.append(self.open(index, addresses))
        return self.opened[-1]

    @property
    def sockets(self):
        """Return the open sockets by interface and IP version."""
        return {(each.index, next(iter(each.addresses)).version): each for each in self.opened if not each.closed}

    def look(self):
        self.conflicts.changed()
        self.until(self.now + address_conflicts.LOOK_S)

    def until(self, now):
        while self.timers and min(self.timers, key=lambda each: each[0])[0] <= now:
            first = min(self.timers, key=lambda each: each[0])
            self.timers.remove(first)
            self.now = first[0]
            first[1]()
        self.now = now

    def hears(self, *frames, place=ARP):
        sock = self.sockets[place]
        sock.waiting += frames
        self.listening[sock.fileno()]()

    def asked(self, place=ARP):
        """Return the questions of one round only."""
        sock = self.sockets[place]
        sock.sent.clear()
        self.until(self.now + address_conflicts.ASK_S)
        return sock.sent

    def found(self):
        return {str(address): each.host for address, each in self.one.reporter.conflicts.items()}


@pytest.fixture
def segment():
    made = Segment()
    yield made
    made.conflicts.close()


def test_a_stranger_is_found_after_an_interval_and_addresses_are_announced(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(21.0)
    assert segment.found() == {}
    segment.until(22.0)
    assert segment.found() == {"192.168.8.100": OTHER_TEXT}
    assert segment.bench.done == [("announce", 1, "192.168.8.100/24")]
    assert segment.one.reporter.last_event == f"{OTHER_TEXT} claims 192.168.8.100 too"
    assert [entry.name for entry in segment.one.journal][-1] == "conflict"
    assert f"warning: (VI_1) {OTHER_TEXT} on eth0 claims 192.168.8.100 too" in segment.text.getvalue()


def test_a_host_that_goes_on_is_answered_every_ten_seconds_and_told_once(segment):
    entries = len(segment.one.journal)
    for second in range(60):
        segment.until(21.0 + second)
        segment.hears(gratuitous_arp(OTHER, VIP.ip))
    assert len(segment.bench.done) == segment.one.reporter.counters.address_conflicts == 5
    assert len(segment.one.journal) == entries + 1
    assert segment.text.getvalue().count("claims") == 1


def test_a_conflict_is_forgotten_and_then_it_is_news_again(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(30.0 + CONFLICT_S)
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(32.0 + CONFLICT_S)
    assert [entry.name for entry in segment.one.journal].count("conflict") == 2


def test_a_flood_is_read_in_portions(segment):
    sock = segment.sockets[ARP]
    segment.hears(*[gratuitous_arp(OTHER, VIP.ip)] * 1000)
    assert (len(sock.waiting), sock.fileno() in segment.listening) == (1000 - address_conflicts.READ_MAX, False)
    segment.until(segment.now + address_conflicts.THROTTLE_S)
    assert sock.fileno() in segment.listening


@pytest.mark.parametrize("mac", [MAC, bytes.fromhex("00005e000133")], ids=["our own", "the virtual router's"])
def test_a_mac_address_of_the_pair_is_no_stranger(segment, mac):
    segment.hears(gratuitous_arp(mac, VIP.ip))
    segment.until(30.0)
    assert segment.found() == {}


def test_the_virtual_mac_of_another_router_is_a_stranger(segment):
    segment.hears(gratuitous_arp(bytes.fromhex("00005e000134"), VIP.ip))
    segment.until(30.0)
    assert segment.found() == {"192.168.8.100": "00:00:5e:00:01:34"}


def test_a_peer_that_takes_over_may_announce_the_addresses(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.one.heard(advertisement(200), PEER, 20.2)
    segment.until(30.0)
    assert segment.found() == {}


def test_a_rival_that_is_heard_is_told_as_such(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.one.heard(advertisement(90), PEER, 20.2)
    segment.until(30.0)
    assert segment.found() == {}


def test_the_one_before_us_may_be_slow():
    segment = Segment(Bench(instance()).master(19.0))
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(30.0)
    assert segment.found() == {}
    segment.conflicts.close()


def test_a_standby_watches_the_address_it_speaks_from():
    bench = Bench(instance()).start()
    bench.instance.heard(advertisement(200), PEER, 1.0)
    segment = Segment(bench)
    assert segment.sockets[ARP].addresses == {OWN}
    segment.hears(gratuitous_arp(OTHER, VIP.ip), gratuitous_arp(OTHER, OWN))
    segment.until(30.0)
    assert segment.found() == {"192.168.8.4": OTHER_TEXT}
    assert bench.state == "BACKUP"
    assert ("announce", 1, "192.168.8.100/24") not in bench.done
    segment.conflicts.close()


def test_one_socket_for_each_interface_and_ip_version():
    both = instance(addresses=("fd00:8::100/64", "fd00:8::101/64"), version=3)
    here = table(addresses=("fe80::4/64", "192.168.8.4/24"))
    segment = Segment(Bench(both, here).master())
    assert {place: len(sock.addresses) for place, sock in segment.sockets.items()} == {(2, 6): 3}
    vip = ip_address("fd00:8::101")
    segment.hears(unsolicited_na(OTHER, vip), place=(2, 6))
    segment.until(30.0)
    assert segment.found() == {"fd00:8::101": OTHER_TEXT}
    segment.conflicts.close()
    assert segment.listening == {}


def test_the_sockets_follow_state_and_interface(segment):
    sock = segment.sockets[ARP]
    assert sock.addresses == {OWN, VIP.ip}
    segment.one.heard(advertisement(200), PEER, 20.2)
    segment.look()
    assert segment.sockets[ARP] is sock
    assert sock.addresses == {OWN}
    segment.bench.kernel.table = table(eth(index=7))
    segment.look()
    assert (sock.closed, set(segment.sockets)) == (True, {(7, 4)})


def test_a_socket_that_cannot_be_had_is_told(segment):
    def refused(index, addresses):
        raise PermissionError(1, "Operation not permitted")

    segment.open = refused
    segment.bench.kernel.table = table(eth(index=7))
    segment.look()
    assert "interface eth0: address conflicts are not detected (Operation not permitted)" in segment.text.getvalue()


def told(segment):
    return [str(address) for address, each in segment.one.reporter.conflicts.items() if not each.past(segment.now)]


def test_all_is_well_and_nobody_is_asked(segment):
    assert segment.asked() == segment.asked() == []


def test_a_host_that_claims_an_address_is_asked_until_it_does_not_answer(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(22.0)
    assert segment.asked() == [question(MAC, ip_address("0.0.0.0"), VIP.ip)]
    for _round in range(20):
        segment.hears(answer(OTHER, VIP.ip, MAC, ip_address("0.0.0.0")))
        assert len(segment.asked()) == 1
    assert told(segment) == ["192.168.8.100"]
    rounds = 0
    while told(segment):
        assert len(segment.asked()) == 1
        rounds += 1
    assert rounds in (QUESTIONS, QUESTIONS + 1)  # the last answer may have been judged after a question
    assert segment.asked() == []
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(segment.now + 2.0)
    assert told(segment) == ["192.168.8.100"]


def test_the_answer_of_a_third_one_says_nothing_of_the_first(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(22.0)
    known = segment.one.reporter.conflicts[VIP.ip]
    segment.asked()
    segment.hears(answer(bytes.fromhex("020000000008"), VIP.ip, MAC, ip_address("0.0.0.0")))
    assert known.unanswered == 1


def test_of_many_each_is_asked_in_its_turn(monkeypatch):
    many = [f"192.168.8.{number}/24" for number in range(100, 150)]
    segment = Segment(Bench(instance(addresses=many)).master())
    monkeypatch.setattr(address_conflicts, "READ_MAX", 50)
    monkeypatch.setattr(address_conflicts, "ASK_MAX", 32)
    segment.hears(*[gratuitous_arp(OTHER, ip_address(each.split("/")[0])) for each in many])
    segment.until(22.0)
    first, second = list(segment.asked()), list(segment.asked())
    assert len(first) == len(second) == 32
    assert len({*first, *second}) == 50
    segment.conflicts.close()


ERROR = "Operation not permitted"


@pytest.fixture
def refused(monkeypatch):
    """The kernel refuses what it sends, since 10.0."""
    bench = Bench(instance()).start(6.0)
    bench.sender.error = ERROR
    bench.instance.expire(10.0)
    bench.done.clear()
    segment = Segment(bench)
    yield segment
    segment.conflicts.close()


@pytest.mark.parametrize("mac", [OTHER_TEXT, "00:00:5e:00:01:33"], ids=["a router", "a router with use_vmac"])
def test_a_master_that_cannot_be_heard_gives_up_what_another_host_has(refused, mac):
    assert refused.asked() == [question(MAC, ip_address("0.0.0.0"), VIP.ip)]
    refused.hears(answer(bytes.fromhex(mac.replace(":", "")), VIP.ip, MAC, ip_address("0.0.0.0")))
    refused.until(refused.now + 2.0)
    (fault,) = refused.one.router.own_faults
    assert fault == f"its own kernel refuses its advertisements ({ERROR}), and {mac} has 192.168.8.100"
    assert refused.bench.done == [("release", "192.168.8.100/24")]  # and nothing is announced
    assert (refused.found(), refused.one.reporter.counters.address_conflicts) == ({}, 1)
    assert "claims" not in refused.text.getvalue()


def test_its_own_answers_are_no_conflict(refused):
    refused.hears(answer(MAC, VIP.ip, MAC, ip_address("0.0.0.0")))
    refused.until(60.0)
    assert refused.bench.state == "MASTER"


def test_a_claim_to_the_source_address_is_no_claim_to_a_virtual_one(refused):
    refused.hears(gratuitous_arp(OTHER, OWN))
    refused.until(60.0)
    assert (refused.bench.state, list(refused.found())) == ("MASTER", ["192.168.8.4"])


def seen(instance, monkeypatch):
    """Return the times at which another host will be seen with the addresses."""
    times: list = []
    monkeypatch.setattr(instance.refusals, "seen", lambda other, now: times.append(now))
    return times


def test_while_it_has_given_up_it_asks_and_every_claim_counts_at_once(refused, monkeypatch):
    refused.one.refusals.seen("somebody has it", 21.0)
    assert refused.bench.state == "FAULT"
    refused.look()
    assert refused.sockets[ARP].addresses == {OWN, VIP.ip}
    assert refused.asked() == [question(MAC, ip_address("0.0.0.0"), VIP.ip)]
    seen_at = seen(refused.one, monkeypatch)
    refused.until(40.0)
    refused.hears(answer(OTHER, VIP.ip, MAC, ip_address("0.0.0.0")))
    assert seen_at == [40.0]
    refused.until(50.0)
    refused.hears(gratuitous_arp(OTHER, OWN))
    assert seen_at == [40.0]


def test_each_instance_that_nobody_hears_asks_for_one_address_in_turn(monkeypatch):
    every = []
    for number in range(5):
        bench = Bench(instance(f"VI_{number}", (f"192.168.8.{100 + number}/24", f"192.168.8.{200 + number}/24"))).start(
            6.0
        )
        bench.sender.error = ERROR
        bench.instance.expire(10.0)
        every.append(bench)
    segment = Segment(every[0])
    segment.instances = [bench.instance for bench in every]
    segment.look()
    assert len(segment.asked()) == 5
    monkeypatch.setattr(address_conflicts, "ASK_MAX", 2)
    asked = [list(segment.asked()) for _round in range(5)]
    assert {len(some) for some in asked} == {2}
    assert len({frame for some in asked for frame in some}) == 5
    segment.conflicts.close()


def test_nothing_is_asked_from_the_virtual_mac_address(refused):
    refused.bench.kernel.table = table(replace(eth(), kind="macvlan"))
    assert refused.asked() == []
    refused.until(30.0)
    assert refused.bench.state == "MASTER"


def test_of_an_owner_the_address_it_speaks_from_is_virtual(monkeypatch):
    bench = Bench(instance(priority=255), table(addresses=("192.168.8.100/24",))).start(10.0)
    bench.sender.error = ERROR
    for now in (11.0, 12.0, 13.0, 14.0, 15.0):
        bench.instance.expire(now)
    segment = Segment(bench)
    assert (bench.state, bench.instance.tracking.source) == ("MASTER", VIP.ip)
    assert segment.asked() == [question(MAC, ip_address("0.0.0.0"), VIP.ip)]
    segment.hears(answer(OTHER, VIP.ip, MAC, ip_address("0.0.0.0")))
    segment.until(segment.now + 2.0)
    assert bench.state == "FAULT"
    seen_at = seen(bench.instance, monkeypatch)
    segment.until(40.0)
    segment.hears(answer(OTHER, VIP.ip, MAC, ip_address("0.0.0.0")))
    assert seen_at == [40.0]
    segment.conflicts.close()


def test_an_interface_that_has_just_gone_is_not_asked_on(segment):
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.until(22.0)
    assert len(segment.asked()) == 1
    segment.bench.kernel.table = table(eth("eth1", 3))
    assert segment.asked() == []


def test_after_the_end_nothing_is_asked_and_nothing_is_opened(segment):
    sock = segment.conflicts._sockets[ARP]
    segment.hears(gratuitous_arp(OTHER, VIP.ip))
    segment.conflicts.changed()
    segment.conflicts.close()
    segment.conflicts.changed()
    segment.until(100.0)
    assert (segment.timers, segment.listening, segment.conflicts._sockets, sock.closed) == ([], {}, {}, True)
    assert sock.sent == []
