# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_state on a node."""

from __future__ import annotations

from typing import Any

from .switchover import Switchover


def run(module: Any) -> dict[str, Any]:
    """Move mastership, or predict that in check mode. Raises SwitchoverError, AgentError and AgentUnreachable."""
    wanted = module.params["state"]
    mover = Switchover(module.params["name"], module.params["runtime_dir"])
    timeout = module.params["timeout"] if module.params["wait"] else 0
    before = mover.look()
    if wanted is None:
        after = before
    elif module.check_mode:
        after = mover.predict(before, wanted)
    else:
        after = mover.move(before, wanted, timeout)
    state = after["state"]
    if wanted and not timeout:  # without a wait, mastership moves after this module has ended
        state = mover.predict(before, wanted)["state"]
    return {
        "changed": (before["state"] == "MASTER") != (state == "MASTER"),
        "before": before,
        "after": after,
        "msg": f"{after['name']}: {after['why']}",
        "diff": {
            "before_header": before["name"],
            "after_header": after["name"],
            "before": f"{before['state']}\n",
            "after": f"{state}\n",
        },
    }
