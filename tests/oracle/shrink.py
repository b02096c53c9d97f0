# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shrink a seed that failed to the smallest scenario that still fails, with its timeline and how to play it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vrrp.simulation import timeline
from vrrp.simulation.scenario import Scenario
from vrrp.simulation.simulator import Run

from .play import play

AROUND_INTERVALS = 4  # how much of the timeline is shown before the violation


def shrink(scenario: Scenario, **options) -> Scenario:
    """Leave out every fault and machine without which the same rule is still broken."""
    violation = play(scenario, **options).violation
    if violation is None:
        return scenario
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller(scenario):
            again = play(smaller, **options).violation
            if again is not None and again.rule == violation.rule:
                scenario, shrunk = smaller, True
                break
    return scenario


def report(run: Run, **options) -> str:
    """Return all that is needed to fix the failure, as text. ``options`` are those of :func:`~.play.play`."""
    if run.violation is None:
        return ""
    small = shrink(run.scenario, **options)
    again = play(small, trace=True, **options)
    longest_s = max(machine.parameters.interval_cs for machine in small.machines) / 100
    entries = again.timeline.around(again.violation.at, AROUND_INTERVALS * longest_s + 0.1)
    seed = run.scenario.seed
    return "\n".join(
        [
            f"seed {seed}: {run.violation}",
            "",
            *timeline.lines(entries),
            "",
            "as a test:",
            "",
            f"def test_seed_{seed}():",
            '    run = play(from_text("""',
            *(f"        {line}" for line in str(small).splitlines()),
            '    """))',
            "    assert run.violation is None, report(run)",
            "",
            f"again: make simulation SEED={seed}",
        ]
    )


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    for fault in scenario.faults:
        yield scenario.without(fault)
    for machine in scenario.machines:
        named = any(machine.name in (*fault.nodes, *fault.words) for fault in scenario.faults)
        if not named and len(scenario.names) > 1:
            yield replace(scenario, machines=tuple(each for each in scenario.machines if each.name != machine.name))
