# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent travels inside the module: as it is in the checkout, importable, and without the simulation."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import ansible_collections.hotstandby.vrrp as collection
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.payload import agent_sources

PACKAGE = Path(next(iter(collection.__path__))) / "plugins" / "module_utils" / "vrrp"
RUN = "from vrrp import cli; sys.exit(cli.main())"
PAYLOAD = PACKAGE.parent / "deployment" / "payload.py"


def for_nodes():
    """The files of the package but for those of the simulation, which is for the controller."""
    files = [path for path in PACKAGE.rglob("*.py") if "simulation" not in str(path.relative_to(PACKAGE))]
    assert len(files) < len(list(PACKAGE.rglob("*.py")))
    return files


def in_the_checkout():
    return {os.path.join("vrrp", path.relative_to(PACKAGE)): path.read_bytes() for path in for_nodes()}


def imported(path):
    """The files that a file imports, anywhere in it, by relative imports: what AnsiballZ follows."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for candidate in (base, *(base / alias.name for alias in node.names)):
                if candidate.with_suffix(".py").exists():
                    yield candidate.with_suffix(".py")


def test_every_source_is_found():
    assert agent_sources() == in_the_checkout()


def test_every_source_is_within_reach_of_the_module():
    """AnsiballZ packs what imports lead to, and the packages around it; what nothing leads to would stay here."""
    reached, fresh = set(), {PAYLOAD}
    while fresh:
        reached |= fresh
        fresh = {found for path in fresh for found in imported(path)} - reached
    carried = {path for path in reached if PACKAGE in path.parents}
    carried |= {
        folder / "__init__.py" for path in carried for folder in path.parents if PACKAGE in (folder, *folder.parents)
    }
    assert carried == set(for_nodes())


def test_on_a_node_there_is_every_command_but_simulate(tmp_path):
    for path, source in agent_sources().items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source)
    command = [sys.executable, "-BI", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN}", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "status" in said and "replay" in said and "simulate" not in said
