# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the filters of a migration make of what was read on both hosts."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.hotstandby.vrrp.plugins.filter.migration import migration
from ansible_collections.hotstandby.vrrp.plugins.filter.migration_differences import migration_differences
from ansible_collections.hotstandby.vrrp.plugins.filter.priorities import priorities

HOSTS = ["node-a", "node-b"]
ENTRY = {"name": "VI_1", "interface": "eth0", "virtual_ipaddress": ["192.168.8.100/24"], "virtual_router_id": 51}


def look(number, state):
    own = {"address": f"192.168.8.{number}/24", "secondary": False}
    instance = {"name": "VI_1", "state": state, "base_priority": 100 if state == "MASTER" else 90}
    return {"program": "keepalived", "root": True, "release": None, "instances": [instance],
            "interfaces": [{"name": "eth0", "loopback": False, "addresses": [own], "virtual_addresses": []}],
            "keepalived": {"service": "keepalived.service", "count": 1, "msg": ""}}  # fmt: skip


def imported(priority, **entry):
    said = {"shared": {"ha_pair_instances": [{**ENTRY, **entry}]}, "host": {"ha_pair_priority": priority}}
    return {"variables": said, "problems": [], "not_carried_over": [], "vault": ["vault_ha_pair_auth_pass"]}


LOOKS = {"node-a": look(4, "MASTER"), "node-b": look(5, "BACKUP")}
FILES = {"node-a": imported(100), "node-b": imported(90)}


def test_the_variables_are_shown_as_yaml_and_have_their_files():
    found = migration(HOSTS, LOOKS, FILES, folder="/srv/new", group="web")
    assert (found["order"], found["objections"]) == (["node-b", "node-a"], {"node-a": [], "node-b": []})
    assert found["lines"] == [
        "shared by both hosts:",
        "    ha_pair_instances:",
        "    - name: VI_1",
        "      interface: eth0",
        "      virtual_ipaddress:",
        "      - 192.168.8.100/24",
        "      virtual_router_id: 51",
        "node-a:",
        "    ha_pair_priority: 100",
        "node-b:",
        "    ha_pair_priority: 90",
        "for Ansible Vault: vault_ha_pair_auth_pass",
    ]
    assert found["files"] == {
        "/srv/new/group_vars/web.yml": {"ha_pair_instances": [ENTRY]},
        "/srv/new/host_vars/node-a.yml": {"ha_pair_priority": 100},
        "/srv/new/host_vars/node-b.yml": {"ha_pair_priority": 90},
    }


def test_a_plan_keeps_the_order_that_is_known_already():
    assert migration(HOSTS, LOOKS, FILES)["plan"][0].startswith("node-b: keepalived is stopped")
    later = migration(HOSTS, LOOKS, FILES, order=["node-a", "node-b"])
    assert later["order"] == ["node-a", "node-b"] and later["plan"][0].startswith("node-a: keepalived is stopped")


def test_an_inventory_is_compared_with_the_instances_of_both_files():
    theirs = {"node-a": imported(100, auth_pass="Zw9kTr4q"), "node-b": imported(90, auth_pass="Zw9kTr4q")}
    plan = {
        host: [{"name": "VI_1", "auth_pass": "Xq7bL2vN", "priority": priority}]
        for host, priority in (("node-a", 100), ("node-b", 80))
    }
    found = migration_differences(plan, LOOKS, theirs)
    assert "node-a: VI_1 auth_pass: another one" in found["node-a"]["differences"]
    assert "node-b: VI_1 priority: 80 in the inventory, 90 in keepalived's file" in found["node-b"]["differences"]
    assert not [text for text in found["node-a"]["differences"] if " priority: " in text]
    assert [found[host]["missing"] for host in HOSTS] == [[], []]


def test_a_file_that_makes_no_instances_is_an_error_of_the_filter():
    with pytest.raises(AnsibleFilterError, match="192.168.9.1 is outside every subnet"):
        theirs = {host: imported(100, virtual_ipaddress=["192.168.9.1/24"], interface=None) for host in HOSTS}
        migration_differences({"node-a": [], "node-b": []}, LOOKS, theirs)


def test_the_priorities_of_both_hosts_are_compared_for_each():
    assert priorities(LOOKS) == {
        "node-a": {"leads": ["VI_1"], "takes_back": ["VI_1"]},
        "node-b": {"leads": [], "takes_back": []},
    }
