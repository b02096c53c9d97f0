# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what an instance asks for on its host, and what an empty one asks for."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from agent_fakes import instance

from vrrp.agent.addresses.address_config import AddressConfig
from vrrp.config.model.configuration import Globals, GratuitousArp, VirtualAddress, Vmac

EXCLUDED = VirtualAddress(ip_interface("192.168.9.1/24"))
VMAC = Vmac()


def of(settings=Globals(), **fields):  # noqa: B008
    return AddressConfig.of(instance(**fields), settings)


def test_the_excluded_addresses_come_behind_the_advertised_ones():
    assert [str(entry.address) for entry in of(excluded=(EXCLUDED,)).addresses] == [
        "192.168.8.100/24",
        "192.168.9.1/24",
    ]


@pytest.mark.parametrize(
    ("fields", "owner", "guarded"),
    [
        ({"priority": 100}, False, False),
        ({"priority": 255}, True, False),
        ({"priority": 100, "accept": False}, False, True),
        ({"priority": 255, "accept": False}, True, False),
        ({"priority": 254, "accept": False}, False, True),
    ],
)
def test_packets_to_the_addresses_of_an_owner_are_never_dropped(fields, owner, guarded):
    made = of(**fields)
    assert (made.owner, made.guarded) == (owner, guarded)


@pytest.mark.parametrize(
    ("fields", "macvlan"),
    [
        ({}, None),
        ({"vmac": VMAC}, "vrrp.51"),
        ({"vmac": VMAC, "addresses": ("fd00:8::100/64",)}, None),
    ],
)
def test_only_a_macvlan_with_ipv4_addresses_is_named(fields, macvlan):
    assert of(**fields).macvlan == macvlan


@pytest.mark.parametrize(("lease_s", "lifetime_s"), [(None, 3), (0, 0), (60, 60)])
def test_the_lifetime_is_that_of_the_settings(lease_s, lifetime_s):
    assert of(Globals(vip_lease_s=lease_s)).lifetime_s == lifetime_s


def test_without_an_instance_nothing_is_set_and_nothing_ends():
    made = AddressConfig("static", "eth0", "eth0")
    assert (made.addresses, made.routes, made.rules, made.lifetime_s) == ((), (), (), 0)
    assert (made.owner, made.guarded, made.promote_secondaries, made.garp) == (False, False, False, GratuitousArp())
