# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes and rules of one instance, on a kernel that does as it is told."""

from __future__ import annotations

import errno
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from agent_fakes import Bench, eth, instance, table

from vrrp.agent.addresses import virtual_routes
from vrrp.agent.control.status import instance_status
from vrrp.agent.netlink import routes
from vrrp.agent.netlink.links import ActualAddress, AddressChanged
from vrrp.config.model.configuration import Globals, VirtualAddress
from vrrp.config.model.routes import NextHop, Route, Rule

GATEWAY = NextHop(ip_address("192.168.8.254"))
ONE = Route(ip_network("192.168.110.0/24"), hops=(GATEWAY,))
TWO = Route(ip_network("192.168.111.0/24"), hops=(GATEWAY,))
LOOSE = Route(ip_network("192.168.112.0/24"), hops=(GATEWAY,), no_track=True)
RULE = Rule(4, source=ip_network("192.168.2.0/24"), table=100, priority=100)
FOREIGN = Route(ip_network("192.168.113.0/24"), hops=(GATEWAY,), protocol=4, no_track=True)


def way_of(route):
    ways, _faults = (
        routes.resolve([route], [], table()) if isinstance(route, Route) else routes.resolve([], [route], table())
    )
    return ways[0]


def key(route):
    return way_of(route).key


def bench(*ways, **fields):
    mine = [each for each in ways if isinstance(each, Route)], [each for each in ways if isinstance(each, Rule)]
    return Bench(instance(routes=tuple(mine[0]), rules=tuple(mine[1]), **fields))


def there(made):
    return made.kernel.routes


def test_routes_come_after_the_addresses_and_go_before_them_in_reverse():
    made = bench(ONE, RULE).start(6.0)
    made.done.clear()
    made.instance.expire(10.0)
    assert made.done[:3] == [("install", "192.168.8.100/24"), ("add", "route"), ("add", "rule")]
    made.done.clear()
    made.instance.abort(20.0)
    assert made.done[1:] == [
        ("remove", way_of(RULE).remove),
        ("remove", way_of(ONE).remove),
        ("release", "192.168.8.100/24"),
    ]


def test_a_backup_has_none_and_removes_what_was_left_behind():
    made = bench(ONE, RULE)
    assert ("remove", way_of(ONE).remove) in made.done
    assert there(made) == set()


def test_the_ones_of_another_protocol_are_not_ours_to_remove():
    made = bench(FOREIGN)
    assert ("remove", way_of(FOREIGN).remove) not in made.done
    there(made).add(way_of(FOREIGN).remove)
    made.master()
    made.instance.abort(20.0)
    assert there(made) == {way_of(FOREIGN).remove}
    assert made.instance.addresses.routes.installed == frozenset()


def test_unless_the_process_before_us_has_set_them():
    made = bench(FOREIGN)
    there(made).add(way_of(FOREIGN).remove)
    made.instance.addresses.inherit((), (way_of(FOREIGN).remove,))
    made.master()
    made.instance.abort(20.0)
    assert there(made) == set()


def test_an_inherited_route_that_is_no_longer_wanted_is_removed():
    made = bench(ONE)
    there(made).add(way_of(TWO).remove)
    made.instance.addresses.inherit((), (way_of(TWO).remove,))
    made.master()
    assert there(made) == {way_of(ONE).remove}
    assert "removed 1 routes or rules that were left behind." in made.text.getvalue()


def test_a_deleted_route_or_rule_is_put_back_and_reported():
    made = bench(ONE, RULE).master()
    there(made).clear()
    made.instance.routes_gone({key(ONE), key(RULE)}, 11.0)
    assert there(made) == {way_of(ONE).remove, way_of(RULE).remove}
    text = "route 192.168.110.0/24 via 192.168.8.254, rule 100: from 192.168.2.0/24 lookup 100"
    assert made.instance.reporter.last_event == f"{text} was not there as it should be and was put back"
    assert made.instance.reporter.counters.addresses_put_back == 2


def test_events_of_others_change_nothing():
    made = bench(ONE).master()
    made.instance.routes_gone({key(TWO)}, 11.0)
    assert made.done == []


def test_when_events_were_lost_all_of_them_are_looked_at():
    made = bench(ONE, RULE).master()
    there(made).discard(way_of(RULE).remove)
    made.instance.routes_gone({routes.ANY}, 11.0)
    assert way_of(RULE).remove in there(made)
    assert made.instance.reporter.counters.addresses_put_back == 1


def test_a_deleted_untracked_route_stays_away_and_is_known_to_be_missing():
    made = bench(LOOSE).master()
    there(made).clear()
    made.instance.routes_gone({key(LOOSE)}, 11.0)
    made.instance.interface_changed(11.0)
    assert there(made) == set()
    mine = made.instance.addresses.routes
    assert [mine.is_there(way) for way in mine.wanted] == [False]


DEVICE = {
    4: Route(ip_network("172.16.6.0/24"), hops=(NextHop(None, "eth1"),), no_track=True),
    6: Route(ip_network("fd00:6::/64"), hops=(NextHop(None, "eth1"),), no_track=True),
}


def with_eth1(made, **flags):
    made.kernel.table = table(eth(), *([eth("eth1", 3, **flags)] if flags else []))


@pytest.mark.parametrize("version", DEVICE)
@pytest.mark.parametrize("flags", [{}, {"up": False}, {"running": False}])
def test_an_untracked_route_is_set_when_its_interface_comes_up(version, flags):
    made = bench(DEVICE[version])
    with_eth1(made, **flags)
    made.instance.interface_changed(5.0)
    made.master()
    assert (made.state, there(made)) == ("MASTER", set())
    with_eth1(made, up=True)
    made.instance.interface_changed(11.0)
    assert (made.state, len(there(made))) == ("MASTER", 1)


@pytest.mark.parametrize("version", DEVICE)
def test_an_untracked_route_goes_and_comes_back_with_its_interface(version):
    made = bench(DEVICE[version])
    with_eth1(made, up=True)
    made.instance.interface_changed(5.0)
    made.master()
    (way,) = made.instance.addresses.routes.wanted
    with_eth1(made, up=False)
    there(made).clear()
    made.instance.interface_changed(11.0)
    if version == 6:  # the kernel sends no event for the other ones
        made.instance.routes_gone({way.key}, 11.0)
    assert there(made) == set()
    with_eth1(made, up=True)
    made.instance.interface_changed(12.0)
    assert len(there(made)) == 1


def test_an_interface_with_another_name_has_it_no_more():
    made = bench(DEVICE[4])
    with_eth1(made, up=True)
    made.instance.interface_changed(5.0)
    made.master()
    made.kernel.table = table(eth(), eth("eth9", 3))
    made.instance.interface_changed(11.0)
    assert (made.state, there(made)) == ("MASTER", set())


def test_an_untracked_route_that_cannot_be_set_again_causes_no_fault():
    made = bench(LOOSE).master()
    there(made).clear()
    made.kernel.no_way[way_of(LOOSE).remove] = errno.ENETUNREACH
    made.instance.interface_changed(11.0)
    assert made.state == "MASTER"


def test_a_backup_puts_nothing_back():
    made = bench(ONE).start()
    made.done.clear()
    made.instance.routes_gone({key(ONE)}, 1.0)
    assert made.done == []


def test_a_change_of_the_host_makes_it_look_again():
    """The kernel sends no event for IPv4 routes that go with an interface or an address."""
    made = bench(ONE).master()
    there(made).clear()
    made.instance.interface_changed(11.0)
    assert there(made) == {way_of(ONE).remove}
    made.kernel.somebody_deletes("192.168.8.100/24")
    there(made).clear()
    made.instance.address_changed(
        AddressChanged(ActualAddress(2, made.instance.addresses.wanted[0].address), False), 12.0
    )
    assert there(made) == {way_of(ONE).remove}


def test_a_route_that_the_kernel_refuses_is_a_fault_until_it_takes_it():
    made = bench(ONE)
    made.kernel.no_way[way_of(ONE).remove] = errno.ENETUNREACH
    made.start(6.0)
    made.instance.expire(10.0)
    text = "cannot set route 192.168.110.0/24 via 192.168.8.254: Network is unreachable"
    assert (made.state, made.instance.router.faults) == ("FAULT", (text,))
    assert "Entering MASTER" not in made.text.getvalue()
    assert made.instance.deadline == 20.0
    del made.kernel.no_way[way_of(ONE).remove]
    made.instance.expire(20.0)
    assert made.instance.router.faults == ()
    made.instance.expire(24.0)
    assert made.state == "MASTER"


def test_a_route_that_cannot_be_put_back_is_a_fault():
    made = bench(ONE).master()
    there(made).clear()
    made.kernel.no_way[way_of(ONE).remove] = errno.ENETDOWN
    made.instance.routes_gone({key(ONE)}, 11.0)
    assert made.state == "FAULT"


@pytest.mark.parametrize(("deleted", "state"), [({2}, "MASTER"), (set(), "FAULT")])
def test_a_route_of_a_deleted_interface_is_no_fault(deleted, state):
    """The event of the interface comes a moment later, and says what follows. With another reason it is a fault."""
    route = Route(ip_network("192.168.114.0/24"), hops=(NextHop(None, "eth0"),))
    made = bench(route).master()
    there(made).clear()
    made.kernel.no_way[way_of(route).remove] = errno.ENODEV
    made.kernel.deleted = deleted
    made.instance.routes_gone({key(route)}, 11.0)
    assert (made.state, there(made)) == (state, set())
    del made.kernel.no_way[way_of(route).remove]
    made.instance.interface_changed(12.0)
    assert there(made) == ({way_of(route).remove} if state == "MASTER" else set())


@pytest.mark.parametrize(("listed", "state"), [(True, "MASTER"), (False, "FAULT")])
def test_a_refused_route_causes_a_fault_only_if_the_kernel_lacks_it(monkeypatch, listed, state):
    """A rule can keep the kernel from finding the gateway of a route that it has."""
    made = bench(ONE).master()
    monkeypatch.setattr(virtual_routes, "listed", lambda family, number: {key(ONE)} if listed else set())
    made.kernel.no_way[way_of(ONE).remove] = errno.EINVAL
    made.instance.interface_changed(11.0)
    assert made.state == state


def test_an_interface_that_is_down_is_a_fault_before_anything_is_tried():
    route = Route(ip_network("10.0.0.0/8"), hops=(NextHop(None, "eth9"),))
    made = bench(route)
    assert made.instance.router.faults == ("interface eth9 does not exist",)


def test_a_reload_moves_only_what_differs():
    made = bench(ONE, LOOSE, RULE).master()
    there(made).discard(way_of(LOOSE).remove)
    made.instance.reconfigure(instance(routes=(ONE, TWO), rules=()), Globals(), 11.0)
    assert there(made) == {way_of(ONE).remove, way_of(TWO).remove}
    assert "(VI_1) removing route 192.168.112.0/24 via 192.168.8.254, rule 100: from" in made.text.getvalue()
    assert "(VI_1) setting route 192.168.111.0/24 via 192.168.8.254" in made.text.getvalue()


def test_a_renamed_instance_logs_its_routes_under_the_new_name():
    made = bench(ONE).master()
    made.instance.reconfigure(instance("VI_9", routes=(TWO,)), Globals(), 11.0)
    assert "(VI_9) removing route 192.168.110.0/24 via 192.168.8.254" in made.text.getvalue()


def test_a_route_that_another_instance_holds_is_not_removed():
    made = bench(ONE, TWO).master()
    made.other_routes = frozenset([way_of(ONE).remove])
    made.instance.abort(20.0)
    assert there(made) == {way_of(ONE).remove}


def test_an_ipv6_route_waits_for_the_address_that_it_speaks_from():
    route = Route(
        ip_network("2001:db8::/32"), hops=(NextHop(ip_address("fd00:8::254")),), source=ip_address("fd00:8::100")
    )
    made = bench(route, addresses=("192.168.8.100/24",))
    unfinished = ActualAddress(2, ip_interface("fd00:8::100/64"), tentative=True)
    made.kernel.table.remember(unfinished)
    made.master()
    assert there(made) == set()
    assert made.state == "MASTER"
    made.kernel.table.forget(2, unfinished.address)
    made.kernel.table.remember(ActualAddress(2, unfinished.address))
    made.instance.address_changed(AddressChanged(ActualAddress(2, unfinished.address), True), 11.0)
    assert there(made) == {way_of(route).remove}


def test_the_status_says_what_is_there():
    excluded = (VirtualAddress(ip_interface("fd00:8::100/64")),)
    made = Bench(instance(routes=(ONE,), rules=(RULE,), excluded=excluded))

    def shown():
        found = instance_status(made.instance, 20.0, made.kernel.table)
        return [found[name] for name in ("excluded", "routes", "rules", "addresses_present")]

    def each(present):
        return [[{"text": text, "present": present, "no_track": False}] for text in texts]

    texts = ["fd00:8::100/64", "192.168.110.0/24 via 192.168.8.254", "100: from 192.168.2.0/24 lookup 100"]
    assert shown() == [*each(False), []]
    made.master()
    assert shown() == [*each(True), ["192.168.8.100/24"]]
    made.instance.abort(20.0)
    assert shown() == [*each(False), []]


def test_one_that_cannot_be_removed_is_said_and_one_that_has_gone_is_not():
    made = bench(ONE, TWO).master()
    made.kernel.remove_routes = lambda removals: [errno.EPERM, errno.ESRCH]
    made.instance.abort(20.0)
    lines = [line for line in made.lines() if "cannot remove" in line]
    assert lines == ["error: (VI_1) cannot remove route 192.168.111.0/24 via 192.168.8.254: Operation not permitted"]


def test_one_that_was_left_behind_and_cannot_be_removed_is_said():
    made = bench(ONE)
    made.instance.addresses.inherit((), (way_of(TWO).remove,))
    made.kernel.remove_routes = lambda removals: [errno.EPERM for _removal in removals]
    made.master()
    text = "error: (VI_1) cannot remove a route or rule that was left behind: Operation not permitted"
    assert text in made.lines()


def test_the_kernel_is_not_asked_to_remove_what_others_hold():
    made = bench(ONE)
    made.master()
    made.other_routes = frozenset({way_of(ONE).remove})
    made.done.clear()
    made.instance.abort(20.0)
    assert [each for each in made.done if each[0] == "remove"] == []
    assert there(made) == {way_of(ONE).remove}


@pytest.mark.parametrize(("answer", "state"), [(OSError(errno.ENOBUFS, "no buffers"), "FAULT"), (None, "MASTER")])
def test_a_refused_route_is_there_only_if_the_kernel_lists_it(monkeypatch, answer, state):
    """A rule can hide the gateway of a route that is set already: then the kernel would not set it again."""
    made = bench(ONE).master()

    def listed(family, number):
        if answer is not None:
            raise answer
        return {key(ONE)}

    monkeypatch.setattr(virtual_routes, "listed", listed)
    made.kernel.no_way[way_of(ONE).remove] = errno.ENETUNREACH
    made.instance.routes_gone({key(ONE)}, 11.0)
    assert made.state == state
