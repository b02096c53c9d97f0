# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example inventories of the documentation describe pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.derivation import instances
from pair_inventory import interfaces

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples").glob("*.yml"))


def plan(path):
    group = yaml.safe_load(path.read_text(encoding="utf-8"))["ha_pair"]
    return instances(
        {
            name: {"ha_pair_interfaces": interfaces(f"{own['ansible_host']}/24"), **group["vars"], **own}
            for name, own in group["hosts"].items()
        }
    )


def test_there_are_examples():
    assert {path.stem for path in EXAMPLES} >= {"minimal", "article", "two_vips"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_is_a_pair_whose_first_host_is_master_of_the_first_vip(path):
    found = plan(path)
    assert [(own[0]["state"], own[0]["priority"]) for own in found.values()] == [("MASTER", 100), ("BACKUP", 90)]
    assert all(own[0]["virtual_ipaddress"] == ["192.168.8.100/24"] for own in found.values())
