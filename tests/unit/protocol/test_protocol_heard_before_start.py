# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that begins to listen knows the master that it has heard before, and its interval."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import A, B, T, advert

from vrrp.protocol import timers
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters, SavedRouterState, State

OWN = Parameters(version=3, vrid=51, priority=90, interval_cs=50, source=B)
SLOW_CS = 200  # the interval of the master
HEARD_UNTIL = T + timers.master_down_interval_s(3, 90, SLOW_CS)
LATER = T + 0.5
OWN_UNTIL = LATER + timers.master_down_interval_s(3, 90, 50)


def begun(router, memory=None):
    router.start(LATER, memory)


def undrained(router):
    router.drain(T)
    router.undrain(LATER)


def mended(router):
    router.start(T)
    router.fault_changed(("eth0 is down",), T + 0.1)
    router.advertisement(advert(100, interval_cs=SLOW_CS, version=3), A, T)
    router.fault_changed((), LATER)


WAYS = {
    "a first start": begun,
    "a start as the standby that it was, with the interval of then": lambda router: begun(
        router, SavedRouterState(State.BACKUP, T - 2, 50)
    ),
    "a start as a master whose mandate is over": lambda router: begun(
        router, SavedRouterState(State.MASTER, T - 9, 50)
    ),
    "after a drain": undrained,
    "after a fault": mended,
}


def heard(parameters=OWN, priority=100, at=T):
    """Return a router in INIT that has heard a master."""
    router = VirtualRouter(parameters)
    router.advertisement(advert(priority, interval_cs=SLOW_CS, version=3), A, at)
    return router


@pytest.mark.parametrize("way", WAYS)
def test_it_waits_for_a_living_master_as_long_as_a_standby_does(way):
    router = heard()
    WAYS[way](router)
    assert (router.state, router.deadline) == (State.BACKUP, pytest.approx(HEARD_UNTIL))
    assert router.master_interval_cs == SLOW_CS


def test_a_router_with_state_master_waits_for_the_master_that_it_heard():
    router = heard(replace(OWN, begins_as_master=True))
    begun(router)
    assert router.deadline == pytest.approx(HEARD_UNTIL)


@pytest.mark.parametrize("preempt", [True, False])
def test_only_without_preempt_for_a_master_of_lower_priority(preempt):
    router = heard(replace(OWN, preempt=preempt), priority=80)
    begun(router)
    assert router.deadline == pytest.approx(OWN_UNTIL if preempt else HEARD_UNTIL)


@pytest.mark.parametrize(("priority", "at"), [(100, T - 60), (0, T)], ids=["a silent one", "one that stops"])
def test_a_master_that_does_not_live_counts_no_more(priority, at):
    router = heard(priority=priority, at=at)
    begun(router)
    assert (router.deadline, router.master_interval_cs) == (pytest.approx(OWN_UNTIL), 50)


def test_a_later_end_is_not_brought_forward():
    router = heard(at=T - 6.9)
    begun(router)
    assert router.deadline == pytest.approx(OWN_UNTIL)
