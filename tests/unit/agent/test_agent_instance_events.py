# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances that a change in the kernel concerns are told, in order."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface
from types import SimpleNamespace

import pytest
from agent_fakes import eth, table

from vrrp.agent.instance_events import InstanceEvents
from vrrp.agent.netlink.links import ActualAddress, AddressChanged, LinkChanged

VIP, HOST = ip_interface("192.168.8.100/24"), ip_interface("192.168.8.4/24")
VIP_GONE, HOST_GONE = (
    AddressChanged(ActualAddress(2, VIP), added=False),
    AddressChanged(ActualAddress(2, HOST), added=False),
)
LINK_DOWN = LinkChanged(eth(), eth(up=False))


class Told(SimpleNamespace):
    """An instance: two of them are never the same."""

    __hash__ = object.__hash__


class Parts:
    """Two instances; ``told`` says who was, in order. VI_1 has the virtual address, VI_2 leaves."""

    def __init__(self, tracked=False, faults=(), speaks_from=()):
        self.faults = faults
        self.told = []
        tell = self.told.append
        one, two = self.instance("VI_1"), self.instance("VI_2")
        self.events = InstanceEvents(
            SimpleNamespace(
                running={"VI_1": one},
                all=lambda: iter([one, two]),
                virtual=frozenset([VIP]),
                having=lambda address: (one,) if address == VIP else (),
                on=lambda name: {one, two} if name == "eth0" else set(),
                speaking_from=lambda address: {two} if address in speaks_from else set(),
            ),
            SimpleNamespace(look=lambda: tell(("links",)) or tracked),
            table=lambda: table(eth(), eth("eth1", 3)),
            heard_otherwise=lambda instance: tell(("channel", instance.name)),
            tracked_changed=lambda: tell(("checks",)),
            conflicts_changed=lambda: tell(("conflicts",)),
            log=SimpleNamespace(info=lambda text: tell(("log", text))),
        )

    def instance(self, name):
        return Told(
            name=name,
            router=SimpleNamespace(own_faults=self.faults),
            interface_changed=lambda now: self.told.append(("interface", name, now)),
            links_changed=lambda indexes, now: self.told.append(("links of", name, indexes, now)),
            address_changed=lambda change, now: self.told.append(("address", name, change, now)),
        )


def told(*changes, **options):
    parts = Parts(**options)
    parts.events.kernel_changed(changes, 100.0)
    return parts.told


EVERYBODY = [("channel", "VI_1"), ("interface", "VI_1", 100.0), ("interface", "VI_2", 100.0)]


FIRST = [("links",)]
CONCERNED = [*FIRST, ("conflicts",)]


def test_without_a_change_nobody_looks_at_an_interface():
    assert told() == FIRST


@pytest.mark.parametrize("change", [LINK_DOWN, HOST_GONE])
def test_a_link_or_an_address_of_the_host_is_for_everybody(change):
    assert told(change) == CONCERNED + EVERYBODY


@pytest.mark.parametrize(
    "change",
    [
        LinkChanged(None, eth("v1", 9)),
        LinkChanged(eth("v1", 9), eth("v1", 9, up=False)),
        LinkChanged(eth("v1", 9), eth("v2", 9)),
        LinkChanged(eth("v1", 9), None),
        AddressChanged(ActualAddress(3, HOST), added=True),
        AddressChanged(ActualAddress(9, HOST), added=False),
    ],
)
def test_a_foreign_interface_is_for_nobody(change):
    assert told(change) == FIRST


@pytest.mark.parametrize(
    "change",
    [
        LinkChanged(None, eth("eth0", 9)),
        LinkChanged(eth("eth0", 9), None),
        LinkChanged(eth("v1", 9), eth("eth0", 9)),
        LinkChanged(eth("eth0", 9), eth("v1", 9)),
    ],
)
def test_an_interface_that_becomes_ours_or_was_is_for_everybody(change):
    assert told(change) == CONCERNED + EVERYBODY


def test_a_virtual_address_that_somebody_speaks_from_is_for_that_one():
    looks, told_of_it = ("interface", "VI_2", 100.0), ("address", "VI_1", VIP_GONE, 100.0)
    assert told(VIP_GONE, speaks_from=[VIP]) == [*CONCERNED, looks, told_of_it]


def test_a_virtual_address_of_one_in_fault_may_change_the_reason():
    looks = [("channel", "VI_1"), ("interface", "VI_1", 100.0)]
    assert told(VIP_GONE, faults=("x",)) == [*CONCERNED, *looks, ("address", "VI_1", VIP_GONE, 100.0)]


def test_a_virtual_address_is_for_those_that_have_it():
    assert told(VIP_GONE) == [*FIRST, ("address", "VI_1", VIP_GONE, 100.0)]


def test_the_interfaces_come_before_the_virtual_addresses():
    assert told(VIP_GONE, HOST_GONE) == [*CONCERNED, *EVERYBODY, ("address", "VI_1", VIP_GONE, 100.0)]


def test_a_tracked_interface_is_for_the_checks():
    assert told(tracked=True) == [*FIRST, ("checks",)]
    assert told(LINK_DOWN, VIP_GONE, tracked=True) == [
        *CONCERNED,
        *EVERYBODY,
        ("checks",),
        ("address", "VI_1", VIP_GONE, 100.0),
    ]


OTHER = bytes.fromhex("020000000a99")
CHANGED_LINE = ("log", "(eth0) MAC Address changed from 02:00:00:00:00:04 to 02:00:00:00:0a:99")


def of_links(*changes):
    found = [each for each in told(*changes) if each[0] in ("log", "links of")]
    return sorted(found, key=lambda each: each[:2])


ANNOUNCED = [("links of", name, {2}, 100.0) for name in ("VI_1", "VI_2")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([LinkChanged(eth(), eth(mac=OTHER))], [*ANNOUNCED, CHANGED_LINE]),
        ([LinkChanged(eth(), eth(mac=OTHER, up=False))], [CHANGED_LINE]),  # it announces when it comes up
        ([LinkChanged(eth(running=False), eth())], ANNOUNCED),
        ([LINK_DOWN, LinkChanged(eth(up=False), eth())], ANNOUNCED),
        ([LINK_DOWN], []),
        ([LinkChanged(eth(), replace(eth(), mtu=9000))], []),
        ([LinkChanged(eth("v1", 9), eth("v1", 9, mac=OTHER))], []),
        ([LinkChanged(None, eth(mac=OTHER)), LinkChanged(eth(), None)], []),  # complete() sees to these
    ],
)
def test_another_mac_address_is_told_and_announced(changes, expected):
    assert of_links(*changes) == expected
