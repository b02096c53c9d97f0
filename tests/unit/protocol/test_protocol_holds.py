# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promotion, demotion, release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, TAKEOVER, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol.actions import SendAdvertisement
from vrrp.protocol.router import HANDOVER_S, Refused, VirtualRouter
from vrrp.protocol.states import State


class TestHolds:
    def test_a_promoted_backup_takes_over_at_once_with_254(self):
        router = backup()
        router.advertisement(advert(100), A, T + 1)
        actions = router.promote(T + 2)
        assert kinds(actions) == TAKEOVER
        assert sent(actions) == [254]
        assert router.hold == "master"

    def test_promoting_the_master_keeps_its_cadence(self):
        router = master()
        deadline = router.deadline
        assert router.promote(T) == ()
        assert (router.hold, router.deadline) == ("master", deadline)

    def test_between_two_owners_of_the_address_a_promotion_is_allowed(self):
        router = backup(replace(ARTICLE_B, priority=200))
        router.advertisement(advert(255), A, T + 1)
        router.priority_changed(255, T + 1)
        assert sent(router.promote(T + 2)) == [255]

    def test_promotion_beats_nopreempt(self):
        router = backup(replace(ARTICLE_B, preempt=False))
        router.advertisement(advert(100), A, T + 1)
        assert kinds(router.promote(T + 2)) == TAKEOVER

    def test_a_newer_promotion_outbids_an_older_one_and_ends_it(self):
        older, newer = master(replace(ARTICLE_B, source=B)), backup(replace(ARTICLE_B, source=A))
        older.promote(T)
        newer.advertisement(advert(254), B, T + 1)
        first = newer.promote(T + 2)
        assert sent(first) == [255]
        assert sent(older.advertisement(advert(255), A, T + 2)) == [254]
        assert (older.yielding, older.hold, older.priority) == (True, None, 90)
        assert newer.advertisement(advert(254), B, T + 2) != ()  # still on its way when the older one yielded
        assert newer.state is State.MASTER and not newer.yielding
        later = T + 2 + DOWN_B + 2
        assert sent(newer.expire(later)) == [254]

    def test_nobody_outbids_the_owner_of_the_address(self):
        router = backup()
        router.advertisement(advert(255), A, T + 1)
        with pytest.raises(Refused, match=r"192\.168\.8\.4 advertises priority 255"):
            router.promote(T + 2)
        assert (router.state, router.hold) == (State.BACKUP, None)

    def test_a_faulty_router_is_not_promoted(self):
        router = backup()
        router.fault_changed(("script chk failed",), T)
        with pytest.raises(Refused, match="script chk failed"):
            router.promote(T + 1)

    @pytest.mark.parametrize("move", [VirtualRouter.promote, VirtualRouter.demote])
    def test_a_stopped_router_is_not_moved(self, move):
        router = master()
        router.stop(T)
        with pytest.raises(Refused, match="not running"):
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
        router.advertisement(advert(80), A, T + 3)  # lower: it was about to be overtaken at T + DOWN_B
        router.demote(T + 3.5)
        assert router.deadline == T + 3 + 3 + 255 / 256
        assert router.expire(T + DOWN_B) == ()

    def test_a_demotion_ends_a_preempt_delay(self):
        router = backup(replace(ARTICLE_B, preempt_delay_s=2))
        router.advertisement(advert(80), A, T + 1)
        router.demote(T + 2.9)
        assert router.expire(T + 3) == ()

    def test_released_the_priority_decides_again(self):
        router = backup()
        router.promote(T)
        assert router.release(T + 1) == ()
        assert (router.hold, router.priority) == (None, 90)
        assert sent(router.expire(T + 1)) == [90]
