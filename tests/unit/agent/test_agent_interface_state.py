# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the interface is its source address, and what forbids taking part."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import OWN, PEER, Bench, eth, instance, table

from vrrp.agent import interface_state
from vrrp.agent.netlink.links import Link
from vrrp.config.model.configuration import VirtualAddress, Vmac

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"
UNPLUGGED = eth(running=False)


def looked(config, filled=None):
    bench = Bench(config, filled=filled)
    return bench.instance.tracking.source, bench.instance.router.own_faults


def test_a_healthy_interface():
    assert looked(instance()) == (OWN, ())


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        (eth(up=False), "interface eth0 is down"),
        (UNPLUGGED, "interface eth0 has no carrier"),
        (eth("eth1"), "interface eth0 does not exist"),
    ],
)
def test_a_fault_names_the_interface_and_its_trouble(link, fault):
    assert fault in looked(instance(), table(link))[1]


def test_dont_track_primary_needs_no_carrier():
    assert looked(instance(dont_track_primary=True), table(UNPLUGGED)) == (OWN, ())


def test_dont_track_primary_needs_the_interface():
    assert "interface eth0 does not exist" in looked(instance(dont_track_primary=True), table(eth("eth1")))[1]


@pytest.mark.parametrize(
    ("peers", "faults"),
    [
        ((), ("there is no unicast_peer, and unicast_fault_no_peer forbids the multicast group",)),
        ((ip_address("192.168.8.6"),), ()),
    ],
)
def test_without_a_peer_it_does_not_speak_to_the_group(peers, faults):
    assert looked(instance(unicast_fault_no_peer=True, unicast_peers=peers))[1] == faults


OTHER = {
    "down": (eth("eth1", 3, up=False), "is down"),
    "without carrier": (eth("eth1", 3, running=False), "has no carrier"),
    "gone": (None, "does not exist"),
    "renamed": (eth("eth9", 3), "does not exist"),
}


def elsewhere(kind, **fields):
    entry = VirtualAddress(ip_interface("172.16.5.100/24"), device="eth1", **fields)
    return replace(instance(), **{kind: (entry,)})


@pytest.mark.parametrize("kind", ["addresses", "excluded"])
@pytest.mark.parametrize("how", OTHER)
class TestAnAddressOnAnotherInterface:
    def machine(self, how):
        return table(eth(), *([OTHER[how][0]] if OTHER[how][0] else []))

    def test_needs_that_interface(self, kind, how):
        assert looked(elsewhere(kind), self.machine(how)) == (OWN, (f"interface eth1 {OTHER[how][1]}",))

    def test_an_untracked_address_does_not_need_its_interface(self, kind, how):
        assert looked(elsewhere(kind, no_track=True), self.machine(how)) == (OWN, ())


def test_dont_track_primary_is_about_the_own_interface_only():
    entry = VirtualAddress(ip_interface("172.16.5.100/24"), device="eth1")
    config = replace(instance(dont_track_primary=True), addresses=(entry,))
    assert looked(config, table(UNPLUGGED, OTHER["down"][0])) == (OWN, ("interface eth1 is down",))


def test_an_address_on_the_own_interface_by_name_is_under_dont_track_primary():
    entry = VirtualAddress(ip_interface("192.168.8.100/24"), device="eth0")
    config = replace(instance(dont_track_primary=True), addresses=(entry,))
    assert looked(config, table(UNPLUGGED)) == (OWN, ())


VIP = "192.168.8.100/24"


@pytest.mark.parametrize("order", [(VIP, "192.168.8.4/24"), ("192.168.8.4/24", VIP)])
def test_an_owner_prefers_an_address_that_is_not_virtual(order):
    assert looked(instance(priority=255, addresses=(VIP,)), table(addresses=order))[0] == OWN


def test_an_owner_with_nothing_else_speaks_from_the_virtual_address():
    source, faults = looked(instance(priority=255, addresses=(VIP,)), table(addresses=(VIP,)))
    assert (source, faults) == (ip_address("192.168.8.100"), ())


@pytest.mark.parametrize(
    ("here", "said"),
    [
        ((), "interface eth0 has no IPv4 address"),
        ((VIP,), "the only IPv4 address of eth0, 192.168.8.100, is virtual"),
        ((VIP, "192.168.8.101/24"), "each IPv4 address of eth0 is virtual: 192.168.8.100, 192.168.8.101"),
    ],
)
def test_why_there_is_no_source(here, said):
    assert looked(instance(addresses=(VIP, "192.168.8.101/24")), table(addresses=here))[1] == (said,)


@pytest.mark.parametrize(
    ("links", "addresses", "reason"),
    [
        ((), (), "interface eth0 does not exist"),
        ((eth(up=False),), ("192.168.8.4/24",), "interface eth0 is down"),
        ((eth(running=False),), ("192.168.8.4/24",), "interface eth0 has no carrier"),
        ((eth(),), (VIP,), "the only IPv4 address of eth0, 192.168.8.100, is virtual"),
    ],
)
def test_without_its_interface_it_is_in_fault_and_says_why(links, addresses, reason):
    bench = Bench(instance()).master()
    bench.links_become(*links, addresses=addresses)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == (reason,)
    assert f"(VI_1) Entering FAULT STATE ({reason})" in bench.lines()
    assert bench.done == [("send", 0, GROUP), ("release", VIP)]
    bench.links_become(eth())
    assert bench.state == "BACKUP"


def test_the_interface_of_a_virtual_address_counts():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth1"),))
    bench = Bench(config).start()
    assert bench.instance.router.faults == ("interface eth1 does not exist",)


def test_unicast_speaks_to_each_peer_from_the_address_that_is_written():
    other = ip_interface("192.168.8.7/24").ip
    config = instance(unicast_src_ip=OWN, unicast_peers=(PEER, other))
    bench = Bench(config, table(addresses=("192.168.8.3/24", "192.168.8.4/24")))
    bench.start(6.0).instance.expire(10.0)
    assert [entry for entry in bench.done if entry[0] == "send"] == [
        ("send", 100, "192.168.8.6"),
        ("send", 100, "192.168.8.7"),
    ]
    assert bench.instance.tracking.source == OWN
    bench.links_become(eth(), addresses=("192.168.8.3/24",))
    assert bench.instance.router.faults == ("unicast_src_ip 192.168.8.4 is not on this host",)


@pytest.mark.parametrize(("fields", "faults"), [({}, ()), ({"track_src_ip": True}, ("is not on this host",))])
def test_mcast_src_ip_need_not_be_here_unless_it_is_tracked(fields, faults):
    bench = Bench(instance(mcast_src_ip=ip_address("192.168.8.9"), **fields))
    assert [fault.split(" ", 2)[2] for fault in bench.instance.router.faults] == list(faults)
    if not faults:
        assert bench.instance.authenticator.packets(100)[0][0][12:16] == bytes([192, 168, 8, 9])


@pytest.mark.parametrize(
    ("link", "faults"),
    [
        (None, ("the macvlan vrrp.51 does not exist",)),
        ({"up": False}, ("the macvlan vrrp.51 is down",)),
        ({"mac": b"\2" * 6}, ("interface vrrp.51 is there already and is not the macvlan of this virtual router",)),
        ({}, ()),
    ],
)
def test_with_use_vmac_the_macvlan_must_be_usable(link, faults):
    filled = table()
    if link is not None:
        own = {"mac": bytes.fromhex("00005e000133"), "kind": "macvlan", "parent": 2, **link}
        filled.links[9] = filled.names["vrrp.51"] = Link(9, "vrrp.51", **own)
    assert looked(instance(vmac=Vmac()), filled) == (OWN, faults)


def test_without_a_socket_it_does_not_take_part():
    bench = Bench(instance())
    state = interface_state.state_of(
        bench.instance.config,
        bench.instance.addresses,
        replace(bench.instance._ports, sender=lambda interface, version: None),
    )
    assert (state.source, state.faults) == (OWN, ("no VRRP socket on interface eth0",))
