# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the virtual addresses of an instance fit each other, its source and its macvlan."""

from __future__ import annotations

import pytest
from one_instance import FOUR, SIX, built

from vrrp.config.model.configuration import (
    Vmac,
)

IN_FAULT = (
    'error: {} 192.0.2.1 is a virtual address of vrrp_instance "VI_1": no node has it before it is MASTER. '
    "it would be in FAULT on every node (name an address of this node's own)"
)
DEAF = (
    'warning: {} 192.0.2.1 is a virtual address of vrrp_instance "VI_1": a MASTER hears nobody who has it too. '
    "the kernel drops what comes from an address of its own, so two masters stay two "
    "(name an address of this node's own)"
)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("unicast_src_ip 192.0.2.1\nunicast_peer { 192.0.2.9 }", [IN_FAULT.format("unicast_src_ip")]),
        ("mcast_src_ip 192.0.2.1\nunicast_peer { 192.0.2.9 }", [IN_FAULT.format("mcast_src_ip")]),
        ("mcast_src_ip 192.0.2.1\ntrack_src_ip", [IN_FAULT.format("mcast_src_ip")]),
        ("mcast_src_ip 192.0.2.1", [DEAF.format("mcast_src_ip")]),
        ("mcast_src_ip 192.0.2.1\npriority 255", []),
        ("unicast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }", []),
    ],
)
def test_a_virtual_address_as_the_source_is_told(lines, expected):
    _found, errors, warnings = built(lines)
    assert [each.partition(" ")[2] for each in errors + warnings] == expected


@pytest.mark.parametrize(
    ("addresses", "errors"),
    [
        ("", []),
        ("virtual_ipaddress { 192.0.2.300 }", []),
        (
            "virtual_ipaddress {\n192.0.2.1/24\nfe80::1/64\n}",
            [
                "6:1: error: fe80::1/64 and 192.0.2.1/24 are of different families. RFC 9568 5.2.9: one family in an"
                " instance (put it into virtual_ipaddress_excluded, or use an instance for each family)"
            ],
        ),
        (
            "virtual_ipaddress {\n192.0.2.1/24\n192.0.2.1/32 dev eth1\n}",
            ["6:1: error: 192.0.2.1 is given twice, first in line 5 (remove one)"],
        ),
        (
            f"{FOUR}\nvirtual_ipaddress_excluded {{\n192.0.2.1 dev eth0\n192.0.2.1 dev eth1\n192.0.2.1 dev eth1\n}}",
            [
                "6:1: error: 192.0.2.1 is given twice, first in line 4 (remove one)",
                "8:1: error: 192.0.2.1 is given twice, first in line 7 (remove one)",
            ],
        ),
        (
            f"{FOUR}\nnative_ipv6",
            [
                '5:1: error: native_ipv6, but vrrp_instance "VI_1" has no IPv6 address'
                " (the virtual addresses say what it is)"
            ],
        ),
        (f"{SIX}\nnative_ipv6", []),
    ],
)
def test_wrong_lists_of_addresses_are_errors(addresses, errors):
    assert built("", addresses)[1] == errors


def test_255_addresses_are_the_most():
    lines = [f"10.0.0.{number}" for number in range(1, 256)]
    assert built("", "virtual_ipaddress {\n" + "\n".join(lines) + "\n}")[1] == []
    (error,) = built("", "virtual_ipaddress {\n" + "\n".join([*lines, "10.0.1.1"]) + "\n}")[1]
    assert error.startswith('260:1: error: vrrp_instance "VI_1" has 256 addresses. RFC 9568 5.2.5: 1 to 255 addresses')


@pytest.mark.parametrize(
    ("lines", "expected", "warnings"),
    [
        ("use_vmac", Vmac(), []),
        ("use_vmac vip0 02:00:00:00:00", Vmac("vip0", "02:00:00:00:00:33"), []),
        ("use_vmac\nvmac_xmit_base", Vmac(xmit_base=True), []),
        (
            "use_vmac\nunicast_peer { 192.0.2.9 }",
            Vmac(xmit_base=True),
            ["5:1: warning: use_vmac with unicast_peer means vmac_xmit_base (add: vmac_xmit_base)"],
        ),
        ("vmac_xmit_base", None, ["5:1: warning: vmac_xmit_base has no effect without use_vmac (remove it)"]),
    ],
)
def test_use_vmac_makes_a_macvlan(lines, expected, warnings):
    found, errors, messages = built(lines)
    assert (found.vmac, errors, messages) == (expected, [], warnings)


@pytest.mark.parametrize(
    ("lines", "excluded", "warnings"),
    [
        ("use_vmac", "192.0.2.9 use_vmac", []),
        ("use_vmac", "192.0.2.9 dev eth0 use_vmac", []),
        ("use_vmac", "2001:db8::1 dev eth1", []),
        ("", "2001:db8::1", []),
        (
            "use_vmac",
            "192.0.2.9 dev eth1 use_vmac",
            [
                "6:1: warning: use_vmac has no effect behind 192.0.2.9. it lives on eth1 itself, with its own Ethernet"
                " address (an instance of its own on that interface)"
            ],
        ),
        (
            "",
            "192.0.2.9 use_vmac",
            [
                "6:1: warning: use_vmac has no effect behind 192.0.2.9. it lives on eth0 itself, with its own Ethernet"
                " address (add use_vmac to the instance)"
            ],
        ),
        (
            "use_vmac",
            "2001:db8::1",
            [
                "6:1: warning: 2001:db8::1 lives on a macvlan that has the Ethernet address of IPv4. RFC 9568 7.3 has"
                " one for each family (an instance of its own for IPv6)"
            ],
        ),
    ],
)
def test_an_address_that_a_macvlan_cannot_hold_is_refused(lines, excluded, warnings):
    addresses = f"{FOUR}\nvirtual_ipaddress_excluded {{\n{excluded}\n}}"
    assert built(lines, addresses)[1:] == ([], warnings)
