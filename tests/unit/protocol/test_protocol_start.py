# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test how a router begins and listens, as functions: they return a transition and change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, SKEW_B, A, T, decided, kinds

from vrrp.protocol import start
from vrrp.protocol.explain import WAITING
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import (
    NEVER,
    Backup,
    Fault,
    Initialize,
    Master,
    MasterSeen,
    SavedRouterState,
    State,
    Stopped,
    Yielding,
)

TAKEOVER = ["InstallAddresses", "Announce", "SendAdvertisement"]


def router_with(condition=None, *, faults=(), group=None, master=None, listen_until=0.0, **parameters):
    router = VirtualRouter(replace(ARTICLE_B, **parameters))
    router.condition = condition or Initialize()
    router.faults, router.group, router.master, router.listen_until = faults, group, master, listen_until
    return router


class TestBegun:
    @pytest.mark.parametrize(
        ("parameters", "down_at"),
        [
            ({}, T + DOWN_B),
            ({"begins_as_master": True}, T + 1 + SKEW_B),
            ({"begins_as_master": True, "preempt": False}, T + DOWN_B),
            ({"begins_as_master": True, "preempt_delay_s": 5.0}, T + DOWN_B),
        ],
    )
    def test_a_router_listens_first(self, parameters, down_at):
        begun = decided(start.begun, router_with(**parameters), "why", T)
        assert begun == (Backup(down_at), (), "why", True, 100, False, False)

    def test_a_router_with_a_fault_begins_in_fault(self):
        router = router_with(faults=("eth0 is down", "script chk failed"), priority=255)
        begun = decided(start.begun, router, "why", T)
        assert (begun.condition, begun.reason, begun.entered) == (Fault(), "eth0 is down; script chk failed", True)
        assert begun.actions == ()

    def test_an_owner_is_master_at_once(self):
        begun = decided(start.begun, router_with(priority=255), "why", T)
        assert isinstance(begun.condition, Master) and kinds(begun.actions) == TAKEOVER
        assert (begun.reason, begun.forgets_master) == ("why, and it owns the address", True)

    def test_an_owner_in_a_sync_group_is_ready(self):
        begun = decided(start.begun, router_with(priority=255, group="G"), "why", T)
        assert begun == (Backup(T, ready=True), (), "why, and it owns the address", True, None, False, False)


class TestListening:
    def test_a_better_master_that_lives_keeps_its_whole_interval(self):
        router = router_with(master=MasterSeen(A, 100, 100, T - 1))
        assert decided(start.listening, router, "why", T, T + 0.5).condition == Backup(T - 1 + DOWN_B)
        gone = router_with(master=MasterSeen(A, 100, 100, T - 9))
        assert decided(start.listening, gone, "why", T, T + 0.5).condition == Backup(T + 0.5)

    def test_a_master_that_loses_to_us_does_not_delay(self):
        router = router_with(master=MasterSeen(A, 80, 100, T - 1))
        assert decided(start.listening, router, "why", T, T + 0.5).condition == Backup(T + 0.5)

    def test_the_interval_of_the_living_master_counts_in_version_3(self):
        router = router_with(version=3, master=MasterSeen(A, 100, 300, T))
        listening = decided(start.listening, router, "why", T)
        assert listening.master_interval_cs == 300
        assert listening.condition == Backup(T + 9 + 3 * 166 / 256)
        assert (listening.reason, listening.entered) == ("why", True)

    def test_a_change_that_the_master_is_about_to_make_is_waited_for(self):
        router = router_with(listen_until=T + 30)
        assert decided(start.listening, router, "why", T).condition == Backup(T + 30)

    def test_a_given_interval_is_the_master_s(self):
        listening = decided(start.listening, router_with(version=3), "why", T, 0.0, 200)
        assert (listening.condition, listening.master_interval_cs) == (Backup(T + 6 + 2 * 166 / 256), 200)


class TestResumed:
    @pytest.mark.parametrize(("before", "state"), [(0.25, State.MASTER), (100.0, State.BACKUP)])
    def test_a_master_goes_on_while_no_peer_can_have_taken_over(self, before, state):
        resumed = decided(start.resumed, router_with(), SavedRouterState(State.MASTER, T - before, 100), T)
        assert resumed.condition.state is state
        assert resumed.reason.startswith(f"it goes on after {before:.2f} s")
        assert kinds(resumed.actions) == (TAKEOVER if state is State.MASTER else [])

    def test_a_backup_listens_for_the_rest_of_its_timer(self):
        memory = SavedRouterState(State.BACKUP, T - 0.5, 200)
        resumed = decided(start.resumed, router_with(version=3), memory, T)
        assert (resumed.condition, resumed.master_interval_cs) == (Backup(T - 0.5 + 6 + 2 * 166 / 256), 200)


class TestUndrained:
    @pytest.mark.parametrize(("faults", "state"), [((), State.BACKUP), (("eth0 is down",), State.FAULT)])
    def test_a_stopped_router_begins_anew(self, faults, state):
        undrained = decided(start.undrained, router_with(Stopped(), faults=faults), T)
        assert (undrained.condition.state, undrained.entered) == (state, True)

    def test_one_that_still_gives_up_listens_afterwards(self):
        router = router_with(Yielding(T + 1, stopping=True))
        undrained = decided(start.undrained, router, T)
        assert undrained.condition == Yielding(T + 1, down_at=T + DOWN_B)
        assert (undrained.reason, undrained.entered) == ("this node was drained", False)

    @pytest.mark.parametrize("condition", [Initialize(), Backup(T), Master(T), Fault(), Yielding(T, failing=True)])
    def test_every_other_condition_stays(self, condition):
        assert decided(start.undrained, router_with(condition), T) is None


class TestWaiting:
    @pytest.mark.parametrize(("until", "down_at"), [(T + 5, T + 5), (T - 5, T)])
    def test_a_backup_listens_for_so_long(self, until, down_at):
        waiting = decided(start.waiting, router_with(Backup(T, preempt_at=T + 1), listen_until=until), T)
        assert waiting.condition == Backup(down_at, preempt_at=NEVER)
        assert (waiting.reason, waiting.entered) == (WAITING, False)

    @pytest.mark.parametrize("condition", [Initialize(), Master(T), Yielding(T), Fault(), Stopped()])
    def test_every_other_condition_stays(self, condition):
        assert decided(start.waiting, router_with(condition, listen_until=T + 5), T) is None
