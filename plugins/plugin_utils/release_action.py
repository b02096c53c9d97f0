# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of modules that run through the release, on a node with that of this collection.

One command asks the node for its release, and runs the module through it: only the parameters are sent, and nothing is
compiled. Where the node has another release or none, or gives no answer, Ansible sends the module as any other.
"""

from __future__ import annotations

import base64
import functools
import importlib.metadata
import importlib.util
import json
import re
import sys

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.digest import digest, sources
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.installation import Wanted
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.payload import agent_sources

_COLLECTION = "hotstandby.vrrp"
_NO_RELEASE, _OTHER_RELEASE = 92, 93  # exit statuses that no other command on a node has


class ReleaseAction(ActionBase):
    """It is the action plugin of one module: ``name`` is the module, ``specification`` are its arguments."""

    TRANSFERS_FILES = False  # it rarely sends files, and then makes the directory itself
    _supports_check_mode = True
    _supports_async = True
    name = ""
    specification: dict = {}

    def run(self, tmp=None, task_vars=None):
        """Return the result of the module."""
        result = super().run(tmp, task_vars)
        answer, _status = self.ask(self.given(), task_vars)
        result.update(self.carried(None, task_vars) if answer is None else answer)
        return result

    def given(self):
        """Return the arguments of the task."""
        return {name: value for name, value in self._task.args.items() if not name.startswith("_")}

    def carried(self, given, task_vars):
        """Send and run the module as any other, and return its result; None stands for the arguments of the task."""
        asynchronous = self._task.async_val and not self._connection.has_native_async
        name = f"{_COLLECTION}.{self.name}"
        try:
            return self._execute_module(name, given, task_vars=task_vars, wrap_async=asynchronous)
        finally:
            if not asynchronous:
                self._remove_tmp_path(self._connection._shell.tmpdir)

    def ask(self, given, task_vars, **internal):
        """Run the module through the release; return its result, or None if that is impossible, and its exit status."""
        release = current_release()
        # The node must expand a path with ~ or $. For a wrong argument the module itself has the best message.
        judged = ArgumentSpecValidator(self.specification).validate(given)
        parameters = {**judged.validated_parameters, **internal}
        secret = [name for name, option in self.specification.items() if option.get("no_log")]
        told = str({name: value for name, value in given.items() if name not in secret})
        if release is None or judged.error_messages or self._task.async_val or re.search(r"[~$]", told):
            return None, None
        request = json.dumps({"params": parameters, "check_mode": self._task.check_mode}).encode()
        piped = self._connection.is_pipelining_enabled(False)
        if not piped and secret:
            return None, None  # every user who lists processes sees the arguments of a command
        command = f"{paths.COMMAND} module {self.name}{'' if piped else ' ' + base64.b64encode(request).decode()}"
        cases = {
            f"releases/{release}": f"{self._compute_environment_string()} {command}",
            '""': f"exit {_NO_RELEASE}",
            "*": f"exit {_OTHER_RELEASE}",
        }
        text = " ".join(f"{pattern}) {then};;" for pattern, then in cases.items())
        done = self._low_level_execute_command(
            f'case "$(readlink {paths.CURRENT})" in {text} esac', in_data=request if piped else None
        )
        return _answer(done), done["rc"]

    @staticmethod
    def is_fresh(status):
        """Return whether a node that answered with this exit status has no release at all."""
        return status == _NO_RELEASE


def _answer(done):
    """Return the answer of the node; None without one."""
    if done["rc"] != 0:
        return None
    for line in reversed(done["stdout_lines"]):
        if line.startswith("{"):
            try:
                return wrap_var(json.loads(line))
            except ValueError:
                return None
    return None


@functools.lru_cache(maxsize=1)
def controllers_pyroute2():
    """Return the sources of this Python's pyroute2. Raises AnsibleActionFail where it is missing or too old."""
    minimum = ".".join(map(str, paths.MINIMUM_PYROUTE2))
    advice = f"install it there: {sys.executable} -m pip install 'pyroute2>={minimum}'"
    spec = importlib.util.find_spec("pyroute2")
    if spec is None or not spec.submodule_search_locations:
        raise AnsibleActionFail(f"the controller's Python has no pyroute2, which the agent needs; {advice}")
    try:
        version = importlib.metadata.version("pyroute2")
        found = tuple(int(part) for part in version.split(".")[:2])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        version, found = "of unknown version", (0, 0)
    if found < paths.MINIMUM_PYROUTE2:
        raise AnsibleActionFail(f"the controller's pyroute2 is {version}, the agent needs {minimum} or later; {advice}")
    return sources(next(iter(spec.submodule_search_locations)))


@functools.lru_cache(maxsize=1)
def pyroute2_digest():
    """Return the digest of the controller's pyroute2. Raises AnsibleActionFail as ``controllers_pyroute2`` does."""
    return digest(controllers_pyroute2())


@functools.lru_cache(maxsize=1)
def current_release():
    """Return the id of the release that this controller installs; None where it cannot install any."""
    try:
        return Wanted(agent_sources(), pyroute2_digest()).release().id
    except AnsibleActionFail:
        return None


# Ansible loads an action plugin once, and forks for each host and task: so it is worked out once for all of them.
current_release()
