# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is asked on a segment, how long it is heard, and what is found. Sockets and time are simulated."""

from __future__ import annotations

from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import segment
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import Link
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network.sockets import SocketError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.arp_ndp import (
    gratuitous_arp,
    question,
    unsolicited_na,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.constants import AH_PROTOCOL, VRRP_PROTOCOL
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import Advertisement, encode

MAC, OTHER = bytes.fromhex("020000000004"), bytes.fromhex("020000000009")
VIP, VIP2, VIP6 = (ip_address(text) for text in ("192.168.8.100", "192.168.8.101", "fd00:8::100"))
LINKS = [Link(2, "eth0", MAC), Link(3, "eth1", MAC)]


class Socket:
    """It receives what arrives at a given time, and records what is sent."""

    def __init__(self, segment_of_test, fails=False):
        self.segment = segment_of_test
        self.arrives = []  # (seconds, packet)
        self.sent = []
        self.bound = self.closed = self.joined = False
        self.fails = fails

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def bind(self, address):
        self.bound = address

    def join(self):
        self.joined = True

    def ready(self):
        return bool(self.arrives) and self.arrives[0][0] <= self.segment.now

    def receive(self):
        return self.arrives.pop(0)[1] if self.ready() else None

    def send(self, frame):
        self.sent.append((self.segment.now, frame))
        if self.fails:
            raise OSError(100, "Network is down")

    def close(self):
        self.closed = True


class Segment:
    """It has the sockets of one probe and the clock, which moves only while the probe waits."""

    def __init__(self):
        self.now = 0.0
        self.claims = {}  # (index, IP version): socket
        self.vrrp = {}  # (interface, IP version, protocol): socket
        self.asking = []
        self.heard = []  # what the selector watches
        self.arriving = {}  # what a socket receives, by the same keys
        self.refused = set()
        self.fails = False

    def claim_socket(self, index, addresses):
        return self._made(self.claims, (index, addresses[0].version))

    def vrrp_socket(self, name, _index, version, protocol):
        if version in self.refused:
            raise SocketError("no such address family")
        return self._made(self.vrrp, (name, version, protocol))

    def _made(self, sockets, key):
        sockets[key] = made = Socket(self)
        made.arrives = list(self.arriving.get(key, []))
        return made

    def packet_socket(self, *_kind):
        self.asking.append(Socket(self, self.fails))
        return self.asking[-1]

    # What follows is a selector.
    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.heard = []

    def get_map(self):
        return self.heard

    def register(self, sock, _events, hear):
        self.heard.append((sock, hear))

    def select(self, timeout_s):
        found = [(SimpleNamespace(data=hear), 1) for sock, hear in self.heard if sock.ready()]
        if not found:
            arrivals = [sock.arrives[0][0] for sock, _hear in self.heard if sock.arrives]
            self.now = min([self.now + timeout_s, *arrivals])
        return found

    def all_sockets(self):
        return [*self.claims.values(), *self.vrrp.values(), *self.asking]


@pytest.fixture
def lan(monkeypatch):
    made = Segment()

    def dump(table):
        table.names.update({link.name: link for link in LINKS})
        return table

    packets = SimpleNamespace(AF_PACKET=17, SOCK_RAW=3, SOCK_NONBLOCK=0, socket=made.packet_socket)
    monkeypatch.setattr(segment, "dump", dump)
    monkeypatch.setattr(segment, "socket", packets)
    monkeypatch.setattr(segment, "ClaimSocket", made.claim_socket)
    monkeypatch.setattr(segment, "open_socket", made.vrrp_socket)
    monkeypatch.setattr(segment, "time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr(segment, "selectors", SimpleNamespace(DefaultSelector=lambda: made, EVENT_READ=1))
    return made


def entry(*addresses, interface="eth0", numbers=(), listen=3):
    return {
        "interface": interface, "addresses": list(map(str, addresses)), "virtual_router_ids": numbers, "listen": listen
    }  # fmt: skip


def advertised(priority, version=3, addresses=("192.168.8.200",)):
    here, group = ip_address("192.168.8.50"), ip_address("224.0.0.18")
    said = Advertisement(version, 100, priority, tuple(map(ip_address, addresses)), 100)
    return ip_headers.write(here, group, encode(said, here, group))


def test_each_address_is_asked_for_three_times_by_an_address_probe(lan):
    assert segment.probe([entry(VIP, VIP6)]) == {"answers": [], "advertisers": [], "reached": []}
    four, six = lan.asking
    assert four.bound == six.bound == ("eth0", 0)
    assert [frame for _at, frame in four.sent] == [question(MAC, ip_address("0.0.0.0"), VIP)] * 3
    assert [frame for _at, frame in six.sent] == [question(MAC, ip_address("::"), VIP6)] * 3
    assert [at for at, _frame in four.sent] == pytest.approx([0, 0.3, 0.6])
    assert lan.now == pytest.approx(0.9)
    assert all(sock.closed for sock in lan.all_sockets()) and lan.vrrp == {}


def test_a_host_that_answers_is_found_once_with_its_hardware_address(lan):
    claim, other = gratuitous_arp(OTHER, VIP), gratuitous_arp(OTHER, VIP2)
    lan.arriving = {(2, 4): [(0.1, claim), (0.1, b"cut"), (0.2, other), (0.4, claim)]}
    lan.arriving[2, 6] = [(0.5, unsolicited_na(OTHER, VIP6))]
    found = segment.probe([entry(VIP, VIP6)])["answers"]
    assert found == [
        {"address": str(VIP), "mac": "02:00:00:00:00:09", "interface": "eth0"},
        {"address": str(VIP6), "mac": "02:00:00:00:00:09", "interface": "eth0"},
    ]


def test_a_second_host_with_the_address_is_found_too(lan):
    lan.arriving = {(2, 4): [(0.1, gratuitous_arp(OTHER, VIP)), (0.1, gratuitous_arp(MAC, VIP))]}
    assert [each["mac"] for each in segment.probe([entry(VIP)])["answers"]] == [
        "02:00:00:00:00:09", "02:00:00:00:00:04"
    ]  # fmt: skip


def test_all_interfaces_are_asked_at_once(lan):
    lan.arriving = {(3, 4): [(0.1, gratuitous_arp(OTHER, VIP))]}
    found = segment.probe([entry(VIP), entry(VIP, interface="eth1")])["answers"]
    assert [each["interface"] for each in found] == ["eth1"]
    assert lan.now == pytest.approx(0.9)


def test_a_question_that_cannot_be_sent_is_repeated_and_no_error(lan):
    lan.fails = True
    lan.arriving = {(2, 4): [(0.7, gratuitous_arp(OTHER, VIP))]}
    assert len(segment.probe([entry(VIP)])["answers"]) == 1
    assert len(lan.asking[0].sent) == 3


@pytest.mark.parametrize(("listen", "heard_s"), [(0.1, 0.9), (3, 3), (40, 4)])
def test_advertisements_are_heard_for_four_seconds_at_most(lan, listen, heard_s):
    segment.probe([entry(VIP, numbers=[51], listen=listen)])
    assert lan.now == pytest.approx(heard_s)
    assert sorted(lan.vrrp) == [("eth0", 4, AH_PROTOCOL), ("eth0", 4, VRRP_PROTOCOL), ("eth0", 6, VRRP_PROTOCOL)]
    assert all(sock.joined and sock.closed for sock in lan.vrrp.values())


def test_an_advertiser_of_a_wanted_number_is_found_once_whatever_its_priority(lan):
    first, last = advertised(90), advertised(0)
    lan.arriving = {("eth0", 4, VRRP_PROTOCOL): [(1.0, first), (1.0, first[:20]), (2.0, last)]}
    found = segment.probe([entry(VIP, numbers=[100])])["advertisers"]
    assert [(each["source"], each["priority"]) for each in found] == [("192.168.8.50", 90)]
    lan.now = 0.0
    assert segment.probe([entry(VIP, numbers=[51])])["advertisers"] == []


@pytest.mark.parametrize("version", [2, 3])
def test_an_attempt_of_another_pair_is_no_advertiser(lan, version):
    attempts = [(0.2 * number, advertised(number, version, ())) for number in range(1, 5)]
    lan.arriving = {("eth0", 4, VRRP_PROTOCOL): attempts}
    assert segment.probe([entry(VIP, numbers=[100])])["advertisers"] == []
    lan.now = 0.0
    lan.arriving = {("eth0", 4, VRRP_PROTOCOL): [*attempts, (0.8, advertised(5, version, ()))]}
    assert [each["priority"] for each in segment.probe([entry(VIP, numbers=[100])])["advertisers"]] == [5]
    lan.now = 0.0
    lan.arriving = {("eth0", 4, VRRP_PROTOCOL): [(0.2, advertised(1, version))]}
    assert [each["priority"] for each in segment.probe([entry(VIP, numbers=[100])])["advertisers"]] == [1]


def test_an_ip_version_that_the_host_does_not_have_is_left_out(lan):
    lan.refused = {6}
    lan.arriving = {("eth0", 4, VRRP_PROTOCOL): [(1.0, advertised(90, version=2))]}
    found = segment.probe([entry(VIP, numbers=[100])])["advertisers"]
    assert [each["version"] for each in found] == [2]


def test_a_flood_does_not_lengthen_the_probe(lan, monkeypatch):
    """The clock is looked at again after 1,000 packets; a selector that has something never waits."""
    frame = gratuitous_arp(OTHER, VIP2)

    class Endless(list):
        def pop(self, _place):
            lan.now += 0.0005
            return (0.0, frame)

    lan.arriving = {(2, 4): [(0.0, frame)]}
    made = lan.claim_socket

    def claim_socket(index, addresses):
        sock = made(index, addresses)
        sock.arrives = Endless(sock.arrives)
        return sock

    monkeypatch.setattr(segment, "ClaimSocket", claim_socket)
    assert segment.probe([entry(VIP)])["answers"] == []
    assert lan.now < 3


def test_a_text_that_is_no_address_is_an_error_and_closes_all_sockets(lan):
    with pytest.raises(ValueError, match="'router' does not appear to be an IPv4 or IPv6 address"):
        segment.probe([entry(VIP, numbers=[51]), entry("router")])
    assert lan.all_sockets() and all(sock.closed for sock in lan.all_sockets())
