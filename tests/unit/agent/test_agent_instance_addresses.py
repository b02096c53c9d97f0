# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance sets, gives up and puts back its addresses, and leaves them to the peer, at the right time."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import Bench, crashed, eth, instance, table, want

from vrrp.agent.addresses.virtual_addresses import INSTALL_RETRY_S
from vrrp.config.model.configuration import Globals, GratuitousArp, VirtualAddress

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def test_addresses_of_a_crashed_predecessor_go_first():
    bench = Bench(instance(), crashed(VIP)).start()
    assert bench.done == [("release", VIP)]
    assert bench.lines()[0] == "warning: (VI_1) removing VIPs that were left behind."


def test_the_own_addresses_of_an_address_owner_stay():
    bench = Bench(instance(priority=255), table(addresses=(VIP,))).start()
    assert bench.state == "MASTER"
    assert bench.instance.tracking.source == ip_interface(VIP).ip
    bench.stop(5.0)
    bench.instance.expire(10.0)
    assert bench.state == "STOP"
    assert ("release", VIP) not in bench.done


def test_priority_255_gives_up_what_it_has_set_itself():
    bench = Bench(instance(priority=255)).start()
    assert (bench.state, bench.instance.addresses.owned) == ("MASTER", ())
    bench.stop(5.0)
    bench.instance.expire(10.0)
    assert (bench.state, bench.done[-1]) == ("STOP", ("release", VIP))


def test_an_interface_change_does_not_make_an_installed_address_owned():
    bench = Bench(instance(priority=255)).start()
    bench.instance.interface_changed(1.0)
    assert bench.instance.addresses.owned == ()


def test_an_address_owner_keeps_its_own_and_gives_up_the_rest():
    both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
    bench = Bench(both, table(addresses=(VIP,))).start()
    assert bench.instance.addresses.owned == (ip_interface(VIP),)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", "192.168.8.101/24")


def test_an_address_owner_keeps_an_address_of_its_own_that_a_reload_adds():
    bench = Bench(instance(priority=255), table(addresses=(VIP, "192.168.8.101/24"))).start()
    both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
    bench.instance.reconfigure(both, Globals(), 1.0)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release",)


def test_a_former_address_owner_keeps_what_is_the_hosts_own():
    bench = Bench(instance(priority=255), table(addresses=("192.168.8.4/24", VIP))).start()
    bench.instance.reconfigure(instance(priority=100), Globals(), 1.0)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release",)


@pytest.mark.parametrize("leave", ["stop", "drain", "demote"])
def test_an_address_that_somebody_else_has_set_is_never_taken_off(leave):
    bench = Bench(instance(), table(addresses=("192.168.8.4/24", VIP))).master()
    getattr(bench.instance.inputs, leave)(11.0)
    bench.instance.expire(13.0)
    bench.instance.abort(20.0)
    assert [each for each in bench.done if each[0] == "release" and VIP in each] == []


def test_a_refused_address_is_tried_again_after_a_while():
    bench = Bench(instance()).start(6.0)
    bench.kernel.refuses = "Operation not permitted"
    bench.instance.expire(10.0)
    assert bench.armed[-1] == bench.instance.deadline == 10.0 + INSTALL_RETRY_S
    bench.instance.expire(10.0 + INSTALL_RETRY_S - 0.1)
    assert bench.state == "FAULT"
    bench.instance.expire(10.0 + INSTALL_RETRY_S)
    assert bench.state == "BACKUP"
    bench.instance.expire(24.0)
    assert bench.state == "FAULT"
    bench.kernel.refuses = None
    for now in (34.0, 38.0):
        bench.instance.expire(now)
    assert (bench.state, bench.instance.router.faults) == ("MASTER", ())


def test_another_interface_or_another_configuration_is_tried_at_once():
    for mend in (
        lambda bench: bench.links_become(eth("eth0", 9)),
        lambda bench: bench.instance.reconfigure(instance(priority=90), Globals(), 11.0),
    ):
        bench = Bench(instance()).start(6.0)
        bench.kernel.refuses = "Operation not permitted"
        bench.instance.expire(10.0)
        mend(bench)
        assert bench.state == "BACKUP"


@pytest.mark.parametrize("how", ["put back", "reload"])
def test_an_address_that_cannot_be_set_later_is_a_fault(how):
    bench = Bench(instance()).master()
    bench.kernel.refuses = "Operation not permitted"
    if how == "put back":
        bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
    else:
        bench.virtual |= {ip_interface("192.168.8.101/24")}
        bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.101/24")), Globals(), 11.0)
    assert bench.state == "FAULT"
    assert bench.done[-2] == ("send", 0, GROUP)
    assert bench.done[-1][:2] == ("release", VIP)


def test_the_addresses_go_even_when_the_interface_has_another_name_now():
    bench = Bench(instance()).master()
    bench.links_become(eth("lan0"), addresses=("192.168.8.4/24", VIP))
    assert bench.done[-1] == ("release", VIP)
    assert [str(entry.address) for entry in bench.kernel.table.on("lan0")] == ["192.168.8.4/24"]


def test_an_address_that_another_instance_holds_is_not_released():
    bench = Bench(instance(), others=frozenset([(2, ip_interface(VIP))])).master()
    bench.stop(11.0)
    bench.instance.expire(20.0)
    assert bench.done[-1] == ("release",)


def test_a_reload_moves_only_the_addresses_that_differ():
    bench = Bench(instance(addresses=(VIP, "192.168.8.101/24"))).master()
    bench.virtual = frozenset(map(ip_interface, (VIP, "192.168.8.101/24", "192.168.8.102/24")))
    bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.102/24")), Globals(), 11.0)
    assert bench.done == [
        ("release", "192.168.8.101/24"),
        ("install", "192.168.8.102/24"),
        ("announce", 5, "192.168.8.102/24"),
    ]
    assert bench.state == "MASTER"
    bench.done.clear()
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", VIP, "192.168.8.102/24")


@pytest.mark.parametrize("change", [{"label": "eth0:vip"}, {"broadcast": "+"}, {"scope": "link"}])
def test_a_reload_that_changes_what_an_address_looks_like_sets_it_anew(change):
    bench = Bench(instance()).master()
    changed = instance()
    changed = replace(changed, addresses=(replace(changed.addresses[0], **change),))
    bench.instance.reconfigure(changed, Globals(), 11.0)
    assert bench.done == [("release", VIP), ("install", VIP), ("announce", 5, VIP)]
    assert bench.state == "MASTER"


def test_a_backup_that_gets_another_address_installs_nothing():
    bench = Bench(instance()).start()
    bench.instance.reconfigure(instance(addresses=("192.168.8.102/24",)), Globals(), 1.0)
    assert bench.done == []
    assert bench.instance.addresses.wanted == (want("192.168.8.102/24"),)


class TestLease:
    @pytest.mark.parametrize(("settings", "lifetime_s"), [(Globals(), 3), (Globals(vip_lease_s=0), 0)])
    def test_an_address_is_set_with_its_lifetime(self, settings, lifetime_s):
        bench = Bench(instance(), settings=settings).master()
        assert bench.kernel.lifetimes_s == {ip_interface(VIP): lifetime_s}
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == ([f"{VIP} 3"] if lifetime_s else [])

    def test_an_address_that_is_put_back_has_a_lifetime(self):
        bench = Bench(instance()).master()
        bench.kernel.lifetimes_s.clear()
        bench.instance.address_changed(bench.kernel.somebody_deletes(VIP), 11.0)
        assert bench.kernel.lifetimes_s == {ip_interface(VIP): 3}

    def test_released_it_is_renewed_no_more(self):
        bench = Bench(instance()).master()
        bench.instance.abort(20.0)
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == []

    def test_a_reload_changes_the_lifetime_at_once(self):
        bench = Bench(instance()).master()
        bench.instance.reconfigure(instance(), Globals(vip_lease_s=60), 11.0)
        assert (bench.kernel.lifetimes_s, bench.done) == ({ip_interface(VIP): 60}, [("install", VIP)])
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == [f"{VIP} 60"]

    def test_a_backup_that_is_reloaded_sets_nothing(self):
        bench = Bench(instance()).start()
        bench.instance.reconfigure(instance(), Globals(vip_lease_s=60), 1.0)
        assert bench.done == []

    def test_a_reload_leases_added_addresses_and_no_longer_removed_ones(self):
        bench = Bench(instance(addresses=(VIP, "192.168.8.101/24"))).master()
        bench.virtual = frozenset(map(ip_interface, (VIP, "192.168.8.101/24", "192.168.8.102/24")))
        bench.instance.reconfigure(instance(addresses=(VIP, "192.168.8.102/24")), Globals(), 11.0)
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == [f"{VIP} 3", "192.168.8.102/24 3"]

    def test_the_hosts_own_has_none(self):
        both = instance(priority=255, addresses=(VIP, "192.168.8.101/24"))
        bench = Bench(both, table(addresses=(VIP,))).start()
        bench.ports.leases.renew(1000.0)
        assert bench.kernel.renewed == ["192.168.8.101/24 3"]
        assert bench.kernel.lifetimes_s == {ip_interface("192.168.8.101/24"): 3}

    def test_the_loop_is_woken_for_the_renewal(self):
        bench = Bench(instance(advert_int_cs=1000)).start()
        bench.ports.leases.renew(29.9)
        bench.instance.expire(31.0)
        assert bench.state == "MASTER"
        assert min(bench.armed) <= 30.4


def test_a_reload_does_not_keep_a_refused_address_in_fault_for_ever():
    bench = Bench(instance())
    bench.kernel.refuses = "no"
    bench.start()
    bench.instance.expire(bench.instance.deadline)
    assert bench.state == "FAULT"
    bench.kernel.refuses = None
    bench.instance.reconfigure(bench.instance.config, Globals(), 11.0)
    assert bench.state == "BACKUP"
    bench.instance.expire(bench.instance.deadline)
    assert bench.state == "MASTER"


class TestExcluded:
    EXCLUDED = "192.168.8.101/24", "fd00:8::100/64"

    def bench(self, **fields):
        return Bench(instance(excluded=tuple(VirtualAddress(ip_interface(each), **fields) for each in self.EXCLUDED)))

    def test_excluded_addresses_come_and_go_with_the_others_and_have_a_lease(self):
        bench = self.bench().start(6.0)
        bench.done.clear()
        bench.instance.expire(10.0)
        assert bench.done[:2] == [("install", VIP, *self.EXCLUDED), ("announce", 5, VIP, *self.EXCLUDED)]
        assert set(bench.kernel.lifetimes_s.values()) == {3}
        assert len(bench.instance.addresses.installed) == 3
        bench.done.clear()
        bench.instance.abort(20.0)
        assert bench.done[-1] == ("release", VIP, *self.EXCLUDED)

    def test_an_excluded_address_that_somebody_deletes_comes_back(self):
        bench = self.bench().master()
        bench.instance.address_changed(bench.kernel.somebody_deletes(self.EXCLUDED[1]), 11.0)
        assert bench.done[0] == ("install", self.EXCLUDED[1])

    def test_an_excluded_address_that_is_not_tracked_stays_away_without_a_lease(self):
        bench = self.bench(no_track=True).master()
        bench.instance.address_changed(bench.kernel.somebody_deletes(self.EXCLUDED[0]), 11.0)
        bench.instance.interface_changed(12.0)
        assert bench.done == []
        bench.kernel.renewed.clear()
        bench.ports.leases.renew(100.0)
        assert [text.split()[0] for text in bench.kernel.renewed] == [VIP, self.EXCLUDED[1]]

    def test_on_other_interfaces_switches_are_reminded(self):
        garp = GratuitousArp(extra_if_s=100.0, extra_if_all=True)
        excluded = (VirtualAddress(ip_interface("192.168.9.1/24"), device="eth1"),)
        made = Bench(instance(garp=garp, excluded=excluded), table(eth(), eth("eth1", 3))).start(6.0)
        made.done.clear()
        made.instance.expire(10.0)
        assert ("repeat_every", 105.0, 100.0) in made.done
        made.instance.reconfigure(instance(excluded=excluded), Globals(), 11.0)
        made.done.clear()
        made.instance.interface_changed(12.0)
        assert not [each for each in made.done if each[0] == "repeat_every"]
