# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the controller's part of modules that run through the release, on a node with that of this collection.

One command asks the node for its release, and runs the module through it: only the parameters are sent, and nothing is
compiled. A node that has another release or none is sent this one, and runs the module out of it, without installing
it. Where a node gives no answer, Ansible sends the module as any other.
"""

from __future__ import annotations

import base64
import json
import re
import shlex

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import RUN
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.release_sources import current_release, release_archive

_COLLECTION = "hotstandby.vrrp"
_OTHER_RELEASE = 93  # an exit status that no other command on a node has


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
        answer = self.ask(self.given(), task_vars)
        if answer is None:
            answer = self.run_archive(self.given(), task_vars)
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
        """Run the module through the release; return its result, or None if that is impossible."""
        release, request = current_release(), self.request(given, **internal)
        piped = self._connection.is_pipelining_enabled(False)
        if release is None or request is None or (not piped and self._secret()):
            return None  # every user who lists processes sees the arguments of a command
        command = f"{paths.COMMAND} module {self.name}{'' if piped else ' ' + base64.b64encode(request).decode()}"
        cases = {
            f"releases/{release}": f"{self._compute_environment_string()} {command}",
            "*": f"exit {_OTHER_RELEASE}",
        }
        text = " ".join(f"{pattern}) {then};;" for pattern, then in cases.items())
        done = self._low_level_execute_command(
            f'case "$(readlink {paths.CURRENT})" in {text} esac', in_data=request if piped else None
        )
        return _answer(done)

    def run_archive(self, given, task_vars):
        """Send the release and run the module out of it; return its result, or None if that is impossible."""
        request, python = self.request(given), interpreter(task_vars) or _discovered(task_vars)
        piped = self._connection.is_pipelining_enabled(False)
        if current_release() is None or request is None or not python or not piped:
            return None
        command = f"{self._compute_environment_string()} {shlex.quote(python)} -IB -c {shlex.quote(RUN)} {self.name}"
        return _answer(self._low_level_execute_command(command, in_data=request + b"\n" + release_archive()))

    def request(self, given, **internal):
        """Return the request that a node is sent; None where only the module itself can judge the arguments."""
        # The node must expand a path with ~ or $. For a wrong argument the module itself has the best message.
        judged = ArgumentSpecValidator(self.specification).validate(given)
        told = str({name: value for name, value in given.items() if name not in self._secret()})
        if judged.error_messages or self._task.async_val or re.search(r"[~$]", told):
            return None
        parameters = {**judged.validated_parameters, **internal}
        return json.dumps({"params": parameters, "check_mode": self._task.check_mode}).encode()

    def _secret(self):
        return [name for name, option in self.specification.items() if option.get("no_log")]


def interpreter(task_vars):
    """Return the path of the interpreter in the inventory; None where Ansible is to find one."""
    said = str((task_vars or {}).get("ansible_python_interpreter") or "")
    return said if said.startswith("/") else None


def _discovered(task_vars):
    """Return the path of the interpreter that Ansible has found for an earlier task; None where there was none."""
    return ((task_vars or {}).get("ansible_facts") or {}).get("discovered_interpreter_python")


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


# Ansible loads an action plugin once, and forks for each host and task: so it is worked out once for all of them.
current_release()
