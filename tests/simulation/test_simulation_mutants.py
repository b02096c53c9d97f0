# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the invariants can fail: they find every router with a bug within some hundred seeds."""

from __future__ import annotations

import mutants
import pytest

from oracle.generator import GROUPED, generate
from oracle.play import play
from oracle.shrink import report, shrink
from vrrp.simulation.scenario import from_text

ENOUGH = 400
GROUPS = range(GROUPED - 1, GROUPED * ENOUGH, GROUPED)  # the seeds of sync groups


def first_broken(seeds=range(ENOUGH), **options):
    for seed in seeds:
        scenario = generate(seed)
        run = play(scenario, **options)
        if run.violation is not None and play(scenario).violation is None:
            return run
    return None


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_found_out(mutant):
    run = first_broken(router_class=mutant)
    assert run is not None, f"{mutant.__name__} passes {ENOUGH} seeds"


@pytest.mark.parametrize("mutant", mutants.GROUP_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_of_the_sync_group_is_found_out(mutant):
    run = first_broken(GROUPS, group_class=mutant)
    assert run is not None, f"{mutant.__name__} passes {len(GROUPS)} seeds"


def test_a_member_that_releases_too_early_is_found_out():
    run = first_broken(GROUPS, router_class=mutants.BreaksBeforeItFollows)
    assert run is not None and run.violation.rule == "make before break"


def test_an_agent_that_acts_before_it_reads_is_found_out():
    run = first_broken(drains_first=False)
    assert run is not None and run.violation.rule == "listens"


def test_a_failure_is_told_with_the_way_to_play_it_again():
    run = first_broken(router_class=mutants.NeverLapses)
    said = report(run, router_class=mutants.NeverLapses)
    seed = run.scenario.seed
    assert said.startswith(f"seed {seed}: mandate: ")
    assert f"make simulation SEED={seed}" in said
    assert "fault" in said and "VIOLATION" in said
    text = said.split('from_text("""')[1].split('"""')[0]
    again = play(from_text(text), router_class=mutants.NeverLapses)
    assert again.violation.rule == "mandate"
    assert play(from_text(text)).violation is None


def test_a_failure_shrinks_to_what_causes_it():
    run = first_broken(router_class=mutants.NeverLapses)
    small = shrink(run.scenario, router_class=mutants.NeverLapses)
    assert len(small.faults) <= 3
    assert {fault.verb for fault in small.faults} & {"pause", "freeze"}
