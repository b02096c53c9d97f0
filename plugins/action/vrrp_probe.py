# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of vrrp_probe: it notes when it asked and had the answer, so clocks can be compared."""

from __future__ import annotations

import time

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """It runs the module, also with ``async``."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp=None, task_vars=None):
        """Return the result of the module, with the controller's time before and after it."""
        result = super().run(tmp, task_vars)
        asynchronous = self._task.async_val and not self._connection.has_native_async
        sent = time.time()
        try:
            result.update(self._execute_module(task_vars=task_vars, wrap_async=asynchronous))
        finally:
            if not asynchronous:
                self._remove_tmp_path(self._connection._shell.tmpdir)
        if "clock" in result:
            result["clock"] = {**result["clock"], "sent": sent, "received": time.time()}
        return result
