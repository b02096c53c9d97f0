# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an advertiser is read from a packet, and which interfaces are left out. tests/network has real ones."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import segment
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import Link
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.ipsec_ah import seal
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import (
    Advertisement,
    encode,
    followed,
)

MAC = bytes.fromhex("020000000004")


def packet(version, source, vip, trailer=b""):
    here, group = ip_address(source), ip_address("ff02::12" if ":" in source else "224.0.0.18")
    said = Advertisement(version, 100, 90, (ip_address(vip),), 100)
    return ip_headers.write(here, group, followed(encode(said, here, group), trailer, here, group))


@pytest.mark.parametrize("trailer", [b"", bytes(28)], ids=["plain", "auth_hmac"])
@pytest.mark.parametrize(
    ("version", "source", "vip"),
    [(2, "192.168.8.50", "192.168.8.200"), (3, "192.168.8.50", "192.168.8.200"), (3, "fe80::50", "fd00::200")],
)
def test_the_advertiser_is_read_from_a_packet(version, source, vip, trailer):
    assert segment.advertiser(packet(version, source, vip, trailer), "eth0") == {
        "interface": "eth0", "source": source, "virtual_router_id": 100, "version": version, "priority": 90,
        "addresses": [vip],
    }  # fmt: skip


def test_the_advertiser_is_read_behind_an_authentication_header():
    here, group = ip_address("192.168.8.50"), ip_address("224.0.0.18")
    said = encode(Advertisement(2, 100, 90, (ip_address("192.168.8.200"),), 100, auth_type=2), here, group)
    found = segment.advertiser(seal(b"secret", 1, 1, here, group, 255, 0, said), "eth0")
    assert (found["source"], found["virtual_router_id"]) == ("192.168.8.50", 100)


def test_a_packet_that_is_no_advertisement_has_no_advertiser():
    whole = packet(3, "192.168.8.50", "192.168.8.200")
    for cut in range(len(whole)):
        assert segment.advertiser(whole[:cut], "eth0") is None
    damaged = whole[:21] + b"\x63" + whole[22:]
    assert segment.advertiser(damaged, "eth0") is None


def test_an_interface_that_cannot_be_asked_is_left_out_at_once(monkeypatch):
    links = [Link(1, "lo", bytes(6), loopback=True), Link(2, "down0", MAC, up=False), Link(3, "wg0")]

    def dump(table):
        table.names.update({link.name: link for link in links})
        return table

    monkeypatch.setattr(segment, "dump", dump)
    wanted = [
        {"interface": name, "addresses": ["192.168.8.100"], "virtual_router_ids": [100], "listen": 3}
        for name in ("lo", "down0", "wg0", "none0")
    ]
    monkeypatch.setattr(segment, "_ask_and_hear", None)  # there is no wait
    reach = [{"interface": name, "source": "192.168.8.4", "peer": "192.168.8.6"} for name in ("down0", "none0")]
    assert segment.probe(wanted, reach) == segment.probe([]) == {"answers": [], "advertisers": [], "reached": []}


class FakeAttempt:
    """It is done after so many seconds, and notes when it was to send."""

    def __init__(self, clock, done_at):
        self.clock, self.done_at, self.sent, self.finished_at = clock, done_at, [], None

    @property
    def done(self):
        return self.clock() >= self.done_at

    def send(self, passed_s):
        self.sent.append(passed_s)
        return passed_s + 0.2

    def finish(self):
        self.finished_at = self.clock()


@pytest.mark.parametrize(
    ("listen_s", "done_at", "ends_at"), [(3.0, None, 3.0), (3.0, 1.0, 3.0), (1.0, 1.5, 1.6), (1.0, 99.0, 5.0)]
)
def test_it_ends_when_the_time_is_over_and_each_peer_was_reached(monkeypatch, listen_s, done_at, ends_at):
    now = [0.0]
    asked = []

    def hear(selector, timeout_s):
        now[0] = round(now[0] + timeout_s, 6)

    monkeypatch.setattr(segment.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(segment, "_hear", hear)
    attempts = [] if done_at is None else [FakeAttempt(lambda: now[0], done_at)]
    segment._ask_and_hear(None, [lambda: asked.append(now[0])], attempts, listen_s)
    assert asked == [0.0, pytest.approx(0.3), pytest.approx(0.6)]
    assert now[0] == pytest.approx(ends_at) and all(each.finished_at == now[0] for each in attempts)
