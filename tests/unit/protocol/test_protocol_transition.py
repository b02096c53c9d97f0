# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that one method of the router does a transition, and nothing else does."""

from __future__ import annotations

import inspect

import pytest
from routers import ARTICLE_B, T

from vrrp.protocol.actions import Notify, SendAdvertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Backup, Fault
from vrrp.protocol.transition import RouterView, Transition


@pytest.fixture
def router():
    made = VirtualRouter(ARTICLE_B)
    made.start(T)
    return made


def applied(router, transition):
    return router._apply(transition, T + 1)


def test_a_field_that_a_transition_does_not_name_stays(router):
    before = {**vars(router)}
    assert applied(router, Transition(Backup(T + 9))) == ()
    assert vars(router) == {**before, "condition": Backup(T + 9)}


def test_no_transition_changes_nothing(router):
    before = {**vars(router)}
    assert applied(router, None) == ()
    assert vars(router) == before


def test_a_state_that_is_entered_is_told_last(router):
    said = applied(router, Transition(Fault(), (SendAdvertisement(0),), "broken", entered=True))
    assert said == (SendAdvertisement(0), Notify("FAULT", 90, "broken"))
    assert (router.since, router.reason) == (T + 1, "broken")


def test_a_reason_changes_without_a_new_state(router):
    since = router.since
    assert applied(router, Transition(router.condition, reason="so it is")) == ()
    assert (router.since, router.reason) == (since, "so it is")


def test_a_transition_sets_the_interval_of_the_master(router):
    applied(router, Transition(router.condition, master_interval_cs=20))
    assert router.master_interval_cs == 20


@pytest.mark.parametrize(("hold", "then"), [("master", None), ("backup", "backup"), (None, None)])
def test_a_transition_ends_a_promotion_and_no_demotion(router, hold, then):
    router.hold = hold
    said = applied(router, Transition(Fault(), reason="beaten", entered=True, ends_promotion=True))
    assert router.hold == then
    assert said == (Notify("FAULT", router.priority, "beaten"),)


def test_a_router_has_all_that_a_decision_may_look_at(router):
    wanted = [name for name, _value in inspect.getmembers(RouterView) if not name.startswith("_")]
    assert "master_interval_cs" in wanted
    assert [name for name in wanted if not hasattr(router, name)] == []
