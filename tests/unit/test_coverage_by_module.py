# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that `make coverage` counts each test file for the module that it tests."""

from __future__ import annotations

import pytest
from coverage_by_module import own_tests, percent
from test_own_tests import LIBRARY, MODULES

OWN = {str(module.relative_to(LIBRARY)): sorted(path.name for path in paths) for module, paths in own_tests().items()}


def test_each_module_has_its_own_tests():
    assert len(OWN) == len(MODULES)
    assert [module for module, names in OWN.items() if not names] == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("vrrp/agent/instance.py", "test_agent_instance.py"),
        ("vrrp/agent/instance.py", "test_agent_instance_addresses.py"),
        ("vrrp/agent/instance_manager.py", "test_agent_instance_manager.py"),
        ("vrrp/agent/control/server.py", "test_agent_server_load.py"),
        ("vrrp/cli.py", "test_cli.py"),
        ("vrrp/cli.py", "test_cli_records.py"),
        ("vrrp/cli_events.py", "test_cli_events.py"),
        ("vrrp/simulation/parameter_history.py", "test_simulation_mutants.py"),
    ],
)
def test_the_longest_name_of_a_module_counts(module, name):
    assert name in OWN[module]
    assert [other for other, names in OWN.items() if name in names] == [module]


def test_a_share_of_nothing_is_all_of_it():
    assert (percent(0, 0), percent(1, 4)) == (100.0, 25.0)
