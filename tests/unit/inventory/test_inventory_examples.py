# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the inventories of the documentation and the scenarios describe pairs, and that their files are good."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from role_template import files
from two_hosts import interfaces

TOP = Path(__file__).parents[3]
EXAMPLES = sorted((TOP / "docs" / "examples").glob("*.yml"))
# A pair that is to be migrated has its variables in the files of keepalived.
INVENTORIES = EXAMPLES + [
    path for path in sorted((TOP / "molecule").glob("*/inventory.yml")) if "vars:" in path.read_text()
]
# Keywords that keepalived 2.2.7, the version here, does not know.
NEWER = ("auth_hmac {", "v3_checksum_as_v2 ")


def pairs(path):
    """Return for each pair its hosts' variables: 192.168.8.0/24, fd00:8::/64 are on eth0, 10.0.8.0/24 is on eth1."""
    group = yaml.safe_load(path.read_text(encoding="utf-8"))["ha_pair"]
    for each in group["children"].values() if "children" in group else [group]:
        shared = {**group.get("vars", {}), **each["vars"]}
        named = [(name, own or {}) for name, own in each["hosts"].items()]
        found = {}
        for number, (name, own) in enumerate(named, start=4):
            address = own.get("ansible_host", f"192.168.8.{number}")
            said = {word: rendered(value, address) for word, value in {**shared, **own}.items()}
            found[name] = {**network(address), **said}
        yield found


def rendered(value, address):
    """Return a value as Ansible renders it, where it has the address of its host."""
    return value.replace("{{ ansible_host }}", address) if isinstance(value, str) else value


def hosts(path):
    """Return the variables of the hosts of a single pair."""
    (found,) = pairs(path)
    return found


def network(address):
    number = address.rpartition(".")[2]
    other = interfaces(f"10.0.8.{number}/24", name="eth1")[1:]
    return {"ha_pair_interfaces": [*interfaces(f"{address}/24", f"fd00:8::{number}/64"), *other]}


def plan(path):
    return instances(hosts(path))


def test_there_are_example_inventories():
    assert {path.stem for path in EXAMPLES} >= {
        "minimal",
        "article",
        "two_vips",
        "sync_group",
        "hmac",
        "checks",
        "takeover",
    }
    assert len(INVENTORIES) >= len(EXAMPLES) + 3


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_a_pair_whose_first_host_is_master(path):
    found = plan(path)
    assert [(own[0]["state"], own[0]["priority"]) for own in found.values()] == [("MASTER", 100), ("BACKUP", 90)]
    assert all(own[0]["virtual_ipaddress"] == ["192.168.8.100/24"] for own in found.values())


@pytest.mark.parametrize("path", INVENTORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_file_of_each_host_is_good_for_the_agent_and_for_keepalived(path, tmp_path):
    for name, text in (each for pair in pairs(path) for each in files(pair).items()):
        report = inspect(text, f"/etc/{name}.conf")
        assert (report.problems, report.warnings) == ((), ()), text
        if not any(word in text for word in NEWER):
            assert keepalived_says(text, tmp_path / f"{name}.conf") == (0, ""), text


def keepalived_says(text, file):
    """Return exit status and output of ``keepalived -t``, with interfaces eth0 and eth1."""
    file.write_text(text, encoding="utf-8")
    script = f"""
        ip link add eth0 type bridge && ip link add eth1 type bridge && ip link set eth0 up && ip link set eth1 up
        keepalived --config-test --use-file {file}; exit $?
    """
    done = subprocess.run(
        ["unshare", "--net", "sh", "-ec", script.strip()],
        capture_output=True, text=True, timeout=30, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return done.returncode, done.stderr
