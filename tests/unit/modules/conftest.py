# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs a module as Ansible does, with a fake agent."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from fake_agent import FakeAgent


@pytest.fixture
def runtime_dir(tmp_path):
    """Return a directory without an agent, unless ``agent`` is used too. Its path is short enough for a socket."""
    place = tmp_path / "run"
    place.mkdir()
    return str(place)


@pytest.fixture
def agent(runtime_dir):
    fake = FakeAgent(runtime_dir)
    yield fake
    fake.close()


@pytest.fixture
def own_account(monkeypatch):
    """Make the user of the tests the agent's user."""
    monkeypatch.setattr(Account, "owner", lambda self: (os.getuid(), os.getgid()))


@pytest.fixture
def run(capsys, runtime_dir):
    """Return ``run(module, **arguments)``, which returns the result, with the whole output as ``output``."""

    def call(name: str, /, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        module = importlib.import_module(f"ansible_collections.hotstandby.vrrp.plugins.modules.{name}")
        arguments = {"runtime_dir": runtime_dir, **arguments}
        arguments = {word: value for word, value in arguments.items() if value is not ...}  # ... leaves an argument out
        arguments = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        output, errors = capsys.readouterr()
        return {**json.loads(output), "output": output + errors}

    return call
