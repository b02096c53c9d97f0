# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the inputs that a member of a sync group gets from its group, in each state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, TAKEOVER, A, B, T, advert, backup, kinds, master

from vrrp.protocol.actions import Announce, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Backup, Fault, Initialize, SavedRouterState, State, Stopped, Yielding


def in_group(router):
    router.group_changed("G", T)
    return router


def ready():
    """Return a backup whose timer has ended, and whose group is not ready."""
    router = in_group(backup())
    assert router.expire(T + DOWN_B) == ()
    return router


def with_condition(condition):
    router = in_group(backup())
    router.condition = condition
    return router


class TestReady:
    def test_a_member_waits_where_one_alone_takes_over(self):
        router = ready()
        assert (router.ready, router.deadline) == (True, None)
        assert kinds(backup().expire(T + DOWN_B)) == TAKEOVER

    @pytest.mark.parametrize("begins_as_master", [False, True])
    @pytest.mark.parametrize("before", [None, State.BACKUP, State.MASTER])
    def test_an_owner_is_ready_when_it_starts(self, before, begins_as_master):
        """Without a group it is MASTER at once (RFC 9568 section 6.4.1)."""
        router = in_group(VirtualRouter(replace(ARTICLE_B, priority=255, begins_as_master=begins_as_master)))
        router.start(T, None if before is None else SavedRouterState(before, T - 9, 100))
        assert router.ready

    @pytest.mark.parametrize("condition", [Initialize(), Fault(), Stopped(), Backup(T), Yielding(T)])
    def test_a_router_that_does_not_listen_is_not_ready(self, condition):
        assert with_condition(condition).ready is False

    def test_a_ready_member_waits_for_its_master_down_interval(self):
        router = backup()
        assert router.down_interval_s() == 3.6484375
        router.priority_changed(50, T)
        assert router.down_interval_s() == 3.8046875

    def test_a_member_joins_when_all_are_ready(self):
        router = ready()
        actions = router.join(T + 5)
        assert kinds(actions) == TAKEOVER
        assert (router.ready, router.state.value) == (False, "MASTER")

    def test_a_member_that_is_not_ready_does_not_join(self):
        router = in_group(backup())
        assert router.join(T + 1) == ()
        assert router.state.value == "BACKUP"


class TestGroupChanged:
    def test_a_ready_member_without_a_group_goes_on_alone(self):
        router = ready()
        assert kinds(router.group_changed(None, T + 5)) == TAKEOVER

    def test_another_group_changes_nothing_yet(self):
        router = ready()
        assert router.group_changed("H", T + 5) == ()
        assert (router.group, router.ready) == ("H", True)

    def test_a_listening_member_without_a_group_listens_on(self):
        router = in_group(backup())
        assert router.group_changed(None, T + 1) == ()
        assert (router.group, router.condition) == (None, Backup(T + DOWN_B))


class TestGiveUp:
    def test_a_master_advertises_0_and_keeps_its_addresses(self):
        router = in_group(master())
        assert router.give_up(T + 9, False, "VI_2 gave up", T) == (SendAdvertisement(0),)
        assert router.condition == Yielding(release_at=NEVER, down_at=T + 9)
        assert (router.reason, router.patient_until) == ("VI_2 gave up", 0.0)

    @pytest.mark.parametrize(("hold", "after"), [("promote", None), ("demote", "backup")])
    def test_a_promotion_ends_and_a_demotion_stays(self, hold, after):
        router = in_group(master())
        if hold == "promote":
            router.promote(T)
        else:
            router.hold = "backup"
        router.give_up(T + 9, False, "VI_2 gave up", T)
        assert router.hold == after

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (Backup(T + 5), Backup(T + 9)),
            (Backup(T + 12), Backup(T + 12)),
            (Backup(NEVER), Backup(NEVER)),
            (Yielding(T + 1, T + 5), Yielding(T + 1, T + 9)),
            (Yielding(T + 1, NEVER, stopping=True), Yielding(T + 1, NEVER, stopping=True)),
            (Fault(), Fault()),
            (Stopped(), Stopped()),
        ],
    )
    def test_a_backup_that_gives_up_waits_until_the_given_time_at_least(self, before, after):
        router = with_condition(before)
        assert router.give_up(T + 9, True, "VI_2 gave up", T) == ()
        assert (router.condition, router.patient_until) == (after, T + 9)

    def test_a_master_that_was_frozen_is_backup_first(self):
        router = in_group(master())
        actions = router.give_up(T + 20, False, "VI_2 gave up", T + 10)
        assert kinds(actions) == ["ReleaseAddresses", "Notify"]
        assert router.condition == Backup(T + 20)


class TestLetGo:
    def test_a_ready_member_lets_its_addresses_go(self):
        router = with_condition(Yielding(NEVER, T + 3, ready=True))
        router.reason = "nobody took over"
        assert router.release_addresses(T + 4) == (ReleaseAddresses(), Notify("BACKUP", 90, "nobody took over"))
        assert router.condition == Backup(T + 3, ready=True)

    @pytest.mark.parametrize("condition", [Yielding(NEVER, T + 3), Backup(T + 3, ready=True), Fault()])
    def test_a_member_that_is_not_ready_does_not_let_go(self, condition):
        router = with_condition(condition)
        assert router.release_addresses(T + 4) == ()
        assert router.condition == condition


class TestRefresh:
    def test_a_master_announces_now_and_after_the_delay(self):
        router = in_group(master(replace(ARTICLE_B, announce_delay_s=0.0, lower_prio_repeat=3, lower_prio_delay_s=2.0)))
        assert router.refresh(T) == (Announce(3),)
        assert (router.condition.announce_at, router.condition.announce_repeat) == (T + 2, 3)

    def test_a_master_without_a_delay_announces_once(self):
        router = in_group(master(replace(ARTICLE_B, announce_delay_s=0.0, lower_prio_delay_s=0.0)))
        assert router.refresh(T) == (Announce(5),)
        assert router.condition.announce_at == NEVER

    def test_a_backup_and_a_repeat_of_0_announce_nothing(self):
        assert in_group(master(replace(ARTICLE_B, lower_prio_repeat=0))).refresh(T) == ()
        assert in_group(backup()).refresh(T) == ()


OTHER = ("sync group G: VI_2 is in FAULT (interface eth1 is down)",)


class TestGroupFault:
    def test_a_master_keeps_its_addresses_until_the_given_time(self):
        router = in_group(master())
        assert router.group_fault_changed(OTHER, T + 4, T) == (SendAdvertisement(0),)
        assert (router.condition, router.reason) == (Yielding(T + 4, failing=True), OTHER[0])
        assert router.expire(T + 4) == (ReleaseAddresses(), Notify("FAULT", 90, OTHER[0]))

    def test_a_yielding_member_lets_go_at_the_earlier_time(self):
        router = with_condition(Yielding(T + 1, T + 5))
        assert router.group_fault_changed(OTHER, T + 4, T) == ()
        assert router.condition == Yielding(T + 1, failing=True)

    def test_a_backup_is_in_fault_at_once(self):
        router = in_group(backup())
        assert router.group_fault_changed(OTHER, T + 4, T) == (Notify("FAULT", 90, OTHER[0]),)
        assert router.faults == OTHER

    def test_an_own_fault_of_a_master_releases_at_once(self):
        router = in_group(master())
        actions = router.fault_changed(("interface eth0 is down",), T)
        assert actions == (SendAdvertisement(0), ReleaseAddresses(), Notify("FAULT", 90, "interface eth0 is down"))

    def test_both_kinds_of_fault_are_told_until_both_have_ended(self):
        router = in_group(backup())
        router.fault_changed(("own",), T)
        assert router.group_fault_changed(OTHER, T + 4, T) == ()
        assert router.reason == "own; " + OTHER[0]
        assert router.fault_changed((), T + 1) == ()
        assert router.state.value == "FAULT"
        assert router.group_fault_changed((), T + 5, T + 2) == (
            Notify("BACKUP", 90, f'it had the fault "{OTHER[0]}", which is over'),
        )
        assert router.condition == Backup(T + 2 + DOWN_B)

    @pytest.mark.parametrize("condition", [Initialize(), Stopped()])
    def test_a_member_that_takes_no_part_notes_the_fault_only(self, condition):
        router = with_condition(condition)
        assert router.group_fault_changed(OTHER, T + 4, T) == ()
        assert (router.condition, router.group_faults) == (condition, OTHER)

    def test_a_stopping_member_goes_on_stopping(self):
        router = with_condition(Yielding(T + 3, stopping=True))
        assert router.group_fault_changed(OTHER, T + 1, T) == ()
        assert router.condition == Yielding(T + 3, stopping=True)
        reason = f"{router.reason}, and own; {OTHER[0]}"
        assert router.fault_changed(("own",), T) == (ReleaseAddresses(), Notify("STOP", 90, reason))

    @pytest.mark.parametrize(
        ("release_at", "after"),
        [
            (T + 4, Yielding(NEVER, T + 1 + DOWN_B)),
            (T + 1.04, Yielding(T + 1.04, T + 1 + DOWN_B)),  # a peer has spoken
        ],
    )
    def test_a_member_is_master_again_when_no_peer_has_taken_over(self, release_at, after):
        router = with_condition(Yielding(release_at, failing=True))
        router.group_faults = router.faults = OTHER
        assert router.group_fault_changed((), T + 5, T + 1) == ()
        assert router.condition == after

    def test_a_backup_whose_fault_has_ended_listens_on(self):
        router = in_group(backup())
        assert router.group_fault_changed((), T + 5, T + 1) == ()
        assert router.condition == Backup(T + DOWN_B)


def test_a_ready_member_that_hears_a_master_is_ready_no_more():
    router = ready()
    router.advertisement(advert(100), A, T + 5)
    assert (router.ready, router.condition) == (False, Backup(T + 5 + DOWN_B))
    assert VirtualRouter(replace(ARTICLE_B, source=B)).ready is False
