# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a source or a peer that is a virtual address of the same file gives a warning with its place."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect


def one(name, vrid, vip, *lines, priority=100, interface="eth0", block="virtual_ipaddress"):
    """Return an instance of eight lines, with ``lines`` after the fourth."""
    return "\n".join(
        (
            f"vrrp_instance {name} {{",
            f"interface {interface}",
            f"virtual_router_id {vrid}",
            f"priority {priority}",
            *lines,
            f"{block} {{",
            vip,
            "}",
            "}\n",
        )
    )


def said(*instances):
    report = inspect("".join(instances), "f")
    assert not report.problems
    return [str(each)[2:] for each in report.warnings if "virtual_ipaddress" not in each.text]


PEER = "unicast_peer { 192.0.2.9 }"
FAULT = 'It is in FAULT while "A" is not MASTER here (name an address of this node\'s own)'
DROPS = "The kernel of whoever is MASTER of that one drops what comes from it (name an address of this node's own)"


@pytest.mark.parametrize(
    ("vip", "lines", "rule"),
    [
        ("192.0.2.100/24", ("unicast_src_ip 192.0.2.100", PEER), FAULT),
        ("192.0.2.100/24", ("mcast_src_ip 192.0.2.100", PEER), FAULT),
        ("192.0.2.100/24", ("mcast_src_ip 192.0.2.100", "track_src_ip"), FAULT),
        ("192.0.2.100/24", ("mcast_src_ip 192.0.2.100", "advert_int 1"), DROPS),
        ("192.0.2.100/24 dev eth7", ("unicast_src_ip 192.0.2.100", PEER), FAULT),
        ("192.0.2.100/32", ("unicast_src_ip 192.0.2.100", PEER), FAULT),
    ],
)
@pytest.mark.parametrize("block", ["virtual_ipaddress", "virtual_ipaddress_excluded"])
def test_a_source_that_another_instance_adds_is_told(vip, lines, rule, block):
    address = lines[0].split()
    holder, speaker = one("A", 1, vip, block=block), one("B", 2, "192.0.2.101/24", *lines)
    text = f'warning: {address[0]} {address[1]} is a virtual address of "A", in line'
    assert said(holder, speaker) == [f"13:{len(address[0]) + 2}: {text} 6. {rule}"]
    assert said(speaker, holder) == [f"5:{len(address[0]) + 2}: {text} 16. {rule}"]


def test_a_source_that_another_instance_adds_over_ipv6_is_told():
    holder = one("A", 1, "fd00::100/64")
    speaker = one("B", 2, "fd00::101/64", "unicast_src_ip fd00::100", "unicast_peer { fd00::9 }")
    (text,) = said(holder, speaker)
    assert FAULT in text


@pytest.mark.parametrize(
    ("holder", "source"),
    [
        (one("A", 1, "192.0.2.100/24", priority=255), "192.0.2.100"),  # this node owns it
        (one("A", 1, "192.0.2.100/24"), "192.0.2.4"),
    ],
)
def test_a_source_that_stays_is_taken(holder, source):
    assert said(holder, one("B", 2, "192.0.2.101/24", f"unicast_src_ip {source}", PEER)) == []


def test_of_two_sources_the_last_one_counts():
    lines = ("unicast_src_ip 192.0.2.100", "mcast_src_ip 192.0.2.4", PEER)
    texts = said(one("A", 1, "192.0.2.100/24"), one("B", 2, "192.0.2.101/24", *lines))
    assert [text for text in texts if "virtual address" in text] == []


@pytest.mark.parametrize("vips", [("192.0.2.9/24", "192.0.2.101/24"), ("192.0.2.101/24", "192.0.2.9/24")])
def test_a_peer_that_is_a_virtual_address_is_told(vips):
    first, second = one("A", 1, vips[0]), one("B", 2, vips[1], "unicast_src_ip 192.0.2.4", PEER)
    holder = '"A", in line 6' if vips[0].startswith("192.0.2.9/") else '"B", in line 16'
    assert said(first, second) == [
        f"14:16: warning: unicast_peer 192.0.2.9 is a virtual address of {holder}. "
        "The MASTER of it speaks to itself (name an address that the other node keeps)"
    ]


def test_a_link_local_address_of_another_link_is_another_host():
    lines = ("unicast_src_ip fe80::4", "unicast_peer { fe80::100 }")
    here, there = one("B", 2, "fe80::101/64", *lines), one("A", 1, "fe80::100/64", interface="eth1")
    assert said(there, here) == []
    assert len(said(there.replace("eth1", "eth0"), here)) == 1
