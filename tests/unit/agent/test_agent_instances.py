# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which instances run, leave, have an address, and hold one that others have, too."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from agent_fakes import Bench, instance

from vrrp.agent.instance_reporter import Lifecycle
from vrrp.agent.instances import Instances
from vrrp.config.model.configuration import VirtualAddress
from vrrp.config.model.routes import NextHop, Route, Rule

VIP, SECOND, THIRD = (ip_interface(f"192.168.8.{number}/24") for number in (100, 101, 102))


def running(name, *addresses, **fields):
    return Bench(instance(name, [str(address) for address in addresses], **fields))


def filled(*benches):
    book = Instances()
    book.index((bench.instance, bench.instance.config) for bench in benches)
    return book


def test_an_empty_book_knows_nothing():
    book = Instances()
    assert (list(book.all()), book.by_name("VI_1"), book.notify_queues()) == ([], None, set())
    assert (book.virtual, book.having(VIP), book.held_elsewhere(None, [VIP])) == (frozenset(), (), frozenset())


def test_each_address_leads_to_those_that_have_it_in_their_order():
    one, two = running("VI_1", VIP, SECOND), running("VI_2", SECOND, THIRD)
    book = filled(one, two)
    assert book.virtual == {VIP, SECOND, THIRD}
    assert book.having(VIP) == (one.instance,)
    assert book.having(SECOND) == (one.instance, two.instance)
    assert book.having(ip_interface("192.168.8.100/32")) == ()


def test_excluded_addresses_and_those_beside_a_peer_are_virtual():
    beside = VirtualAddress(ip_interface("10.0.0.1/32"), peer=ip_interface("10.0.0.2/31"))
    made = running("VI_1", VIP, excluded=(VirtualAddress(SECOND), beside))
    book = filled(made)
    assert book.virtual == {VIP, SECOND, ip_interface("10.0.0.1/31")}
    assert book.having(ip_interface("10.0.0.1/31")) == (made.instance,)


def test_an_address_that_is_written_twice_has_its_instance_once():
    made = running("VI_1", VIP, excluded=(VirtualAddress(VIP, device="eth1"),))
    assert filled(made).having(VIP) == (made.instance,)


def test_the_configuration_that_an_instance_will_have_counts():
    made = running("VI_1", VIP)
    book = Instances()
    book.index([(made.instance, replace(made.instance.config, addresses=(VirtualAddress(SECOND),)))])
    assert (book.having(VIP), book.having(SECOND)) == ((), (made.instance,))


def test_filled_anew_it_has_forgotten_what_was():
    one, two = running("VI_1", VIP), running("VI_2", SECOND)
    book = filled(one, two)
    book.index([(two.instance, two.instance.config)])
    assert (book.virtual, book.having(VIP)) == ({SECOND}, ())


class TestHeldElsewhere:
    def test_a_master_that_shares_one_of_the_addresses_holds_all_of_its_own(self):
        one, two = running("VI_1", VIP, SECOND).master(), running("VI_2", SECOND)
        book = filled(one, two)
        assert book.held_elsewhere(two.instance, [SECOND]) == {(2, VIP), (2, SECOND)}
        assert book.held_elsewhere(two.instance, [THIRD]) == frozenset()

    def test_an_address_of_the_asking_instance_is_not_held_elsewhere(self):
        one, two = running("VI_1", VIP).master(), running("VI_2", VIP)
        assert filled(one, two).held_elsewhere(one.instance, [VIP]) == frozenset()

    def test_a_backup_holds_nothing(self):
        one, two = running("VI_1", VIP).start(), running("VI_2", VIP).master()
        assert filled(one, two).held_elsewhere(two.instance, [VIP]) == frozenset()

    def test_two_others_are_taken_together(self):
        one, two, three = (running(f"VI_{number}", VIP, more) for number, more in enumerate((SECOND, THIRD, THIRD)))
        book = filled(one.master(), two.master(), three)
        assert book.held_elsewhere(three.instance, [VIP]) == {(2, VIP), (2, SECOND), (2, THIRD)}


def test_an_interface_has_the_instances_that_use_it():
    away = VirtualAddress(SECOND, device="eth1")
    hop = Route(ip_network("10.0.0.0/8"), hops=(NextHop(device="eth2"),))
    one = running("VI_1", VIP, excluded=(away,), routes=(hop,), rules=(Rule(4, iif="eth3"),))
    two = running("VI_2", THIRD)
    book = filled(one, two)
    assert book.on("eth0") == {one.instance, two.instance}
    assert [book.on(name) for name in ("eth1", "eth2", "eth3")] == [{one.instance}] * 3
    assert book.on("eth4") == set()


def test_a_route_through_a_gateway_alone_may_use_any_interface():
    hop = NextHop(via=ip_address("192.168.8.1"))
    one = running("VI_1", VIP, routes=(Route(ip_network("10.0.0.0/8"), hops=(hop,)),))
    assert filled(one, running("VI_2", THIRD)).on("eth4") == {one.instance}


def test_an_address_says_which_instances_may_speak_from_it():
    owner = running("VI_1", VIP, priority=255)
    told = running("VI_2", THIRD, unicast_src_ip=VIP.ip)
    book = filled(owner, told, running("VI_3", SECOND))
    assert book.speaking_from(VIP) == {owner.instance, told.instance}
    assert book.speaking_from(SECOND) == set()


def names(instances):
    return [each.name for each in instances]


class TestLeaving:
    def parts(self):
        book, one, two = Instances(), running("VI_1", VIP).master(), running("VI_2", SECOND)
        book.add(one.instance)
        book.add(two.instance)
        book.remove(one.instance)
        return book, one, two

    def test_an_instance_that_leaves_is_there_until_it_holds_no_address(self):
        book, one, two = self.parts()
        assert (list(book.running), names(book.leaving), names(book.all())) == (["VI_2"], ["VI_1"], ["VI_2", "VI_1"])
        assert (book.by_name("VI_1"), book.by_name("VI_2"), book.by_name(["VI_2"])) == (None, two.instance, None)
        assert (book.forget_stopped(), names(book.leaving)) == ([], ["VI_1"])
        one.instance.abort(11.0)
        assert (names(book.forget_stopped()), book.leaving) == (["VI_1"], [])

    def test_its_notifications_are_there_for_the_one_that_has_its_name_next(self):
        book, one, two = self.parts()
        before = one.instance.reporter.notifications
        assert book.notify_queues() == {before, two.instance.reporter.notifications}
        assert (book.former_queue("VI_1"), book.former_queue("VI_2")) == (before, None)
        other = running("VI_1", THIRD, virtual_router_id=9)
        book.add(other.instance)
        assert one.instance.reporter.lifecycle is Lifecycle.REPLACED
        assert two.instance.reporter.lifecycle is Lifecycle.RUNNING


def test_a_renamed_instance_is_found_by_its_new_name_in_the_new_order():
    book, one, two = Instances(), running("VI_1", VIP), running("VI_2", SECOND)
    book.add(one.instance)
    book.add(two.instance)
    book.rename([("VI_3", two.instance), ("VI_1", one.instance)])
    assert (list(book.running), book.by_name("VI_3")) == (["VI_3", "VI_1"], two.instance)


def test_a_leaving_instance_is_replaced_by_the_one_with_its_name_only():
    book, one, two = Instances(), running("VI_1", VIP).master(), running("VI_2", SECOND).master()
    for each in (one, two):
        book.add(each.instance)
        book.remove(each.instance)
    book.add(running("VI_2", THIRD, virtual_router_id=9).instance)
    assert [each.reporter.lifecycle for each in book.leaving] == [Lifecycle.RUNNING, Lifecycle.REPLACED]
