# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and routes use the ports that they are given, all of them, and no others."""

from __future__ import annotations

import inspect
import re
from dataclasses import FrozenInstanceError, fields

import pytest
from agent_fakes import Bench, FakeAnnouncer, instance, want

from vrrp.agent.addresses import virtual_addresses, virtual_routes
from vrrp.agent.addresses.address_ports import AddressAnnouncer, AddressPorts
from vrrp.agent.network.gratuitous_arp import Announcer


def test_each_port_is_used():
    text = inspect.getsource(virtual_addresses) + inspect.getsource(virtual_routes)
    assert set(re.findall(r"_ports\.([a-z_]+)", text)) == {port.name for port in fields(AddressPorts)}


@pytest.mark.parametrize("announcer", [Announcer, FakeAnnouncer])
def test_an_announcer_has_what_is_asked_of_one(announcer):
    for name in ("burst", "repeat_every", "cancel"):
        asked = inspect.signature(getattr(AddressAnnouncer, name)).parameters
        given = inspect.signature(getattr(announcer, name)).parameters
        assert len(given) == len(asked)


def test_the_address_ports_of_an_instance_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Bench(instance()).ports.arm = print


def test_a_stopped_instance_keeps_an_address_that_another_one_holds():
    entry = want("192.168.8.100/24")
    bench = Bench(instance(), others=frozenset([(entry.index, entry.address)])).master()
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release",)
