# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each module of the library has a test module of its own, by its name and in the folder of the same name.

Each module of Ansible has a target of ansible-test integration of its own name. A file of the tests has the same
highest length as a module of the library. A name of a test is a sentence that is understood alone.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

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
    "ip_types": "test_house.py",
    "parameter_history": "../simulation/test_simulation_mutants.py",
}


def folder_of(module: Path) -> str:
    """Return the folder below tests/unit, "" for a file directly in the package vrrp."""
    rooms = module.relative_to(LIBRARY).parts[:-1]
    if rooms[0] == "vrrp":
        rooms = rooms[1:]
    return rooms[0] if rooms else ""


def own_test_modules(module: Path) -> list[Path]:
    """Return the files that are the test module of one module of the library."""
    folder, name = folder_of(module), module.stem
    if name in ELSEWHERE:
        found = [TESTS / ELSEWHERE[name]]
    elif folder:
        found = list((TESTS / folder).rglob(f"test_{folder}_{name}.py"))
    else:
        found = [TESTS / f"test_{name}.py"]
    return [path for path in found if path.is_file()]


def test_each_module_has_one_test_module():
    assert MODULES
    assert not [str(path.relative_to(LIBRARY)) for path in MODULES if len(own_test_modules(path)) != 1]


def test_a_module_of_ansible_has_an_integration_target():
    assert ANSIBLE_MODULES
    assert not [path.stem for path in ANSIBLE_MODULES if not (TARGETS / path.stem / "tasks" / "main.yml").is_file()]


def test_a_file_of_the_tests_has_at_most_400_lines():
    assert TEST_FILES
    assert not [str(path) for path in TEST_FILES if len(path.read_text(encoding="utf-8").splitlines()) > 400]


NO_SUBJECT = re.compile(r"test_(what|who|whose|whom|whoever|nobody|so|that|neither)_")
LONGEST_NAME = 73


def test_a_name_of_a_test_is_a_plain_sentence():
    """It has a subject (CONTRIBUTING.md, Words) and at most 73 characters."""
    names = {
        node.name
        for path in TEST_FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    }
    assert len(names) > 5000
    wrong = {name for name in names if NO_SUBJECT.match(name) or len(name) > LONGEST_NAME}
    assert not wrong
