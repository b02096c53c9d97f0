# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown variables are refused, and the lists of the known ones are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.derivation import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.fields import FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.problem import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.words import REGISTERED, ROLE_WORDS
from pair_inventory import VIP, hosts

TOP = Path(__file__).parents[3]
ROLE = TOP / "roles" / "ha_pair"
VARS = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS = set(OPTIONS["argument_specs"]["main"]["options"])
# The regular expression with which the role takes what the inventory says, as Jinja puts it together.
SAID = "".join(re.findall(r"'([^']*)'", VARS["ha_pair_said_names"])[1:])


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


def test_a_registered_variable_is_no_mistake():
    facts = {word: {"changed": False} for word in REGISTERED if word != "interfaces"}
    options = {"group": "ha_pair", "router_id": "A", "verify_timeout": 3}
    assert instances(hosts(vips=[VIP], **facts, **options)) == instances(hosts(vips=[VIP]))


def test_every_option_of_the_role_is_known():
    assert {f"ha_pair_{word}" for word in (*FIELDS, *ROLE_WORDS)} == OPTIONS


def test_the_role_passes_every_option_and_no_variable_of_its_own():
    assert all(re.search(SAID, option) for option in OPTIONS | {"ha_pair_prioritty", "ha_pair_interfaces"})
    own = set(VARS) | {f"ha_pair_{word}" for word in REGISTERED if word != "interfaces"} | {"ha_pair_next"}
    assert [name for name in own if re.search(SAID, name)] == []


def test_every_registered_variable_is_known():
    texts = [path.read_text(encoding="utf-8") for path in [*ROLE.glob("tasks/*.yml"), *TOP.glob("playbooks/*.yml")]]
    registered = {name for text in texts for name in re.findall(r"register: ha_pair_(\w+)", text)}
    facts = {name for text in texts for name in re.findall(r"^ {8}ha_pair_(\w+):", text, re.MULTILINE)}
    assert registered and "said" in facts
    assert registered | (facts - {"looks", "proof", "mine"}) <= set(REGISTERED)
