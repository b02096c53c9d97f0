# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of an address line become an address, virtual or of another host, or are refused."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from converted_lines import statement

from vrrp.config.keywords.address_values import (
    Peer,
    address,
    host,
    multicast,
    peer,
    scope,
    static_address,
    unicast,
    virtual_address,
)
from vrrp.config.model.configuration import VirtualAddress
from vrrp.config.syntax.diagnostics import Invalid, Location
from vrrp.config.syntax.parser import Word

PLACE = Location("f", 3, 5)


def refusal(convert, item):
    """Return text, rule, hint and column of what ``convert`` raises."""
    with pytest.raises(Invalid) as raised:
        convert(statement(item) if isinstance(item, str) else item)
    found = raised.value
    return found.text, found.rule, found.hint, found.place and found.place.column


@pytest.mark.parametrize("written", ["192.0.2.1", "255.255.255.254", "2001:db8::1", "fe80::1"])
def test_an_address_of_a_host_is_read(written):
    assert host(Word(written, PLACE)) == ip_address(written)
    assert unicast(Word(written, PLACE)) == ip_address(written)
    assert address(statement(f"mcast_src_ip {written}")) == ip_address(written)


@pytest.mark.parametrize(
    "written", ["0.0.0.0", "127.0.0.1", "127.9.9.9", "224.0.0.18", "255.255.255.255", "::", "::1", "ff02::12"]
)
def test_an_address_that_no_host_on_a_link_has_is_refused(written):
    word = Word(written, PLACE)
    assert refusal(host, word) == (f'"{written}" is not the address of a host on a link', "", "", 5)


@pytest.mark.parametrize("written", ["127.0.0.1", "127.9.9.9", "::1"])
def test_the_loopback_addresses_are_hosts_for_a_check(written):
    assert unicast(Word(written, PLACE)) == ip_address(written)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("224.0.0.18", '"224.0.0.18" is not the address of a host on a link'),
        ("localhost", '"localhost" is not an IP address'),
        ("fe80::1%eth0", '"fe80::1%eth0" is not an IP address'),
        ("192.0.2", '"192.0.2" is not an IP address'),
        ("", '"" is not an IP address'),
    ],
)
def test_an_address_that_no_check_can_ask_is_refused(written, text):
    assert refusal(unicast, Word(written, PLACE)) == (text, "", "", 5)


def test_the_address_of_a_host_has_no_prefix_length():
    expected = ('"192.0.2.8/32" has a prefix length', "", "write the address alone", 5)
    assert refusal(host, Word("192.0.2.8/32", PLACE)) == expected


@pytest.mark.parametrize("prefix", ["/32", "/24", "/255.255.255.0", "/"])
def test_a_prefix_length_of_a_source_a_peer_or_a_group_is_dropped(prefix):
    found = address(statement(f"unicast_src_ip 192.0.2.8{prefix}"))
    assert (str(found.value), found.why.text) == ("192.0.2.8", f'"192.0.2.8{prefix}" has a prefix length')
    assert found.why.hint == "write: 192.0.2.8"
    found = peer(statement(f"192.0.2.8{prefix} min_ttl 3"))
    assert (str(found.value.address), found.value.min_ttl) == ("192.0.2.8", 3)
    assert str(multicast(4)(statement(f"mcast_dst_ip 224.0.0.9{prefix}")).value) == "224.0.0.9"


@pytest.mark.parametrize(
    ("version", "written"),
    [(0, "224.0.0.18"), (0, "239.255.255.255"), (0, "ff02::12"), (0, "ff12::9"), (4, "224.0.0.9"), (6, "ff02::9")],
)
def test_a_multicast_group_is_read(version, written):
    assert multicast(version)(statement(f"group {written}")) == ip_address(written)


@pytest.mark.parametrize(
    ("version", "written", "text", "rule", "hint"),
    [
        (0, "192.0.2.1", '"192.0.2.1" is not a multicast address', "", "224.0.0.18 or ff02::12"),
        (0, "fe80::1", '"fe80::1" is not a multicast address', "", "224.0.0.18 or ff02::12"),
        (4, "ff02::12", '"ff02::12" is not an IPv4 multicast address', "", "224.0.0.18 or ff02::12"),
        (6, "224.0.0.18", '"224.0.0.18" is not an IPv6 multicast address', "", "224.0.0.18 or ff02::12"),
        (0, "ff01::12", '"ff01::12" is not link-local', "VRRP over IPv6: the group begins with ffX2", ""),
        (6, "ff0e::12", '"ff0e::12" is not link-local', "VRRP over IPv6: the group begins with ffX2", ""),
        (0, "all", '"all" is not an IP address', "", ""),
    ],
)
def test_an_address_that_is_no_multicast_group_is_refused(version, written, text, rule, hint):
    assert refusal(multicast(version), f"group {written}") == (text, rule, hint, 7)


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("192.0.2.9", None, None),
        ("192.0.2.9 min_ttl 255", 255, None),
        ("192.0.2.9 max_ttl 0", None, 0),
        ("192.0.2.9 max_ttl 9 min_ttl 9", 9, 9),
        ("192.0.2.9 min_ttl 0 max_ttl 255", 0, 255),
    ],
)
def test_a_unicast_peer_is_read(line, low, high):
    assert peer(statement(line)) == Peer(ip_address("192.0.2.9"), low, high)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("192.0.2.9 192.0.2.8", ('"192.0.2.8" follows an address', "", "one address on each line", 11)),
        ("192.0.2.9 mn_ttl 1", ('"mn_ttl" follows an address', "", "did you mean min_ttl?", 11)),
        ("192.0.2.9 min_ttl 1 min_ttl 1", ("min_ttl is given twice", "", "remove one", 21)),
        ("192.0.2.9 min_ttl -1", ("min_ttl -1 is out of range", "min_ttl is 0 to 255", "", 19)),
        ("192.0.2.9 max_ttl", ("max_ttl takes a value, none is given", "", "", 11)),
        (
            "192.0.2.9 min_ttl 1 max_ttl 0",
            ("min_ttl 1 is above max_ttl 0", "every packet would be discarded", "", None),
        ),
    ],
)
def test_a_unicast_peer_that_is_refused(line, expected):
    assert refusal(peer, line) == expected


@pytest.mark.parametrize(
    ("line", "written", "fields"),
    [
        ("192.0.2.1", "192.0.2.1/32", {}),
        ("192.0.2.1/0", "192.0.2.1/0", {}),
        ("2001:db8::1/128", "2001:db8::1/128", {}),
        (
            "192.0.2.1/30 label eth0:1234567890 scope 255 brd - dev eth1",
            "192.0.2.1/30",
            {"label": "eth0:1234567890", "scope": "255", "broadcast": "-", "device": "eth1"},
        ),
        ("192.0.2.1/31 broadcast 192.0.2.1", "192.0.2.1/31", {"broadcast": "192.0.2.1"}),
        ("192.0.2.1/32 peer 192.0.2.9/24", "192.0.2.1/32", {"peer": ip_interface("192.0.2.9/24")}),
        ("fe80::1 peer fe80::2", "fe80::1/128", {"peer": ip_interface("fe80::2/128")}),
        ("192.0.2.1 preferred_lft 0", "192.0.2.1/32", {"preferred_lft_s": 0}),
        ("192.0.2.1 preferred_lft 4294967295", "192.0.2.1/32", {"preferred_lft_s": 4294967295}),
        ("192.0.2.1 preferred_lft forever", "192.0.2.1/32", {"preferred_lft_s": 4294967295}),
        ("fe80::1/64 -nodad autojoin home", "fe80::1/64", {"nodad": False, "autojoin": True, "home": True}),
        (
            "fe80::1/64 mngtmpaddr noprefixroute no_track",
            "fe80::1/64",
            {"mngtmpaddr": True, "noprefixroute": True, "no_track": True},
        ),
    ],
)
def test_a_line_of_addresses_is_the_same_for_instances_and_for_static_ones(line, written, fields):
    assert virtual_address(statement(line)) == VirtualAddress(ip_interface(written), **fields)
    assert static_address(statement(line)) == VirtualAddress(ip_interface(written), **fields)


def test_use_vmac_is_for_instances_and_track_group_for_static_addresses():
    first = ip_interface("192.0.2.1/24")
    assert virtual_address(statement("192.0.2.1/24 use_vmac")) == VirtualAddress(first, use_vmac=True)
    assert static_address(statement("192.0.2.1/24 track_group G")) == VirtualAddress(first, track_group="G")
    assert refusal(virtual_address, "192.0.2.1/24 track_group G") == (
        "the address option track_group is for static_ipaddress",
        "",
        "remove it",
        14,
    )
    assert refusal(static_address, "192.0.2.1/24 use_vmac") == (
        "the address option use_vmac is for the addresses of an instance",
        "",
        "remove it",
        14,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("192.0.2.1/", ('"192.0.2.1/" has no valid prefix length', "IPv4: 0 to 32", "", 1)),
        ("192.0.2.1/31 brd +", ("a /31 has no broadcast address", "", "write the prefix length of the subnet", 18)),
        (
            "192.0.2.1 brd fe80::1",
            ('"fe80::1" is not a broadcast address', "brd takes an IPv4 address, + or -", "", 15),
        ),
        (
            "192.0.2.1 brd 255.255.255",
            ('"255.255.255" is not a broadcast address', "brd takes an IPv4 address, + or -", "", 15),
        ),
        ("fe80::1/64 label eth0", ("an IPv6 address has no label", "", "", 18)),
        ("fe80::1/64 brd -", ("IPv6 has no broadcast address", "", "", 16)),
        (
            "192.0.2.1 label 1234567890123456",
            ('the label "1234567890123456" is too long', "Linux: 1 to 15 octets", "", 17),
        ),
        ("192.0.2.1 label ääääääää", ('the label "ääääääää" is too long', "Linux: 1 to 15 octets", "", 17)),
        (
            "192.0.2.1 scope 256",
            ('unknown scope "256"', "scope is site, link, host, nowhere, global or 0 to 255", "", 17),
        ),
        (
            "192.0.2.1 brd + broadcast -",
            ("a /32 has no broadcast address", "", "write the prefix length of the subnet", 15),
        ),
        ("192.0.2.1/24 brd + broadcast -", ("broadcast is given twice for one address", "", "", 20)),
        (
            "192.0.2.1/32 brd 192.0.2.9 peer 192.0.2.9",
            ("an address with a peer has no broadcast address", "", "remove brd", 1),
        ),
        (
            "192.0.2.1/24 peer 192.0.2.9",
            (
                "192.0.2.1/24 has a prefix length beside a peer",
                "the prefix length belongs to the peer",
                "192.0.2.1 peer 192.0.2.9/24",
                19,
            ),
        ),
        ("192.0.2.1 peer fe80::2", ('peer "fe80::2" is not of the family of its address', "", "", 16)),
        (
            "192.0.2.1 preferred_lft 4294967296",
            ("preferred_lft 4294967296 is out of range", "preferred_lft is 0 to 4294967295", "", 25),
        ),
        ("192.0.2.1 fe80::1/64", ('"fe80::1/64" follows another address', "", "one address on each line", 11)),
        ("192.0.2.1 lablel x", ('unknown address option "lablel"', "", "did you mean label?", 11)),
        ("192.0.2.1 dev", ("dev takes a value, none is given", "", "", 11)),
    ],
)
def test_a_line_of_addresses_that_is_refused(line, expected):
    assert refusal(virtual_address, line) == expected


@pytest.mark.parametrize("written", ["site", "link", "host", "nowhere", "global", "0", "255"])
def test_a_scope_is_a_name_or_a_number_of_8_bits(written):
    assert scope(Word(written, PLACE)) == written


def test_a_scope_with_a_typing_error_has_a_hint():
    rule = "scope is site, link, host, nowhere, global or 0 to 255"
    assert refusal(scope, Word("lnk", PLACE)) == ('unknown scope "lnk"', rule, "did you mean link?", 5)
    assert refusal(scope, Word("-1", PLACE)) == ('unknown scope "-1"', rule, "", 5)


def test_a_group_has_no_interface():
    for written in ("224.0.0.9%eth0", "ff02::9%eth0"):
        assert refusal(multicast(), f"mcast_dst_ip {written}")[0] == f'"{written}" is not an IP address'


def test_an_empty_label_is_called_empty():
    assert refusal(virtual_address, '192.0.2.1/24 label ""') == ("the label is empty", "", "remove it", 20)


@pytest.mark.parametrize(
    ("line", "written", "text", "taken"),
    [
        ("192.0.2.1/33", "192.0.2.1/32", "no valid prefix length", "takes /32"),
        ("192.0.2.1/255.255.255.0", "192.0.2.1/32", "no valid prefix length", "takes /32"),
        ("192.0.2.1/24;", "192.0.2.1/24", "no valid prefix length", "takes /24"),
        ("fe80::1/129", "fe80::1/128", "no valid prefix length", "takes /128"),
        ("fe80::1/64 scope link", "fe80::1/64", "scope says nothing", "passes over"),
    ],
)
def test_an_address_has_what_keepalived_makes_of_words_that_it_cannot_use(line, written, text, taken):
    for convert in (virtual_address, static_address):
        found = convert(statement(line))
        assert found.value == VirtualAddress(ip_interface(written))
        assert text in found.why.text and taken in found.why.rule
