# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a segment at rest: one master on each side, the best there is, and the client finds it."""

from __future__ import annotations

from vrrp.protocol.states import State
from vrrp.simulation.clock import Clock
from vrrp.simulation.kernel import ProcessState
from vrrp.simulation.lan import CLIENT, Lan
from vrrp.simulation.observer import Violated


def demand(clock: Clock, lan: Lan) -> None:
    """Raise :class:`~vrrp.simulation.observer.Violated` unless everything is at rest."""
    for names in lan.sides():
        nodes = [lan.nodes[name] for name in names]
        for node in nodes:
            _demand_part(clock, node)
        _demand_master(clock, lan, names, nodes)


def _demand_part(clock: Clock, node) -> None:
    """Check that a running agent takes part, unless it was told not to."""
    takes_part = node.router.state in (State.BACKUP, State.MASTER)
    if node.running and not (takes_part or node.faults or node.drained):
        raise Violated(clock.now, "takes part", f"{node.name} runs and is {node.router.state.value}")
    if node.process is ProcessState.RUNNING and node.running and node.router.yielding and node.router.deadline is None:
        raise Violated(clock.now, "progress", f"{node.name} gives up and waits for nothing")


def _demand_master(clock: Clock, lan: Lan, names: list[str], nodes: list) -> None:
    where = f"on the side of {' and '.join(names)}"
    eligible = [node for node in nodes if node.eligible]
    masters = [node for node in nodes if node.speaks]
    owners = {node.name for node in nodes if node.answers and not node.lease_lasts()}
    if len(masters) != (1 if eligible else 0):
        said = ", ".join(node.name for node in masters) or "no node"
        raise Violated(clock.now, "exactly one", f"{said} is MASTER {where}")
    if owners != {node.name for node in masters}:
        raise Violated(clock.now, "exactly one", f"{', '.join(sorted(owners)) or 'no node'} owns the addresses {where}")
    if not masters:
        return
    (master,) = masters
    for node in eligible:
        if node is not master and node.router.parameters.preempt and node.router.priority > master.router.priority:
            better, worse = f"{node.name} ({node.router.priority})", f"{master.name} ({master.router.priority})"
            raise Violated(clock.now, "the best", f"{worse} is MASTER before {better} {where}")
    if lan.side[CLIENT] == lan.side[master.name]:
        demand_client(clock, lan, master, where)


def demand_client(clock: Clock, lan: Lan, master, where: str) -> None:
    """Check that the client finds the master. A node that died after its announcement keeps it until the lease ends."""
    client = lan.client
    if client.answered_by == master.name or client.waits:
        return
    if client.answered_by is None or not lan.nodes[client.answered_by].lease_lasts():
        raise Violated(clock.now, "the client", f"sends to {client.entry}, and {master.name} is MASTER {where}")
