# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that with ``use_vmac`` clients know one Ethernet address, with either node as master."""

from __future__ import annotations

import json

import pytest

from lab.example_pair import ADDRESS6_A, ADDRESS6_B, CLIENT6, PREFIX6, VIP, VIP6, ipv6_pair, pair
from lab.frr import macs
from lab.peers import Agent, Keepalived, assert_one_owner, poll, wait_owner

NAME = "vrrp.51"
MAC = {4: "00:00:5e:00:01:33", 6: "00:00:5e:00:02:33"}


def links(host):
    return {entry["ifname"]: entry for entry in json.loads(host.ip("-j", "-d", "link"))}


def arp_ignore(host):
    return host.run(["cat", "/proc/sys/net/ipv4/conf/eth0/arp_ignore"]).stdout.strip()


def wait_macvlans(host, expected):
    poll(lambda: links(host).keys() - {"lo", "eth0"} == expected, 5, f"not {expected}", lambda: str(links(host).keys()))


def start(wire, version=4, kind=Agent, lines=("use_vmac",)):
    both = {"version": 3, "advert_int": 0.2, "lines": lines}
    if version == 6:
        for host, address in ((wire.a, ADDRESS6_A), (wire.b, ADDRESS6_B), (wire.client, CLIENT6)):
            host.ip("addr", "add", address + PREFIX6, "dev", "eth0", "nodad")
        wire.vip = VIP6
    return wire.start_pair(Agent, kind, *(ipv6_pair(**both) if version == 6 else pair(**both)))


@pytest.mark.timing
@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("version", [4, 6], ids=["ipv4", "ipv6"])
def test_the_client_knows_one_mac_address_before_and_after_a_move(wire, figure, version, kind):
    a, b = start(wire, version, kind)
    assert macs(wire.client, wire.vip) == [MAC[version]]
    report = wire.lost(a.stop, answers_then=wire.b)
    figure(f"use_vmac IPv{version}, hotstandby -> {kind.kind}: clean stop, {report.lost_ms:.0f} ms lost")
    if kind is Agent:  # keepalived asks with its own Ethernet address and the virtual IP address
        assert macs(wire.client, wire.vip) == [MAC[version]]
    report = wire.lost(a.start, answers_then=wire.a)
    wire.settled(a, b)
    assert macs(wire.client, wire.vip) == [MAC[version]]
    if kind is Agent:
        assert report.lost == 0, str(report)


def test_the_macvlan_comes_with_the_agent_and_goes_with_it(wire):
    a, _b = start(wire)
    for host in (wire.a, wire.b):
        made = links(host)[NAME]
        assert (made["address"], made["link"]) == (MAC[4], "eth0")
        assert made["linkinfo"]["info_data"]["mode"] == "private"
        # Two nodes with one Ethernet address must not make the same address of it (RFC 9568 section 7.4).
        assert "fe80" not in host.ip("addr", "show", "dev", NAME)
    assert f"{VIP}/24" in wire.a.addresses(NAME)
    assert VIP not in wire.a.ip("addr", "show", "dev", "eth0")
    assert arp_ignore(wire.a) == "1"
    a.stop()
    assert NAME not in links(wire.a)
    assert arp_ignore(wire.a) == "0"


def test_a_deleted_macvlan_of_the_master_is_made_again(wire):
    a, b = start(wire)
    wire.a.ip("link", "del", NAME)
    poll(lambda: NAME in links(wire.a), 5, "the macvlan is not made again", a.tail)
    wire.settled(a, b)


def test_a_killed_agent_goes_on_with_its_macvlan(wire):
    a, b = start(wire)
    index = links(wire.a)[NAME]["ifindex"]
    a.kill()
    a.start()
    wire.settled(a, b)
    assert links(wire.a)[NAME]["ifindex"] == index
    a.stop()
    assert NAME not in links(wire.a)
    assert arp_ignore(wire.a) == "0"


def test_a_restart_without_use_vmac_removes_the_old_macvlan(wire):
    a, _b = start(wire)
    a.kill()
    a.write(pair(version=3, advert_int=0.2)[0].text("NodeA"))
    a.start()
    a.wait_state("MASTER")
    wait_macvlans(wire.a, set())
    assert arp_ignore(wire.a) == "0"


def test_a_cleanup_behind_a_dead_agent_removes_the_macvlan(wire):
    a, b = start(wire)
    a.kill()
    b.wait_state("MASTER")
    a.cli("cleanup", check=True)
    assert NAME not in links(wire.a)
    assert arp_ignore(wire.a) == "0"


def test_a_reload_adds_and_removes_the_macvlan(wire):
    a, b = start(wire, lines=())
    both = {"version": 3, "advert_int": 0.2}
    for lines in (("use_vmac",), ("use_vmac", "vmac_xmit_base"), ("use_vmac vip0 02:00:5e:10:00:01",), ()):
        for peer, instance, name in zip((b, a), reversed(pair(**both, lines=lines)), "BA"):
            peer.write(instance.text(f"Node{name}"))
            peer.cli("reload", check=True)
        wait_owner(wire.segment, VIP, "a")
        a.wait_state("MASTER")
        b.wait_state("BACKUP")
        assert_one_owner(wire.segment, VIP, "a")
        expected = {"vip0"} if lines and "vip0" in lines[0] else {NAME} if lines else set()
        wait_macvlans(wire.a, expected)
