# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An address that the host has of its own is not the agent's: it is neither set nor taken off."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from address_parts import PLACE, SECOND, SECOND_PLACE, VIP, Parts, both
from agent_fakes import instance, table, want

from vrrp.agent.addresses.address_config import AddressConfig
from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import Globals


class TestTheHostsOwn:
    """The address was set by another program while this agent was not MASTER: it is not ours at any priority."""

    def test_an_address_of_the_host_is_neither_set_nor_leased_nor_taken_off(self):
        made = Parts(both(), table(addresses=("192.168.8.4/24", VIP)))
        made.vips.install(10.0)
        assert made.done == [("install", SECOND)]
        assert (made.vips.owned, made.vips.installed, made.renewed()) == (
            (ip_interface(VIP),),
            {SECOND_PLACE},
            [SECOND],
        )
        made.vips.release()
        assert made.done[-1] == ("release", SECOND)

    def test_a_reload_that_adds_and_removes_it_leaves_it(self):
        made = Parts(filled=table(addresses=("192.168.8.4/24", SECOND))).master()
        for addresses in ((VIP, SECOND), (VIP,)):
            made.vips.reconfigure(AddressConfig.of(instance(addresses=addresses), Globals()))
            made.vips.look()
            made.vips.reconcile(11.0)
        assert [each for each in made.done if SECOND in each] == []

    def test_when_it_has_gone_the_virtual_one_comes(self):
        made = Parts(filled=table(addresses=("192.168.8.4/24", VIP))).master()
        made.kernel.somebody_deletes(VIP)
        assert made.vips.put_back(PLACE, 11.0) == (want(VIP),)
        assert (made.vips.owned, made.vips.installed) == ((), {PLACE})

    def test_an_address_of_another_instance_is_not_owned_by_the_host(self):
        made = Parts(filled=table(addresses=("192.168.8.4/24", VIP)), others=[PLACE]).master()
        assert made.vips.owned == ()

    def test_a_duplicate_is_of_no_use_to_the_host(self):
        made = Parts()
        made.kernel.table.remember(ActualAddress(2, ip_interface(VIP), dad_failed=True))
        made.vips.install(10.0)
        assert made.done == [("release", VIP), ("install", VIP)]


class TestOwner:
    def test_the_addresses_of_the_host_are_never_touched(self):
        made = Parts(both(priority=255), table(addresses=(VIP,)))
        made.vips.install(10.0)
        assert made.done == [("install", SECOND)]
        assert (made.vips.owned, made.vips.installed) == ((ip_interface(VIP),), {SECOND_PLACE})
        assert made.renewed() == [SECOND]
        made.vips.release()
        assert made.done[-1] == ("release", SECOND)

    def test_an_inherited_address_is_not_owned_by_the_host(self):
        made = Parts(instance(priority=255), table(addresses=(VIP,)))
        made.vips.inherit([PLACE])
        made.vips.install(10.0)
        assert made.vips.owned == ()

    @pytest.mark.parametrize(("priority", "expected"), [(255, {ip_interface(VIP)}), (254, frozenset())])
    def test_only_the_owner_speaks_from_a_virtual_address(self, priority, expected):
        assert Parts(instance(priority=priority)).vips.owns_source == expected
