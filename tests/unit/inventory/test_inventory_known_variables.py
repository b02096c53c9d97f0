# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that unknown variables are refused, and the lists of the known ones are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.known_variables import ROLE_WORDS
from two_hosts import VIP, hosts

TOP = Path(__file__).parents[3]
ROLE = TOP / "roles" / "ha_pair"
FILES = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROLE / "vars" / "main").glob("*.yml"))]
VARS = {name: value for file in FILES for name, value in file.items()}
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS = set(OPTIONS["argument_specs"]["main"]["options"])
# The regular expression by which the role selects variables of the inventory.
(SAID,) = re.findall(r"'(\^[^']*)'", VARS["__ha_pair_said_names"])


def problems(variables, locate=lambda value: None):
    with pytest.raises(PairError) as caught:
        instances(variables, locate)
    return [str(problem) for problem in caught.value.problems]


def test_a_misspelt_variable_is_refused():
    found = problems(hosts({"prioritty": 120}, vips=[VIP]), {120: "hosts.yml:7"}.get)
    text = "there is no such variable (did you mean ha_pair_priority?)"
    assert found == [f"hosts.yml:7: node-a: ha_pair_prioritty: {text}"]


def test_a_variable_that_is_like_none_is_refused():
    text = "there is no such variable (ansible-doc -t role hotstandby.vrrp.ha_pair lists all)"
    assert problems(hosts({"zzz": 1}, vips=[VIP])) == [f"node-a: ha_pair_zzz: {text}"]


def test_a_misspelt_variable_with_the_name_of_a_fact_is_refused():
    text = "there is no such variable (did you mean ha_pair_interface?)"
    assert problems(hosts({"interfaces": "eth0"}, vips=[VIP])) == [f"node-a: ha_pair_interfaces: {text}"]


def test_a_variable_that_the_role_registers_is_accepted():
    said = hosts(vips=[VIP], group="ha_pair", router_id="A", verify_timeout=3)
    noted = {host: {**own, "__ha_pair_before": {"changed": False}} for host, own in said.items()}
    assert instances(noted) == instances(hosts(vips=[VIP]))


def test_every_option_of_the_role_is_known():
    assert {f"ha_pair_{word}" for word in (*FIELDS, *ROLE_WORDS)} == OPTIONS


def test_the_role_passes_every_option_and_no_variable_of_its_own():
    assert all(re.search(SAID, option) for option in OPTIONS | {"ha_pair_prioritty", "ha_pair_interfaces"})
    assert [name for name in VARS if re.search(SAID, name)] == []


def test_a_variable_of_the_role_is_in_one_file_only():
    """Ansible takes the last one without a word."""
    names = [name for file in FILES for name in file]
    assert names and len(names) == len(set(names))


def test_variables_of_the_role_and_the_playbooks_have_another_prefix():
    texts = [path.read_text(encoding="utf-8") for path in [*ROLE.glob("tasks/*.yml"), *TOP.glob("playbooks/*.yml")]]
    noted = {name for text in texts for name in re.findall(r"(?:register|loop_var): (\w+)", text)}
    noted |= {name for text in texts for name in re.findall(r"^ +(\w*ha_pair\w*):", text, re.MULTILINE)}
    assert {"__ha_pair_before", "__ha_pair_said", "__ha_pair_turn", "__ha_pair"} <= noted
    assert {name for name in noted if not name.startswith("__ha_pair")} == set()
