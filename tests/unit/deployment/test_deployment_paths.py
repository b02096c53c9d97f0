# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the paths on a node, and the oldest versions, are those in the documentation."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths

from vrrp import runtime


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("LIBRARY", "/usr/local/lib/hotstandby"),
        ("RELEASES", "/usr/local/lib/hotstandby/releases"),
        ("CURRENT", "/usr/local/lib/hotstandby/current"),
        ("COMMAND", "/usr/local/bin/hotstandby"),
        ("MAN_PAGE", "/usr/local/share/man/man8/hotstandby.8"),
        ("COMPLETION", "/usr/local/share/bash-completion/completions/hotstandby"),
        ("UNIT", "/etc/systemd/system/hotstandby.service"),
        ("CONFIG_DIRECTORY", "/etc/hotstandby"),
        ("CONFIG", "/etc/hotstandby/hotstandby.conf"),
        ("RUNTIME_DIRECTORY", "/run/hotstandby"),
        ("STATE_DIRECTORY", "/var/lib/hotstandby"),
    ],
)
def test_the_places_are_the_documented_ones(name, path):
    assert getattr(paths, name) == path


def test_the_agent_has_the_same_directories():
    """They stand there again: a module that only takes its arguments loads nothing of the agent."""
    assert (runtime.RUNTIME_DIR, runtime.STATE_DIR) == (paths.RUNTIME_DIRECTORY, paths.STATE_DIRECTORY)


def test_the_user_and_the_service_are_the_documented_ones():
    assert (paths.USER, paths.SERVICE) == ("hotstandby", "hotstandby.service")


def test_the_oldest_python_and_pyroute2_are_the_documented_ones():
    assert (paths.MINIMUM_PYTHON, paths.MINIMUM_PYROUTE2) == ((3, 9), (0, 9))
