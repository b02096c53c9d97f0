# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words that ip-route(8) and ip-rule(8) share become networks and numbers."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from vrrp.config.keywords.ip_values import (
    KEEPALIVED,
    NUMBER_MAX,
    PROTOCOLS,
    TABLES,
    IpLine,
    network,
    number,
    protocol,
    table,
    tos,
)
from vrrp.config.syntax.diagnostics import Invalid, Location
from vrrp.config.syntax.parser import Word, parse


def word(text):
    return Word(text, Location("f", 2, 7))


def refusal(convert, *arguments):
    with pytest.raises(Invalid) as raised:
        convert(*arguments)
    found = raised.value
    assert found.place == Location("f", 2, 7)
    return found.text, found.rule, found.hint


def test_tables_that_have_a_name_everywhere_are_known():
    assert TABLES == {"default": 253, "main": 254, "local": 255}


def test_protocols_of_rtnetlink_are_known():
    assert (KEEPALIVED, NUMBER_MAX) == (18, 4294967295)
    assert PROTOCOLS == {
        **{"none": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10},
        **{"zebra": 11, "bird": 12, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42},
    }


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("192.0.2.0/24", 0, "192.0.2.0/24"),
        ("192.0.2.1", 0, "192.0.2.1/32"),
        ("0.0.0.0/0", 6, "0.0.0.0/0"),
        ("2001:DB8::/32", 0, "2001:db8::/32"),
        ("fe80::1", 4, "fe80::1/128"),
        ("default", 0, "0.0.0.0/0"),
        ("any", 4, "0.0.0.0/0"),
        ("all", 6, "::/0"),
        ("default6", 0, "::/0"),
    ],
)
def test_a_network_is_read(text, version, expected):
    assert network(word(text), version) == ip_network(expected)


@pytest.mark.parametrize(
    "text",
    ["", "net", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/255.255.255.0", "fe80::/129", "fe80::%1/64", "1", "::/-1"],
)
def test_a_text_that_is_no_network_is_refused(text):
    assert refusal(network, word(text)) == (f'"{text}" is not a network', "", "192.0.2.0/24")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("192.0.2.1/24", "write: 192.0.2.0/24"),
        ("192.0.2.128/24", "write: 192.0.2.0/24"),
        ("0.0.0.1/0", "write: 0.0.0.0/0"),
        ("2001:db8::1/32", "write: 2001:db8::/32"),
    ],
)
def test_a_network_with_bits_behind_its_prefix_is_refused(text, hint):
    assert refusal(network, word(text)) == (f'"{text}" has bits behind its prefix', "the kernel refuses it", hint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("main", 254),
        ("local", 255),
        ("default", 253),
        ("1", 1),
        ("0100", 100),
        ("0x10", 16),
        ("0xFFFFFFFF", 4294967295),
        ("4294967295", 4294967295),
    ],
)
def test_a_table_is_read(text, expected):
    assert table(word(text)) == expected


@pytest.mark.parametrize("text", ["MAIN", "small", "", "-1", "0x", "0x100000000", "12345678901"])
def test_the_name_of_a_table_is_refused(text):
    assert refusal(table, word(text)) == (
        f'the routing table "{text}" is not a number',
        "names of tables are those of one node's /etc/iproute2/rt_tables",
        "write its number there",
    )


def test_the_number_of_a_table_is_1_to_4294967295():
    assert refusal(table, word("0")) == ("table 0 is out of range", "table is 1 to 4294967295", "")
    assert refusal(table, word("4294967296"))[0] == "table 4294967296 is out of range"


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [("0", 0, 9, 0), ("9", 0, 9, 9), ("0x0a", 10, 10, 10), ("010", 0, 255, 10), ("0xff", 0, 255, 255)],
)
def test_a_number_between_its_limits_is_read(text, low, high, expected):
    assert number(word(text), "metric", low, high) == expected


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("10", 0, 9, ("metric 10 is out of range", "metric is 0 to 9", "")),
        ("0x3", 4, 9, ("metric 3 is out of range", "metric is 4 to 9", "")),
        ("-1", 0, 9, ('metric "-1" is not a number', "", "")),
        ("1.5", 0, 9, ('metric "1.5" is not a number', "", "")),
        ("0xg", 0, 9, ('metric "0xg" is not a number', "", "")),
    ],
)
def test_a_number_that_is_refused(text, low, high, expected):
    assert refusal(number, word(text), "metric", low, high) == expected


def test_a_number_has_32_bits_where_no_limit_is_given():
    assert number(word("4294967295"), "metric") == 4294967295
    expected = ("metric 4294967296 is out of range", "metric is 0 to 4294967295", "")
    assert refusal(number, word("4294967296"), "metric") == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("none", 0), ("bird", 12), ("babel", 42), ("0", 0), ("99", 99), ("0xff", 255)]
)
def test_a_protocol_is_a_name_or_a_number_of_8_bits(text, expected):
    assert protocol(word(text)) == expected


def test_a_protocol_that_is_refused():
    assert refusal(protocol, word("256")) == ("protocol 256 is out of range", "protocol is 0 to 255", "")
    assert refusal(protocol, word("Bird")) == ('protocol "Bird" is not a number', "", "")


def test_the_type_of_service_has_8_bits():
    assert [tos(word(text)) for text in ("0", "255", "0x10")] == [0, 255, 16]
    assert refusal(tos, word("256")) == ("tos 256 is out of range", "tos is 0 to 255", "")


def test_a_line_begins_without_a_family_and_without_fields():
    (statement,) = parse("blackhole default", "f").statements
    line = IpLine(statement, True)
    assert (line.head.text, line.static, line.version, line.fields) == ("blackhole", True, 0, {})
    assert [each.text for each in line.words] == ["blackhole", "default"]


def line(text="default"):
    (statement,) = parse(text, "f").statements
    return IpLine(statement, False)


def test_a_line_is_of_one_ip_version():
    one = line()
    one._family(4, word("192.0.2.1"))
    one._family(4, word("192.0.2.2"))
    assert one.version == 4
    expected = ('"fd00::1" mixes IPv4 and IPv6 in one line', "", "")
    assert refusal(one._family, 6, word("fd00::1")) == expected


def test_a_field_is_given_once():
    one = line()
    one._set("metric", 5, word("metric"))
    assert refusal(one._set, "metric", 6, word("metric")) == ("metric is given twice", "", "remove one")
    assert one.fields == {"metric": 5}
