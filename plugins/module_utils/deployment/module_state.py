# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_state on a node."""

from __future__ import annotations

from typing import Any

from . import maintenance
from .arguments import KEEPALIVED
from .keepalived_client import KeepalivedClient
from .module_io import CommandRunner
from .switchover import Switchover


def run(module: Any) -> dict[str, Any]:
    """Move mastership, or predict that in check mode. Raises SwitchoverError, AgentError and AgentUnreachable."""
    wanted = module.params["state"]
    client = KeepalivedClient(CommandRunner(module.run_command)) if module.params["program"] == KEEPALIVED else None
    switchover = Switchover(module.params["name"], module.params["runtime_dir"], client)
    terms = maintenance.wanted(module.params, ("master", "backup"))
    timeout = module.params["timeout"] if module.params["wait"] else 0
    before = switchover.look()
    if wanted is None:
        after = before
    elif module.check_mode:
        known = before.get("maintenance") if before["hold"] == wanted else None
        after = {**switchover.predict(before, wanted), "maintenance": maintenance.foreseen(known, terms)}
    else:
        after = switchover.move(before, wanted, timeout, terms)
    state = after["state"]
    if wanted and not timeout:  # without a wait, mastership moves after this module has ended
        state = switchover.predict(before, wanted)["state"]
    then, now = before.get("maintenance"), after.get("maintenance")
    new_terms = bool(terms) and not (before["hold"] == wanted and maintenance.same(then, now))
    return {
        "changed": (before["state"] == "MASTER") != (state == "MASTER") or new_terms,
        "before": before,
        "after": after,
        "msg": f"{after['name']}: {after['why']}",
        "diff": {
            "before_header": before["name"],
            "after_header": after["name"],
            "before": f"{before['state']}\n{maintenance.shown(then)}",
            "after": f"{state}\n{maintenance.shown(now)}",
        },
    }
