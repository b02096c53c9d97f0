# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which address must be where, what hangs on it, and from which we speak."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import eth, table, want

from vrrp.agent import addresses
from vrrp.agent.interfaces import Present
from vrrp.config.model import VirtualAddress


def virtual(address, **fields):
    return VirtualAddress(ip_interface(address), **fields)


def test_an_address_lives_on_the_interface_of_its_instance_or_on_its_own():
    machine = table(eth("eth0", 2), eth("eth1", 3))
    entries = (virtual("192.168.8.100/24"), virtual("10.0.0.1/32", device="eth1", label="eth1:v", scope="link"))
    wanted, missing = addresses.resolve(entries, "eth0", machine)
    assert wanted == (want("192.168.8.100/24"), want("10.0.0.1/32", 3, label="eth1:v", scope=253))
    assert missing == ()


def test_what_has_no_interface_is_named_once():
    entries = (virtual("192.168.8.100/24"), virtual("10.0.0.1/32", device="no1"), virtual("10.0.0.2/32", device="no1"))
    wanted, missing = addresses.resolve(entries, "eth0", table())
    assert wanted == (want("192.168.8.100/24"),)
    assert missing == ("no1",)


@pytest.mark.parametrize(
    ("written", "broadcast"),
    [(None, None), ("-", None), ("+", "192.168.8.255"), ("192.168.8.127", "192.168.8.127")],
)
def test_broadcast(written, broadcast):
    expected = ip_address(broadcast) if broadcast else None
    assert addresses.broadcast_of(virtual("192.168.8.100/24", broadcast=written)) == expected


@pytest.mark.parametrize(("name", "number"), [(None, 0), ("global", 0), ("link", 253), ("host", 254), ("200", 200)])
def test_scope(name, number):
    assert addresses.scope_number(name) == number


def test_what_is_and_what_is_not_there():
    machine = table(addresses=("192.168.8.4/24", "192.168.8.100/24"))
    wanted = (want("192.168.8.100/24"), want("192.168.8.101/24"), want("192.168.8.100/32"))
    assert addresses.present(wanted, machine) == wanted[:1]
    assert addresses.absent(wanted, machine) == wanted[1:]


def on(machine, *entries):
    machine.addresses[2] = {}
    for address, secondary in entries:
        machine.remember(Present(2, ip_interface(address), secondary=secondary))
    return machine


def test_a_secondary_address_takes_nothing_along():
    machine = on(table(), ("192.168.8.4/24", False), ("192.168.8.100/24", True), ("192.168.8.101/24", True))
    assert addresses.dependants([want("192.168.8.100/24")], machine) == ()


def test_a_primary_one_takes_its_subnet_along():
    machine = on(
        table(),
        ("192.168.8.100/24", False),
        ("192.168.8.4/24", True),
        ("192.168.8.101/24", True),
        ("192.168.8.5/25", False),
        ("10.0.0.1/24", False),
    )
    endangered = addresses.dependants([want("192.168.8.100/24"), want("192.168.8.101/24")], machine)
    assert [str(entry.address) for entry in endangered] == ["192.168.8.4/24"]


def test_what_is_not_there_takes_nothing_along():
    assert addresses.dependants([want("192.168.8.100/24")], table()) == ()


@pytest.mark.parametrize(
    ("entries", "source"),
    [
        ([("192.168.8.4/24", False)], "192.168.8.4"),
        ([("192.168.8.100/24", False), ("192.168.8.4/24", True)], "192.168.8.4"),  # the first one is virtual
        ([("192.168.8.100/32", False), ("192.168.8.4/24", True)], "192.168.8.4"),  # whatever its prefix length
        ([("192.168.8.5/24", True), ("192.168.8.4/24", False)], "192.168.8.4"),
        ([("2001:db8::1/64", False)], None),
        ([("192.168.8.100/24", False)], None),
        ([], None),
    ],
)
def test_the_address_that_we_speak_from(entries, source):
    machine = on(table(), *entries)
    virtual_ones = frozenset([ip_interface("192.168.8.100/24")])
    expected = ip_address(source) if source else None
    assert addresses.source_address("eth0", virtual_ones, machine) == expected


def test_a_wide_scope_is_preferred():
    machine = on(table())
    machine.remember(Present(2, ip_interface("169.254.1.1/16"), scope=253))
    machine.remember(Present(2, ip_interface("192.168.8.4/24")))
    assert addresses.source_address("eth0", frozenset(), machine) == ip_address("192.168.8.4")
