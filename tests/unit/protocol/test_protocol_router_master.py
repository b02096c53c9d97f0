# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a master advertises, answers lower priorities, yields to higher ones, and stops without a gap."""

from __future__ import annotations

from dataclasses import replace

from routers import ARTICLE_B, DOWN_B, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol.actions import Announce, Notify, ReleaseAddresses, RivalHeard, SendAdvertisement
from vrrp.protocol.states import Parameters, State
from vrrp.protocol.timers import HANDOVER_S


class TestMaster:
    def test_a_master_advertises_every_interval_without_drift(self):
        router = master()
        first = router.deadline
        assert router.expire(first + 0.004) == (SendAdvertisement(90),)
        assert router.deadline == first + 1.0

    def test_a_master_does_not_catch_up_after_a_pause(self):
        router = master()
        late = router.deadline + 1.3
        assert sent(router.expire(late)) == [90]
        assert router.deadline == T + 3  # late is T + 2.3

    def test_a_master_announces_again_after_garp_master_delay_then_refreshes(self):
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

    def test_a_changed_priority_is_in_the_next_advertisement(self):
        router = master()
        router.priority_changed(70, T)
        assert sent(router.expire(router.deadline)) == [70]

    def test_a_master_yields_to_a_higher_priority_and_lets_go_a_moment_later(self):
        router = master()
        # Its last advertisement makes a winner that did not hear it before announce the addresses again.
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

    def test_a_master_answers_a_lower_priority_and_announces(self):
        router = master()
        assert router.advertisement(advert(80), A, T) == (RivalHeard(str(A), 80), SendAdvertisement(90), Announce(5))
        assert router.deadline == T + 1.0

    def test_a_master_announces_again_after_garp_lower_prio_delay(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0, lower_prio_delay_s=2.25, lower_prio_repeat=3))
        router.advertisement(advert(80), A, T)
        router.advertisement(advert(80), A, T + 1.5)
        assert router.expire(T + 2) == (SendAdvertisement(90),)
        assert router.expire(T + 2.25) == (Announce(3),)
        assert not any(isinstance(action, Announce) for second in range(3, 9) for action in router.expire(T + second))

    def test_a_master_answers_a_flood_once_an_interval(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        answers = [router.advertisement(advert(80), A, T + step / 1000) for step in range(900)]
        assert sum(bool(answer) for answer in answers) == 1

    def test_a_master_answers_priority_0_and_announces(self):
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

    def test_a_clean_stop_without_a_peer_ends_after_the_longest_skew(self):
        router = master()
        router.stop(T)
        assert router.deadline == T + 255 / 256 + HANDOVER_S
        assert router.expire(router.deadline)[-1] == Notify("STOP", 90, "it was stopped")

    def test_a_stop_is_final_even_with_a_short_master_down_interval(self):
        router = master(Parameters(version=3, vrid=51, priority=90, interval_cs=1, source=B))
        router.stop(T)
        router.advertisement(advert(90, interval_cs=1, version=3), A, T + 0.005)
        assert router.deadline == T + 0.005 + HANDOVER_S
        assert kinds(router.expire(router.deadline)) == ["ReleaseAddresses", "Notify"]
        assert router.state is State.STOP

    def test_a_stopping_master_sends_nothing(self):
        router = master()
        router.stop(T)
        assert router.advertisement(advert(0), A, T + 0.1) == ()
        assert router.stop(T + 0.2) == ()
        assert router.deadline <= T + 255 / 256 + HANDOVER_S


class TestConflict:
    def test_a_master_defends_its_address_against_a_conflict(self):
        router = master()
        assert router.conflict(A, "02:00:00:00:00:09", T) == (Announce(1),)

    def test_a_yielding_router_does_not_defend_the_address(self):
        router = master()
        router.demote(T)
        assert router.conflict(A, "02:00:00:00:00:09", T) == (), "a peer takes over: it must not be called back"
