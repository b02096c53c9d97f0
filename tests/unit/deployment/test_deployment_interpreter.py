# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the path that survives an upgrade is taken if its Python is new enough."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import interpreter as interpreter_module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.interpreter import interpreter
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import CommandRunner

OTHER = "/opt/python3.12/bin/python3.12"


@pytest.fixture
def stable(tmp_path, monkeypatch):
    """Return ``stable(script)``, which puts a program at that path."""
    path = tmp_path / "python3"
    monkeypatch.setattr(interpreter_module, "STABLE", str(path))

    def write(script):
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return write


def run_command(words, environ_update=None):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def ask(discovered):
    return interpreter(discovered, CommandRunner(run_command))


def test_another_name_of_the_same_interpreter_is_not_run(stable, tmp_path):
    path = stable("exit 1")
    (tmp_path / "python3.11").symlink_to(path)
    assert ask(str(tmp_path / "python3.11")) == path


def test_a_stable_path_to_a_new_enough_python_is_taken(stable):
    path = stable(f'exec {sys.executable} "$@"')
    assert ask(OTHER) == path


@pytest.mark.parametrize("script", ["echo False", "exit 1", "echo"])
def test_a_python_that_is_too_old_or_broken_is_not_taken(stable, script):
    stable(script)
    assert ask(OTHER) == OTHER


def test_without_a_stable_path_the_interpreter_stays(stable):
    assert ask(OTHER) == OTHER
