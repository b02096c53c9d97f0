# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a change in step has one owner at any time, whatever happens to the standby during its wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_network_in_step import change, try_on

from lab.example_pair import VIP, pair
from lab.peers import Agent, assert_one_owner
from vrrp.client import AgentError

A, B = pair(version=3, advert_int=0.1)


def test_a_link_that_flaps_during_the_wait(wire):
    a, b = wire.start_pair(Agent, Agent, A, B)
    try_on(b, B.but(virtual_router_id=77), 30)
    wire.b.ip("link", "set", "eth0", "down")
    b.wait_state("FAULT")
    wire.b.ip("link", "set", "eth0", "up")
    b.wait_state("BACKUP")
    assert_one_owner(wire.segment, VIP, "a", samples=30)


def test_a_master_does_not_try_what_its_peer_must_change_too(wire):
    """Mastership has moved between the look and the trial: the trial meets the master."""
    a, b = wire.start_pair(Agent, Agent, A, B)
    with pytest.raises(AgentError, match="VI_1 is MASTER here: the standby changes first"):
        try_on(a, A.but(virtual_router_id=77), 5)
    assert a.status()["virtual_router_id"] == 51
    wire.settled(a, b)


def test_the_play_runs_again_during_the_wait_with_another_number(wire):
    a, b = wire.start_pair(Agent, Agent, A, B)
    try_on(b, B.but(virtual_router_id=77), 30)
    try_on(b, B.but(virtual_router_id=78), 30)
    assert_one_owner(wire.segment, VIP, "a", samples=30)
    change(a, A.but(virtual_router_id=78))
    b.wait_log("The new configuration is confirmed")
    wire.settled(a, b)
    assert b.status()["virtual_router_id"] == 78


def test_an_instance_with_another_name_and_number(wire):
    a, b = wire.start_pair(Agent, Agent, A, B)
    try_on(b, replace(B, name="VI_9", virtual_router_id=77), 30)
    assert_one_owner(wire.segment, VIP, "a", samples=30)
    assert b.client().status()["instances"][0]["name"] == "VI_1"
