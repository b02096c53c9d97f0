# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MASTER puts back the addresses that other programs have deleted."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import Bench, eth, instance, table

from vrrp.agent.netlink.links import ActualAddress, AddressChanged

VIP = "192.168.8.100/24"


def test_an_interface_that_was_replaced_between_two_looks_gets_the_addresses():
    bench = Bench(instance()).master()
    bench.links_become(eth("eth0", 9))
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert [str(entry.address) for entry in bench.kernel.table.on("eth0")] == ["192.168.8.4/24", VIP]
    bench.instance.abort(20.0)
    assert [str(entry.address) for entry in bench.kernel.table.on("eth0")] == ["192.168.8.4/24"]


def test_the_interface_of_a_virtual_address_may_be_made_again():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth1"),))
    bench = Bench(config, table(eth(), eth("eth1", 3))).master()
    bench.links_become(eth(), eth("eth1", 9))
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert [str(entry.address) for entry in bench.kernel.table.on("eth1")] == [VIP]


def test_an_address_that_somebody_deleted_comes_back_at_once():
    bench = Bench(instance()).master()
    bench.instance.repair.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
    assert bench.done == [("install", VIP), ("announce", 5, VIP)]
    assert bench.instance.reporter.counters.addresses_put_back == 1


@pytest.mark.parametrize("address", ["192.168.8.101/24", "192.168.8.100/32"])
def test_somebody_elses_address_is_not_ours(address):
    bench = Bench(instance()).master()
    bench.instance.repair.address_changed(bench.kernel.somebody_deletes(address), 11.0)
    assert bench.done == []


def test_a_deletion_that_was_mended_meanwhile_is_left_alone():
    bench = Bench(instance()).master()
    bench.instance.repair.address_changed(AddressChanged(ActualAddress(2, ip_interface(VIP)), added=False), 11.0)
    assert bench.done == []


def test_a_backup_puts_nothing_back():
    bench = Bench(instance()).start()
    bench.instance.repair.address_changed(bench.kernel.somebody_deletes(VIP), 1.0)
    assert bench.done == []


def test_an_address_deleted_after_a_stop_is_not_put_back():
    """Another node has the addresses in a moment."""
    bench = Bench(instance()).master()
    bench.stop(11.0)
    bench.done.clear()
    bench.instance.repair.address_changed(bench.kernel.somebody_deletes(VIP), 11.01)
    bench.instance.repair.interface_changed(11.01)
    assert bench.done == []


def test_a_successor_must_know_what_was_put_back():
    told = []
    bench = Bench(instance(), remember=lambda: told.append(True)).master()
    told.clear()
    bench.instance.repair.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
    assert told == [True]
    assert bench.instance.reporter.last_event == f"{VIP} was not there as it should be and was put back"
