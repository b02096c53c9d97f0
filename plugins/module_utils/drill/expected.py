# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the simulation what a drill costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..pair_simulation.pair import SimulatedPair
from ..report.model import Expected
from ..vrrp.simulation.faults import InjectedFault
from ..vrrp.simulation_questions import first_failure_s
from .options import SWITCHOVER

# Killed with its addresses removed, an agent is to its peer and to a client what a machine without power is.
_FAULTS = {"agent": ("kill", "boot"), "node": ("cut", "join"), "service": ("break", "mend")}
_PAUSE_S = 1.0


def expected(
    pair: SimulatedPair, plan: Mapping[str, Any], seconds: float, connects: bool
) -> dict[str, Optional[Expected]]:
    """Return the expected loss of each instance; None where the simulation says nothing.

    ``connects``: the probe connects to a port of the service, while echo requests are answered without it.
    """
    if plan["kind"] == "service":
        known = plan["service"] in pair.checks[plan["victim"]].checks
        if not known or not connects:
            return {}
    return {each["name"]: each["expected"] for each in pair.play(_faults(pair, plan, seconds))}


def unending(pair: SimulatedPair, plan: Mapping[str, Any]) -> dict[str, Expected]:
    """Return what each instance would lose if the fault of the plan were not undone."""
    found = {each["name"]: each["expected"] for each in pair.play(_faults(pair, plan, 0.0)[:-1])}
    return {name: each for name, each in found.items() if each is not None}


def _faults(pair: SimulatedPair, plan: Mapping[str, Any], seconds: float) -> list[InjectedFault]:
    """Return what happens: first each instance moves to the node that is its master now, which costs nothing.

    What undoes the fault is the last one.
    """
    at = first_failure_s(pair.virtuals)
    found = []
    for name, master in plan["masters"].items():
        found += [
            InjectedFault(at, "promote", (master,), only_on=name),
            InjectedFault(at + _PAUSE_S, "release", (master,), only_on=name),
        ]
    begin = at + first_failure_s(pair.virtuals)
    end = begin + seconds
    if plan["kind"] != SWITCHOVER:
        begins, ends = _FAULTS[plan["kind"]]
        words = tuple((plan["service"] or "").split()) if begins == "break" else ()
        return [
            *found,
            InjectedFault(begin, begins, (plan["victim"],), words),
            InjectedFault(end, ends, (plan["victim"],)),
        ]
    for name, master in plan["masters"].items():
        other = next(node.name for node in pair.nodes if node.name != master)
        found += [
            InjectedFault(begin, "promote", (other,), only_on=name),
            InjectedFault(end, "promote", (master,), only_on=name),
            InjectedFault(end + _PAUSE_S, "release", (other,), only_on=name),
            InjectedFault(end + 2 * _PAUSE_S, "release", (master,), only_on=name),
        ]
    return found
