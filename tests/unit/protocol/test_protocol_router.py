# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the state machine of one router. Every case asserts the actions and the durations."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from routers import ARTICLE_B, DOWN_B, POLITE, SKEW_B, TAKEOVER, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, RivalHeard, SendAdvertisement
from vrrp.protocol.explain import why
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Parameters, State
from vrrp.protocol.timers import HANDOVER_S


class TestStart:
    def test_it_listens_for_a_master_down_interval_first(self):
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
    def test_state_master_does_not_hurry_who_is_to_hold_back(self, held_back):
        assert backup(replace(ARTICLE_B, begins_as_master=True, **held_back)).deadline == T + DOWN_B

    def test_with_a_fault_it_does_not_take_part(self):
        router = VirtualRouter(ARTICLE_B)
        assert router.fault_changed(("interface eth0 is down",), T) == ()
        assert router.start(T) == (Notify("FAULT", 90, "interface eth0 is down"),)
        assert router.deadline is None

    def test_starting_twice_changes_nothing(self):
        router = backup()
        assert router.start(T + 1) == ()
        assert router.deadline == T + DOWN_B


class TestBackup:
    def test_takes_over_after_exactly_a_master_down_interval_of_silence(self):
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

    def test_the_last_word_of_a_lower_one_starts_no_preempt_delay_against_a_living_master(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=0.4))
        router.advertisement(advert(100), A, T + 1)
        assert router.advertisement(advert(80), IPv4Address("192.168.8.9"), T + 1.1) == ()
        assert router.deadline == T + 1 + DOWN_B
        assert (router.master.address, router.master.priority) == (A, 100)

    def test_once_that_master_is_dead_it_does(self):
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

    def test_stops_without_a_word_on_the_wire(self):
        router = backup()
        assert router.stop(T) == (Notify("STOP", 90, "it was stopped"),)
        assert (router.state, router.holds_addresses, router.deadline) == (State.STOP, False, None)


class TestMaster:
    def test_advertises_every_interval_without_drift(self):
        router = master()
        first = router.deadline
        assert router.expire(first + 0.004) == (SendAdvertisement(90),)
        assert router.deadline == first + 1.0

    def test_after_a_pause_it_does_not_catch_up(self):
        router = master()
        late = router.deadline + 1.3
        assert sent(router.expire(late)) == [90]
        assert router.deadline == T + 3  # late is T + 2.3

    def test_announces_again_after_garp_master_delay_and_then_refreshes(self):
        router = backup(replace(ARTICLE_B, refresh_s=60, refresh_repeat=2))
        start = router.deadline
        assert Announce(5) in router.expire(start)
        announced = []
        while router.deadline <= start + 126:
            now = router.deadline
            announced += [(now - start, action) for action in router.expire(now) if isinstance(action, Announce)]
        assert announced == [(5.0, Announce(5)), (60.0, Announce(2)), (120.0, Announce(2))]

    def test_a_delay_of_0_has_no_second_burst(self):
        router = backup(replace(ARTICLE_B, announce_delay_s=0))
        start = router.deadline
        router.expire(start)
        assert [kinds(router.expire(start + second)) for second in range(1, 8)] == [["SendAdvertisement"]] * 7

    def test_carries_a_changed_priority_in_its_next_advertisement(self):
        router = master()
        router.priority_changed(70, T)
        assert sent(router.expire(router.deadline)) == [70]

    def test_yields_to_a_higher_priority_and_lets_go_a_moment_later(self):
        router = master()
        # The last advertisement makes a winner that had not heard of it announce the addresses anew.
        assert router.advertisement(advert(100), A, T) == (SendAdvertisement(90),)
        assert router.holds_addresses
        assert router.deadline == T + HANDOVER_S
        assert router.expire(T + HANDOVER_S) == (
            ReleaseAddresses(),
            Notify("BACKUP", 90, "192.168.8.4 advertises 100, ours was 90"),
        )
        assert router.deadline == T + DOWN_B
        assert not router.holds_addresses

    def test_between_equals_the_higher_address_stays(self):
        router = master()
        assert kinds(router.advertisement(advert(90), A, T)) == ["RivalHeard", "SendAdvertisement", "Announce"]
        assert router.state is State.MASTER
        router = master(replace(ARTICLE_B, source=A))
        assert router.advertisement(advert(90), B, T) == (SendAdvertisement(90),)
        assert router.yielding

    def test_answers_a_lower_priority_and_tells_the_segment(self):
        router = master()
        assert router.advertisement(advert(80), A, T) == (RivalHeard(str(A), 80), SendAdvertisement(90), Announce(5))
        assert router.deadline == T + 1.0

    def test_announces_again_after_garp_lower_prio_delay(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0, lower_prio_delay_s=2.25, lower_prio_repeat=3))
        router.advertisement(advert(80), A, T)
        router.advertisement(advert(80), A, T + 1.5)
        assert router.expire(T + 2) == (SendAdvertisement(90),)
        assert router.expire(T + 2.25) == (Announce(3),)
        assert not any(isinstance(action, Announce) for second in range(3, 9) for action in router.expire(T + second))

    def test_answers_a_flood_once_an_interval(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        answers = [router.advertisement(advert(80), A, T + step / 1000) for step in range(900)]
        assert sum(bool(answer) for answer in answers) == 1

    def test_answers_priority_0_and_announces_over_what_it_may_have_announced(self):
        router = master()
        assert router.advertisement(advert(0), A, T) == (SendAdvertisement(90), Announce(5))

    def test_a_clean_stop_keeps_the_addresses_until_the_peer_speaks(self):
        router = master()
        assert router.stop(T) == (SendAdvertisement(0),)
        assert (router.state, router.holds_addresses) == (State.MASTER, True)
        assert router.advertisement(advert(90), A, T + 0.65) == ()
        assert router.deadline == T + 0.65 + HANDOVER_S
        assert kinds(router.expire(T + 0.65 + HANDOVER_S)) == ["ReleaseAddresses", "Notify"]
        assert (router.state, router.holds_addresses) == (State.STOP, False)

    def test_a_clean_stop_with_nobody_there_ends_after_the_longest_skew(self):
        router = master()
        router.stop(T)
        assert router.deadline == T + 255 / 256 + HANDOVER_S
        assert router.expire(router.deadline)[-1] == Notify("STOP", 90, "it was stopped")

    def test_a_stop_is_final_even_where_the_handover_outlasts_master_down_interval(self):
        router = master(Parameters(version=3, vrid=51, priority=90, interval_cs=1, source=B))
        router.stop(T)
        router.advertisement(advert(90, interval_cs=1, version=3), A, T + 0.005)
        assert router.deadline == T + 0.005 + HANDOVER_S
        assert kinds(router.expire(router.deadline)) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.STOP

    def test_while_it_stops_it_sends_nothing(self):
        router = master()
        router.stop(T)
        assert router.advertisement(advert(0), A, T + 0.1) == ()
        assert router.stop(T + 0.2) == ()
        assert router.deadline <= T + 255 / 256 + HANDOVER_S


class TestConflict:
    def test_a_master_defends(self):
        router = master()
        assert router.conflict(A, "02:00:00:00:00:09", T) == (Announce(1),)

    def test_others_do_not(self):
        router = master()
        router.demote(T)
        assert router.conflict(A, "02:00:00:00:00:09", T) == (), "a peer takes over: it must not be called back"


class TestLinkChanged:
    def test_a_master_announces_now_and_once_more(self):
        router, told = master(), []
        assert router.link_changed(T) == (Announce(5),)
        while (at := router.deadline) < T + 20:
            told += [(at - T, each.repeat) for each in router.expire(at) if isinstance(each, Announce)]
        assert told == [(5.0, 5)]

    def test_without_a_delay_or_a_burst(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0.0))
        assert router.link_changed(T) == (Announce(5),)
        assert router.condition.announce_at == NEVER
        assert master(replace(ARTICLE_B, announce_repeat=0)).link_changed(T) == ()

    def test_others_do_not(self):
        router = master()
        router.demote(T)
        assert router.link_changed(T) == ()


@pytest.mark.parametrize("none", [{"announce_repeat": 0}, {"refresh_s": 2.0, "refresh_repeat": 0}])
def test_a_burst_of_nothing_is_over_when_its_time_has_come(none):
    """Test that the deadline moves: else it would stay in the past, and the loop would never pause."""
    router = master(replace(ARTICLE_B, announce_delay_s=3.0, **none))
    for _turn in range(20):
        now = router.deadline
        router.expire(now)
        assert router.deadline > now


def rivals(actions):
    return [action for action in actions if isinstance(action, RivalHeard)]


class TestRival:
    """Test a split brain: another master speaks although we are MASTER."""

    def test_in_the_first_interval_it_is_the_one_that_we_have_taken_over_from(self):
        router = backup()
        start = router.deadline
        router.expire(start)
        assert kinds(router.advertisement(advert(80), A, start + 1.0)) == ["SendAdvertisement", "Announce"]
        router = backup()
        router.expire(start)
        assert rivals(router.advertisement(advert(80), A, start + 1.0001)) == [RivalHeard("192.168.8.4", 80)]

    def test_it_is_said_once(self):
        router = master()
        heard = [rivals(router.advertisement(advert(80), A, T + 1.01 * number)) for number in range(20)]
        assert heard == [[RivalHeard("192.168.8.4", 80)]] + [[]] * 19

    def test_and_again_after_a_master_down_interval_of_peace(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        assert rivals(router.advertisement(advert(80), A, T))
        while router.deadline < T + DOWN_B:
            router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, T + DOWN_B - 0.0001)) == []
        again_at = T + DOWN_B - 0.0001 + DOWN_B
        while router.deadline < again_at:
            router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, again_at)) == [RivalHeard("192.168.8.4", 80)]

    def test_a_flood_does_not_hide_it(self):
        router = backup()
        start = router.deadline
        router.expire(start)
        router.advertisement(advert(80), A, start + 0.5)
        assert rivals(router.advertisement(advert(80), A, start + 1.5))

    def test_whoever_says_that_it_stops_is_no_rival(self):
        router = master()
        assert router.advertisement(advert(0), A, T) == (SendAdvertisement(90), Announce(5))
        assert rivals(router.advertisement(advert(80), A, T + 1))

    def test_whoever_wins_is_none_either(self):
        assert rivals(master().advertisement(advert(100), A, T)) == []

    def test_it_is_said_where_nothing_is_announced(self):
        router = master(replace(ARTICLE_B, lower_prio_repeat=0))
        assert router.advertisement(advert(80), A, T) == (RivalHeard("192.168.8.4", 80), SendAdvertisement(90))

    def test_a_new_mastership_knows_no_rival(self):
        router = master()
        assert rivals(router.advertisement(advert(80), A, T))
        router.fault_changed(("interface eth0 is down",), T + 0.1)
        router.fault_changed((), T + 0.2)
        router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, router.since + 1.1))


class TestFault:
    def test_a_master_gives_up_at_once(self):
        router = master()
        assert router.fault_changed(("interface eth0 is down",), T) == (
            SendAdvertisement(0),
            ReleaseAddresses(),
            Notify("FAULT", 90, "interface eth0 is down"),
        )
        assert router.deadline is None

    def test_mended_it_listens_first(self):
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

    def test_it_hears_but_does_not_react(self):
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
