# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test promotion, demotion, release; drain and undrain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, POLITE, POLITE_S, TAKEOVER, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol.actions import Announce, Notify, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.explain import why
from vrrp.protocol.override import CommandRefused
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import SavedRouterState, State
from vrrp.protocol.timers import HANDOVER_S


class TestHolds:
    def test_a_promoted_backup_takes_over_at_once_with_254(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        assert kinds(router.promote(T + 2)) == POLITE
        assert router.deadline == T + 2 + POLITE_S
        assert sent(router.expire(T + 2 + POLITE_S)) == [254]
        assert router.hold == "master"

    def test_a_promoted_backup_announces_again_after_the_handover(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        router.promote(T + 2)
        assert router.expire(T + 2 + POLITE_S) == (SendAdvertisement(254), Announce(1))
        assert router.deadline == T + 2 + POLITE_S + HANDOVER_S
        assert router.expire(T + 2 + POLITE_S + HANDOVER_S) == (Announce(1),)
        assert router.deadline == T + 3
        assert router.expire(T + 3) == (SendAdvertisement(254),)

    def test_a_promoted_backup_whose_master_is_dead_speaks_at_once(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        actions = router.promote(T + 1 + DOWN_B)
        assert (kinds(actions), sent(actions)) == (TAKEOVER, [254])

    def test_a_promoted_backup_answers_no_one_before_its_first_advertisement(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        router.promote(T + 2)
        assert router.advertisement(advert(100), A, T + 2.005) == ()
        assert sent(router.expire(T + 2 + POLITE_S)) == [254]

    def test_a_promoted_backup_waits_half_of_a_short_interval(self):
        router = backup(replace(ARTICLE_B, version=3, interval_cs=1))
        router.advertisement(advert(100, interval_cs=1, version=3), A, T + 0.02)
        router.promote(T + 0.03)
        assert router.deadline == pytest.approx(T + 0.035)

    def test_promoting_the_master_keeps_its_cadence(self):
        router = master()
        deadline = router.deadline
        assert router.promote(T) == ()
        assert (router.hold, router.deadline) == ("master", deadline)

    def test_between_two_owners_of_the_address_a_promotion_is_allowed(self):
        router = backup(replace(ARTICLE_B, priority=200))
        router.advertisement(advert(255), A, T + 1)
        router.priority_changed(255, T + 1)
        router.promote(T + 2)
        assert sent(router.expire(T + 2 + POLITE_S)) == [255]

    def test_promotion_beats_nopreempt(self):
        router = backup(replace(ARTICLE_B, preempt=False))
        router.advertisement(advert(100), A, T + 1)
        assert kinds(router.promote(T + 2)) == POLITE

    def test_a_newer_promotion_outbids_an_older_one_and_ends_it(self):
        older, newer = master(replace(ARTICLE_B, source=B)), backup(replace(ARTICLE_B, source=A))
        older.promote(T)
        newer.advertisement(advert(254), B, T + 1)
        newer.promote(T + 2)
        assert sent(newer.expire(T + 2 + POLITE_S)) == [255]
        assert sent(older.advertisement(advert(255), A, T + 2)) == [254]
        assert (older.yielding, older.hold, older.priority) == (True, None, 90)
        assert newer.advertisement(advert(254), B, T + 2.02) != ()  # still on its way when the older one yielded
        assert newer.state is State.MASTER and not newer.yielding
        while newer.deadline < T + 2 + 3.0078:
            assert sent(newer.expire(newer.deadline)) in ([255], [])
        assert sent(newer.expire(newer.deadline)) == [254]

    def test_the_owner_of_the_address_cannot_be_outbid(self):
        router = backup()
        router.advertisement(advert(255), A, T + 1)
        with pytest.raises(CommandRefused, match=r"192\.168\.8\.4 advertises priority 255"):
            router.promote(T + 2)
        assert (router.state, router.hold) == (State.BACKUP, None)

    def test_a_faulty_router_is_not_promoted(self):
        router = backup()
        router.fault_changed(("script chk failed",), T)
        with pytest.raises(CommandRefused, match="script chk failed"):
            router.promote(T + 1)

    @pytest.mark.parametrize("move", [VirtualRouter.promote, VirtualRouter.demote])
    def test_a_stopped_router_is_not_moved(self, move):
        router = master()
        router.stop(T)
        with pytest.raises(CommandRefused, match="not running"):
            move(router, T + 0.1)

    def test_a_demoted_master_keeps_the_addresses_until_the_peer_has_them(self):
        router = master()
        assert router.demote(T) == (SendAdvertisement(0),)
        assert router.priority == 1
        assert router.holds_addresses
        router.advertisement(advert(80), A, T + 0.7)
        assert kinds(router.expire(T + 0.7 + HANDOVER_S)) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.BACKUP

    def test_a_demoted_master_whose_peer_is_dead_stays_owner_throughout(self):
        router = master()
        router.demote(T)
        assert router.deadline == T + 3 + 255 / 256
        actions = router.expire(router.deadline)
        assert kinds(actions) == TAKEOVER
        assert sent(actions) == [1]

    def test_a_demoted_backup_takes_over_from_a_dead_master_all_the_same(self):
        router = backup()
        assert router.demote(T) == ()
        router.advertisement(advert(100), A, T + 1)
        assert sent(router.expire(T + 1 + 3 + 255 / 256)) == [1]

    def test_a_demoted_backup_gives_a_living_master_its_whole_interval(self):
        router = backup()
        router.advertisement(advert(80), A, T + 3)  # lower: it would have been preempted at T + DOWN_B
        router.demote(T + 3.5)
        assert router.deadline == T + 3 + 3 + 255 / 256
        assert router.expire(T + DOWN_B) == ()

    def test_a_demotion_ends_a_preempt_delay(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=2))
        router.advertisement(advert(80), A, T + 1)
        router.demote(T + 2.9)
        assert router.expire(T + 3) == ()

    def test_the_priority_decides_again_after_a_release(self):
        router = backup()
        router.promote(T)
        assert router.release(T + 1) == ()
        assert (router.hold, router.priority) == (None, 90)
        assert sent(router.expire(T + 1)) == [90]


DRAINED = "this node is drained"


class TestDrain:
    def test_a_drained_master_keeps_the_addresses_until_the_peer_has_them(self):
        router = master()
        assert router.drain(T) == (SendAdvertisement(0),)
        assert (router.drained, router.holds_addresses) == (True, True)
        assert why(router, T) == (
            "MASTER, giving up because this node is drained: it keeps the addresses until a peer has taken over"
        )
        router.advertisement(advert(80), A, T + 0.7)
        assert router.expire(T + 0.7 + HANDOVER_S) == (ReleaseAddresses(), Notify("STOP", 90, DRAINED))
        assert (router.state, router.deadline) == (State.STOP, None)

    def test_a_drained_master_without_a_peer_lets_go_after_the_longest_skew(self):
        router = master()
        router.drain(T)
        assert router.deadline == T + 255 / 256 + HANDOVER_S
        assert kinds(router.expire(router.deadline)) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.STOP

    def test_a_drained_backup_takes_nothing(self):
        router = backup()
        assert kinds(router.drain(T)) == ["Notify"]
        assert (router.state, router.deadline, why(router, T)) == (State.STOP, None, f"STOP because {DRAINED}")
        assert router.advertisement(advert(0), A, T + 1) == ()
        assert router.expire(T + 100) == ()

    def test_a_drained_router_in_fault_stops(self):
        router = backup()
        router.fault_changed(("script chk failed",), T)
        assert kinds(router.drain(T)) == ["Notify"]
        assert router.state is State.STOP
        assert router.fault_changed((), T + 1) == ()
        assert router.state is State.STOP

    @pytest.mark.parametrize("drained_at", [T - 1, T, T + 1])
    @pytest.mark.parametrize("make", [master, backup])
    def test_why_has_both_the_drain_and_the_fault_in_any_order(self, make, drained_at):
        router, fault = make(), "interface eth0 has no carrier"
        steps = [(drained_at, lambda: router.drain(drained_at)), (T, lambda: router.fault_changed((fault,), T))]
        actions = [step() for _at, step in sorted(steps, key=lambda each: each[0])]
        assert router.state is State.STOP
        assert why(router, T + 2) == f"STOP because {DRAINED}; it would be in FAULT because {fault}"
        if make is master and drained_at <= T:
            assert actions[1] == (ReleaseAddresses(), Notify("STOP", 90, f"{DRAINED}, and {fault}"))
        router.fault_changed((fault, "script chk failed"), T + 3)
        assert why(router, T + 3).endswith(f"it would be in FAULT because {fault}; script chk failed")
        router.fault_changed((), T + 4)
        assert why(router, T + 4) == f"STOP because {DRAINED}"

    def test_a_fault_of_one_that_is_stopping_is_said_beside_that(self):
        router = master()
        router.stop(T)
        router.fault_changed(("interface eth0 is down",), T)
        assert why(router, T) == "STOP because it was stopped, and interface eth0 is down"

    def test_a_yielding_router_that_is_drained_ends_as_drained(self):
        router = master()
        router.advertisement(advert(100), A, T)
        assert router.drain(T + 0.01) == ()
        assert router.expire(T + HANDOVER_S) == (ReleaseAddresses(), Notify("STOP", 90, DRAINED))

    def test_a_demoted_router_without_a_peer_ends_when_it_is_drained(self):
        router = master()
        router.demote(T)
        assert router.drain(T + 1) == ()
        assert router.deadline == T + 1 + 255 / 256 + HANDOVER_S
        assert kinds(router.expire(router.deadline)) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.STOP

    def test_a_second_drain_changes_nothing(self):
        router = master()
        router.drain(T)
        deadline = router.deadline
        assert router.drain(T + 0.5) == ()
        assert router.deadline == deadline
        router.expire(deadline)
        assert router.drain(T + 5) == ()
        assert router.state is State.STOP

    def test_a_router_that_is_drained_before_its_start_does_not_start(self):
        router = VirtualRouter(ARTICLE_B)
        assert router.drain(T) == ()
        assert router.start(T + 1) == ()
        assert (router.state, router.deadline) == (State.STOP, None)
        assert router.start(T + 1, SavedRouterState(State.MASTER, T + 0.9, 100)) == ()
        assert router.holds_addresses is False

    def test_a_router_that_is_undrained_listens_first(self):
        router = master()
        router.drain(T)
        router.expire(router.deadline)
        assert router.undrain(T + 10) == (Notify("BACKUP", 90, "this node was drained until now"),)
        assert (router.drained, router.deadline) == (False, T + 10 + DOWN_B)
        assert kinds(router.expire(T + 10 + DOWN_B)) == TAKEOVER

    def test_a_router_with_state_master_that_is_undrained_listens_briefly(self):
        router = backup(replace(ARTICLE_B, begins_as_master=True))
        router.drain(T)
        router.undrain(T + 10)
        assert router.deadline == T + 10 + 1 + 166 / 256

    def test_a_router_with_a_fault_that_is_undrained_tells_the_fault(self):
        router = backup()
        router.drain(T)
        router.fault_changed(("interface eth0 is down",), T + 1)
        assert router.undrain(T + 2) == (Notify("FAULT", 90, "interface eth0 is down"),)

    def test_a_router_that_is_undrained_while_it_yields_takes_part_again(self):
        router = master()
        router.drain(T)
        assert router.undrain(T + 0.2) == ()
        while router.holds_addresses and router.deadline < T + 3:
            router.expire(router.deadline)
        assert (router.state, router.drained) == (State.BACKUP, False)
        assert kinds(router.expire(router.deadline)) == TAKEOVER
        router = master()
        router.drain(T)
        router.undrain(T + 0.2)
        router.advertisement(advert(80, interval_cs=100), A, T + 0.3)
        assert kinds(router.expire(T + 0.3 + HANDOVER_S)) == ["ReleaseAddresses", "Notify"]
        assert (router.state, router.deadline) == (State.BACKUP, T + 0.3 + DOWN_B)

    def test_an_undrain_without_a_drain_changes_nothing(self):
        for router in (backup(), master()):
            before = (router.state, router.deadline)
            assert router.undrain(T) == ()
            assert (router.state, router.deadline) == before
        assert VirtualRouter(ARTICLE_B).undrain(T) == ()

    def test_a_hold_survives_a_drain(self):
        router = backup()
        router.demote(T)
        router.drain(T + 1)
        router.undrain(T + 2)
        assert (router.hold, router.priority) == ("backup", 1)

    def test_a_hold_is_remembered_where_it_begins_drained(self):
        router = VirtualRouter(ARTICLE_B)
        router.drain(T)
        router.start(T, SavedRouterState(State.BACKUP, T - 1, 100, "backup"))
        router.undrain(T + 1)
        assert (router.hold, router.priority) == ("backup", 1)

    def test_a_reload_does_not_end_a_drain(self):
        router = backup()
        router.drain(T)
        assert router.parameters_changed(replace(ARTICLE_B, priority=200), T + 1) == ()
        assert (router.state, router.drained) == (State.STOP, True)

    @pytest.mark.parametrize("move", [VirtualRouter.promote, VirtualRouter.demote])
    def test_a_drained_router_is_not_moved(self, move):
        router = master()
        router.drain(T)
        for now in (T + 0.1, router.deadline):
            router.expire(now)
            with pytest.raises(CommandRefused, match=r"^this node is drained\. Undrain it first$"):
                move(router, now)

    def test_a_release_does_not_end_a_drain(self):
        router = backup()
        router.demote(T)
        router.drain(T + 1)
        assert router.release(T + 2) == ()
        assert (router.state, router.hold) == (State.STOP, None)


def test_a_hold_without_a_state_is_in_force_when_the_router_begins():
    router = VirtualRouter(ARTICLE_B)
    router.start(T, SavedRouterState(State.INIT, 0.0, 100, "backup"))
    assert (router.hold, router.priority, router.state, router.reason) == (
        "backup",
        1,
        State.BACKUP,
        "it has just started",
    )
    router = VirtualRouter(ARTICLE_B)
    router.start(T, SavedRouterState(State.INIT, 0.0, 100, "master"))
    assert (router.priority, router.state) == (254, State.BACKUP), "it listens before it takes over"
    router.expire(router.deadline)
    assert router.state is State.MASTER


def test_a_promotion_of_an_earlier_boot_obeys_nopreempt():
    router = VirtualRouter(replace(ARTICLE_B, preempt=False))
    router.start(T, SavedRouterState(State.INIT, 0.0, 100, "master"))
    for second in range(1, 10):
        assert router.advertisement(advert(100), A, T + second) == ()
        assert router.deadline > T + second + 1
    assert (router.state, router.hold) == (State.BACKUP, "master")


def test_a_remark_changes_nothing():
    router = master()
    before = dict(vars(router))
    assert router.note("drained by anna: disk", T + 1) == ()
    assert vars(router) == before
