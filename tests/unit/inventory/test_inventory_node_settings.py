# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that settings of a node that are in the way of VRRP are told with what to do."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.node_settings import node_settings, subnets

HOSTS = ["a", "b"]
PLAN = {"a": [{"interface": "eth0"}, {"interface": "eth0"}], "b": []}


def links(**networks):
    return {
        "interfaces": [
            {"name": name, "addresses": [{"address": each, "secondary": False} for each in addresses]}
            for name, addresses in networks.items()
        ]
    }


def judge(found=None, **settings):
    errors, warnings = node_settings(HOSTS, {"a": {"preflight": settings}}, {"a": found or links()}, PLAN)
    assert errors["b"] == warnings["b"] == []
    return errors["a"], warnings["a"]


def manager(**said):
    file = "/etc/systemd/network/10-eth0.network"
    return {"eth0": {"name": "systemd-networkd", "file": file, "keep": "", "netplan": False, **said}}


def test_a_host_with_nothing_in_the_way_has_no_fault():
    selinux = {"enforcing": True, "type": "bin_t", "interpreter": "/usr/bin/python3"}
    fine = {"selinux": selinux, "rp_filter": {"eth0": 1}, "missing_capabilities": [], "managers": manager(keep="yes")}
    assert judge(links(eth0=["192.168.8.4/24"], eth1=["10.0.0.4/24"]), **fine) == judge() == ([], [])


def test_a_container_without_rights_is_an_error():
    (errors, warnings) = judge(missing_capabilities=["NET_ADMIN", "NET_RAW"])
    assert warnings == [] and errors == [
        "a: nothing on this host can get CAP_NET_ADMIN and CAP_NET_RAW, which the agent needs: "
        "start its container with --cap-add NET_ADMIN --cap-add NET_RAW"
    ]


def test_an_interpreter_that_selinux_may_not_start_is_told():
    said = {"enforcing": True, "type": "user_home_t", "interpreter": "/home/x/python3"}
    errors, (warning,) = judge(selinux=said)
    assert errors == [] and "SELinux is enforcing, and /home/x/python3 has the type user_home_t" in warning
    assert judge(selinux={**said, "enforcing": False}) == judge(selinux={**said, "type": ""}) == ([], [])


def test_networkd_that_keeps_nothing_is_told_with_a_drop_in():
    errors, (warning,) = judge(managers=manager())
    assert errors == []
    assert warning.startswith("a: systemd-networkd manages eth0 (/etc/systemd/network/10-eth0.network), and may remove")
    assert "'KeepConfiguration=yes' into /etc/systemd/network/10-eth0.network.d/hotstandby.conf. " in warning
    assert "Before networkctl reload, " in warning
    (_errors, (warning,)) = judge(managers=manager(netplan=True, keep="dhcp"))
    assert "netplan and systemd-networkd manage eth0" in warning and "Before netplan apply, " in warning


@pytest.mark.parametrize("said", [{"keep": "static"}, {"keep": "yes"}, {"name": ""}])
def test_a_manager_that_keeps_the_addresses_is_not_told(said):
    assert judge(managers=manager(**said)) == ([], [])


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        (
            "NetworkManager",
            "lan",
            "a: NetworkManager manages eth0 (connection lan): nmcli connection up, nmcli device reapply and nmcli "
            "device modify remove a virtual address. Before that, drain the host",
        ),
        (
            "ifupdown",
            "/etc/network/interfaces",
            "a: ifupdown manages eth0 (/etc/network/interfaces): ifdown and systemctl restart networking remove a "
            "virtual address. Before that, drain the host",
        ),
    ],
)
def test_a_manager_that_removes_an_address_on_a_command_is_told(name, file, expected):
    assert judge(managers=manager(name=name, file=file)) == ([], [expected])


def test_rp_filter_is_told_where_two_interfaces_are_in_one_subnet():
    both = links(eth0=["192.168.8.4/24", "fe80::4/64"], eth1=["192.168.8.5/24"], eth2=["fe80::5/64"])
    errors, warnings = judge(both, rp_filter={"eth0": 1})
    assert errors == [] and warnings == [
        "a: rp_filter of eth0 is 1, and eth1 is in 192.168.8.0/24 as well: the kernel drops advertisements of the peer "
        "where it answers by eth1 (sysctl -w net/ipv4/conf/eth0/rp_filter=2)"
    ]
    assert judge(both, rp_filter={"eth0": 2}) == judge(both, rp_filter={"eth0": None}) == ([], [])


def unicast(found, **settings):
    plan = {"a": [{"interface": "eth0", "unicast_peer": ["192.168.8.6"]}], "b": []}
    return node_settings(HOSTS, {"a": {"preflight": settings}}, {"a": found}, plan)[1]["a"]


@pytest.mark.parametrize(
    ("ignore", "announce", "low", "advice"),
    [
        (0, 0, "arp_ignore, arp_announce", "net/ipv4/conf/eth1/arp_ignore=1 net/ipv4/conf/eth1/arp_announce=2"),
        (1, 0, "arp_announce", "net/ipv4/conf/eth1/arp_announce=2"),
        (0, 2, "arp_ignore", "net/ipv4/conf/eth1/arp_ignore=1"),
    ],
)
def test_with_unicast_another_interface_that_claims_the_address_is_told(ignore, announce, low, advice):
    both = links(eth0=["192.168.8.4/24"], eth1=["192.168.8.5/24"])
    arp = {"eth0": {"arp_ignore": 0, "arp_announce": 0}, "eth1": {"arp_ignore": ignore, "arp_announce": announce}}
    assert unicast(both, arp=arp) == [
        f"a: eth1 is in 192.168.8.0/24 as well as eth0, and claims its address in ARP ({low}): what the peer sends to "
        f"that address may arrive on eth1, where nobody listens (sysctl -w {advice})"
    ]
    assert judge(both, arp=arp) == ([], []), "multicast arrives on both"
    held = both["interfaces"][1]
    held["virtual_addresses"] = [held["addresses"][0]["address"]]
    assert unicast(both, arp=arp) == [], "it is the macvlan of an instance"


def test_an_interface_that_claims_its_own_address_alone_is_well():
    both = links(eth0=["192.168.8.4/24"], eth1=["192.168.8.5/24"])
    assert unicast(both, arp={"eth1": {"arp_ignore": 2, "arp_announce": 2}}) == unicast(both) == []
    apart = links(eth0=["192.168.8.4/24"], eth1=["10.0.0.5/24"])
    assert unicast(apart, arp={"eth1": {"arp_ignore": 0, "arp_announce": 0}}) == []


def compare(one, two, unicast=False):
    found = {"a": links(eth0=[one]), "b": links(eth0=[two])}
    source, peer = two.partition("/")[0], one.partition("/")[0]
    errors, warnings = subnets(HOSTS, found, {"b": [{"source": source, "peer": peer, "unicast": unicast}]})
    assert errors["a"] == warnings["a"] == []
    return errors["b"], warnings["b"]


def test_different_subnets_are_an_error_with_multicast():
    errors, warnings = compare("192.168.8.4/24", "192.168.9.6/24")
    assert warnings == [] and errors == [
        "b: b has 192.168.9.6 in 192.168.9.0/24, and its peer 192.168.8.4 in 192.168.8.0/24: multicast does not leave "
        "a subnet: say ha_pair_unicast: true, or give both one subnet"
    ]
    assert compare("192.168.8.4/24", "192.168.9.6/24", unicast=True) == ([], [])
    assert compare("192.168.8.4/24", "192.168.8.6/24") == compare("192.168.8.4/32", "192.168.9.6/32") == ([], [])


def test_different_prefix_lengths_are_a_warning():
    errors, (warning,) = compare("192.168.8.4/24", "192.168.8.6/16")
    assert errors == [] and "the prefix lengths are different, is one of them wrong?" in warning
