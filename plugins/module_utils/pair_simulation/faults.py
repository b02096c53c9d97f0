# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the faults that a user wants to simulate, and refuses what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..vrrp.config.syntax.suggest import did_you_mean
from ..vrrp.simulation.faults import FaultError, InjectedFault, demand_power, parse
from ..vrrp.simulation.lan import CLIENT
from .checks import NodeChecks, SimulatedCheck


def texts(said: Any) -> list[str]:
    """Return the faults as single texts. Several are a list, or one text with ``;`` between them."""
    if isinstance(said, Mapping):  # YAML reads `- at 10: kill node-a` as a mapping
        return [f"{at}: {what}".strip() for at, what in said.items()]
    if isinstance(said, (list, tuple)):
        return [text for each in said for text in texts(each)]
    return [text.strip() for text in str(said or "").split(";") if text.strip()]


def read(said: Any, checks: Mapping[str, NodeChecks], names: Iterable[str] = ()) -> list[InjectedFault]:
    """Return the faults in the order of their times. ``names`` are the words that may stand behind ``on``.

    Raises FaultError, whose message begins with the text of the fault.
    """
    found = []
    known = sorted(names)
    for text in texts(said):
        try:
            fault = parse(text, checks)
            if fault.verb == "break" and fault.words:
                check_of(fault, checks)
            if fault.only_on is not None and fault.only_on not in known:
                hint = did_you_mean(fault.only_on, known)
                raise FaultError(
                    f"no instance or interface is called {fault.only_on}. There are: {', '.join(known)}"
                    + (f" ({hint})" if hint else "")
                )
        except FaultError as error:
            raise FaultError(f'fault "{text}": {error}') from error
        found.append(fault)
    try:
        demand_power(found)
    except FaultError as error:
        raise FaultError(str(error).removeprefix("--")) from error
    return sorted(found, key=lambda fault: fault.at)


def nodes_of(fault: InjectedFault) -> set[str]:
    """Return the nodes that a fault names."""
    return set(fault.nodes) | set(fault.words if fault.verb == "split" else ()) - {"|", CLIENT}


def check_of(fault: InjectedFault, checks: Mapping[str, NodeChecks]) -> SimulatedCheck:
    """Return the check that ``break NODE CHECK`` names. Raises FaultError where the node has none of this name."""
    (node,), name = fault.nodes, " ".join(fault.words)
    known = checks[node].checks
    if name not in known:
        hint = did_you_mean(name, known)
        there = f"It has: {', '.join(known)}" if known else "It has none"
        raise FaultError(
            f'{node} has no check "{name}"{f" ({hint})" if hint else ""}. {there}. `break {node}` alone is any check '
            "that fails at once"
        )
    return known[name]
