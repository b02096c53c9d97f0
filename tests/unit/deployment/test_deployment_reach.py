# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an attempt to reach a peer sends what no router acts on, and counts what it hears."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import reach
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import Link
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import Advertisement, decode, encode

ENTRY = {"interface": "eth0", "source": "192.168.8.4", "peer": "192.168.8.6", "unicast": False, "group": None,
         "version": 2, "virtual_router_ids": [255, 254]}  # fmt: skip
SIX = {**ENTRY, "source": "fe80::4", "peer": "fe80::6"}
LINK = Link(2, "eth0", bytes.fromhex("020000000004"))
GROUP = "224.0.0.18"


class FakeSocket:
    """It keeps what is sent, and gives what waits in ``waiting``."""

    def __init__(self, *given):
        self.sent, self.waiting, self.joined, self.refusal, self.closed = [], [], [], None, False

    def send(self, packet, destination):
        if self.refusal is None:
            self.sent.append((packet, destination))
        return self.refusal

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def recv(self, size):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)

    def join(self, group):
        self.joined.append(str(group))

    def close(self):
        self.closed = True


@pytest.fixture
def sockets(monkeypatch):
    made = []

    def make(*given):
        made.append(FakeSocket())
        return made[-1]

    monkeypatch.setattr(reach, "open_socket", make)
    monkeypatch.setattr(reach, "_packet_socket", make)
    return made


def heard(priority=1, source="192.168.8.6", destination=GROUP, vrid=253, addresses=(), version=2):
    here, there = ip_address(source), ip_address(destination)
    said = Advertisement(version, vrid, priority, tuple(map(ip_address, addresses)), 100)
    return ip_headers.write(here, there, encode(said, here, there))


def read_all(attempt):
    for _sock, read in attempt.sockets:
        while read():
            pass


def sent(sock):
    found = []
    for packet, destination in sock.sent:
        received = ip_headers.read(packet)
        assert received.hops == 255 and str(received.destination) == destination
        found.append((decode(received.payload, received.source, received.destination), destination))
    return found


def test_no_router_can_act_on_what_is_sent(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    attempt.send(5.0)
    for said, _destination in sent(sockets[0]):
        assert (said.vrid, said.priority, said.addresses, said.version) == (253, 1, (), 2)
    assert [destination for _said, destination in sent(sockets[0])] == [GROUP, "192.168.8.6"]
    assert sockets[0].joined == [GROUP]


def test_over_ipv6_it_is_version_3(sockets):
    reach.Attempt(LINK, SIX).send(5.0)
    assert [(said.version, where) for said, where in sent(sockets[0])] == [(3, "ff02::12"), (3, "fe80::6")]


def test_a_pair_with_unicast_sends_to_the_peer_alone(sockets):
    attempt = reach.Attempt(LINK, {**ENTRY, "unicast": True})
    attempt.send(5.0)
    assert [where for _said, where in sent(sockets[0])] == ["192.168.8.6"] and sockets[0].joined == []
    assert attempt.result()["heard"] == {"unicast": 0}


def test_multicast_begins_when_the_routers_of_the_segment_have_told_their_ids(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    assert attempt.send(0.0) == reach.INTERVAL_S
    assert attempt.send(0.1) == reach.INTERVAL_S  # not due yet
    sockets[0].waiting.append(heard(100, "192.168.8.50", vrid=253, addresses=["192.168.8.200"]))
    read_all(attempt)
    attempt.send(reach.MULTICAST_AFTER_S)
    assert [(said.vrid, where) for said, where in sent(sockets[0])] == [
        (253, "192.168.8.6"), (252, GROUP), (252, "192.168.8.6"),
    ]  # fmt: skip


def test_the_attempts_of_other_pairs_take_no_id(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    sockets[0].waiting += [heard(priority, "192.168.8.50", vrid=253) for priority in reach.PRIORITIES]
    read_all(attempt)
    attempt.send(0.0)
    assert [said.vrid for said, _where in sent(sockets[0])] == [253]


def test_where_every_id_is_in_use_nothing_is_sent(sockets):
    attempt = reach.Attempt(LINK, {**ENTRY, "virtual_router_ids": range(1, 256)})
    attempt.send(5.0)
    assert sockets[0].sent == [] and attempt.result()["refused"]["multicast"] == "every virtual router id is in use"


def test_packets_that_arrive_and_packets_that_are_heard_are_counted_apart(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    vrrp, packets = sockets
    packets.waiting += [heard(), heard() + bytes(18), heard(destination="192.168.8.4"), heard(source="192.168.8.4")]
    vrrp.waiting += [heard(destination="192.168.8.4")]
    read_all(attempt)
    result = attempt.result()
    assert (result["arrived"], result["heard"]) == ({"multicast": 2, "unicast": 1}, {"multicast": 0, "unicast": 1})


@pytest.mark.parametrize(
    "packet",
    [
        heard(100, addresses=["192.168.8.100"]),
        heard(5),
        heard(source="192.168.8.50"),
        heard(destination="192.168.8.9"),
        heard()[:30],
        heard()[:-1] + b"\x01",
        b"",
        b"\x45" + bytes(30),
    ],
)
def test_other_packets_are_not_counted(sockets, packet):
    attempt = reach.Attempt(LINK, ENTRY)
    sockets[0].waiting.append(packet)
    read_all(attempt)
    assert attempt.result()["heard"] == {"multicast": 0, "unicast": 0}


def test_it_is_done_when_each_node_knows_that_the_other_hears_it(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    sockets[0].waiting.append(heard())
    read_all(attempt)
    attempt.send(5.0)
    assert sent(sockets[0])[0][0].priority == 2  # it has heard by multicast
    sockets[0].waiting.append(heard(2, destination="192.168.8.4"))
    read_all(attempt)
    assert not attempt.done
    sockets[0].waiting.append(heard(4))
    read_all(attempt)
    assert attempt.done
    sockets[0].sent.clear()
    attempt.finish()
    assert {said.priority for said, _where in sent(sockets[0])} == {4} and len(sockets[0].sent) == 6


def test_a_send_error_of_the_kernel_is_reported(sockets):
    attempt = reach.Attempt(LINK, ENTRY)
    sockets[0].refusal = "Operation not permitted"
    attempt.send(5.0)
    result = attempt.result()
    assert result["sent"] == {"multicast": 0, "unicast": 0}
    assert result["refused"] == {"multicast": "Operation not permitted", "unicast": "Operation not permitted"}
    assert (result["source"], result["peer"], result["group"], result["answers"]) == (
        "192.168.8.4", "192.168.8.6", GROUP, False,
    )  # fmt: skip


def test_two_ip_versions_are_refused():
    with pytest.raises(ValueError, match="different IP versions"):
        reach.Attempt(LINK, {**ENTRY, "peer": "fe80::6"})


def test_no_socket_stays_open(sockets, monkeypatch):
    def refuse(*given):
        raise OSError("no")

    reach.Attempt(LINK, ENTRY).close()
    assert all(sock.closed for sock in sockets)
    monkeypatch.setattr(reach, "_packet_socket", refuse)
    with pytest.raises(OSError, match="no"):
        reach.Attempt(LINK, ENTRY)
    assert sockets[-1].closed


def test_the_padding_of_a_short_frame_is_removed():
    for packet in (heard(), heard(source="fe80::6", destination="ff02::12", version=3), b""):
        assert reach.without_padding(packet + bytes(18 if packet else 0)) == packet


HEADER = {**ENTRY, "protocol": "ah"}


def test_a_pair_with_an_authentication_header_sends_and_hears_that(sockets):
    attempt = reach.Attempt(LINK, HEADER)
    vrrp, hearing, _packets = sockets
    attempt.send(5.0)
    assert [packet[9] for packet, _destination in vrrp.sent] == [51, 51] and hearing.sent == []
    assert {said.vrid for said, _destination in sent(vrrp)} == {253}
    assert (vrrp.joined, hearing.joined) == ([], [GROUP])
    there = reach.Attempt(LINK, {**HEADER, "source": "192.168.8.6", "peer": "192.168.8.4"})
    there.send(5.0)
    hearing.waiting += [packet for packet, _destination in sockets[3].sent]
    read_all(attempt)
    assert attempt.result()["heard"] == {"multicast": 1, "unicast": 1}
    assert attempt.result()["protocol"] == "ah"
    attempt.close()
    assert all(sock.closed for sock in sockets[:3])
