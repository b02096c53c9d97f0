# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual addresses of an instance are compared with what is on the interfaces, and made so."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from address_parts import PLACE, REFUSED, SECOND, SECOND_PLACE, VIP, Parts, both, with_entry
from agent_fakes import eth, instance, marked, table, want

from vrrp.agent.addresses.address_config import AddressConfig
from vrrp.agent.addresses.virtual_addresses import INSTALL_RETRY_S, lasting, names
from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import Globals, GratuitousArp, VirtualAddress
from vrrp.protocol.states import NEVER

MARKED, BRIEF = marked(VIP), ActualAddress(*PLACE, valid_s=3)


class TestLook:
    def test_wanted_addresses_and_missing_interfaces_are_listed(self):
        away = VirtualAddress(ip_interface(SECOND), device="eth9")
        made = Parts(instance(excluded=(away,)))
        assert (made.vips.wanted, made.vips.missing) == ((want(VIP),), ("eth9",))
        assert (made.vips.held, made.vips.installed, made.vips.retry_at) == (frozenset(), frozenset(), NEVER)

    def test_another_interface_forgets_what_the_old_one_has_refused(self):
        made = Parts()
        made.kernel.refuses = "no"
        made.vips.install(10.0)
        made.vips.look()
        assert made.vips.refused == (REFUSED,)
        made.kernel.table = table(eth("eth0", 9))
        made.vips.look()
        assert (made.vips.refused, made.vips.wanted) == ((), (want(VIP, 9),))

    @pytest.mark.parametrize(("links", "refused"), [([eth()], ()), ([eth(up=False)], (REFUSED,))])
    def test_an_interface_that_comes_up_forgets_what_was_refused_before(self, links, refused):
        made = Parts(filled=table(eth(up=False)))
        made.kernel.refuses = "no"
        made.vips.install(10.0)
        made.kernel.table = table(*links)
        made.vips.look()
        assert made.vips.refused == refused
        made.vips.refused = (REFUSED,)
        made.vips.look()
        assert made.vips.refused == (REFUSED,), "it has been up before"


class TestInstall:
    def test_addresses_are_set_held_and_leased(self):
        made = Parts()
        made.vips.install(10.0)
        assert made.done == [("install", VIP)]
        assert (made.vips.held, made.vips.installed) == ({PLACE}, {PLACE})
        assert (made.kernel.lifetimes_s, made.renewed()) == ({ip_interface(VIP): 3}, [VIP])
        assert made.armed == [0.0]  # a lease that was never renewed is due

    def test_a_refused_address_is_reported_and_tried_again_later(self):
        made = Parts()
        made.kernel.refuses = "no"
        made.vips.install(10.0)
        assert (made.vips.refused, made.vips.retry_at, INSTALL_RETRY_S) == ((REFUSED,), 20.0, 10.0)
        assert made.lines() == [f"error: (VI_1) {REFUSED}"]

    def test_a_duplicate_is_removed_and_set_again(self):
        six = "fd00:8::100/64"
        made = Parts(instance(addresses=(six,)))
        made.kernel.table.remember(ActualAddress(2, ip_interface(six), dad_failed=True))
        made.vips.install(10.0)
        assert made.done == [("release", six), ("install", six)]
        assert made.lines()[0].startswith("warning: (VI_1) fd00:8::100/64: duplicate address detection has failed")

    def test_an_inherited_address_that_is_no_longer_wanted_is_removed(self):
        made = Parts(filled=table(addresses=("192.168.8.4/24", VIP, SECOND)))
        made.vips.inherit([PLACE, SECOND_PLACE])
        assert made.vips.installed == {PLACE, SECOND_PLACE}
        made.vips.install(10.0)
        assert made.done == [("install", VIP), ("release", SECOND)]
        assert made.lines() == ["warning: (VI_1) removing VIPs that were left behind."]
        assert made.vips.installed == {PLACE}


class TestRelease:
    def test_addresses_go_with_their_bursts_and_leases(self):
        made = Parts(both()).master()
        made.vips.release()
        assert made.done == [("cancel", "k"), ("release", VIP, SECOND)]
        assert (made.vips.held, made.vips.installed, made.renewed()) == (frozenset(), frozenset(), [])

    def test_an_address_that_another_instance_holds_is_not_removed(self):
        made = Parts(both(), others=[PLACE]).master()
        made.vips.release()
        assert made.done[-1] == ("release", SECOND)

    def test_an_address_that_cannot_be_removed_is_reported(self):
        made = Parts().master()
        made.kernel.stuck = (VIP,)
        made.vips.release()
        assert made.lines() == [f"error: (VI_1) cannot remove {VIP}"]

    def test_falling_silent_ends_the_bursts_only(self):
        made = Parts().master()
        made.vips.fall_silent()
        assert (made.done, made.vips.held) == ([("cancel", "k")], {PLACE})


class TestLeftovers:
    @pytest.mark.parametrize(
        ("priority", "inherited", "released"),
        [(100, [], []), (100, [SECOND_PLACE], [SECOND]), (100, [PLACE], [VIP]), (255, [], []), (255, [PLACE], [VIP])],
    )
    def test_only_those_of_a_predecessor_are_taken_off(self, priority, inherited, released):
        made = Parts(instance(priority=priority), table(addresses=("192.168.8.4/24", VIP, SECOND)))
        made.vips.inherit(inherited)
        made.vips.remove_leftovers()
        assert [address for each in made.done for address in each[1:]] == released

    @pytest.mark.parametrize("inherited", [[], [PLACE]])
    @pytest.mark.parametrize(("priority", "there"), [(100, MARKED), (255, MARKED), (100, BRIEF)])
    def test_the_kernel_says_whose_it_is(self, priority, there, inherited):
        filled = table()
        filled.remember(there)
        made = Parts(instance(priority=priority), filled)
        made.vips.inherit(inherited)
        made.vips.remove_leftovers()
        assert made.done == [("release", VIP)]

    def test_where_the_kernel_says_it_the_ledger_is_not_believed(self):
        filled = table(addresses=("192.168.8.4/24", VIP))
        filled.remember(marked("127.0.0.1/8", 1))
        made = Parts(filled=filled)
        made.vips.inherit([PLACE])
        made.vips.remove_leftovers()
        assert made.done == []

    def test_where_there_are_none_nothing_is_said(self):
        made = Parts()
        made.vips.remove_leftovers()
        assert (made.done, made.lines()) == ([], [])


class TestWhileMaster:
    def test_a_missing_address_is_put_back_and_announced(self):
        made = Parts(both(garp=GratuitousArp(repeat=3))).master()
        made.kernel.somebody_deletes(SECOND)
        assert made.vips.complete(11.0) == (want(SECOND),)
        assert made.done == [("install", SECOND), ("announce", 3, SECOND)]
        assert made.vips.complete(12.0) == ()

    def test_with_a_repeat_of_0_it_is_announced_once(self):
        made = Parts(instance(garp=GratuitousArp(repeat=0))).master()
        made.kernel.somebody_deletes(VIP)
        made.vips.put_back(PLACE, 11.0)
        assert made.done == [("install", VIP), ("announce", 1, VIP)]

    def test_an_address_that_cannot_be_put_back_is_not_announced(self):
        made = Parts().master()
        made.kernel.somebody_deletes(VIP)
        made.kernel.refuses = "no"
        made.vips.complete(11.0)
        assert (made.done, made.vips.refused, made.vips.retry_at) == ([("install", VIP)], (REFUSED,), 21.0)

    def test_somebody_elses_address_is_not_put_back(self):
        made = Parts().master()
        assert made.vips.put_back(SECOND_PLACE, 11.0) == ()
        assert made.done == []

    def test_an_address_that_is_not_tracked_stays_away_and_is_not_renewed(self):
        made = Parts(with_entry(no_track=True)).master()
        made.kernel.somebody_deletes(VIP)
        assert made.vips.put_back(PLACE, 11.0) == ()
        assert (made.done, made.vips.held, made.renewed()) == ([], frozenset(), [])

    def test_an_address_that_stays_away_is_not_announced(self):
        made = Parts(with_entry(no_track=True)).master()
        made.kernel.somebody_deletes(VIP)
        made.vips.put_back(PLACE, 11.0)
        made.vips.complete(12.0)
        made.vips.announce(4)
        assert made.done == [("announce", 4)]
        made.vips.install(13.0)  # it becomes MASTER again
        made.vips.announce(4)
        assert made.done[-2:] == [("install", VIP), ("announce", 4, VIP)]

    def test_all_addresses_are_announced_when_asked(self):
        made = Parts(both()).master()
        made.vips.announce(4)
        assert made.done == [("announce", 4, VIP, SECOND)]


class TestReload:
    @pytest.mark.parametrize(
        ("settings", "other"), [(Globals(), False), (Globals(vip_lease_s=3), False), (Globals(vip_lease_s=60), True)]
    )
    def test_another_lifetime_is_told(self, settings, other):
        assert Parts().vips.reconfigure(AddressConfig.of(instance(), settings)) is other

    def test_another_lifetime_is_set_and_renewed(self):
        made = Parts().master()
        made.vips.reconfigure(AddressConfig.of(instance(), Globals(vip_lease_s=60)))
        made.vips.renew_differently()
        assert (made.done, made.kernel.lifetimes_s) == ([("install", VIP)], {ip_interface(VIP): 60})

    @pytest.mark.parametrize(
        ("change", "done"),
        [
            ({}, []),
            ({"no_track": True}, []),
            ({"preferred_lft_s": 30}, [("install", VIP)]),  # the kernel changes it in place
            ({"label": "eth0:1"}, [("release", VIP), ("install", VIP), ("announce", 5, VIP)]),
        ],
    )
    def test_an_address_is_replaced_if_the_kernel_cannot_change_it(self, change, done):
        made = Parts().master()
        made.vips.reconfigure(AddressConfig.of(with_entry(**change), Globals()))
        made.vips.look()
        made.vips.reconcile(11.0)
        assert made.done == done

    def test_a_new_address_comes_and_an_old_one_goes_with_a_line_each(self):
        made = Parts().master()
        made.vips.reconfigure(AddressConfig.of(instance(addresses=(SECOND,)), Globals()))
        made.vips.look()
        made.vips.reconcile(11.0)
        assert made.lines() == [f"(VI_1) removing VIPs {VIP}", f"(VI_1) setting VIPs {SECOND}"]
        assert (made.vips.held, made.renewed()) == ({SECOND_PLACE}, [SECOND])

    @pytest.mark.parametrize(("settings", "done"), [(Globals(), []), (Globals(vip_lease_s=0), [("install", VIP)])])
    def test_a_lifetime_is_given_only_to_an_address_without_a_lease(self, settings, done):
        made = Parts(settings=settings).master()
        made.vips.extend_lifetime(5)
        assert made.done == done
        assert made.kernel.lifetimes_s == {ip_interface(VIP): 5 if done else 3}


class TestExtraInterfaces:
    """The switches of other interfaces receive no advertisements (``garp_extra_if``)."""

    @pytest.mark.parametrize(
        ("kind", "every", "keeps"), [("macvlan", False, True), ("", False, False), ("", True, True)]
    )
    def test_switches_of_other_interfaces_are_reminded(self, kind, every, keeps):
        garp = GratuitousArp(extra_if_s=60.0, extra_if_all=every)
        away = (VirtualAddress(ip_interface("192.168.9.1/24"), device="eth1"),)
        made = Parts(instance(garp=garp, excluded=away), table(eth(), replace(eth("eth1", 3), kind=kind)))
        made.vips.install(10.0)
        assert [each for each in made.done if each[0] == "repeat_every"] == (
            [("repeat_every", 65.0, 60.0)] if keeps else []
        )
        made.done.clear()
        made.vips.release()
        assert (("cancel", ("k", "extra")) in made.done) is keeps

    def test_a_reminder_is_one_frame_for_each_of_those_addresses(self):
        garp = GratuitousArp(extra_if_s=60.0, extra_if_all=True)
        away = (VirtualAddress(ip_interface("192.168.9.1/24"), device="eth1"),)
        made = Parts(instance(garp=garp, excluded=away), table(eth(), eth("eth1", 3))).master()
        made.announcer.again()
        assert made.done == [("announce", 1, "192.168.9.1/24")]

    def test_on_the_own_interface_there_is_nothing_to_remind_of(self):
        made = Parts(instance(garp=GratuitousArp(extra_if_s=60.0, extra_if_all=True)))
        made.vips.install(10.0)
        assert made.done == [("install", VIP)]


def test_a_comparison_leaves_out_properties_that_the_kernel_can_change():
    four = want(VIP, flags=0x200, dad=True, preferred_s=5)
    six = want("fd00:8::100/64", flags=0x200, dad=True, preferred_s=5)
    assert lasting(four) == want(VIP, flags=0x200)
    assert lasting(six) == want("fd00:8::100/64")


def test_names_are_the_addresses():
    assert names([want(VIP), want("fd00:8::100/64")]) == "192.168.8.100/24, fd00:8::100/64"
    assert names([]) == ""
