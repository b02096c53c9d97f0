# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test down_timer_adverts and lower_prio_no_advert."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, A, B, T, advert, backup, kinds, master, sent

from vrrp.protocol import timers
from vrrp.protocol.states import SavedRouterState, State


@pytest.mark.parametrize(("adverts", "down_s"), [(1, 1.6484375), (2, 2.6484375), (3, 3.6484375), (10, 10.6484375)])
def test_down_timer_adverts_makes_the_master_down_interval(adverts, down_s):
    router = backup(replace(ARTICLE_B, down_adverts=adverts))
    assert router.deadline == T + down_s
    router.advertisement(advert(100), A, T + 0.5)
    assert router.deadline == T + 0.5 + down_s


@pytest.mark.parametrize(("adverts", "mandate_s"), [(1, 2.0078125), (2, 2.0078125), (5, 5.0078125)])
def test_down_timer_adverts_makes_the_mandate(adverts, mandate_s):
    assert timers.mandate_s(2, 100, adverts) == mandate_s
    router = backup(replace(ARTICLE_B, down_adverts=adverts))
    router.expire(router.deadline)
    assert router.condition.lapses_at == router.condition.spoke_at + mandate_s
    memory = SavedRouterState(State.MASTER, T, 100)
    assert memory.has_mandate(2, T + mandate_s - 0.001, adverts)
    assert not memory.has_mandate(2, T + mandate_s, adverts)


def test_a_reload_changes_down_timer_adverts_in_place():
    router = backup()
    router.parameters_changed(replace(ARTICLE_B, down_adverts=5), T + 1)
    router.advertisement(advert(100), A, T + 2)
    assert router.deadline == T + 2 + 5.6484375


def test_a_lower_priority_is_answered_by_default():
    router = master()
    assert sent(router.advertisement(advert(50), A, T + 0.6)) == [90]


def test_with_lower_prio_no_advert_only_the_clients_are_told():
    router = master(replace(ARTICLE_B, answers_lower=False))
    due_at = router.deadline
    actions = router.advertisement(advert(50), A, T + 0.6)
    assert "Announce" in kinds(actions) and not sent(actions)
    assert router.deadline == due_at
    assert router.advertisement(advert(50), A, T + 0.7) == ()


def test_a_priority_0_is_answered_also_with_lower_prio_no_advert():
    router = master(replace(ARTICLE_B, answers_lower=False))
    assert sent(router.advertisement(advert(0), A, T + 0.6)) == [90]


def test_a_master_that_is_outbid_advertises_once_more():
    """Test that we do as keepalived's higher_prio_send_advert: it makes the winner of a healed split announce."""
    router = master()
    assert sent(router.advertisement(advert(100), A, T + 0.6)) == [90]
    assert router.parameters.source == B
