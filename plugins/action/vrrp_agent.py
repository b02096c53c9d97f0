# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of vrrp_agent: it sends the sources of a release where that is missing."""

from __future__ import annotations

import os
import tempfile

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import KEEPALIVED, VRRP_AGENT
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_action import ReleaseAction, interpreter
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_sources import release_archive


class ActionModule(ReleaseAction):
    """It asks a node with the release one question; else it sends the release, and the module in it."""

    name = "vrrp_agent"
    specification = VRRP_AGENT
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        """Return the result of the module.

        Unless ``state`` is absent, raises AnsibleActionFail when the controller has no pyroute2 or one that is too old.
        """
        super(ReleaseAction, self).run(tmp, task_vars)
        given = self.given()
        if given.get("program") == KEEPALIVED:
            return self.run_archive(given, task_vars) or self.carried(given, task_vars)
        if given.get("state") == "absent":
            return self.carried(given, task_vars)
        answer = self.ask(given, task_vars, _python=interpreter(task_vars))
        if answer is not None and not answer.get("damaged"):
            return answer
        archive = release_archive()
        answer = self.run_archive(given, task_vars)
        if answer is not None:
            return answer
        try:
            return self.carried({**given, "_archive": self._send(archive)}, task_vars)
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)

    def _send(self, archive):
        """Put the archive on the node, and return its path there."""
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        target = self._connection._shell.join_path(self._connection._shell.tmpdir, "release.zip")
        handle, local = tempfile.mkstemp(suffix=".zip")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(archive)
            self._transfer_file(local, target)
        finally:
            os.unlink(local)
        self._fixup_perms2((self._connection._shell.tmpdir, target), execute=False)
        return target
