# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of use_vmac become the name and the Ethernet address of a macvlan, or are refused."""

from __future__ import annotations

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.vmac_values import VmacLine, use_vmac


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("use_vmac", VmacLine(None, None)),
        ("use_vmac vip0", VmacLine("vip0")),
        ("use_vmac name vip0", VmacLine("vip0")),
        ("use_vmac name name", VmacLine("name")),
        ("use_vmac name group", VmacLine("group")),
        ("use_vmac netlink_notify_msg", VmacLine()),
        ("use_vmac 02:00:5e:10:00:33", VmacLine(None, "02:00:5e:10:00:33")),
        ("use_vmac FE:DC:BA:98:76:54 vip0", VmacLine("vip0", "fe:dc:ba:98:76:54")),
        ("use_vmac vip0 2:0:5e:1:0:3 netlink_notify_msg", VmacLine("vip0", "02:00:5e:01:00:03")),
        ("use_vmac 02:00:5e:10:00", VmacLine(None, "02:00:5e:10:00")),
        ("use_vmac 02:00:5e:10:00:", VmacLine(None, "02:00:5e:10:00")),
        ("use_vmac 00:00:5e:00:03:33", VmacLine(None, "00:00:5e:00:03:33")),
    ],
)
def test_the_name_and_the_address_of_a_macvlan_are_read(line, expected):
    assert use_vmac(statement(line)) == expected


@pytest.mark.parametrize(
    "written", ["02:00:5e:10", "02:00:5e:10:00:33:44", "02:00:5e:10:00:zz", "002:00:5e:10:00:33", "::::", "a:b", ":"]
)
def test_a_text_that_is_no_mac_address_is_refused(written):
    assert refusal(use_vmac, f"use_vmac {written}") == (
        f'"{written}" is not a MAC address',
        "six octets, or five: then virtual_router_id is the sixth",
        "02:00:5e:10:00:33",
        10,
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("01:00:5e:10:00:33", "01:00:5e:10:00:33"),
        ("3:0:0:0:0", "03:00:00:00:00"),
        ("FF:0:0:0:0:1", "ff:00:00:00:00:01"),
    ],
)
def test_a_multicast_mac_address_is_refused(written, shown):
    expected = (f"the MAC address {shown} is multicast", "", "02:00:5e:10:00:33", 10)
    assert refusal(use_vmac, f"use_vmac {written}") == expected


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("00:00:5e:00:01:33", "00:00:5e:00:01:33"),
        ("0:0:5E:0:2:33", "00:00:5e:00:02:33"),
        ("00:00:5e:00:01", "00:00:5e:00:01"),
        ("0:0:5e:0:2:", "00:00:5e:00:02"),
    ],
)
def test_a_mac_address_of_the_rfc_is_refused(written, shown):
    assert refusal(use_vmac, f"use_vmac vip0 {written}") == (
        f"the MAC address {shown} is one of VRRP's own",
        "RFC 9568 7.3: the last octet is the VRID",
        "leave it out",
        15,
    )


@pytest.mark.parametrize(
    ("line", "text", "column"),
    [
        ("use_vmac 2:0:0:0:0:1 2:0:0:0:0:1", "use_vmac has two MAC addresses", 22),
        ("use_vmac vip0 vip1", 'use_vmac has two names, the second is "vip1"', 15),
        ("use_vmac vip0 name vip1", 'use_vmac has two names, the second is "vip1"', 20),
        ("use_vmac name", "name takes a value, none is given", 10),
        ("use_vmac group 7", "use_vmac ... group is not supported", 10),
        ("use_vmac a/b", '"a/b" is not the name of an interface', 10),
        ("use_vmac 1234567890123456", 'the interface name "1234567890123456" is too long', 10),
    ],
)
def test_a_macvlan_that_is_refused(line, text, column):
    found = refusal(use_vmac, line)
    assert (found[0], found[3]) == (text, column)
