# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a router that hears advertisements: what it notes of the sender, and what one that yields makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, SKEW_B, A, B, T, advert, backup, decided, kinds, master, sent

from vrrp.protocol import election
from vrrp.protocol.actions import Announce, RivalHeard, SendAdvertisement
from vrrp.protocol.override import HOLD_BACKUP, HOLD_MASTER
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Backup, MasterSeen, State, Yielding

V3 = replace(ARTICLE_B, version=3)


class TestMasterThatIsHeard:
    def test_the_sender_is_noted_with_what_it_said(self):
        router = backup()
        router.advertisement(advert(100, interval_cs=200), A, T + 1)
        assert router.master == MasterSeen(A, 100, 200, T + 1)

    def test_a_router_that_takes_no_part_notes_the_sender(self):
        router = VirtualRouter(ARTICLE_B)
        assert router.advertisement(advert(100), A, T) == ()
        assert (router.master, router.deadline) == (MasterSeen(A, 100, 100, T), None)

    @pytest.mark.parametrize("source", [A, B])
    def test_priority_0_of_the_master_leaves_no_master(self, source):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        router.advertisement(advert(0), source, T + 1.5)
        assert router.master is None

    @pytest.mark.parametrize(
        ("parameters", "until"),
        [
            (ARTICLE_B, T + 4.6484375),  # version 2 keeps to its own second: 3 s and 166/256 s
            (V3, T + 8.296875),  # version 3 learns two seconds: 6 s and 166/128 s
            (replace(ARTICLE_B, down_adverts=5), T + 6.6484375),
        ],
    )
    def test_a_master_counts_as_living_for_its_master_down_interval(self, parameters, until):
        router = backup(parameters)
        router.advertisement(advert(100, interval_cs=200, version=parameters.version), A, T + 1)
        assert router.living_until == until

    def test_a_lower_router_is_not_noted_while_a_higher_master_lives(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        router.advertisement(advert(80), B, T + 4.648)
        assert router.master.address == A
        router.advertisement(advert(80), B, T + 4.6484375)
        assert router.master.address == B


class TestBackup:
    def test_priority_0_tells_why_it_will_be_master(self):
        router = backup()
        router.advertisement(advert(0), A, T + 1)
        assert router.reason == "192.168.8.4 advertised priority 0: it stops"
        assert router.condition == Backup(T + 1.6484375, master_stops=True)

    @pytest.mark.parametrize(
        ("priority", "preempt", "down_at"),
        [
            (91, True, T + 4.6484375),
            (90, True, T + 4.6484375),
            (89, True, T + 3.6484375),
            (89, False, T + 4.6484375),
        ],
    )
    def test_only_a_master_that_is_not_preempted_begins_the_timer_anew(self, priority, preempt, down_at):
        router = backup(replace(ARTICLE_B, preempt=preempt))
        router.advertisement(advert(priority), A, T + 1)
        assert router.condition == Backup(down_at)

    def test_a_lower_priority_that_is_preempted_changes_no_timer(self):
        router = backup(V3)
        before = router.condition
        assert router.advertisement(advert(80, interval_cs=10, version=3), A, T + 1) == ()
        assert (router.condition, router.master_interval_cs) == (before, 100)

    def test_the_preempt_delay_runs_beside_the_master_down_interval(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=10.0))
        router.advertisement(advert(80), A, T + 1)
        assert router.condition == Backup(T + 4.6484375, preempt_at=T + 11)
        router.advertisement(advert(80), A, T + 2)
        assert router.condition == Backup(T + 5.6484375, preempt_at=T + 11)

    @pytest.mark.parametrize(
        ("priority", "preempt", "down_at"),
        [
            (99, True, T + 4.61328125),  # it loses now: its whole Master_Down_Interval, by our new priority
            (100, True, T + 4.609375),
            (101, True, T + 3.6484375),  # it will be preempted: the timer runs on
            (101, False, T + 4.60546875),
        ],
    )
    def test_a_changed_priority_defers_to_a_master_that_is_not_preempted(self, priority, preempt, down_at):
        router = backup(replace(ARTICLE_B, preempt=preempt))
        router.master = MasterSeen(A, 100, 100, T + 1)
        router.priority_changed(priority, T + 2)
        assert router.condition == Backup(down_at)


class TestMaster:
    def test_an_equal_priority_from_a_lower_address_is_a_rival(self):
        router = master()
        actions = router.advertisement(advert(90), A, T)
        assert actions == (RivalHeard("192.168.8.4", 90), SendAdvertisement(90), Announce(5))

    @pytest.mark.parametrize(("priority", "yields"), [(90, True), (89, False)])
    def test_a_higher_address_decides_between_equals_only(self, priority, yields):
        router = master(replace(ARTICLE_B, source=A))
        router.advertisement(advert(priority), B, T)
        assert router.yielding is yields

    def test_without_lower_prio_repeat_nothing_is_announced(self):
        router = master(replace(ARTICLE_B, lower_prio_repeat=0))
        assert kinds(router.advertisement(advert(80), A, T)) == ["RivalHeard", "SendAdvertisement"]
        assert router.condition.announce_at == NEVER

    def test_without_lower_prio_delay_there_is_no_second_burst(self):
        router = master(replace(ARTICLE_B, lower_prio_delay_s=0.0, announce_delay_s=0.0))
        router.advertisement(advert(80), A, T)
        assert router.condition.announce_at == NEVER

    def test_a_master_that_is_outbid_learns_the_interval_of_the_winner(self):
        router = master(V3)
        assert sent(router.advertisement(advert(100, interval_cs=200, version=3), A, T)) == [90]
        assert router.reason == "192.168.8.4 advertises 100, ours was 90"
        assert router.condition == Yielding(release_at=T + 0.05, down_at=T + 7.296875)

    @pytest.mark.parametrize(
        ("hold", "down_at"),
        [
            (None, T + 3.6484375),
            (HOLD_MASTER, T + 3.6484375),  # its own priority counts again, not that of its promotion
            (HOLD_BACKUP, T + 3.99609375),
        ],
    )
    def test_a_master_that_is_outbid_waits_by_its_priority_of_afterwards(self, hold, down_at):
        router = master()
        router.hold = hold
        router.advertisement(advert(255), A, T)
        assert router.condition == Yielding(release_at=T + 0.05, down_at=down_at)

    @pytest.mark.parametrize(("answers", "counts"), [(True, [3, 0, 0, 2]), (False, [2, 0, 0, 1])])
    def test_a_second_burst_and_the_next_answer_have_their_times(self, answers, counts):
        router = master(replace(ARTICLE_B, announce_delay_s=0.0, lower_prio_delay_s=2.0, answers_lower=answers))
        found = [len(router.advertisement(advert(80), A, T + at)) for at in (0.0, 0.5, 0.999, 1.0)]
        assert found == counts  # the rival is told of once
        assert (router.condition.announce_at, router.condition.assert_at) == (T + 2, T + 2)

    @pytest.mark.parametrize(("after_s", "rival"), [(1.0, False), (1.25, True)])
    def test_a_master_has_no_rival_in_its_first_interval(self, after_s, rival):
        router = backup()
        began = T + 3.6484375
        router.expire(began)
        assert ("RivalHeard" in kinds(router.advertisement(advert(80), A, began + after_s))) is rival


class TestYielding:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (Yielding(NEVER, T + 9), Yielding(T + 1.05, T + 4.6484375)),
            (Yielding(T + 1.01, T + 9), Yielding(T + 1.01, T + 4.6484375)),
            (Yielding(T + 9, stopping=True), Yielding(T + 1.05, NEVER, stopping=True)),
            (Yielding(T + 9, failing=True), Yielding(T + 1.05, NEVER, failing=True)),
            (Yielding(NEVER, T + 0.5, ready=True), Yielding(T + 1.05, T + 4.6484375)),
        ],
    )
    def test_a_peer_that_speaks_takes_the_addresses_a_moment_later(self, before, after):
        router = master()
        router.condition = before
        assert router.advertisement(advert(100), A, T + 1) == ()
        assert router.condition == after

    def test_a_peer_that_stops_takes_nothing(self):
        router = master()
        router.condition = Yielding(NEVER, T + 9)
        assert router.advertisement(advert(0), A, T + 1) == ()
        assert router.condition == Yielding(NEVER, T + 9)


class TestDown:
    def test_the_end_of_preempt_delay_says_so(self):
        router = backup()
        router.master = MasterSeen(A, 80, 100, T)
        condition = Backup(T + 9, preempt_at=T + 5)
        ended = decided(election.down, router, condition, T + 5)
        assert ended.condition.state is State.MASTER
        assert ended.reason == "preempt_delay has passed and the master has a lower priority"

    def test_the_end_of_preempt_delay_counts_although_it_is_long_past(self):
        ended = decided(election.down, backup(), Backup(T + 1, preempt_at=T), T + 50)
        assert ended.condition.state is State.MASTER

    @pytest.mark.parametrize(("late_s", "listens"), [(1.0, False), (1.001, True)])
    def test_a_deadline_that_is_long_past_means_that_we_slept(self, late_s, listens):
        ended = decided(election.down, backup(), Backup(T), T + late_s)
        assert isinstance(ended.condition, Backup) == listens
        if listens:
            assert ended == (Backup(T + late_s + 1 + SKEW_B, overslept=True), (), None, False, None, False, False)
        again = decided(election.down, backup(), Backup(T, overslept=True), T + late_s)
        assert again.condition.state is State.MASTER
