# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the requests about links, octet for octet (linux/if_link.h)."""

from __future__ import annotations

from vrrp.agent.netlink import link_requests


def test_a_macvlan_is_made():
    assert link_requests.macvlan("vrrp.51", 2, bytes.fromhex("00005e000133")).hex() == (
        "5c000000100005060000000000000000"  # length 92, RTM_NEWLINK, request ack excl create
        "00000000000000000000000000000000"  # AF_UNSPEC, no index, no flags
        "0800050002000000"  # IFLA_LINK 2
        "0c000300767272702e353100"  # IFLA_IFNAME vrrp.51
        "0a00010000005e0001330000"  # IFLA_ADDRESS
        "1c001200"  # IFLA_LINKINFO
        "0c0001006d6163766c616e00"  # IFLA_INFO_KIND macvlan
        "0c0002000800010001000000"  # IFLA_INFO_DATA: IFLA_MACVLAN_MODE private
    )


def test_a_link_is_turned_on_and_removed():
    assert link_requests.up(9).hex() == "20000000130005000000000000000000" + "00000000090000000100000001000000"
    assert link_requests.removed(9).hex() == "20000000110005000000000000000000" + "00000000090000000000000000000000"


def test_settings_of_ipv4():
    assert (
        link_requests.ipv4_settings(9, {"arp_ignore": 1, "rp_filter": 0}).hex()[64:]
        == (
            "1c001a00" + "18000200" + "14000100"  # IFLA_AF_SPEC, AF_INET, IFLA_INET_CONF
            "0800130001000000" + "0800080000000000"  # IPV4_DEVCONF_ARP_IGNORE 1, IPV4_DEVCONF_RP_FILTER 0
        )
    )


def test_an_address_of_a_subnet_takes_the_place_of_the_first_one():
    assert (
        link_requests.ipv4_settings(2, {"promote_secondaries": 1}).hex()[64:]
        == "14001a00" + "10000200" + "0c000100" + "0800140001000000"
    )


def test_no_address_of_its_own():
    assert link_requests.without_link_local(9).hex()[64:] == "10001a00" + "0c000a00" + "0500080001000000"
