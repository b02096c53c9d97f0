# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of an address that says ``no_track`` comes and goes under a MASTER, with everything that is on it."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from address_parts import VIP, Parts
from agent_fakes import eth, instance, table, want

from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import VirtualAddress

FOUR, SIX = "172.16.5.100/24", "fd00:5::100/64"
UP, DOWN = eth("eth1", 3), eth("eth1", 3, up=False)


def parts(*links, address=FOUR):
    away = (VirtualAddress(ip_interface(address), device="eth1", no_track=True),)
    return Parts(instance(excluded=away), table(eth(), *links)).master()


def change(made, *links, on=()):
    made.kernel.table = table(eth(), *links, addresses=("192.168.8.4/24", VIP))
    for index, address in on:
        made.kernel.table.remember(ActualAddress(index, ip_interface(address)))
    made.vips.look()
    return made.vips.complete(11.0)


@pytest.mark.parametrize("address", [FOUR, SIX])
def test_untracked_addresses_are_set_when_their_interface_comes(address):
    made = parts(address=address)
    assert change(made, UP) == (want(address, 3),)
    assert made.done == [("install", address), ("announce", 5, address)]
    assert set(made.renewed()) == {VIP, address}


def test_untracked_addresses_are_set_on_a_replaced_interface():
    made = parts(UP)
    assert change(made, eth("eth1", 4)) == (want(FOUR, 4),)
    assert made.done == [("install", FOUR), ("announce", 5, FOUR)]
    assert (3, ip_interface(FOUR)) not in made.vips.held


def test_untracked_addresses_go_with_the_name_of_their_interface():
    made = parts(UP)
    assert change(made, eth("eth9", 3), on=[(3, FOUR)]) == ()
    assert (made.done, made.renewed()) == ([("release", FOUR)], [VIP])
    assert made.lines()[-1] == f"(VI_1) removing VIPs {FOUR}"


def test_an_untracked_ipv6_address_comes_back_with_its_interface():
    made = parts(UP, address=SIX)
    assert change(made, DOWN) == ()
    assert made.vips.put_back((3, ip_interface(SIX)), 11.0) == ()
    assert made.done == []  # it may be about to be deleted
    assert change(made, UP) == (want(SIX, 3),)


@pytest.mark.parametrize("before", [UP, DOWN])
def test_a_deleted_untracked_address_stays_away(before):
    made = parts(UP)
    change(made, before, on=[(3, FOUR)])
    made.kernel.somebody_deletes(FOUR, 3)
    assert made.vips.put_back((3, ip_interface(FOUR)), 11.0) == ()
    assert change(made, UP) == ()
    assert (made.done, made.renewed()) == ([], [VIP])


def test_an_event_that_is_older_than_what_was_put_back_is_no_deletion():
    made = parts(UP, address=SIX)
    assert change(made, UP) == (want(SIX, 3),)  # down and up again
    assert made.vips.put_back((3, ip_interface(SIX)), 11.0) == ()
    assert set(made.renewed()) == {VIP, SIX}
