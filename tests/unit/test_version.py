# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that duplicate facts agree: the version, the library that the controller needs, the targets of CI."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from vrrp import __version__

ROOT = Path(__file__).parents[2]


def test_the_agent_says_the_version_of_the_collection():
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"] == __version__


def test_an_execution_environment_has_what_the_controller_needs():
    wanted = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    lines = (ROOT / wanted["python"]).read_text(encoding="utf-8").splitlines()
    (library,) = [line for line in lines if not line.startswith("#")]
    module = (ROOT / "plugins" / "modules" / "vrrp_agent.py").read_text(encoding="utf-8")
    assert library == "pyroute2 >= 0.9" and f"  - {library}, with the Python of the controller" in module


def test_the_workflow_calls_targets_that_there_are():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    parts = workflow["jobs"]["part"]["strategy"]["matrix"]["part"]
    targets = re.findall(r"^([a-z-]+): setup", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert parts and set(parts) <= set(targets)
