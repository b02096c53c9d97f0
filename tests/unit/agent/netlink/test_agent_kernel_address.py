# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the requests that set and delete an address, octet for octet."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from agent_fakes import want

from vrrp.agent.netlink import kernel as kernel_module

RTM_NEWADDR, RTM_DELADDR = 20, 21


def test_an_address_is_added_as_ip_would_add_it():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = kernel_module.address_request(RTM_NEWADDR, wanted, "eth0", lifetime_s=3)
    assert request.hex() == (
        "5c000000140005050000000000000000"  # length 92, RTM_NEWADDR, request ack replace create; sequence 0
        "0218000002000000"  # AF_INET, /24, scope global, interface 2
        "08000200c0a80864"  # IFA_LOCAL
        "08000100c0a80864"  # IFA_ADDRESS
        "08000400c0a808ff"  # IFA_BROADCAST
        "0d000300657468303a76697000000000"  # IFA_LABEL
        "1400060003000000030000000000000000000000"  # IFA_CACHEINFO: preferred and valid for 3 s
        "05000b0012000000"  # IFA_PROTO: keepalived's number, 18
    )


def test_an_address_without_label_gets_the_name_of_its_interface():
    request = kernel_module.address_request(RTM_NEWADDR, want("192.168.8.100/32", scope=254), "eth0")
    assert request.hex()[32:] == (
        "022000fe0200000008000200c0a8086408000100c0a80864090003006574683000000000"
        "14000600ffffffffffffffff0000000000000000"  # for ever
        "05000b0012000000"
    )


@pytest.mark.parametrize(
    ("prefix", "length", "preferred_s"),
    [(64, "40", "02000000"), (128, "80", "00000000")],  # keepalived: one without a subnet is no source
)
def test_an_ipv6_address_is_usable_at_once(prefix, length, preferred_s):
    request = kernel_module.address_request(RTM_NEWADDR, want(f"2001:db8::100/{prefix}"), "eth0", lifetime_s=2)
    assert request.hex()[32:] == (
        f"0a{length}020002000000"  # AF_INET6, IFA_F_NODAD, scope global, interface 2
        "1400020020010db8000000000000000000000100"  # IFA_LOCAL
        "1400010020010db8000000000000000000000100"  # IFA_ADDRESS
        f"14000600{preferred_s}020000000000000000000000"
        "05000b0012000000"
    )


def test_exactly_one_address_is_deleted():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = kernel_module.address_request(RTM_DELADDR, wanted, "eth0", lifetime_s=3)
    assert request.hex() == ("28000000150005000000000000000000021800000200000008000200c0a8086408000100c0a80864")


def test_options_that_do_not_fit_into_the_header_have_an_attribute():
    request = kernel_module.address_request(
        RTM_NEWADDR, want("fd00:8::100/64", flags=0x210), "eth0", lifetime_s=3
    ).hex()
    assert request[32:40] == "0a401200"  # home and nodad
    assert "0800080012020000" in request  # IFA_FLAGS: noprefixroute besides
    assert (
        kernel_module.address_request(RTM_NEWADDR, want("fd00:8::100/64", dad=True), "eth0").hex()[32:40] == "0a400000"
    )


def test_a_peer_is_where_the_address_would_be():
    request = kernel_module.address_request(RTM_NEWADDR, want("10.8.0.1/32", peer=ip_address("10.8.0.2")), "eth0").hex()
    assert "080002000a080001080001000a080002" in request  # IFA_LOCAL, IFA_ADDRESS


@pytest.mark.parametrize(("written_s", "lifetime_s", "hexadecimal"), [(1, 3, "01"), (30, 3, "03"), (0, 3, "00")])
def test_nothing_is_preferred_for_longer_than_it_is_valid(written_s, lifetime_s, hexadecimal):
    request = kernel_module.address_request(
        RTM_NEWADDR, want("fd00:8::100/64", preferred_s=written_s), "eth0", lifetime_s
    ).hex()
    assert request.endswith(f"14000600{hexadecimal}00000003000000000000000000000005000b0012000000")
