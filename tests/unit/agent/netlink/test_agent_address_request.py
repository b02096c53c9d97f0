# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the request for an address, and what the kernel deletes with the address."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import table, want

from vrrp.agent.netlink.address_request import beside_its_peer, dependants, preferred_s, scope_number
from vrrp.agent.netlink.links import ActualAddress


@pytest.mark.parametrize(("name", "number"), [(None, 0), ("global", 0), ("link", 253), ("host", 254), ("200", 200)])
def test_a_name_of_a_scope_has_a_number(name, number):
    assert scope_number(name) == number


def on(machine, *entries):
    machine.addresses[2] = {}
    for address, secondary in entries:
        machine.remember(ActualAddress(2, ip_interface(address), secondary=secondary))
    return machine


def test_a_secondary_address_takes_nothing_along():
    machine = on(table(), ("192.168.8.4/24", False), ("192.168.8.100/24", True), ("192.168.8.101/24", True))
    assert dependants([want("192.168.8.100/24")], machine) == ()


def test_a_primary_one_takes_its_subnet_along():
    machine = on(
        table(),
        ("192.168.8.100/24", False),
        ("192.168.8.4/24", True),
        ("192.168.8.101/24", True),
        ("192.168.8.5/25", False),
        ("10.0.0.1/24", False),
    )
    endangered = dependants([want("192.168.8.100/24"), want("192.168.8.101/24")], machine)
    assert [str(entry.address) for entry in endangered] == ["192.168.8.4/24"]


def test_an_absent_address_has_no_dependants():
    assert dependants([want("192.168.8.100/24")], table()) == ()


@pytest.mark.parametrize(
    ("address", "written_s", "expected_s"),
    [
        ("fd00:8::100/64", None, 4294967295),
        ("fd00:8::100/128", None, 0),
        ("fd00:8::100/128", 4294967295, 4294967295),
        ("fd00:8::100/64", 0, 0),
        ("fd00:8::100/64", 30, 30),
        ("192.168.8.100/32", 30, 4294967295),  # as with keepalived
    ],
)
def test_for_how_long_somebody_connects_from_it(address, written_s, expected_s):
    assert preferred_s(want(address, preferred_s=written_s)) == expected_s


def test_an_address_that_is_not_tracked_is_the_same_address():
    tracked, loose = want("192.168.8.100/24"), want("192.168.8.100/24", track=False)
    assert (tracked, hash(tracked)) == (loose, hash(loose))


def test_an_address_is_deleted_with_the_peer_that_it_has():
    machine = table()
    machine.remember(ActualAddress(2, ip_interface("10.8.0.1/32"), peer=ip_address("10.8.0.2").packed))
    found = [beside_its_peer(want(text), machine).peer for text in ("10.8.0.1/32", "192.168.8.4/24")]
    assert found == [ip_address("10.8.0.2"), None]
