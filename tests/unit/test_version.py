# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent and the collection carry one version."""

from __future__ import annotations

from pathlib import Path

import yaml

from vrrp import __version__

ROOT = Path(__file__).parents[2]


def test_the_agent_says_the_version_of_the_collection():
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"] == __version__
