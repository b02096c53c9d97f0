# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the checks of an inventory refuse what argument_specs.yml refuses: the playbook uses only these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from two_hosts import VIP, hosts

ROLE = Path(__file__).parents[3] / "roles" / "ha_pair"
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS = OPTIONS["argument_specs"]["main"]["options"]
VIPS = [VIP, "192.168.8.101/24"]
# A good entry of each list of mappings.
RIGHT = {
    "ha_pair_instances": {"virtual_ipaddress": [VIP]},
    "ha_pair_scripts": {"name": "a", "script": "/bin/true"},
    "ha_pair_track_processes": {"name": "a", "process": "a"},
    "ha_pair_track_files": {"name": "a", "file": "/run/a"},
    "ha_pair_sync_groups": {"name": "a", "group": ["VI_1", "VI_2"]},
    "ha_pair_garp_groups": {"interfaces": ["eth0"], "garp_interval": 1},
    "ha_pair_interface_up_down_delays": {"interface": "eth0", "down": 1},
    "ha_pair_track_groups": {"name": "a", "group": ["VI_1"]},
}
WRONG = {"int": "many", "float": "soon", "bool": "maybe", "dict": "text"}
# A list in place of a text, and a text in place of any kind, can be right.
ANYTHING = ["text", 7, 1.5, True, {"nosuch": 1}, ["a", 1, None], [{"nosuch": [1]}], [[]], {}, [], ""]


def values(option: dict[str, Any], right: dict[str, Any]) -> Iterator[Any]:
    """Return values that Ansible would refuse for this option."""
    kind = option["type"]
    if kind in WRONG:
        yield WRONG[kind]
    if "choices" in option:
        yield 9 if kind == "int" else "nosuch"
    if kind == "list" and option.get("elements") == "dict":
        yield ["text"]
        yield [{**right, "nosuch": 1}]
        for word, inner in option["options"].items():
            yield from ([{**right, word: value}] for value in values(inner, {}))
            if inner.get("required"):
                yield [{known: value for known, value in right.items() if known != word}]


CASES = {name: list(values(option, RIGHT.get(name, {}))) for name, option in OPTIONS.items()}


def derive(name, value):
    """Return the instances where both hosts have this value."""
    variables = hosts() if name == "ha_pair_instances" else hosts(vips=VIPS)
    for said in variables.values():
        said[name] = value
    return instances(variables)


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.get("elements") == "dict"])
def test_good_values_are_taken(name):
    assert derive(name, [RIGHT[name]])


@pytest.mark.parametrize("name", [name for name in OPTIONS if CASES[name]])
def test_every_value_that_ansible_would_refuse_is_refused(name):
    for value in CASES[name]:
        with pytest.raises(PairError):
            derive(name, value)
            pytest.fail(f"{name}: {value!r} is taken")


@pytest.mark.parametrize("name", OPTIONS)
def test_no_value_ends_in_a_traceback(name):
    for value in ANYTHING:
        try:
            derive(name, value)
        except PairError as error:
            assert all(str(problem) for problem in error.problems), value
