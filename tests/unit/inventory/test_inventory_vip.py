# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a virtual address is read from a text and a mapping alike, and is written as in keepalived."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.vip import VirtualIp, address_of, parse

KNOWN = (
    "dev, brd, label, scope, peer, preferred_lft,"
    " use_vmac, home, nodad, -nodad, mngtmpaddr, noprefixroute, autojoin, no_track"
)


@pytest.mark.parametrize(
    ("value", "address", "device", "masked", "text"),
    [
        ("192.168.8.100/24", "192.168.8.100", None, True, "192.168.8.100/24"),
        ("192.168.8.100", "192.168.8.100", None, False, "192.168.8.100/32"),
        ("FD00:8::100/64", "fd00:8::100", None, True, "fd00:8::100/64"),
        ("fd00:8::100", "fd00:8::100", None, False, "fd00:8::100/128"),
        (" 192.168.8.100/24  dev   eth1 ", "192.168.8.100", "eth1", True, "192.168.8.100/24 dev eth1"),
        (
            "192.168.8.100/24 no_track label eth0:1 home brd + dev eth0",
            "192.168.8.100",
            "eth0",
            True,
            "192.168.8.100/24 dev eth0 brd + label eth0:1 home no_track",
        ),
        (
            "192.168.8.100/24 peer 10.0.0.1/32 scope link preferred_lft 0",
            "192.168.8.100",
            None,
            True,
            "192.168.8.100/24 scope link peer 10.0.0.1/32 preferred_lft 0",
        ),
        ("fd00::1/64 nodad home", "fd00::1", None, True, "fd00::1/64 home"),
        ({"address": "fd00::1", "-nodad": True}, "fd00::1", None, False, "fd00::1/128 -nodad"),
        (
            {"no_track": True, "home": False, "label": "eth0:1", "dev": "eth0", "brd": "", "address": "10.0.0.1/8"},
            "10.0.0.1",
            "eth0",
            True,
            "10.0.0.1/8 dev eth0 label eth0:1 no_track",
        ),
    ],
)
def test_an_address_is_read(value, address, device, masked, text):
    vip = parse(value)
    assert (vip.address, vip.device, vip.masked, str(vip)) == (address, device, masked, text)


def test_options_are_kept_with_their_values():
    assert parse("10.0.0.1/8 autojoin dev eth0").options == (("dev", "eth0"), ("autojoin", ""))
    assert parse({"address": "10.0.0.1/8", "preferred_lft": 30}).options == (("preferred_lft", "30"),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "'' is not an IP address with an optional prefix length"),
        ("192.168.8.300", "'192.168.8.300' is not an IP address with an optional prefix length"),
        ("192.168.8.100/33", "'192.168.8.100/33' is not an IP address with an optional prefix length"),
        (None, "'None' is not an IP address with an optional prefix length"),
        ({"dev": "eth0"}, "'' is not an IP address with an optional prefix length"),
        ("10.0.0.1 dev", "'dev' has no value"),
        ("10.0.0.1 home label", "'label' has no value"),
        ("10.0.0.1 via 10.0.0.2", f"'via' is not a word of a virtual address; known are {KNOWN}"),
        ({"address": "::1", "z": 1, "m": 8}, f"'m' is not a word of a virtual address; known are address, {KNOWN}"),
        ("10.0.0.1 label a{b", "'a{b' cannot be the label of a virtual address"),
        ({"address": "10.0.0.1", "dev": "a b"}, "'a b' cannot be the dev of a virtual address"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_virtual_address_is_refused(value, text):
    with pytest.raises(ValueError) as caught:
        parse(value)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("value", "length", "text"),
    [
        ("192.168.8.100 dev eth0", 24, "192.168.8.100/24 dev eth0"),
        ("192.168.8.100/32", 24, "192.168.8.100/24"),
        ("fd00::1 home", 64, "fd00::1/64 home"),
    ],
)
def test_an_address_takes_another_prefix_length(value, length, text):
    vip = parse(value)
    wider = vip.with_prefix(length)
    assert (str(wider), wider.masked, wider.options) == (text, True, vip.options)
    assert vip == parse(value)


def test_equal_addresses_are_one():
    assert parse("10.0.0.1/8 home dev a") == parse({"address": "10.0.0.1/8", "dev": "a", "home": True})
    assert parse("10.0.0.1/8") == VirtualIp(ip_interface("10.0.0.1/8"), True)
    assert parse("10.0.0.1") != parse("10.0.0.1/32")


def test_two_addresses_in_one_text_are_a_list():
    with pytest.raises(ValueError, match="write a list"):
        parse("192.168.8.100/24, 192.168.8.101/24")


@pytest.mark.parametrize("value", ["192.168.8.101 / 24", "192.168.8.101 /24", "192.168.8.101/ 24"])
def test_a_space_beside_the_slash_is_refused(value):
    with pytest.raises(ValueError, match="has a space beside the / .write ADDRESS/PREFIX"):
        parse(value)


def test_a_mapping_keeps_zero_and_reads_its_switches():
    given = {"address": "192.168.8.100/24", "preferred_lft": 0, "no_track": "false", "home": "yes"}
    assert str(parse(given)) == "192.168.8.100/24 preferred_lft 0 home"


@pytest.mark.parametrize("text", ["192.168.8.254/31", "192.168.8.255/31", "192.168.8.255/32", "192.168.8.255/20"])
def test_an_address_that_only_looks_like_a_broadcast_address_is_taken(text):
    assert str(parse(text)) == text


@pytest.mark.parametrize(("text", "name"), [("10.1.2.255/24", "broadcast"), ("10.1.2.0/24", "network")])
def test_an_end_of_its_own_subnet_is_refused(text, name):
    with pytest.raises(ValueError, match=f"is the {name} address of 10.1.2.0/24"):
        parse(text)


@pytest.mark.parametrize("value", ["192.168.8.100/0", "fd00::1/0 noprefixroute", {"address": "10.0.0.1/0.0.0.0"}])
def test_a_route_to_everything_is_refused(value):
    with pytest.raises(
        ValueError, match="makes a connected route to everything .write the prefix length of its subnet"
    ):
        parse(value)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("192.168.8.100/24 dev eth0", "192.168.8.100"),
        ({"address": "2001:DB8:0::1/64"}, "2001:db8::1"),
        ({"text": "10.0.0.1/8 no_track", "present": True}, "10.0.0.1"),
    ],
)
def test_the_address_of_an_entry_has_its_shortest_spelling(entry, address):
    assert address_of(entry) == address
