# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines of ``@hotstandby track_gateway`` and ``@hotstandby vip_lease`` are read or refused."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from valid_file import GOOD, refuses

from vrrp.config.loader import inspect, load
from vrrp.config.model.trackers import TrackedGateway

LINE = "    notify /usr/local/bin/notify\n"
AT = GOOD[: GOOD.index(LINE)].count("\n") + 1


def tracked(*lines):
    text = GOOD.replace(LINE, "".join(f"    @hotstandby track_gateway {line}\n" for line in lines))
    return load(text, "f").instances[0].track.gateways


def gateway(address="192.168.8.1", *times, **fields):
    return TrackedGateway(ip_address(address), *times, **fields)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("192.168.8.1", gateway()),
        ("192.168.8.1", gateway("192.168.8.1", 1.0, 1.0, 1, 3, 0, None)),
        ("fe80::1", gateway("fe80::1")),
        (
            "192.168.8.1 interval 2 timeout 0.5 rise 2 fall 4 weight -20 interface eth1",
            gateway("192.168.8.1", 2.0, 0.5, 2, 4, -20, "eth1"),
        ),
        ("192.168.8.1 weight 7 fall 1", gateway(weight=7, fall=1)),
        ("192.168.8.1 interval 0.2", gateway("192.168.8.1", 0.2, 0.2)),
        ("192.168.8.1 interval 5", gateway("192.168.8.1", 5.0, 1.0)),
        ("192.168.8.1 timeout 2 interval 2", gateway("192.168.8.1", 2.0, 2.0)),
    ],
)
def test_a_line_of_track_gateway_is_read(line, expected):
    assert tracked(line) == (expected,)


def test_several_lines_keep_their_order():
    assert tracked("192.168.8.2", "192.168.8.1", "192.168.8.1 interface eth1") == (
        gateway("192.168.8.2"),
        gateway("192.168.8.1"),
        gateway("192.168.8.1", device="eth1"),
    )
    assert inspect(GOOD.replace(LINE, "@hotstandby track_gateway 192.168.8.1\n" * 1), "f").warnings == ()


@pytest.mark.parametrize(
    ("line", "column", "text", "rest"),
    [
        ("", 13, "track_gateway names no address", "track_gateway 192.0.2.1"),
        ("router", 27, '"router" is not an IP address', ""),
        ("192.168.8.1/24", 27, "has a prefix length", "write the address alone"),
        ("127.0.0.1", 27, "is not the address of a host on a link", ""),
        ("192.168.8.1 intervall 1", 39, 'unknown option "intervall"', "did you mean interval?"),
        ("192.168.8.1 192.168.8.2", 39, 'unknown option "192.168.8.2"', "ADDRESS [interval SECONDS]"),
        ("192.168.8.1 fall", 39, "fall takes a value, none is given", ""),
        ("192.168.8.1 fall 2 fall 3", 46, "fall is given twice", "remove one"),
        ("192.168.8.1 fall 0", 44, "fall 0 is out of range", "1 to 1000"),
        ("192.168.8.1 rise 1.5", 44, 'rise "1.5" is not a whole number', ""),
        ("192.168.8.1 weight 254", 46, "weight 254 is out of range", "-253 to 253"),
        ("192.168.8.1 interval 0.01", 48, "interval 0.01 is out of range", "0.05 to 3600 seconds"),
        ("192.168.8.1 timeout x", 47, 'timeout "x" is not a number of seconds', ""),
        ("192.168.8.1 timeout 2", 47, "timeout 2 is longer than interval 1", "interval 2"),
        ("192.168.8.1 interface a/b", 49, "is not the name of an interface", ""),
        ("192.168.8.100", 13, "track_gateway 192.168.8.100 is a virtual address, in line 21", "name the router"),
    ],
)
def test_a_wrong_line_of_track_gateway_is_refused(line, column, text, rest):
    refuses(LINE, f"@hotstandby track_gateway {line}\n", [(AT, column, text, rest)])


def test_one_gateway_twice_is_an_error():
    once = "@hotstandby track_gateway 192.168.8.1\n"
    text = f"given twice, first in line {AT}"
    refuses(LINE, once + once.rstrip() + " interface eth0\n", [(AT + 1, 13, text, "remove one")])


def test_track_gateway_is_our_own_keyword():
    refuses(LINE, "track_gateway 192.168.8.1\n", [(AT, 1, "our own keyword", "write: @hotstandby track_gateway")])


@pytest.mark.parametrize(("written", "expected"), [("0", 0), ("2", 2), ("60", 60)])
def test_vip_lease_is_read(written, expected):
    text = GOOD.replace("vrrp_version 2", f"@hotstandby vip_lease {written}")
    assert load(text, "f").globals.vip_lease_s == expected
    assert load(GOOD, "f").globals.vip_lease_s is None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1", "vip_lease 1 is too short"),
        ("61", "vip_lease 61 is out of range"),
        ("-1", "vip_lease -1 is out of range"),
        ("2.5", 'vip_lease "2.5" is not a whole number'),
        ("long", 'vip_lease "long" is not a whole number'),
    ],
)
def test_a_wrong_vip_lease_is_refused(written, text):
    expected = [(3, 27, text, "vip_lease is 0 (none) or 2 to 60 seconds")]
    refuses("vrrp_version 2", f"@hotstandby vip_lease {written}", expected)


def test_the_command_for_a_rival_is_read():
    text = GOOD.replace(LINE, '    notify_master_rx_lower_pri "/bin/rival now" root\n')
    found = load(text, "f").instances[0].notify.master_rx_lower_pri
    assert (found.command, found.user) == (("/bin/rival", "now"), "root")
