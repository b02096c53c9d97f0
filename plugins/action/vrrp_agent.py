# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's part of vrrp_agent: it knows the pyroute2 of a release, and sends it where it is missing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
import tempfile
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import layout
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import pack
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.digest import digest, sources

_MODULE = "hotstandby.vrrp.vrrp_agent"


class ActionModule(ActionBase):
    """One call of the module where nothing has to be sent, or where it is clear that it has; else two."""

    TRANSFERS_FILES = False  # seldom, and then it makes the directory itself

    def run(self, tmp: None = None, task_vars: Any = None) -> dict[str, Any]:
        """Call the module and return its result; send pyroute2 to the node where that is missing.

        Unless ``state`` is absent, raises AnsibleActionFail when the controller has no pyroute2 or one that is too old.
        """
        super().run(tmp, task_vars)
        arguments = {name: value for name, value in self._task.args.items() if not name.startswith("_")}
        if arguments.get("state") == "absent":
            return self._execute_module(module_name=_MODULE, module_args=arguments, task_vars=task_vars)
        library = controllers_pyroute2()
        arguments["_pyroute2_digest"] = digest(library)
        if self._is_fresh():
            return self._run_with(library, arguments, task_vars)
        result = self._execute_module(module_name=_MODULE, module_args=arguments, task_vars=task_vars)
        return self._run_with(library, arguments, task_vars) if result.get("pyroute2_missing") else result

    def _is_fresh(self) -> bool:
        """Whether the node has no release at all, told by one shell command: a call of the module takes ten times that.

        A run in check mode sends nothing, so it does not matter there.
        """
        if self._task.check_mode:
            return False
        return self._low_level_execute_command(f"test -e {layout.CURRENT}")["rc"] == 1

    def _run_with(self, library: dict[str, bytes], arguments: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        try:
            arguments["_pyroute2_archive"] = self._send(pack(library))
            return self._execute_module(module_name=_MODULE, module_args=arguments, task_vars=task_vars)
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)

    def _send(self, archive: bytes) -> str:
        """Put the archive on the node; its path there."""
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        target = self._connection._shell.join_path(self._connection._shell.tmpdir, "pyroute2.zip")
        handle, local = tempfile.mkstemp(suffix=".zip")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(archive)
            self._transfer_file(local, target)
        finally:
            os.unlink(local)
        self._fixup_perms2((self._connection._shell.tmpdir, target), execute=False)
        return target


def controllers_pyroute2() -> dict[str, bytes]:
    """The sources of the pyroute2 that this Python has. Raises AnsibleActionFail when there is none that will do."""
    minimum = ".".join(map(str, layout.MINIMUM_PYROUTE2))
    advice = f"install it there: {sys.executable} -m pip install 'pyroute2>={minimum}'"
    spec = importlib.util.find_spec("pyroute2")
    if spec is None or not spec.submodule_search_locations:
        raise AnsibleActionFail(f"the controller's Python has no pyroute2, which the agent needs; {advice}")
    try:
        version = importlib.metadata.version("pyroute2")
        found = tuple(int(part) for part in version.split(".")[:2])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        version, found = "of unknown version", (0, 0)
    if found < layout.MINIMUM_PYROUTE2:
        raise AnsibleActionFail(f"the controller's pyroute2 is {version}, the agent needs {minimum} or later; {advice}")
    return sources(next(iter(spec.submodule_search_locations)))
