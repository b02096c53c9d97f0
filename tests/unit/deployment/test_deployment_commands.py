# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a command that does not tell anything is no error."""

from __future__ import annotations

import sys

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import commands
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError

PRINT = "import os; print(os.environ['LC_ALL'], '/usr/sbin' in os.environ['PATH'])"


def test_the_output_is_returned_in_the_c_locale(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert commands.output([sys.executable, "-c", PRINT]) == "C.UTF-8 True\n"


def test_a_command_that_is_missing_fails_or_is_slow_tells_nothing(monkeypatch):
    assert commands.output(["no-such-command-of-hotstandby"]) is None
    assert commands.output([sys.executable, "-c", "import sys; print(1); sys.exit(1)"]) is None
    monkeypatch.setattr(commands, "TIMEOUT_S", 0.0)
    assert commands.output([sys.executable, "-c", "input()"]) is None


def test_a_change_that_fails_is_an_error(monkeypatch):
    commands.change([sys.executable, "-c", "print('done')"])
    with pytest.raises(
        DeploymentError, match=r"import sys; sys.exit\('no such zone'\)' ended with status 1: no such zone"
    ):
        commands.change([sys.executable, "-c", "import sys; sys.exit('no such zone')"])
    with pytest.raises(DeploymentError, match="ended with status 3: it said nothing"):
        commands.change([sys.executable, "-c", "import sys; sys.exit(3)"])
    with pytest.raises(DeploymentError, match="'no-such-command-of-hotstandby': "):
        commands.change(["no-such-command-of-hotstandby"])
    monkeypatch.setattr(commands, "CHANGE_TIMEOUT_S", 0.0)
    with pytest.raises(DeploymentError, match="timed out"):
        commands.change([sys.executable, "-c", "input()"])
