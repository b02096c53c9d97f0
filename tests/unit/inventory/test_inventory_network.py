# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an instance gets interface and prefix lengths from the network of its host, or a problem."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import Host, Nic
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance import PairInstance
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.network import own_address, place
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.vip import parse
from two_hosts import hosts, interfaces

NICS = {
    "eth0": ("192.0.2.4/24", "2001:db8::4/64"),
    "eth1": ("198.51.100.4/25", "192.0.2.68/26"),
    "eth2": (),
}


def draft(*vips, nics=NICS, interface=None, said=True):
    own = {name: Nic(name, tuple(map(ip_interface, addresses))) for name, addresses in nics.items()}
    made = PairInstance(Host("node-a", {}, own), "VI_1", vips=[parse(vip) for vip in vips])
    made.said["virtual_ipaddress"] = ("ha_pair_vips", "the addresses")
    if interface is not None:
        made.said["interface"] = ("ha_pair_interface", "the interface")
        if said:
            made.values["interface"] = interface
    return made


def placed(made):
    """Return the interface, the VIPs, and the problems as text."""
    problems = []
    place(made, problems, lambda value: f"{value} in hosts.yml")
    return made.values.get("interface"), [str(vip) for vip in made.vips], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("vips", "interface", "settled"),
    [
        (["198.51.100.100"], "eth1", ["198.51.100.100/25"]),
        (["198.51.100.100/32"], "eth1", ["198.51.100.100/32"]),
        (["192.0.2.200"], "eth0", ["192.0.2.200/24"]),
        (["2001:db8::100", "192.0.2.200/28"], "eth0", ["2001:db8::100/64", "192.0.2.200/28"]),
        (["198.51.100.100 dev eth1", "192.0.2.200"], "eth0", ["198.51.100.100/25 dev eth1", "192.0.2.200/24"]),
        (["198.51.100.100 dev eth1"], "eth1", ["198.51.100.100/25 dev eth1"]),
        (["192.0.2.200 peer 192.0.2.9/30 home"], "eth0", ["192.0.2.200/32 peer 192.0.2.9/30 home"]),
    ],
)
def test_an_interface_that_nobody_names_is_the_one_in_the_subnet(vips, interface, settled):
    assert placed(draft(*vips)) == (interface, settled, [])


def test_an_interface_that_is_named_comes_before_the_subnet():
    assert placed(draft("192.0.2.100", interface="eth1")) == ("eth1", ["192.0.2.100/26"], [])
    assert placed(draft("192.0.2.100", interface="eth0")) == ("eth0", ["192.0.2.100/24"], [])


VIPS, HOSTS = "the addresses in hosts.yml: node-a: ha_pair_vips: ", "it has eth0 192.0.2.4/24 2001:db8::4/64"
NETWORK = f"{HOSTS}; eth1 198.51.100.4/25 192.0.2.68/26; eth2 without address"


@pytest.mark.parametrize(
    ("vips", "interface", "problems"),
    [
        (["192.0.2.100"], None,
         ["192.0.2.100 lies in a subnet of each of eth0, eth1 (say which with ha_pair_interface)"]),
        (["203.0.113.1"], None, [f"203.0.113.1 is outside every subnet of every interface ({NETWORK})"]),
        (["198.51.100.4"], "eth2",
         ["198.51.100.4 is node-a's own address on eth1 (a virtual address must be one that no machine has)"]),
        (["203.0.113.1"], "eth2", ["203.0.113.1 is outside every subnet of eth2 (it has no address)"]),
        (
            ["203.0.113.1", "203.0.113.2"],
            "eth1",
            [
                "203.0.113.1 is outside every subnet of eth1 (it has 198.51.100.4/25 192.0.2.68/26)",
                "203.0.113.2 is outside every subnet of eth1 (it has 198.51.100.4/25 192.0.2.68/26)",
            ],
        ),
        (["192.0.2.200 dev eth9"], "eth0", [f"there is no interface eth9 ({NETWORK})"]),
        (
            ["192.0.2.68", "192.0.2.4"],
            "eth0",
            [
                "192.0.2.68 is node-a's own address on eth1 (a virtual address must be one that no machine has)",
                "192.0.2.4 is node-a's own address on eth0 (a virtual address must be one that no machine has)",
            ],
        ),
    ],
)  # fmt: skip
def test_wrong_virtual_addresses_are_problems(vips, interface, problems):
    assert placed(draft(*vips, interface=interface))[2] == [VIPS + problem for problem in problems]


def test_an_interface_that_does_not_exist_is_a_problem():
    problem = f"the interface in hosts.yml: node-a: ha_pair_interface: there is no interface eth9 ({NETWORK})"
    assert placed(draft("192.0.2.100", interface="eth9")) == ("eth9", ["192.0.2.100/32"], [problem])


def test_an_interface_that_could_not_be_read_is_not_looked_for():
    assert placed(draft("198.51.100.100", interface="", said=False)) == (None, ["198.51.100.100/32"], [])


def test_a_host_with_an_unknown_network_must_name_its_interface():
    text = "node-a: ha_pair_interface: its network is unknown (run the play on both hosts of the pair, without --limit)"
    assert placed(draft("192.0.2.4", nics={}, interface="eth0")) == ("eth0", ["192.0.2.4/32"], [text])


def test_an_instance_without_addresses_gets_no_interface():
    assert placed(draft()) == (None, [], [])


@pytest.mark.parametrize(
    ("vips", "interface", "own"),
    [
        (["192.0.2.100"], "eth0", "192.0.2.4/24"),
        (["192.0.2.100"], "eth1", "192.0.2.68/26"),
        (["2001:db8::100", "192.0.2.100"], "eth0", "2001:db8::4/64"),
        (["192.0.2.100"], "eth2", None),
        (["192.0.2.100"], "eth9", None),
        (["192.0.2.100"], None, None),
        ([], "eth0", None),
    ],
)
def test_the_own_address_is_in_the_subnet_of_the_first_virtual_one(vips, interface, own):
    found = own_address(draft(*vips, interface=interface))
    assert (None if found is None else str(found)) == own


LONE = {"node_a": {"interfaces": interfaces("192.168.8.4/32")}, "node_b": {"interfaces": interfaces("192.168.8.6/32")}}


@pytest.mark.parametrize("vip", ["192.168.8.100/32", "192.168.8.100"])
def test_hosts_whose_only_address_has_no_subnet_say_the_interface(vip):
    plan = instances(hosts(**LONE, vips=[vip], interface="eth0", track_gateways=["192.168.8.1"]))
    assert [plan[host][0]["virtual_ipaddress"] for host in plan] == [["192.168.8.100/32"]] * 2
    assert plan["node-a"][0]["interface"] == "eth0"


def test_with_unicast_their_addresses_are_the_peers():
    plan = instances(hosts(**LONE, vips=["192.168.8.100/32"], unicast=True))
    assert plan["node-a"][0]["unicast_src_ip"] == "192.168.8.4"
    assert plan["node-a"][0]["unicast_peer"] == ["192.168.8.6"]  # there may be a router between
    assert plan["node-b"][0]["interface"] == "eth0"


def test_with_unicast_the_virtual_address_that_is_there_today_is_no_peer():
    left = {"interfaces": interfaces("192.168.8.100/32", "192.168.8.4/32")}
    plan = instances(hosts(left, LONE["node_b"], vips=["192.168.8.100/32"], unicast=True))
    assert plan["node-b"][0]["unicast_peer"] == ["192.168.8.4"]


def test_an_address_outside_every_subnet_says_that_the_host_has_none():
    with pytest.raises(PairError) as caught:
        instances(hosts(**LONE, vips=["192.168.8.100/32"]))
    assert str(caught.value.problems[0]) == (
        "node-a: ha_pair_vips: 192.168.8.100 is outside every subnet of every interface (192.168.8.4/32 of eth0 has no"
        " subnet: say which interface with ha_pair_interface)"
    )


def test_another_subnet_of_the_interface_still_counts():
    links = interfaces("10.0.0.4/24", "192.168.8.4/32")
    with pytest.raises(PairError) as caught:
        instances(hosts({"interfaces": links}, {"interfaces": links}, vips=["192.168.8.100/32"], interface="eth0"))
    assert "192.168.8.100 is outside every subnet of eth0 (it has 10.0.0.4/24 192.168.8.4/32)" in str(caught.value)


@pytest.mark.parametrize(
    ("vip", "interface", "text"),
    [
        ("192.0.2.100/8", "eth0", "192.0.2.100/8 makes a connected route to all of 192.0.0.0/8,"
         " and eth0 has 192.0.2.4/24 2001:db8::4/64 (write 192.0.2.100/24, or add noprefixroute)"),
        ("192.0.2.100/23", None, "192.0.2.100/23 makes a connected route to all of 192.0.2.0/23, and"),
        ("2001:db8::100/48", "eth0", "2001:db8::100/48 makes a connected route to all of 2001:db8::/48, and eth0 has"),
        ("192.0.2.255", "eth0", "192.0.2.255 is the broadcast address of 192.0.2.0/24, a subnet of node-a"),
        ("192.0.2.255/32", "eth0", "192.0.2.255 is the broadcast address of 192.0.2.0/24, a subnet of node-a"),
        ("192.0.2.127/32", "eth1", "192.0.2.127 is the broadcast address of 192.0.2.64/26, a subnet of node-a"),
        ("192.0.2.64 dev eth1", "eth0", "192.0.2.64 is the network address of 192.0.2.64/26, a subnet of node-a"),
    ],
)  # fmt: skip
def test_a_prefix_or_an_end_that_contradicts_the_subnet_is_a_problem(vip, interface, text):
    nics = NICS if interface else {"eth0": NICS["eth0"]}
    (problem,) = placed(draft(vip, nics=nics, interface=interface))[2]
    assert problem.startswith(VIPS + text)


@pytest.mark.parametrize(
    "vip",
    ["192.0.2.100/24", "192.0.2.100/28", "192.0.2.100/32", "192.0.2.100/8 noprefixroute",
     "192.0.2.100 peer 192.0.2.9/8", "2001:db8::100/64", "2001:db8::ffff:ffff:ffff:ffff/64"],
)  # fmt: skip
def test_a_prefix_that_differs_without_harm_is_taken(vip):
    assert placed(draft(vip, interface="eth0"))[2] == []


def test_the_widest_subnet_of_several_counts():
    nics = {"eth0": ("192.0.2.4/28", "192.0.2.5/24")}
    assert placed(draft("192.0.2.10/24", nics=nics))[2] == []
    (problem,) = placed(draft("192.0.2.10/23", nics=nics))[2]
    assert "write 192.0.2.10/24" in problem
    (problem,) = placed(draft("192.0.2.15/24", nics=nics))[2]
    assert "192.0.2.15 is the broadcast address of 192.0.2.0/28" in problem


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("192.168.8.101/8", "192.168.8.101/8 makes a connected route to all of 192.0.0.0/8, and eth0 has 192.168.8.4"),
        ("192.168.8.255", "192.168.8.255 is the broadcast address of 192.168.8.0/24, a subnet of node-a"),
        ("192.168.8.4/24", "192.168.8.4 is node-a's own address on eth0"),
        ("10.0.0.1/24 dev eth9", "there is no interface eth9 (it has eth0 192.168.8.4/24)"),
        ("10.0.0.255/24", "10.0.0.255 is the broadcast address of 10.0.0.0/24"),
        ("10.0.0.1/0", "'10.0.0.1/0' makes a connected route to everything"),
    ],
)  # fmt: skip
def test_excluded_addresses_are_judged_as_the_others_are(line, text):
    said = {"vips": ["192.168.8.100/24"], "virtual_ipaddress_excluded": ["192.168.8.110", line]}
    with pytest.raises(PairError) as caught:
        instances(hosts(**said), {line: "hosts.yml:7"}.get)
    first = str(caught.value.problems[0])
    assert first.startswith(f"hosts.yml:7: node-a: ha_pair_virtual_ipaddress_excluded: {text}")


def test_excluded_addresses_may_be_outside_every_subnet():
    both = [{"interfaces": [*interfaces(f"192.168.8.{number}/24"), *interfaces(f"10.0.0.{number}/24", name="eth1")[1:]]}
            for number in (4, 6)]  # fmt: skip
    said = {"vips": ["192.168.8.100/24"], "virtual_ipaddress_excluded": ["172.16.0.1/12", "10.0.0.1/24 dev eth1"]}
    plan = instances(hosts(*both, **said, interface="eth0"))
    assert plan["node-a"][0]["virtual_ipaddress_excluded"] == said["virtual_ipaddress_excluded"]


def test_a_problem_of_an_address_names_its_own_line():
    entries = [{"virtual_ipaddress": ["192.168.8.100/24", "192.168.8.101/8"], "virtual_router_id": 7}]
    with pytest.raises(PairError) as caught:
        instances(hosts(instances=entries), {"192.168.8.100/24": "a:1", "192.168.8.101/8": "a:2"}.get)
    assert str(caught.value.problems[0]).startswith(
        "a:2: node-a: ha_pair_instances[0].virtual_ipaddress: 192.168.8.101/8"
    )
