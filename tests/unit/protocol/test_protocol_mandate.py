# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test how long a silent master stays one: frozen, asleep, or dead and back again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, POLITE, SKEW_B, TAKEOVER, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol import timers
from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.explain import why
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters, SavedRouterState, State

MANDATE = 3.0078125  # 3 * 1 s + 2/256 s
A_MOMENT = 0.0001
FAST = Parameters(version=3, vrid=51, priority=90, interval_cs=10, source=B)
BOUNDS = [
    (ARTICLE_B, MANDATE),
    (replace(ARTICLE_B, interval_cs=10), 0.3078125),  # VRRPv2: the skew is of a second
    (FAST, 0.30078125),
    (replace(FAST, interval_cs=4000), 120.3125),
    (replace(ARTICLE_B, priority=254), MANDATE),  # the peer's priority counts, which is unknown
]


@pytest.mark.parametrize(("parameters", "mandate_s"), BOUNDS)
def test_the_mandate_is_the_patience_of_the_most_eager_backup(parameters, mandate_s):
    assert timers.mandate_s(parameters.version, parameters.interval_cs) == pytest.approx(mandate_s, rel=1e-12)


def memory_of(state=State.MASTER, last_at=T, interval_cs=100, hold=None):
    return SavedRouterState(state, last_at, interval_cs, hold)


def resumed(now, memory, parameters=ARTICLE_B):
    router = VirtualRouter(parameters)
    return router, router.start(now, memory)


class TestResume:
    def test_within_its_mandate_a_master_goes_on(self):
        router, actions = resumed(T + 0.25, memory_of())
        assert actions == (
            InstallAddresses(),
            Announce(5),
            SendAdvertisement(90),
            Notify("MASTER", 90, "it goes on after 0.25 s as the MASTER that it was"),
        )
        assert router.deadline == T + 1

    @pytest.mark.parametrize(("parameters", "mandate_s"), BOUNDS)
    def test_a_moment_before_the_end_it_goes_on_and_at_the_end_it_listens(self, parameters, mandate_s):
        memory = memory_of(interval_cs=parameters.interval_cs)
        assert resumed(T + mandate_s - A_MOMENT, memory, parameters)[0].state is State.MASTER
        router, actions = resumed(T + mandate_s, memory, parameters)
        assert kinds(actions) == ["Notify"]
        down_s = timers.master_down_interval_s(parameters.version, parameters.priority, parameters.interval_cs)
        assert (router.state, router.deadline) == (State.BACKUP, pytest.approx(T + mandate_s + down_s))

    def test_exactly_at_the_end_it_listens(self):
        router, actions = resumed(T + MANDATE, memory_of())
        assert actions == (Notify("BACKUP", 90, "it goes on after 3.01 s and listens first"),)
        assert router.deadline == T + MANDATE + DOWN_B

    def test_the_interval_it_had_counts_and_not_the_one_in_the_file(self):
        assert resumed(T + 4, memory_of(interval_cs=1000))[0].state is State.MASTER
        assert resumed(T + 1, memory_of(interval_cs=10))[0].state is State.BACKUP

    def test_the_address_owner_need_not_listen(self):
        router, _actions = resumed(T + 100, memory_of(), replace(ARTICLE_B, priority=255))
        assert router.state is State.MASTER

    def test_a_master_that_goes_on_knows_no_other(self):
        assert why(resumed(T + 1, memory_of())[0], T + 1) == (
            "MASTER because it goes on after 1.00 s as the MASTER that it was; our 90"
        )

    def test_a_resumed_backup_keeps_its_timer(self):
        router, actions = resumed(T + 0.5, memory_of(State.BACKUP))
        assert actions == (Notify("BACKUP", 90, "it goes on after 0.50 s and listens first"),)
        assert router.deadline == T + DOWN_B
        assert kinds(router.expire(T + DOWN_B)) == TAKEOVER

    def test_a_resumed_backup_listens_for_at_least_an_interval_and_the_skew(self):
        router, _actions = resumed(T + 3, memory_of(State.BACKUP))
        assert router.deadline == T + 3 + 1 + SKEW_B
        assert resumed(T + 500, memory_of(State.BACKUP))[0].deadline == T + 500 + 1 + SKEW_B

    def test_a_resumed_backup_listens_for_the_interval_of_its_master(self):
        router, _actions = resumed(T, memory_of(State.BACKUP, interval_cs=200), replace(FAST, interval_cs=100))
        assert router.deadline == pytest.approx(T + 2 * 3 + 2 * 166 / 256)
        router.advertisement(advert(0, interval_cs=200, version=3), A, T + 1)
        assert router.deadline == pytest.approx(T + 1 + 2 * 166 / 256)

    def test_a_resumed_backup_that_never_heard_a_master_listens_as_briefly(self):
        assert resumed(T, memory_of(State.BACKUP, last_at=0.0))[0].deadline == T + 1 + SKEW_B

    @pytest.mark.parametrize("state", [State.FAULT, State.STOP, State.INIT])
    def test_a_router_that_was_neither_master_nor_backup_starts_anew(self, state):
        router, actions = resumed(T + 0.5, memory_of(state))
        assert kinds(actions) == ["Notify"]
        assert (router.state, router.deadline) == (State.BACKUP, T + 0.5 + DOWN_B)

    @pytest.mark.parametrize(("state", "hold", "priority"), [
        (State.MASTER, "master", 254),
        (State.MASTER, "backup", 1),
        (State.BACKUP, "backup", 1),
    ])  # fmt: skip
    def test_holds_survive_a_restart(self, state, hold, priority):
        router, _actions = resumed(T + 0.5, memory_of(state, hold=hold))
        assert (router.hold, router.priority, router.state) == (hold, priority, state)

    def test_a_demoted_backup_keeps_the_timer_of_its_priority(self):
        router, _actions = resumed(T + 0.5, memory_of(State.BACKUP, hold="backup"))
        assert router.deadline == T + 3 + 255 / 256

    @pytest.mark.parametrize("state", [State.MASTER, State.BACKUP])
    def test_a_fault_counts_more_than_what_is_remembered(self, state):
        router = VirtualRouter(ARTICLE_B)
        router.fault_changed(("interface eth0 is down",), T)
        assert router.start(T + 0.5, memory_of(state, hold="master")) == (
            Notify("FAULT", 254, "interface eth0 is down"),
        )
        assert (router.hold, router.deadline) == ("master", None)

    def test_a_memory_is_for_the_beginning_only(self):
        router = backup()
        assert router.start(T + 1, memory_of(last_at=T + 1, hold="master")) == ()
        assert (router.state, router.hold, router.deadline) == (State.BACKUP, None, T + DOWN_B)

    def test_a_master_that_goes_on_yields_as_any_other(self):
        router, _actions = resumed(T + 1, memory_of())
        assert router.advertisement(advert(100), A, T + 1.1) == (SendAdvertisement(90),)
        assert router.yielding


LAPSED = Notify("BACKUP", 90, "it could not speak for 3.01 s, so that a peer may have taken over")


class TestLapse:
    def test_a_frozen_master_listens_before_it_speaks(self):
        router = master()
        assert router.expire(T + MANDATE) == (ReleaseAddresses(), LAPSED)
        assert router.deadline == T + MANDATE + DOWN_B
        assert kinds(router.expire(T + MANDATE + DOWN_B)) == TAKEOVER

    @pytest.mark.parametrize(("parameters", "mandate_s"), BOUNDS)
    def test_a_frozen_master_goes_on_a_moment_before_its_mandate_ends(self, parameters, mandate_s):
        router, frozen = backup(parameters), backup(parameters)
        spoke_at = router.deadline
        for each in (router, frozen):
            assert kinds(each.expire(spoke_at)) == TAKEOVER
        assert sent(router.expire(spoke_at + mandate_s - A_MOMENT)) == [parameters.priority]
        assert router.state is State.MASTER
        assert kinds(frozen.expire(spoke_at + mandate_s + A_MOMENT)) == ["ReleaseAddresses", "Notify"]
        assert frozen.state is State.BACKUP

    def test_an_advertisement_that_comes_first_is_heard_as_backup(self):
        router = master()
        assert router.advertisement(advert(100), A, T + 5) == (
            ReleaseAddresses(),
            Notify("BACKUP", 90, "it could not speak for 5.00 s, so that a peer may have taken over"),
        )
        assert router.deadline == T + 5 + DOWN_B
        assert why(router, T + 5) == "BACKUP because 192.168.8.4 advertises 100 > our 90"

    def test_a_lower_master_is_not_answered_but_outbid_later(self):
        router = master()
        actions = router.advertisement(advert(80), A, T + 5)
        assert sent(actions) == []
        assert router.deadline == T + 5 + DOWN_B
        assert kinds(router.expire(T + 5 + DOWN_B)) == TAKEOVER

    def test_priority_0_leaves_a_lapsed_master_the_skew_only(self):
        router = master()
        assert kinds(router.advertisement(advert(0), A, T + 5)) == ["ReleaseAddresses", "Notify"]
        assert router.deadline == T + 5 + SKEW_B

    def test_at_the_bound_an_advertisement_decides_between_backup_and_yielding(self):
        in_time, late = master(), master()
        in_time.advertisement(advert(100), A, T + MANDATE - A_MOMENT)
        late.advertisement(advert(100), A, T + MANDATE)
        assert (in_time.yielding, late.yielding, late.state) == (True, False, State.BACKUP)

    def test_an_advertisement_after_the_lapse_restarts_the_master_down_timer(self):
        router = master()
        router.expire(T + 5)
        assert router.expire(T + 5.1) == ()
        assert router.advertisement(advert(100), A, T + 5.5) == ()
        assert router.deadline == T + 5.5 + DOWN_B

    def test_each_advertisement_begins_the_mandate_anew(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        router.expire(T + 1)
        assert sent(router.expire(T + 1 + MANDATE - A_MOMENT)) == [90]
        answered = master(replace(ARTICLE_B, announce_delay_s=0))
        answered.advertisement(advert(80), A, T + 0.75)
        assert sent(answered.expire(T + 0.75 + MANDATE - A_MOMENT)) == [90]

    def test_announcements_do_not_begin_the_mandate_anew(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0, lower_prio_delay_s=0.5))
        router.advertisement(advert(80), A, T)
        assert router.expire(T + 0.5) == (Announce(5),)
        assert kinds(router.expire(T + MANDATE)) == ["ReleaseAddresses", "Notify"]

    def test_a_takeover_counts_from_its_first_advertisement(self):
        router = backup()
        router.expire(T + DOWN_B)
        assert kinds(router.expire(T + DOWN_B + MANDATE)) == ["ReleaseAddresses", "Notify"]

    def test_a_promoted_router_keeps_its_hold(self):
        router = master()
        router.promote(T)
        assert router.expire(T + 5)[-1].priority == 254
        assert (router.state, router.hold) == (State.BACKUP, "master")
        assert router.deadline == T + 5 + 3 + 2 / 256

    def test_a_yielding_router_has_no_mandate(self):
        router = master()
        router.demote(T)
        assert router.expire(T + MANDATE) == ()
        assert router.yielding


class TestReload:
    def test_a_shorter_interval_does_not_shorten_the_mandate_that_was_given(self):
        router = master(replace(ARTICLE_B, interval_cs=1000, announce_delay_s=0))
        router.parameters_changed(replace(router.parameters, interval_cs=10), T + 5)
        assert sent(router.expire(T + 5.1)) == [90]
        assert sent(router.expire(T + 5.2)) == [90]
        assert kinds(router.expire(T + 5.2 + 0.3078125)) == ["ReleaseAddresses", "Notify"]

    def test_a_longer_interval_lengthens_it_from_the_next_advertisement_on(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        router.parameters_changed(replace(router.parameters, interval_cs=1000), T + 0.5)
        assert sent(router.expire(T + 1)) == [90]
        assert sent(router.expire(T + 1 + 25)) == [90]

    def test_the_successor_is_told_the_interval_in_force(self):
        router = master(replace(ARTICLE_B, interval_cs=1000))
        router.parameters_changed(replace(router.parameters, interval_cs=100), T)
        assert router.master_interval_cs == 100

    def test_a_longer_one_from_when_it_was_advertised(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        router.parameters_changed(replace(router.parameters, interval_cs=1000), T + 0.5)
        died = memory_of(last_at=T, interval_cs=router.master_interval_cs)
        assert resumed(T + MANDATE, died, router.parameters)[0].state is State.BACKUP
        router.expire(T + 1)
        died = memory_of(last_at=T + 1, interval_cs=router.master_interval_cs)
        assert resumed(T + 1 + 25, died, router.parameters)[0].state is State.MASTER

    def test_a_backup_keeps_the_interval_of_its_master(self):
        router = backup(replace(FAST, interval_cs=100))
        router.advertisement(advert(100, interval_cs=200, version=3), A, T)
        router.parameters_changed(replace(FAST, interval_cs=50), T)
        assert router.master_interval_cs == 200


class TestOverslept:
    def test_a_deadline_that_is_long_past_is_no_silence_of_the_master(self):
        router = backup()
        late = T + DOWN_B + 1.0001
        assert router.expire(late) == ()
        assert (router.state, router.deadline) == (State.BACKUP, late + 1 + SKEW_B)

    def test_a_backup_that_is_one_interval_late_takes_over(self):
        router = backup()
        assert kinds(router.expire(T + DOWN_B + 1)) == TAKEOVER

    def test_a_backup_that_overslept_listens_once_more_only(self):
        router = backup()
        router.expire(T + 50)
        assert kinds(router.expire(T + 100)) == TAKEOVER

    def test_an_advertisement_allows_a_backup_to_listen_once_more(self):
        router = backup()
        router.expire(T + 50)
        router.advertisement(advert(100), A, T + 50.5)
        assert router.deadline == T + 50.5 + DOWN_B
        assert router.expire(T + 100) == ()
        assert router.deadline == T + 100 + 1 + SKEW_B

    def test_the_interval_of_the_master_says_what_is_late(self):
        router = backup(replace(FAST, interval_cs=100))
        router.advertisement(advert(100, interval_cs=10, version=3), A, T)
        assert router.expire(T + 0.36484375 + 0.1001) == ()
        assert router.deadline == pytest.approx(T + 0.36484375 + 0.1001 + 0.16484375)

    def test_a_preempt_delay_that_is_over_is_not_listened_for(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=1))
        router.advertisement(advert(80), A, T)
        assert kinds(router.expire(T + 3.5)) == POLITE

    def test_a_backup_that_overslept_priority_0_listens_once_more(self):
        router = backup()
        router.advertisement(advert(0), A, T)
        assert router.expire(T + SKEW_B + 1.0001) == ()

    def test_a_backup_that_overslept_is_promoted_at_once(self):
        router = backup()
        router.expire(T + 50)
        assert kinds(router.promote(T + 50.1)) == TAKEOVER


def test_a_yielding_router_that_slept_does_not_take_over():
    router = master()
    router.demote(T)
    down_at = T + 3 + 255 / 256
    assert kinds(router.expire(down_at + 3 + 255 / 256)) == TAKEOVER  # late, but not by a Master_Down_Interval
    router = master()
    router.demote(T)
    late = down_at + 3 + 255 / 256 + A_MOMENT
    assert router.expire(late) == (ReleaseAddresses(), Notify("BACKUP", 1, "it was demoted, and slept since"))
    assert router.deadline == late + 3 + 255 / 256


def test_a_member_that_slept_while_it_gave_up_listens_before_it_takes_over():
    """Test a winner that stops meanwhile: its priority 0 was read before the addresses were released."""
    router = master()
    router.advertisement(advert(100), A, T + 0.5)
    router.advertisement(advert(0), A, T + 6)
    assert kinds(router.expire(T + 6)) == ["ReleaseAddresses", "Notify"]
    assert router.deadline == T + 6 + 1 + SKEW_B
