# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It proves that a pair works: in every sample one master, the VIP on it alone, and a living standby.

The samples of the two nodes are taken at about the same time, but not at the same moment. So a node must have the same
state in all of its samples: a state that changes proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import peer_status
from .table import lines

_COLUMNS = ("instance", "node", "state", "vip", "hears", "verdict")
MASTER, BACKUP, FAULT = "MASTER", "BACKUP", "FAULT"
GOOD = "ok"


def proof(observations: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """Check what ``vrrp_info`` saw on each node of a pair that shares the instances ``names``.

    Returns ``proven``, ``problems`` and ``warnings`` (sentences), ``masters`` (instance to node) and ``table`` (lines).
    ``risks`` are the problems for which a change may cost a client something. A problem is no risk where no node has
    the instance or can take it: there is nothing to lose, and the change may be what mends it.
    """
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    risks: list[str] = []
    warnings: list[str] = []
    masters: dict[str, str] = {}
    for name in names:
        views = {node: _View(node, name, observation) for node, observation in observations.items()}
        leaders = [view for view in views.values() if view.states == [MASTER]]
        if len(leaders) == 1:
            masters[name] = leaders[0].node
        wrong: list[str] = []
        for view in views.values():
            others = [leader for leader in leaders if leader is not view]
            verdict = view.verdict(others)
            if verdict != GOOD:
                wrong.append(f"{name} on {view.node}: {verdict}")
            warnings += [f"{name} on {view.node}: {warning}" for warning in view.warnings]
            rows.append(view.row(verdict))
        if not any(MASTER in view.states for view in views.values()):
            wrong.append(f"{name}: no node is master")
        problems += wrong
        risks += [] if all(view.cannot_serve for view in views.values()) else wrong
    for node, observation in observations.items():
        warnings += peer_status.warnings(node, observation)
    return {
        "proven": not problems,
        "problems": problems,
        "risks": risks,
        "warnings": warnings,
        "masters": masters,
        "table": lines(rows, _COLUMNS),
    }


def _lasting(sample: Mapping[str, Any]) -> list[str]:
    """Return the warnings of a sample without what it says of its standby, which only counts in the last one."""
    why = (sample.get("standby") or {}).get("why")
    return [text for text in sample.get("warnings") or () if not why or not text.startswith(why)]


class _View:
    """It is one instance on one node, over all samples."""

    def __init__(self, node: str, name: str, observation: Mapping[str, Any]):
        self.node, self._name = node, name
        self._running = bool(observation.get("running"))
        self._drained = bool((observation.get("agent") or {}).get("drained"))
        self._silence = observation.get("msg") or "it was not asked"
        self._samples = [sample["instances"].get(name) for sample in observation.get("samples") or ()]
        self._seen = [sample for sample in self._samples if sample]
        self.states = list(dict.fromkeys(sample["state"] for sample in self._seen))
        self.source = self._seen[-1]["source"] if self._seen else None
        # keepalived and older releases have none
        told = [text for sample in self._seen[:-1] for text in _lasting(sample)]
        self.warnings = list(
            dict.fromkeys([*told, *(text for each in self._seen[-1:] for text in each.get("warnings") or ())])
        )

    def verdict(self, leaders: Sequence[_View]) -> str:
        """Return the first fault here, or GOOD. ``leaders`` are the other nodes that are master in all samples."""
        if not self._running:
            return f"no agent answers ({self._silence})"
        if not self._seen:
            return "the agent does not have this instance"
        if len(self._seen) < len(self._samples):
            return "the agent did not answer every time"
        if len(self.states) > 1:
            return f"the state changed while we looked: {' -> '.join(self.states)}"
        state = self.states[0]
        if state == MASTER:
            if leaders:
                return f"{leaders[0].node} is master as well"
            missing = [address for address in self._seen[-1]["addresses"] if not self._always_held(address)]
            return f"{', '.join(missing)} is not on its interface" if missing else GOOD
        held = sorted({address for sample in self._seen for address in sample["held"]})
        if held:
            return f"{', '.join(held)} is on it, and it is not master"
        if self._drained:
            return "it is drained; undrain it with vrrp_drain state=active"
        if state != BACKUP:
            why = self._seen[-1].get("why")
            return f"it is {state}, so nobody stands by" + (f": {why}" if why else "")
        heard = {sample["master"] for sample in self._seen}
        if leaders and heard != {leaders[0].source}:
            return f"it does not hear {leaders[0].node} ({leaders[0].source})"
        return GOOD if leaders else "it stands by, but there is no master"

    @property
    def cannot_serve(self) -> bool:
        """Return whether the node certainly has no address of it, and takes none while all stays as it is."""
        seen_always = self._running and bool(self._seen) and len(self._seen) == len(self._samples)
        out = self.states == [FAULT] or (self._drained and MASTER not in self.states)
        return seen_always and out and not any(sample["held"] for sample in self._seen)

    def row(self, verdict: str) -> dict[str, Any]:
        """Return its line of the table."""
        last = self._seen[-1] if self._seen else {}
        return {
            "instance": self._name,
            "node": self.node,
            "state": "/".join(self.states) or "NO AGENT",
            "vip": last.get("held"),
            "hears": last.get("master") if last.get("state") != MASTER else None,
            "verdict": verdict,
        }

    def _always_held(self, address: str) -> bool:
        return all(address in sample["held"] for sample in self._seen)
