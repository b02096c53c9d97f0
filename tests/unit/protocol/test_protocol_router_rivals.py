# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a master that hears another master of the same virtual router reports it once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, A, T, advert, backup, kinds, master

from vrrp.protocol.actions import Announce, RivalHeard, SendAdvertisement


@pytest.mark.parametrize("none", [{"announce_repeat": 0}, {"refresh_s": 2.0, "refresh_repeat": 0}])
def test_a_burst_of_0_frames_leaves_no_deadline_in_the_past(none):
    """Otherwise the deadline would stay in the past, and the loop would run without a pause."""
    router = master(replace(ARTICLE_B, announce_delay_s=3.0, **none))
    for _turn in range(20):
        now = router.deadline
        router.expire(now)
        assert router.deadline > now


def rivals(actions):
    return [action for action in actions if isinstance(action, RivalHeard)]


class TestRival:
    """Test a split brain: another master advertises although we are MASTER."""

    def test_a_master_in_its_first_interval_has_no_rival(self):
        router = backup()
        start = router.deadline
        router.expire(start)
        assert kinds(router.advertisement(advert(80), A, start + 1.0)) == ["SendAdvertisement", "Announce"]
        router = backup()
        router.expire(start)
        assert rivals(router.advertisement(advert(80), A, start + 1.0001)) == [RivalHeard("192.168.8.4", 80)]

    def test_a_rival_is_told_once(self):
        router = master()
        heard = [rivals(router.advertisement(advert(80), A, T + 1.01 * number)) for number in range(20)]
        assert heard == [[RivalHeard("192.168.8.4", 80)]] + [[]] * 19

    def test_a_rival_is_told_again_after_a_master_down_interval_without_it(self):
        router = master(replace(ARTICLE_B, announce_delay_s=0))
        assert rivals(router.advertisement(advert(80), A, T))
        while router.deadline < T + DOWN_B:
            router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, T + DOWN_B - 0.0001)) == []
        again_at = T + DOWN_B - 0.0001 + DOWN_B
        while router.deadline < again_at:
            router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, again_at)) == [RivalHeard("192.168.8.4", 80)]

    def test_a_rival_is_told_after_a_flood_too(self):
        router = backup()
        start = router.deadline
        router.expire(start)
        router.advertisement(advert(80), A, start + 0.5)
        assert rivals(router.advertisement(advert(80), A, start + 1.5))

    def test_a_router_that_sends_priority_0_is_no_rival(self):
        router = master()
        assert router.advertisement(advert(0), A, T) == (SendAdvertisement(90), Announce(5))
        assert rivals(router.advertisement(advert(80), A, T + 1))

    def test_a_router_that_outbids_is_no_rival(self):
        assert rivals(master().advertisement(advert(100), A, T)) == []

    def test_a_rival_is_told_with_lower_prio_repeat_0_too(self):
        router = master(replace(ARTICLE_B, lower_prio_repeat=0))
        assert router.advertisement(advert(80), A, T) == (RivalHeard("192.168.8.4", 80), SendAdvertisement(90))

    def test_a_new_mastership_knows_no_rival(self):
        router = master()
        assert rivals(router.advertisement(advert(80), A, T))
        router.fault_changed(("interface eth0 is down",), T + 0.1)
        router.fault_changed((), T + 0.2)
        router.expire(router.deadline)
        assert rivals(router.advertisement(advert(80), A, router.since + 1.1))
