# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the pair of a host is found in Ansible's inventory, and without evaluating the variables of a play."""

from __future__ import annotations

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.hotstandby.vrrp.plugins.filter.pair_hosts import pair_hosts

INVENTORY = """\
[web]
web-a
web-b
[db]
db-a
db-b
[ha_pair:children]
web
db
"""


class Variables:
    """They are the variables of the hosts as Ansible has them: the inventory is behind them."""

    def __init__(self, inventory):
        self._inventory = inventory


class Template(list):
    """It is a list of the play, which costs time at each look."""

    def __iter__(self):
        raise AssertionError("a list of the play is evaluated")

    __contains__ = __getitem__ = __len__ = __iter__


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "hosts.ini"
    path.write_text(INVENTORY)
    return InventoryManager(DataLoader(), sources=[str(path)])


def test_a_host_of_the_group_ha_pair_is_found_in_the_inventory_alone(inventory):
    found = pair_hosts("db-a", Variables(inventory), {"ha_pair": Template(), "db": Template()}, Template())
    assert found == {"name": "db", "hosts": ["db-a", "db-b"], "problem": ""}


def test_without_an_inventory_the_groups_are_found_by_their_hosts():
    groups = {"ha_pair": ["web-a", "web-b", "db-a", "db-b"], "web": ["web-a", "web-b"], "db": ["db-a", "db-b"]}
    assert pair_hosts("web-b", {}, groups, groups["ha_pair"])["hosts"] == ["web-a", "web-b"]
