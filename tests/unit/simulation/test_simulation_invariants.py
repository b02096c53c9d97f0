# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the watch reports each violation of a rule."""

from __future__ import annotations

import pytest
from pair_scenarios import pair

from oracle import invariants
from oracle.invariants import Invariants
from oracle.play import play
from vrrp.protocol.actions import ReleaseAddresses
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Backup
from vrrp.protocol.transition import Transition
from vrrp.simulation.simulator import Simulator


class Hasty(VirtualRouter):
    def down_interval_s(self, interval_cs=None, priority=None):
        return super().down_interval_s(interval_cs, priority) - 0.01


class Tired(VirtualRouter):
    def expire(self, now):
        if self.holds_addresses and now - self.since > 5:
            return self._apply(Transition(Backup(now + 1000), (ReleaseAddresses(),), "tired", entered=True), now)
        return super().expire(now)


class Deaf(VirtualRouter):
    def advertisement(self, advertisement, source, now):
        return ()


@pytest.mark.parametrize("router, rule", [(Hasty, "listens"), (Tired, "cause"), (Deaf, "listens")])
def test_a_rule_is_broken(router, rule):
    violation = play(pair("at 30: cut node-a"), router_class=router).violation
    assert violation is not None and violation.rule == rule


def test_every_rule_is_described():
    for rule in ("exactly one", "the best", "the client", "takeover", "one master", "one owner", "mandate"):
        assert f"\n{rule} " in invariants.__doc__


def test_two_owners_that_nobody_explains():
    simulator = Simulator(pair(), watch_class=Invariants)
    simulator.clock.at(20.0, simulator.lan.nodes["node-b"].kernel.install, 20.0)
    simulator.clock.at(20.0, simulator.watch.look)
    simulator.clock.at(21.0, simulator.watch.look)
    violation = simulator.run().violation
    assert violation is not None and violation.rule in ("one owner", "exactly one")


def test_an_address_removed_without_a_reason_is_a_violation():
    simulator = Simulator(pair(), watch_class=Invariants)
    simulator.clock.at(20.0, simulator.lan.nodes["node-a"].kernel.release)
    violation = simulator.run().violation
    assert violation is not None and violation.rule == "addresses"


def test_a_simulation_without_a_watch_reports_no_violation():
    assert Simulator(pair(), router_class=Tired).run().violation is None
