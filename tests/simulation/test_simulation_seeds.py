# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play ten thousand seeds: two to five nodes, all kinds of faults, and every invariant."""

from __future__ import annotations

from dataclasses import replace

import pytest
import seed_runner

from oracle.generator import generate
from oracle.play import play
from vrrp.simulation.scenario import from_text
from vrrp.simulation.timeline import FAULT

SEEDS = 10_000


def happened(run):
    return [entry for entry in run.timeline.entries if (entry.kind, entry.value) != (FAULT, "wall clock")]


def test_every_invariant_holds_for_every_seed():
    broken = seed_runner.run_seeds(0, SEEDS)
    assert not broken, "\n" + seed_runner.tell_in_full(broken)


def test_the_same_seed_is_the_same_run():
    for seed in range(100):
        assert play(generate(seed)).timeline.entries == play(generate(seed)).timeline.entries


def test_a_scenario_that_was_printed_is_the_same_run():
    for seed in range(200):
        scenario = generate(seed)
        again = from_text(str(scenario))
        assert again == scenario
        assert play(again).timeline.entries == play(scenario).timeline.entries


def test_a_step_of_the_wall_clock_has_no_effect():
    stepped = [scenario for scenario in map(generate, range(1000)) if "wall clock" in str(scenario)]
    assert len(stepped) > 100
    for scenario in stepped:
        calm = replace(scenario, faults=tuple(fault for fault in scenario.faults if fault.verb != "wall clock"))
        assert happened(play(scenario)) == happened(play(calm))


@pytest.mark.parametrize("word", ["kill", "crash", "pause", "freeze", "suspend", "cut", "split", "loss", "unplug"])
def test_the_seeds_cover_every_kind_of_event(word):
    assert sum(f": {word}" in str(generate(seed)) for seed in range(300)) >= 10
