# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The advertiser sends the advertisements of an instance, and knows which it has sent."""

from __future__ import annotations

from ipaddress import ip_address

from agent_fakes import PEER, Bench, advertisement, instance

from vrrp.config.model.configuration import AuthHmac, HmacKey

PEERS = ("192.168.8.6", "192.168.8.7")


def test_each_peer_gets_one_and_each_is_counted():
    bench = Bench(instance(unicast_peers=tuple(map(ip_address, PEERS)))).start()
    bench.instance.advertiser.send(100, 1.0)
    assert bench.done == [("send", 100, peer) for peer in PEERS]
    assert bench.instance.reporter.counters.sent == 2


def test_a_heartbeat_is_that_of_a_master_unless_it_gives_up():
    bench = Bench(instance()).master()
    bench.beats.clear()
    bench.instance.advertiser.send(100, 11.0)
    bench.instance.advertiser.send(0, 12.0)
    assert bench.beats == [11.0, -12.0]


def test_without_a_socket_nothing_was_said():
    bench = Bench(instance()).start()
    bench.sender = None
    bench.beats.clear()
    bench.instance.advertiser.send(100, 1.0)
    assert (bench.beats, bench.instance.advertiser.said(1.0)) == ([], [])


def test_advertisements_are_signed_anew_each_time():
    bench = Bench(instance(hmac=AuthHmac((HmacKey(1, bytes(32)),), 1)))
    packets = [bench.instance.advertiser.authenticator.packets(100)[0][0] for _each in range(3)]
    assert len(set(packets)) == 3
    assert len({packet[:-28] for packet in packets}) == 1


def test_a_priority_may_come_back_while_it_is_recent_or_the_router_is_master():
    bench = Bench(instance()).start(6.0)
    assert bench.instance.advertiser.said(9.0) == []
    bench.instance.expire(10.0)
    assert set(bench.instance.advertiser.said(10.0)) == {100}
    assert set(bench.instance.advertiser.said(15.0)) == {100}  # read late: it is MASTER, and says nothing else
    bench.instance.inputs.demote(15.1)
    assert 0 in bench.instance.advertiser.said(15.2)
    bench.instance.heard(advertisement(200), PEER, 15.3)
    bench.instance.expire(15.4)
    assert bench.state == "BACKUP"
    assert set(bench.instance.advertiser.said(16.0)) == {0}
    assert bench.instance.advertiser.said(16.2) == []
