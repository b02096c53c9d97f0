# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs a module through the release on a node. The controller's action plugin sends a request and reads an answer.

``hotstandby module NAME`` reads the request from standard input, or takes it as an argument in base64. It is JSON: the
parameters, which the controller has checked, and whether this is check mode. The answer is JSON in Ansible's form.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn, Optional

from .module_io import end

_RUN = {
    "vrrp_agent": "module_agent",
    "vrrp_compare": "module_compare",
    "vrrp_config": "module_config",
    "vrrp_drain": "module_drain",
    "vrrp_firewall": "module_firewall",
    "vrrp_info": "module_info",
    "vrrp_peer_key": "module_peer_key",
    "vrrp_state": "module_state",
}


class Module:
    """It is the part of AnsibleModule that these modules use: parameters, check mode, commands, warnings, an end."""

    def __init__(self, request: Mapping[str, Any]):
        self.params: dict[str, Any] = dict(request["params"])
        self.check_mode: bool = request["check_mode"]
        self.no_log_values: set[str] = set()
        self._warnings: list[str] = []

    def warn(self, text: str) -> None:
        """Add a warning to the answer."""
        self._warnings.append(text)

    @staticmethod
    def run_command(words: Sequence[str], environ_update: Optional[Mapping[str, str]] = None) -> tuple[int, str, str]:
        """Run a command; return its exit status, standard output and standard error."""
        try:
            done = subprocess.run(
                words,
                env={**os.environ, **(environ_update or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as error:
            return 127, "", str(error)
        return done.returncode, done.stdout, done.stderr

    def exit_json(self, **result: Any) -> NoReturn:
        """Print the result and end."""
        answer = {**result, "invocation": {"module_args": self.params}}
        if self._warnings:
            answer["warnings"] = self._warnings
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        raise SystemExit(0)

    def fail_json(self, **result: Any) -> NoReturn:
        """Print the result of a failure and end."""
        self.exit_json(failed=True, **result)


def main() -> NoReturn:
    """Run the module that the command line names."""
    name, *sent = sys.argv[2:]
    answer(name, base64.b64decode(sent[0]) if sent else sys.stdin.buffer.read())


def answer(name: str, request: bytes, archive: Optional[str] = None) -> NoReturn:
    """Run a module with this request and print its answer. ``archive`` is the path of that out of which it runs."""
    module = Module(json.loads(request))
    if name == "vrrp_agent" and archive is not None:
        module.params["_archive"] = archive
    end(module, import_module(f".{_RUN[name]}", __package__).run)
    raise AssertionError("a module ends with an answer")
