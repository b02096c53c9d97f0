# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists what usually happens to a pair: a node dies, a service dies, the network splits, an agent reloads."""

from __future__ import annotations

from collections.abc import Mapping

from ..vrrp.simulation.faults import InjectedFault
from ..vrrp.simulation.lan import CLIENT
from .checks import NodeChecks


def usual_faults(checks: Mapping[str, NodeChecks], at: float) -> list[InjectedFault]:
    """Return faults that happen ``at`` seconds, each in a simulation of its own."""
    nodes = list(checks)
    found = [InjectedFault(at, "kill", (node,)) for node in nodes]
    found += [
        InjectedFault(at, "break", (node,), tuple(name.split())) for node in nodes for name in checks[node].checks
    ]
    for node in nodes:
        others = [other for other in nodes if other != node]
        found.append(InjectedFault(at, "split", words=(node, "|", *others, CLIENT)))
    return found + [InjectedFault(at, "reload", (node,)) for node in nodes]
