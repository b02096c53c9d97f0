# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test decisions of a MASTER as functions: they return a transition and change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, SKEW_B, A, T, decided, kinds

from vrrp.protocol import master
from vrrp.protocol.actions import Announce, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Backup, Fault, Initialize, Master, MasterSeen, State, Stopped, Yielding
from vrrp.protocol.timers import HANDOVER_S

LONGEST_SKEW_S = 255 / 256


def router_in(condition, **parameters):
    router = VirtualRouter(replace(ARTICLE_B, **parameters))
    router.condition = condition
    return router


def speaking(**fields):
    return Master(**{"advertise_at": T + 1, "spoke_at": T, "lapses_at": T + 3, **fields})


@pytest.mark.parametrize(
    ("condition", "now", "priority"),
    [
        (speaking(), T, 90),
        (speaking(outbid_until=T + 2), T + 1.9, 255),
        (speaking(outbid_until=T + 2), T + 2, 90),
        (Backup(T), T, 90),
    ],
)
def test_a_router_that_was_just_promoted_outbids_every_peer(condition, now, priority):
    assert master.advertised_priority(condition, 90, now) == priority


class TestTakenOver:
    def test_the_addresses_come_first_and_the_advertisement_last(self):
        taken = decided(master.taken_over, router_in(Backup(T)), "why", T)
        assert kinds(taken.actions) == ["InstallAddresses", "Announce", "SendAdvertisement"]
        assert taken.actions[1:] == (Announce(5), SendAdvertisement(90))
        assert (taken.condition.advertise_at, taken.condition.announce_at) == (T + 1, T + 5)
        assert taken[2:] == ("why", True, 100, False, True)

    def test_without_garp_master_repeat_there_is_no_announcement(self):
        taken = decided(master.taken_over, router_in(Backup(T), announce_repeat=0), "why", T)
        assert kinds(taken.actions) == ["InstallAddresses", "SendAdvertisement"]

    @pytest.mark.parametrize(("interval_cs", "silent_s"), [(100, 0.01), (1, 0.005)])
    def test_a_living_master_hears_of_it_a_moment_later(self, interval_cs, silent_s):
        router = router_in(Backup(T), interval_cs=interval_cs)
        router.master = MasterSeen(A, 80, interval_cs, T)
        taken = decided(master.taken_over, router, "why", T)
        assert kinds(taken.actions) == ["InstallAddresses", "Announce"]
        assert taken.condition.advertise_at == T + silent_s

    def test_a_promotion_that_outbids_another_one_advertises_255(self):
        taken = decided(master.taken_over, router_in(Backup(T)), "why", T, T + DOWN_B)
        assert taken.actions[-1] == SendAdvertisement(255)
        assert taken.condition.outbid_until == T + DOWN_B


class TestReconfigured:
    @pytest.mark.parametrize(("interval_cs", "known_cs", "next_s"), [(50, 50, 0.5), (300, 100, 1.0)])
    def test_only_a_shorter_interval_counts_at_once(self, interval_cs, known_cs, next_s):
        router = router_in(speaking(), interval_cs=interval_cs)
        router.master_interval_cs = 100
        changed = decided(master.reconfigured, router, T)
        assert (changed.condition.advertise_at, changed.master_interval_cs) == (T + next_s, known_cs)
        assert (changed.reason, changed.entered, changed.actions) == (None, False, ())

    @pytest.mark.parametrize("condition", [Initialize(), Backup(T), Yielding(T), Fault(), Stopped()])
    def test_a_router_that_is_not_master_keeps_what_it_has(self, condition):
        assert decided(master.reconfigured, router_in(condition), T) is None


class TestDue:
    def test_an_advertisement_is_due(self):
        router = router_in(speaking())
        transition = decided(master.due, router, router.condition, T + 1)
        assert transition.actions == (SendAdvertisement(90),)
        assert (transition.condition.advertise_at, transition.condition.spoke_at) == (T + 2, T + 1)
        assert (transition.reason, transition.entered) == (None, False)

    def test_a_second_burst_is_due(self):
        router = router_in(speaking(announce_at=T + 0.5, announce_repeat=3))
        transition = decided(master.due, router, router.condition, T + 0.5)
        assert transition.actions == (Announce(3),)
        assert transition.condition.advertise_at == T + 1

    def test_a_burst_of_0_frames_is_over_when_its_time_has_come(self):
        router = router_in(speaking(announce_at=T + 0.5, announce_repeat=0))
        transition = decided(master.due, router, router.condition, T + 0.5)
        assert transition.actions == () and transition.condition.deadline == T + 1

    def test_an_advertisement_and_a_burst_are_due_at_once(self):
        router = router_in(speaking(announce_at=T + 1, announce_repeat=2))
        transition = decided(master.due, router, router.condition, T + 1)
        assert transition.actions == (SendAdvertisement(90), Announce(2))


class TestAnnounceAgain:
    def test_a_master_announces_now_and_once_more(self):
        transition = decided(master.announce_again, router_in(speaking()), 4, 2.5, T)
        assert transition.actions == (Announce(4),)
        assert (transition.condition.announce_at, transition.condition.announce_repeat) == (T + 2.5, 4)

    def test_a_master_without_a_delay_announces_now_only(self):
        router = router_in(speaking())
        transition = decided(master.announce_again, router, 4, 0.0, T)
        assert (transition.actions, transition.condition) == ((Announce(4),), router.condition)

    @pytest.mark.parametrize("condition", [Backup(T), Yielding(T), Fault()])
    def test_a_backup_announces_nothing(self, condition):
        assert decided(master.announce_again, router_in(condition), 4, 2.5, T) is None

    def test_a_repeat_of_0_announces_nothing(self):
        assert decided(master.announce_again, router_in(speaking()), 0, 2.5, T) is None


class TestLapsed:
    def test_a_master_that_was_silent_for_its_mandate_listens(self):
        transition = decided(master.lapsed, router_in(speaking()), T + 3)
        assert transition.condition == Backup(T + 3 + 3 + SKEW_B)
        assert transition.actions == (ReleaseAddresses(),)
        assert (transition.entered, transition.master_interval_cs) == (True, 100)
        assert transition.reason == "it could not speak for 3.00 s, so that a peer may have taken over"

    def test_a_master_goes_on_a_moment_before_its_mandate_ends(self):
        assert decided(master.lapsed, router_in(speaking()), T + 2.999) is None

    @pytest.mark.parametrize("condition", [Backup(T), Yielding(T), Fault(), Stopped()])
    def test_a_router_that_is_not_master_has_no_mandate(self, condition):
        assert decided(master.lapsed, router_in(condition), T + 1000) is None


class TestStopped:
    def test_a_master_keeps_the_addresses_until_every_backup_may_have_taken_over(self):
        transition = decided(master.stopped, router_in(speaking()), "why", T)
        assert transition.condition == Yielding(T + LONGEST_SKEW_S + HANDOVER_S, stopping=True)
        assert (transition.actions, transition.reason, transition.entered) == ((SendAdvertisement(0),), "why", False)

    @pytest.mark.parametrize(
        ("release_at", "kept_until"), [(T + 0.02, T + 0.02), (T + 9, T + LONGEST_SKEW_S + HANDOVER_S)]
    )
    def test_a_yielding_router_that_stops_sends_nothing_more(self, release_at, kept_until):
        transition = decided(master.stopped, router_in(Yielding(release_at)), "why", T)
        assert transition.condition == Yielding(kept_until, stopping=True)
        assert transition.actions == ()

    @pytest.mark.parametrize("condition", [Backup(T), Fault()])
    def test_a_router_without_addresses_stops_at_once(self, condition):
        transition = decided(master.stopped, router_in(condition), "why", T)
        assert (transition.condition, transition.actions, transition.entered) == (Stopped(), (), True)

    def test_a_router_that_never_began_stops_in_silence(self):
        assert decided(master.stopped, router_in(Initialize()), "why", T).entered is False


class TestDemoted:
    def test_a_master_says_that_it_stops_and_keeps_the_addresses(self):
        transition = decided(master.demoted, router_in(speaking()), T)
        assert transition.actions == (SendAdvertisement(0),)
        assert (transition.condition.release_at, transition.reason) == (NEVER, "it was demoted")
        assert transition.condition.down_at > T


class TestCeased:
    @pytest.mark.parametrize("condition", [speaking(), Yielding(T + 9), Yielding(T, stopping=True)])
    def test_a_router_that_ceases_releases_its_addresses_and_sends_nothing(self, condition):
        transition = decided(master.ceased, router_in(condition))
        assert (transition.condition, transition.actions) == (Stopped(), (ReleaseAddresses(),))

    @pytest.mark.parametrize("condition", [Initialize(), Backup(T), Fault(), Stopped()])
    def test_a_router_without_addresses_does_nothing_when_it_ceases(self, condition):
        assert decided(master.ceased, router_in(condition)) is None


class TestAborted:
    def test_a_master_says_that_it_stops_and_gives_up_the_addresses_at_once(self):
        transition = decided(master.aborted, router_in(speaking()))
        assert transition.actions == (SendAdvertisement(0), ReleaseAddresses())
        assert (transition.condition, transition.entered) == (Stopped(), True)
        assert transition.reason == "its process ends at once"

    @pytest.mark.parametrize("condition", [Yielding(T + 9), Yielding(T + 1, stopping=True), Yielding(T, failing=True)])
    def test_one_that_gives_up_has_said_so(self, condition):
        transition = decided(master.aborted, router_in(condition))
        assert (transition.condition, transition.actions) == (Stopped(), (ReleaseAddresses(),))

    @pytest.mark.parametrize("condition", [Initialize(), Backup(T), Backup(T, ready=True), Fault(), Stopped()])
    def test_a_router_without_addresses_has_nothing_to_give_up(self, condition):
        assert decided(master.aborted, router_in(condition)) is None

    def test_a_router_does_it_and_tells_it_once(self):
        router = router_in(speaking())
        told = Notify("STOP", 90, "its process ends at once")
        assert router.abort(T) == (SendAdvertisement(0), ReleaseAddresses(), told)
        assert (router.state, router.deadline, router.since) == (State.STOP, None, T)
        assert router.abort(T + 1) == router.expire(T + 1) == ()
