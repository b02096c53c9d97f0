# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the arguments of the modules: which of them are secret, and that they import nothing of the agent."""

from __future__ import annotations

import importlib
import subprocess
import sys

from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import arguments

HEAVY = "import sys; sys.path.insert(0, {!r}); import deployment.arguments; print(*sys.modules)"


def test_the_file_and_the_key_of_the_pair_are_the_secrets():
    secret = [
        word
        for specification in (arguments.VRRP_AGENT, arguments.VRRP_CONFIG, arguments.VRRP_INFO)
        for word, option in specification.items()
        if option.get("no_log")
    ]
    assert secret == ["content", "peer_key"]


def test_the_runtime_directory_is_that_of_the_agent():
    assert arguments.RUNTIME_DIR == {"runtime_dir": {"type": "path", "default": "/run/hotstandby"}}


def test_nothing_of_the_agent_is_imported():
    library = str(next(iter(importlib.import_module("vrrp").__path__)).rpartition("/")[0])
    done = subprocess.run(
        [sys.executable, "-IB", "-c", HEAVY.format(library)], capture_output=True, text=True, check=True
    )
    assert not [name for name in done.stdout.split() if name.startswith(("vrrp", "pyroute2", "asyncio"))]
