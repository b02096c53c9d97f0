# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_firewall on a node."""

from __future__ import annotations

from typing import Any

from . import change
from .change import DeploymentError
from .firewall import Firewall
from .firewall_opening import LASTING, closings, openings


def run(module: Any) -> dict[str, Any]:
    """Allow what a pair sends in the firewall of this node, or take its rules away; only tell it in check mode.

    Raises DeploymentError where the firewall refuses.
    """
    firewall, opening = Firewall(), module.params["state"] == "present"
    try:
        changes = openings(firewall, module.params["reach"]) if opening else closings(firewall)
    except ValueError as error:
        raise DeploymentError(f"reach: {error}") from error
    if not module.check_mode:
        change.apply(changes)
    for each in changes if opening else ():
        if not each.subject.startswith(LASTING):
            rule = each.after.strip()
            module.warn(
                f"{each.subject}: the rule '{rule}' ends with the next boot: put it into the file that loads the rules"
            )
    return {"changed": bool(changes), "diff": change.as_diff(changes)}
