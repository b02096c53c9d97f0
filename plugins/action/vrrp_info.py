# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of vrrp_info: a node with the release of this collection answers through that."""

from __future__ import annotations

import time

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_INFO
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_action import ReleaseAction


class ActionModule(ReleaseAction):
    """It sends one question to a node with the release, and notes when, which makes clocks of nodes comparable."""

    name = "vrrp_info"
    specification = VRRP_INFO

    def run(self, tmp=None, task_vars=None):
        """Return the result of the module, with the controller's time before and after it."""
        sent = time.time()
        result = super().run(tmp, task_vars)
        if "clock" in result:
            result["clock"] = {**result["clock"], "sent": sent, "received": time.time()}
        return result
