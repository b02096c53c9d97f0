# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each module of the library has a test module of its own, by its name and in the folder of the same name.

Each module of Ansible has a target of ansible-test integration of its own name. A file of the tests has the same
highest length as a module of the library.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LIBRARY = TESTS.parents[1] / "plugins" / "module_utils"
MODULES = sorted(path for path in LIBRARY.rglob("*.py") if path.name != "__init__.py")
BLOCKS = "config/keywords/test_config_table_blocks.py"
ANSIBLE_MODULES = sorted((LIBRARY.parent / "modules").glob("*.py"))
TARGETS = TESTS.parent / "integration" / "targets"
CHECKOUT = TESTS.parents[1]
TEST_FILES = sorted([*TESTS.parent.rglob("*.py"), *(CHECKOUT / "molecule").rglob("*.py")])
ELSEWHERE = {
    **dict.fromkeys(("global_defs", "groups", "track_blocks", "vrrp_instance"), BLOCKS),
    "parameter_history": "../simulation/test_simulation_mutants.py",
}


def folder_of(module: Path) -> str:
    """Return the folder below tests/unit, "" for a file directly in the package vrrp."""
    rooms = module.relative_to(LIBRARY).parts[:-1]
    if rooms[0] == "vrrp":
        rooms = rooms[1:]
    return rooms[0] if rooms else ""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_a_module_has_a_test_module(module):
    folder, name = folder_of(module), module.stem
    if name in ELSEWHERE:
        found = [TESTS / ELSEWHERE[name]]
    elif folder:
        found = list((TESTS / folder).rglob(f"test_{folder}_{name}.py"))
    else:
        found = [TESTS / f"test_{name}.py"]
    assert len([path for path in found if path.is_file()]) == 1, f"no test_*_{name}.py in tests/unit/{folder}"


@pytest.mark.parametrize("module", ANSIBLE_MODULES, ids=lambda path: path.stem)
def test_a_module_of_ansible_has_an_integration_target(module):
    assert (TARGETS / module.stem / "tasks" / "main.yml").is_file()


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_file_of_the_tests_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
