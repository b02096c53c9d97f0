# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the state machine of one router. Every case asserts the actions and the durations."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from routers import ARTICLE_B, DOWN_B, POLITE, SKEW_B, TAKEOVER, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.explain import why
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Parameters, State


class TestWait:
    def test_a_backup_listens_until_then(self):
        router = backup(ARTICLE_B)
        router.advertisement(advert(100), A, T + 1)
        assert router.wait(T + 60, T + 2) == ()
        assert (router.deadline, router.master) == (T + 60, None)
        assert router.expire(T + 59) == ()

    def test_the_first_advertisement_ends_it(self):
        router = backup(ARTICLE_B)
        router.wait(T + 60, T + 2)
        router.advertisement(advert(100), A, T + 5)
        assert router.deadline == T + 5 + DOWN_B

    def test_it_ends_by_itself(self):
        router = backup(ARTICLE_B)
        router.wait(T + 60, T + 2)
        assert kinds(router.expire(T + 60)) == TAKEOVER

    def test_a_master_does_not_wait(self):
        router = backup(ARTICLE_B)
        router.expire(T + DOWN_B)
        router.wait(T + 60, T + DOWN_B)
        assert router.deadline < T + 60


class TestStart:
    def test_a_router_listens_for_a_master_down_interval_first(self):
        router = VirtualRouter(ARTICLE_B)
        assert router.deadline is None
        assert router.start(T) == (Notify("BACKUP", 90, "it has just started"),)
        assert router.deadline == T + DOWN_B
        assert router.expire(T + DOWN_B - 0.001) == ()
        assert kinds(router.expire(T + DOWN_B)) == TAKEOVER

    def test_the_owner_of_the_address_is_master_at_once(self):
        router = VirtualRouter(replace(ARTICLE_B, priority=255))
        actions = router.start(T)
        assert kinds(actions) == TAKEOVER
        assert sent(actions) == [255]

    def test_state_master_listens_for_one_interval_and_the_skew(self):
        router = backup(replace(ARTICLE_B, begins_as_master=True))
        assert router.deadline == T + 1 + SKEW_B
        router.advertisement(advert(100), A, T + 1)
        assert router.deadline == T + 1 + DOWN_B

    @pytest.mark.parametrize("held_back", [{"preempt": False}, {"preempt_delay_s": 5}])
    def test_state_master_does_not_shorten_the_wait_with_nopreempt_or_a_delay(self, held_back):
        assert backup(replace(ARTICLE_B, begins_as_master=True, **held_back)).deadline == T + DOWN_B

    def test_a_router_with_a_fault_does_not_take_part(self):
        router = VirtualRouter(ARTICLE_B)
        assert router.fault_changed(("interface eth0 is down",), T) == ()
        assert router.start(T) == (Notify("FAULT", 90, "interface eth0 is down"),)
        assert router.deadline is None

    def test_starting_twice_changes_nothing(self):
        router = backup()
        assert router.start(T + 1) == ()
        assert router.deadline == T + DOWN_B


class TestBackup:
    def test_a_backup_takes_over_after_a_master_down_interval_of_silence(self):
        router = backup()
        assert router.advertisement(advert(100), A, T + 1) == ()
        assert router.deadline == T + 1 + DOWN_B
        actions = router.expire(T + 1 + DOWN_B)
        assert actions == (
            InstallAddresses(),
            Announce(5),
            SendAdvertisement(90),
            Notify("MASTER", 90, "192.168.8.4 has been silent for 3.65 s"),
        )
        assert router.deadline == T + 5  # the next beat

    def test_an_advertisement_of_priority_0_leaves_the_skew_only(self):
        router = backup()
        router.advertisement(advert(100), A, T)
        router.advertisement(advert(0), A, T + 0.5)
        assert router.deadline == T + 0.5 + SKEW_B

    def test_an_equal_priority_is_a_master(self):
        router = backup()
        router.advertisement(advert(90), A, T + 1)
        assert router.deadline == T + 1 + DOWN_B

    def test_a_lower_priority_does_not_stop_the_timer(self):
        router = backup()
        router.advertisement(advert(80), A, T + 1)
        assert router.deadline == T + DOWN_B
        actions = router.expire(T + DOWN_B)
        assert actions[-1] == Notify("MASTER", 90, "192.168.8.4 advertises 80, ours is 90")

    def test_nopreempt_leaves_a_lower_master_alone(self):
        router = backup(replace(ARTICLE_B, preempt=False))
        router.advertisement(advert(80), A, T + 1)
        assert router.deadline == T + 1 + DOWN_B

    def test_preempt_delay_waits_from_the_first_lower_advertisement(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=10))
        for second in range(1, 11):
            assert router.advertisement(advert(80), A, T + second) == ()
        assert router.deadline == T + 11
        assert router.expire(T + 10.9) == ()
        assert kinds(router.expire(T + 11)) == POLITE

    def test_preempt_delay_does_not_delay_the_takeover_from_a_dead_master(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=60))
        router.advertisement(advert(80), A, T + 1)
        assert router.deadline == T + 1 + DOWN_B
        assert kinds(router.expire(T + 1 + DOWN_B)) == TAKEOVER

    def test_a_lower_router_starts_no_preempt_delay_while_the_master_lives(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=0.4))
        router.advertisement(advert(100), A, T + 1)
        assert router.advertisement(advert(80), IPv4Address("192.168.8.9"), T + 1.1) == ()
        assert router.deadline == T + 1 + DOWN_B
        assert (router.master.address, router.master.priority) == (A, 100)

    def test_a_lower_router_starts_the_preempt_delay_when_the_master_is_dead(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=0.4))
        router.advertisement(advert(100), A, T)
        router.advertisement(advert(80), IPv4Address("192.168.8.9"), T + DOWN_B)
        assert router.deadline == T + DOWN_B + 0.4
        assert router.master.priority == 80

    def test_a_master_that_has_become_weaker_itself_is_heard(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=0.4))
        router.advertisement(advert(100), A, T + 1)
        router.advertisement(advert(80), A, T + 2)
        assert router.deadline == T + 2.4
        assert router.master.priority == 80

    def test_a_higher_advertisement_ends_the_preempt_delay(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=2))
        router.advertisement(advert(80), A, T + 1)
        router.advertisement(advert(100), A, T + 2)
        assert router.deadline == T + 2 + DOWN_B

    def test_version_3_learns_the_interval_of_the_master(self):
        router = backup(Parameters(version=3, vrid=51, priority=90, interval_cs=100, source=B))
        router.advertisement(advert(100, interval_cs=10, version=3), A, T + 1)
        assert router.deadline == pytest.approx(T + 1 + 0.3 + 0.1 * 166 / 256)
        router.advertisement(advert(0, interval_cs=10, version=3), A, T + 1.1)
        assert router.deadline == pytest.approx(T + 1.1 + 0.1 * 166 / 256)

    def test_the_skew_follows_the_effective_priority(self):
        router = backup()
        router.priority_changed(50, T)
        router.advertisement(advert(100), A, T)
        assert router.deadline == T + 3 + 206 / 256

    def test_a_weakened_backup_gives_a_living_master_its_whole_interval(self):
        router = backup(Parameters(version=3, vrid=51, priority=90, interval_cs=100, source=B))
        router.advertisement(advert(80, interval_cs=200, version=3), A, T + 3)
        router.priority_changed(70, T + 3.5)
        assert router.deadline == T + 3 + 6 + 2 * 186 / 256

    def test_a_change_of_the_priority_sends_nothing(self):
        router = backup()
        assert router.priority_changed(120, T) == ()
        assert (router.priority, router.state, router.deadline) == (120, State.BACKUP, T + DOWN_B)

    def test_a_backup_stops_without_an_advertisement(self):
        router = backup()
        assert router.stop(T) == (Notify("STOP", 90, "it was stopped"),)
        assert (router.state, router.holds_addresses, router.deadline) == (State.STOP, False, None)


class TestLinkChanged:
    def test_a_master_announces_now_and_once_more(self):
        router, told = master(), []
        assert router.link_changed(T) == (Announce(5),)
        while (at := router.deadline) < T + 20:
            told += [(at - T, each.repeat) for each in router.expire(at) if isinstance(each, Announce)]
        assert told == [(5.0, 5)]

    def test_a_master_with_delay_0_or_repeat_0_does_not_announce_again(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0.0))
        assert router.link_changed(T) == (Announce(5),)
        assert router.condition.announce_at == NEVER
        assert master(replace(ARTICLE_B, announce_repeat=0)).link_changed(T) == ()

    def test_a_router_that_is_not_master_does_not_announce(self):
        router = master()
        router.demote(T)
        assert router.link_changed(T) == ()


class TestFault:
    def test_a_master_gives_up_at_once(self):
        router = master()
        assert router.fault_changed(("interface eth0 is down",), T) == (
            SendAdvertisement(0),
            ReleaseAddresses(),
            Notify("FAULT", 90, "interface eth0 is down"),
        )
        assert router.deadline is None

    def test_a_router_whose_fault_has_ended_listens_first(self):
        router = master()
        router.fault_changed(("interface eth0 is down",), T)
        assert router.fault_changed((), T + 5) == (
            Notify("BACKUP", 90, 'it had the fault "interface eth0 is down", which is over'),
        )
        assert router.deadline == T + 5 + DOWN_B

    def test_a_second_fault_is_no_second_transition(self):
        router = backup()
        router.fault_changed(("script chk failed",), T)
        assert router.fault_changed(("script chk failed", "interface eth0 is down"), T + 1) == ()
        assert why(router, T + 1) == "FAULT because script chk failed; interface eth0 is down"

    def test_a_router_in_fault_hears_but_does_not_react(self):
        router = backup()
        router.fault_changed(("script chk failed",), T)
        assert router.advertisement(advert(0), A, T + 1) == ()
        assert router.state is State.FAULT

    def test_a_fault_while_it_stops_ends_the_stop(self):
        router = master()
        router.stop(T)
        actions = router.fault_changed(("interface eth0 is down",), T + 0.1)
        assert kinds(actions) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.STOP


class TestParameters:
    def test_new_parameters_move_nothing(self):
        router = master()
        deadline = router.deadline
        assert router.parameters_changed(replace(ARTICLE_B, priority=95), T) == ()
        assert (router.state, router.priority, router.deadline) == (State.MASTER, 95, deadline)

    def test_a_shorter_interval_counts_at_once(self):
        router = master(Parameters(version=3, vrid=51, priority=90, interval_cs=4000, source=B, announce_delay_s=0))
        router.parameters_changed(replace(router.parameters, interval_cs=10), T)
        assert router.deadline == pytest.approx(T + 0.1)

    def test_a_refresh_that_is_switched_on_begins_at_once(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        router.parameters_changed(replace(router.parameters, refresh_s=2, refresh_repeat=3), T)
        assert Announce(3) in router.expire(T + 2)

    def test_the_primary_address_decides_between_equals(self):
        router = master()
        router.source_changed(IPv4Address("192.168.8.2"), T)
        router.advertisement(advert(90), A, T)
        assert router.yielding


def test_no_deadline_survives_its_state():
    router = master()
    router.fault_changed(("interface eth0 is down",), T)
    assert router.deadline is None
    assert router.expire(T + 1000) == ()


def test_the_same_inputs_give_the_same_actions():
    def play():
        router = backup()
        yield router.advertisement(advert(100), A, T + 1)
        yield router.promote(T + 2)
        yield router.expire(T + 3)
        yield router.demote(T + 4)
        yield router.advertisement(advert(100), A, T + 5)
        yield router.expire(T + 6)
        yield router.stop(T + 7)

    assert list(play()) == list(play())


def test_a_reload_to_nopreempt_leaves_the_lower_master_alone():
    router = backup(replace(ARTICLE_B, preempt=True))
    router.advertisement(advert(80), A, T + 3)
    assert router.deadline == T + DOWN_B  # it would preempt
    router.parameters_changed(replace(ARTICLE_B, preempt=False), T + 3.1)
    router.priority_changed(90, T + 3.1)
    assert router.deadline == T + 3 + DOWN_B
