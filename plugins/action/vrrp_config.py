# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of vrrp_config: the node checks the file through its release, where it can."""

from __future__ import annotations

import time

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_CONFIG
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_action import ReleaseAction


class ActionModule(ReleaseAction):
    """It sends one question to a node with the release, with the file on standard input; of a try it notes when."""

    name = "vrrp_config"
    specification = VRRP_CONFIG

    def run(self, tmp=None, task_vars=None):
        """Return the result of the module; of a try also the controller's time before it."""
        sent = time.time()
        result = super().run(tmp, task_vars)
        return result if self._task.args.get("confirm") is None else {**result, "sent": sent}
