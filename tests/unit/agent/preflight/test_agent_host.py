# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent reports what the file asks for and this agent or this machine cannot do."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from agent_fakes import OWN, PEER, eth, instance, table

from vrrp.agent.addresses import no_accept, vmac
from vrrp.agent.network import advertisement
from vrrp.agent.network.authentication import Authenticator
from vrrp.agent.preflight.host import misfits, refusals, unsupported
from vrrp.config.model.configuration import Authentication, AuthHmac, Configuration, HmacKey, VirtualAddress, Vmac
from vrrp.config.model.routes import NextHop, Route

VIP2 = ip_address("192.168.8.101")


def configuration(*instances):
    return Configuration("/etc/f.conf", instances=instances)


def test_ipv4_and_ipv6_are_fine():
    assert unsupported(configuration(instance(unicast_peers=(PEER,)), instance(addresses=("2001:db8::1/64",)))) == ()


def many(version, count):
    network = "10.0.0" if version == 4 else "fd00:8:"
    return instance(name="many", addresses=[f"{network}{'.' if version == 4 else ':'}{n}" for n in range(1, count + 1)])


def test_more_ipv6_addresses_than_a_packet_carries():
    full, over = many(6, 90), replace(many(6, 91), line=4)
    (problem,) = unsupported(configuration(full, over, many(4, 255)))
    assert str(problem) == (
        "/etc/f.conf:4:1: error: vrrp_instance many has 91 IPv6 addresses: "
        "one packet of 1500 octets carries 90 of them (share them out among several instances)"
    )
    ((packet, _destination),) = advertisement.packets(replace(full, version=3), ip_address("fe80::4"), 100)
    assert 1500 - 16 < len(packet) <= 1500


def test_a_signature_takes_the_place_of_two_addresses():
    signed = {"hmac": AuthHmac((HmacKey(1, bytes(32)),), 1)}
    full, over = (replace(many(6, count), version=3, **signed) for count in (89, 90))
    (problem,) = unsupported(configuration(full, replace(over, line=4)))
    assert "one packet of 1500 octets carries 89 of them" in str(problem)
    authenticator = Authenticator(full)
    authenticator.take(full, ip_address("fe80::4"))
    ((packet, _destination),) = authenticator.packets(100)
    assert 1500 - 16 - 28 < len(packet) <= 1500


def texts(config, machine):
    return [problem.text for problem in misfits(configuration(config), machine)]


def test_the_hosts_own_address_and_a_broadcast_address_are_errors():
    config = instance(addresses=("192.168.8.4/24", "192.168.8.255/32", "192.168.8.0/32"))
    machine = table(addresses=("192.168.8.3/24", "192.168.8.4/24"))
    own, broadcast = refusals(configuration(config), machine)
    assert "192.168.8.4 is this host's own address on eth0" in str(own)
    assert "error: vrrp_instance VI_1: 192.168.8.255 is the broadcast address of 192.168.8.0/24" in str(broadcast)
    assert texts(config, machine) == ["vrrp_instance VI_1: 192.168.8.0 is the network address of 192.168.8.0/24"]


def test_a_wide_prefix_length_is_a_warning():
    (text,) = texts(instance(addresses=("192.168.8.9/8",)), table())
    assert text.startswith("vrrp_instance VI_1: 192.168.8.9/8 is wider than 192.168.8.0/24 of eth0")


def test_an_instance_that_fits_the_host_causes_no_warning():
    assert texts(instance(), table()) == []


def test_an_interface_that_is_not_here():
    (problem,) = misfits(configuration(instance(interface="eth9", line=7)), table(eth("eth0", 2), eth("lan", 3)))
    assert str(problem) == (
        "/etc/f.conf:7:1: warning: vrrp_instance VI_1: interface eth9 does not exist on this machine "
        "(there are: eth0, lan)"
    )


def test_the_interface_of_one_address_that_is_not_here():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth9"),))
    assert texts(config, table()) == ["vrrp_instance VI_1: interface eth9 does not exist on this machine"]


@pytest.mark.parametrize("on_machine", [("10.0.0.1/8",), ("192.168.8.4/28",), (), ("192.168.8.100/24",)])
def test_an_address_outside_every_subnet(on_machine):
    expected = ["vrrp_instance VI_1: 192.168.8.100 is outside every subnet of eth0"]
    assert texts(instance(), table(addresses=on_machine)) == expected


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (2, "10.77.0.1, 10.77.0.2 are"),
        (3, "10.77.0.1, 10.77.0.2, 10.77.0.3 are"),
        (200, "10.77.0.1, 10.77.0.2, 10.77.0.3 and 197 more are"),
    ],
)
def test_many_addresses_outside_are_one_line(count, named):
    config = instance(addresses=[f"10.77.0.{n}/24" for n in range(1, count + 1)])
    (problem,) = misfits(configuration(config), table())
    assert problem.text == f"vrrp_instance VI_1: {named} outside every subnet of eth0"
    assert problem.hint == "eth0: 192.168.8.0/24"


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3, 255])
def test_of_many_instances_there_is_one_line_whether_they_run_or_not(version, running, count):
    each = [f"10.77.0.{n}/32" if version == 4 else f"fd00:77::{n:x}/128" for n in range(1, count + 1)]
    instances = [instance(f"VI_{n}", (address,), line=10 * n) for n, address in enumerate(each, 1)]
    own = ("192.168.8.4/24", "fd00:8::4/64", "fe80::4/64")
    (problem,) = misfits(configuration(*instances), table(addresses=(*own, *(each if running else ()))))
    names, shown = ", ".join(f"VI_{n}" for n in range(1, min(count, 3) + 1)), ", ".join(each[:3])
    more = f" and {count - 3} more" if count > 3 else ""
    told = shown.replace("/32", "").replace("/128", "")
    text = f"{names}{more}: {told}{more} {'is' if count == 1 else 'are'} outside every subnet of eth0"
    assert (problem.line, problem.text) == (10, f"vrrp_instance {text}")
    assert problem.hint == f"eth0: {'192.168.8.0/24' if version == 4 else 'fd00:8::/64'}"


def test_a_warning_about_many_instances_is_one_line():
    many_on = [instance(f"VI_{n}", interface="eth9", line=n) for n in range(1, 256)]
    (problem,) = misfits(configuration(*many_on), table())
    text = "vrrp_instance VI_1, VI_2, VI_3 and 252 more: interface eth9 does not exist on this machine"
    assert (problem.line, problem.text) == (1, text)
    owners = [instance(f"VI_{n}", (f"192.168.8.{n}/24",), priority=255, line=n) for n in range(10, 210)]
    (problem,) = misfits(configuration(*owners), table())
    assert problem.text == (
        "vrrp_instance VI_10, VI_11, VI_12 and 197 more: priority 255 says that this machine owns the addresses, and "
        "192.168.8.10, 192.168.8.11, 192.168.8.12 and 197 more are not on it"
    )


def test_addresses_outside_on_two_interfaces_are_a_line_each():
    config = instance(addresses=("10.77.0.1/24", "10.77.0.2/24", "192.168.8.100/24"))
    first, second, third = config.addresses
    config = replace(config, addresses=(first, replace(second, device="eth1"), third))
    two = table(eth("eth0", 2), eth("eth1", 3))
    assert texts(config, two) == [
        "vrrp_instance VI_1: 10.77.0.1 is outside every subnet of eth0",
        "vrrp_instance VI_1: 10.77.0.2 is outside every subnet of eth1",
    ]


@pytest.mark.parametrize(
    ("on_machine", "hint"),
    [
        (("192.168.8.100/24",), "eth0: it has no other IPv4 address"),
        ((), "eth0: it has no IPv4 address"),
        (("fd00:8::4/64",), "eth0: it has no IPv4 address"),
    ],
)
def test_no_address_is_said_only_of_an_interface_without_one(on_machine, hint):
    (problem,) = misfits(configuration(instance()), table(addresses=on_machine))
    assert problem.hint == hint


OWNS = "vrrp_instance VI_1: priority 255 says that this machine owns the addresses, and"


@pytest.mark.parametrize(
    ("addresses", "on_machine", "expected"),
    [
        (("192.168.8.100/24",), ("192.168.8.4/24",), [f"{OWNS} 192.168.8.100 is not on it"]),
        (("192.168.8.100/24",), ("192.168.8.100/24", "192.168.8.4/24"), []),
        (
            ("192.168.8.100/24", "192.168.8.101/24", "192.168.8.102/24"),
            ("192.168.8.4/24", "192.168.8.101/24"),
            [f"{OWNS} 192.168.8.100, 192.168.8.102 are not on it"],
        ),
    ],
)
def test_an_owner_that_does_not_have_its_addresses(addresses, on_machine, expected):
    assert texts(instance(addresses=addresses, priority=255), table(addresses=on_machine)) == expected
    assert texts(instance(addresses=addresses, priority=254), table(addresses=("192.168.8.4/24",))) == []


def test_one_subnet_is_enough():
    assert texts(instance(addresses=("192.168.8.100/32",)), table(addresses=("10.0.0.1/8", "192.168.8.4/24"))) == []


HOST6 = ("192.168.8.4/24", "fe80::4/64", "fd00:8::4/64")
UNICAST6 = (ip_address("fd00:8::6"),)


def six(*addresses, **fields):
    return instance(addresses=addresses or ("fd00:8::100/64",), version=3, **fields)


@pytest.mark.parametrize("config", [six(), six("fe80::8:100/64", "fd00:8::100/128")])
def test_ipv6_that_fits_is_not_mentioned(config):
    assert texts(config, table(addresses=HOST6)) == []


@pytest.mark.parametrize(
    ("on_machine", "known"),
    [
        (("192.168.8.4/24", "fe80::4/64"), "it has no IPv6 address but link-local ones"),
        (("fd00:9::4/64", "fe80::4/64"), "fd00:9::/64"),
        (("fd00:8::100/64",), "it has no other IPv6 address but link-local ones"),  # the virtual one itself
    ],
)
def test_an_ipv6_address_outside_every_subnet(on_machine, known):
    (problem,) = misfits(configuration(six()), table(addresses=on_machine))
    assert problem.text == "vrrp_instance VI_1: fd00:8::100 is outside every subnet of eth0"
    assert problem.hint == f"eth0: {known}"


def test_an_mtu_that_is_too_small_for_the_advertisement():
    config = replace(many(6, 90), version=3)
    assert texts(config, table(replace(eth(), mtu=1500), addresses=("fd00:8::ffff/64",))) == []
    assert texts(config, table(replace(eth(), mtu=1400), addresses=("fd00:8::ffff/64",))) == [
        "vrrp_instance many: an advertisement has 1488 octets, more than the MTU of eth0: it cannot be sent"
    ]


OTHER = ip_address("192.168.8.77")
NOT_OWNED = (
    "priority 255 says that this machine owns the addresses, and 192.168.8.100 is not on it",
    "write a priority below 255: an owner becomes MASTER when it starts, even beside another one",
)


@pytest.mark.parametrize(
    ("fields", "expected", "hint"),
    [
        ({"unicast_peers": (PEER,)}, None, None),
        ({"unicast_peers": (PEER, OWN)}, "unicast_peer 192.168.8.4 is this machine itself", "name the other nodes"),
        ({"unicast_peers": (PEER,), "unicast_src_ip": OWN}, None, None),
        (
            {"unicast_peers": (PEER,), "unicast_src_ip": OTHER},
            "unicast_src_ip 192.168.8.77 is not on this machine: it will be in FAULT",
            "eth0: 192.168.8.4",
        ),
        ({"mcast_src_ip": OTHER}, None, None),
        (
            {"mcast_src_ip": OTHER, "track_src_ip": True},
            "mcast_src_ip 192.168.8.77 is not on this machine: it will be in FAULT",
            "eth0: 192.168.8.4",
        ),
        ({"unicast_peers": (PEER,), "unicast_src_ip": ip_address("192.168.8.100"), "priority": 255}, *NOT_OWNED),
    ],
)
def test_peers_and_sources_that_do_not_fit(fields, expected, hint):
    found = [(each.text, each.hint) for each in misfits(configuration(instance(**fields)), table())]
    assert found == ([] if expected is None else [(f"vrrp_instance VI_1: {expected}", hint)])


@pytest.mark.parametrize(
    ("peer", "end"), [("192.168.8.255", "broadcast"), ("192.168.8.0", "network"), ("192.168.9.255", None)]
)
def test_a_peer_that_is_an_end_of_a_subnet(peer, end):
    found = texts(instance(unicast_peers=(PEER, ip_address(peer))), table())
    text = f"vrrp_instance VI_1: unicast_peer {peer} is the {end} address of 192.168.8.0/24: no host has it"
    assert found == ([] if end is None else [text])


def test_an_address_of_another_instance_is_not_judged_by_what_is_there():
    other = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)
    first = instance(unicast_peers=(PEER, VIP2), unicast_src_ip=VIP2)
    assert misfits(configuration(first, other), table()) == ()
    assert misfits(configuration(first, other), table(addresses=("192.168.8.4/24", "192.168.8.101/24"))) == ()


def test_a_loopback_interface_under_any_name():
    assert texts(instance(), table(replace(eth(), loopback=True))) == [
        "vrrp_instance VI_1: eth0 is a loopback interface: no other node hears it"
    ]


IPV4_KINDS = [
    {},
    {"version": 3},
    {"authentication": Authentication("PASS", "1111")},
    {"authentication": Authentication("AH", "1111")},
    {"version": 3, "hmac": AuthHmac((HmacKey(1, bytes(32)),), 1)},
]


@pytest.mark.parametrize("fields", IPV4_KINDS)
@pytest.mark.parametrize("count", [1, 200])
def test_an_mtu_that_is_too_small_for_an_ipv4_advertisement(fields, count):
    config = replace(many(4, count), **fields)
    authenticator = Authenticator(config)
    authenticator.take(config, ip_address("10.0.0.254"))
    ((packet, _destination),) = authenticator.packets(100)
    needed = len(packet)
    assert texts(config, table(replace(eth(), mtu=needed), addresses=("10.0.0.254/24",))) == []
    (problem,) = misfits(configuration(config), table(replace(eth(), mtu=needed - 1), addresses=("10.0.0.254/24",)))
    text = f"an advertisement has {needed} octets, more than the MTU of eth0: it cannot be sent"
    assert problem.text == f"vrrp_instance many: {text}"
    assert problem.hint == f"eth0: {needed - 1}; share the addresses out among several instances"


@pytest.mark.parametrize(
    ("fields", "mentioned"),
    [
        ({"unicast_peers": UNICAST6}, True),
        ({"unicast_peers": UNICAST6, "unicast_src_ip": ip_address("fd00:8::4")}, False),
        ({"unicast_peers": (ip_address("fe80::6"),)}, False),
        ({}, False),
    ],
)
def test_ipv6_unicast_that_says_no_source(fields, mentioned):
    expected = "vrrp_instance VI_1: without unicast_src_ip its advertisements come from the link-local address of eth0"
    assert texts(six(**fields), table(addresses=HOST6)) == ([expected] if mentioned else [])


def test_interfaces_that_excluded_addresses_and_routes_need():
    excluded = (VirtualAddress(ip_interface("192.168.9.1/24"), device="eth7"),)
    routes = (Route(ip_network("10.0.0.0/8"), hops=(NextHop(None, "eth8"), NextHop(None, "eth0"))),)
    assert texts(instance(excluded=excluded, routes=routes), table()) == [
        f"vrrp_instance VI_1: interface {name} does not exist on this machine" for name in ("eth7", "eth8")
    ]


@pytest.mark.parametrize(("there", "fields", "count"), [(False, {}, 1), (True, {}, 0), (False, {"priority": 255}, 0)])
def test_a_kernel_that_cannot_keep_packets_away(monkeypatch, there, fields, count):
    monkeypatch.setattr(no_accept, "available", lambda: there)
    text = "vrrp_instance VI_1: no_accept needs nf_tables, which this kernel does not have: it will be in FAULT"
    own = table(addresses=("192.168.8.4/24", "192.168.8.100/24"))
    assert texts(instance(accept=False, **fields), own) == [text] * count


def test_a_macvlan_behind_a_strict_reverse_path_filter_is_told(monkeypatch):
    """Packets for its addresses arrive on the macvlan, and the kernel would drop them."""
    monkeypatch.setattr(vmac, "setting", lambda interface, name: {("all", "rp_filter"): 1}.get((interface, name)))
    text = "packets for its addresses arrive on vrrp.51 and are dropped: net.ipv4.conf.all.rp_filter is 1"
    found = [each for each in misfits(configuration(instance(vmac=Vmac())), table()) if "rp_filter" in each.text]
    assert [(each.text, each.hint) for each in found] == [(f"vrrp_instance VI_1: {text}", "set it to 0 or 2")]
    assert not any("rp_filter" in each for each in texts(instance(), table()))
    monkeypatch.setattr(vmac, "setting", lambda interface, name: 2)
    assert not any("rp_filter" in each for each in texts(instance(vmac=Vmac()), table()))
