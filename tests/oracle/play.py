# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play a scenario under every rule: of one segment, or of several whose members are sync groups."""

from __future__ import annotations

from typing import Any

from vrrp.simulation.scenario import Scenario
from vrrp.simulation.simulator import Run, Simulator
from vrrp.simulation.sync_groups import GroupSimulator

from . import group_invariants
from .group_invariants import GroupInvariants
from .invariants import Invariants


class WatchedGroupSimulator(GroupSimulator):
    """It plays several segments at once, each under its rules and all of them under those of sync groups."""

    def __init__(self, scenario: Scenario, **options: Any) -> None:
        super().__init__(scenario, watch_class=GroupInvariants, **options)

    def look(self) -> None:
        """Judge the groups where every segment is at rest."""
        if all(watch.at_rest() for watch in self.watches()):
            group_invariants.demand(self.clock, {lan: simulator.lan for lan, simulator in self.simulators.items()})


def play(scenario: Scenario, **options: Any) -> Run:
    """Run a scenario; with several segments the timeline is that of all. ``options`` are those of a simulator."""
    if scenario.lans == (1,):
        options.pop("group_class", None)
        return Simulator(scenario, watch_class=Invariants, **options).run()
    simulator = WatchedGroupSimulator(scenario, **options)
    runs = simulator.run()
    first = runs[scenario.lans[0]]
    return Run(scenario, simulator.timeline, first.client, first.violation, first.ended_at)
