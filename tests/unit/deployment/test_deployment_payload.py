# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a module carries the sources of a release, as in the checkout, without the simulation."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import ansible_collections.hotstandby.vrrp as collection
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.payload import PACKAGES, agent_sources

LIBRARY = Path(next(iter(collection.__path__))) / "plugins" / "module_utils"
RUN = "from vrrp import cli; sys.exit(cli.main())"
PAYLOAD = LIBRARY / "deployment" / "payload.py"
MODULE = LIBRARY / "deployment" / "module_agent.py"  # the module vrrp_agent imports it by name


def for_nodes():
    """Return the files of the packages, without those of the simulation, which is for the controller."""
    every = [path for name in PACKAGES for path in (LIBRARY / name).rglob("*.py")]
    files = [path for path in every if "simulation" not in str(path.relative_to(LIBRARY))]
    assert len(files) < len(every)
    return files


def in_the_checkout():
    return {str(path.relative_to(LIBRARY)): path.read_bytes() for path in for_nodes()}


def imported(path):
    """Return the files that a file imports by relative imports, anywhere in it, as AnsiballZ follows them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for candidate in (base, *(base / alias.name for alias in node.names)):
                if candidate.with_suffix(".py").exists():
                    yield candidate.with_suffix(".py")


def test_every_source_is_found():
    assert agent_sources() == in_the_checkout()


def test_every_source_is_within_reach_of_the_module():
    """AnsiballZ packs imported files, and the packages around them; other files would not be sent."""
    reached, fresh = set(), {PAYLOAD, MODULE}
    while fresh:
        reached |= fresh
        fresh = {found for path in fresh for found in imported(path)} - reached
    carried = {path for path in reached if path.relative_to(LIBRARY).parts[0] in PACKAGES}
    carried |= {folder / "__init__.py" for path in carried for folder in path.parents if LIBRARY in folder.parents}
    assert carried == set(for_nodes())


def test_on_a_node_there_is_every_command_but_simulate(tmp_path):
    for path, source in agent_sources().items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source)
    command = [sys.executable, "-BI", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN}", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "status" in said and "replay" in said and "simulate" not in said
