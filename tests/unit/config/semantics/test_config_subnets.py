# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a virtual address that is a broadcast address is an error, and a network address a warning."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest

from vrrp.config.loader import inspect
from vrrp.config.semantics.subnets import end_of

FILE = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.9/24
    }
    virtual_ipaddress_excluded {
        %s
    }
}
"""


@pytest.mark.parametrize(
    ("address", "subnet", "end"),
    [
        ("10.9.8.255", "10.9.8.1/24", "broadcast"),
        ("10.9.8.0", "10.9.8.1/24", "network"),
        ("10.9.8.127", "10.9.8.1/25", "broadcast"),
        ("10.9.8.255", "10.9.8.1/23", ""),
        ("10.9.8.1", "10.9.8.0/31", ""),
        ("10.9.8.1", "10.9.8.1/32", ""),
        ("2001:db8::", "2001:db8::1/64", ""),
        ("10.9.8.255", "2001:db8::1/64", ""),
    ],
)
def test_the_ends_of_a_subnet_are_found(address, subnet, end):
    assert end_of(ip_address(address), ip_interface(subnet)) == end


@pytest.mark.parametrize("place", ["192.0.2.9/24", "%s"])
def test_a_broadcast_address_is_an_error_in_its_line(place):
    text = FILE.replace(place, "10.9.8.255/24").replace("%s", "10.9.8.9/24")
    (problem,) = inspect(text, "f").problems
    assert problem.text == "10.9.8.255 is the broadcast address of 10.9.8.0/24"
    assert problem.line == (5 if place != "%s" else 8)


def test_a_network_address_is_a_warning():
    report = inspect(FILE % "10.9.8.0/24", "f")
    assert not report.problems
    assert [each.text for each in report.warnings] == ["10.9.8.0 is the network address of 10.9.8.0/24"]


@pytest.mark.parametrize("line", ["10.9.8.255/32", "10.9.8.255", "10.9.8.255/31", "10.9.8.255/20"])
def test_an_address_that_is_no_end_of_its_subnet_is_taken(line):
    report = inspect(FILE % line, "f")
    assert not report.problems and not report.warnings
