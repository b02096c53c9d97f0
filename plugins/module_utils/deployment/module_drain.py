# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_drain on a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import maintenance
from .arguments import KEEPALIVED
from .drain import Drainer, KeepalivedDrainer
from .keepalived_client import KeepalivedClient
from .module_io import CommandRunner


def run(module: Any) -> dict[str, Any]:
    """Drain or undrain the node, or predict it in check mode. Raises SwitchoverError, AgentError, AgentUnreachable."""
    drained, force = module.params["state"] == "drained", module.params["force"]
    timeout = module.params["timeout"] if module.params["wait"] else 0
    terms = maintenance.wanted(module.params, ("drained",))
    drainer = Drainer(module.params["runtime_dir"])
    if module.params["program"] == KEEPALIVED:
        drainer = KeepalivedDrainer("", KeepalivedClient(CommandRunner(module.run_command)))
    before = drainer.look()
    if drained and not timeout and not force:
        drainer.demand_waiting(before)
    if module.check_mode:
        after = drainer.predict(before, drained, terms)
    elif drained:
        after = drainer.drain(before, timeout, force, terms)
    else:
        after = drainer.undrain(before, timeout)
    return {
        "changed": before["drained"] != after["drained"]
        or not maintenance.same(before.get("maintenance"), after.get("maintenance")),
        "before": before,
        "after": after,
        "msg": told(after),
        "diff": {"before": shown(before), "after": shown(after)},
    }


def told(node: Mapping[str, Any]) -> str:
    """Return one sentence that says whether the node is drained, and the state of each instance."""
    states = ", ".join(f"{each['name']} {each['state']}" for each in node["instances"]) or "it has no instances"
    return f"this node {'is drained' if node['drained'] else 'takes part'}: {states}"


def shown(node: Mapping[str, Any]) -> str:
    """Return the lines of the diff: whether the node is drained, why and until when, and the state of each instance."""
    states = [f"{each['name']}: {each['state']}\n" for each in node["instances"]]
    return "".join([f"drained: {str(node['drained']).lower()}\n", maintenance.shown(node.get("maintenance")), *states])
