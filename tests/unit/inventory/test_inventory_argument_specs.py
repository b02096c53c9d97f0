# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the description of the role is made from the table of keywords, and is not out of date."""

from __future__ import annotations

import argument_specs
import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import ADDITIONS, FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.scripts import FIELDS as SCRIPT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.sync_groups import WORDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.trackers import FILE, PROCESS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.variables import variables
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.vrrp_instance import VRRP_INSTANCE

TEXTS = argument_specs.read()
OPTIONS = argument_specs.options(TEXTS)
ENTRY = OPTIONS["ha_pair_instances"]["options"]


def test_the_file_is_made_from_the_table():
    assert argument_specs.SPECS.read_text(encoding="utf-8") == argument_specs.render(), "make keywords"


def test_a_word_of_an_instance_is_a_variable():
    assert set(FIELDS) == set(ENTRY) - {"name", "virtual_ipaddress", "master"}
    for word in FIELDS:
        said, of_all = dict(ENTRY[word]), dict(OPTIONS[f"ha_pair_{word}"])
        *texts, last = said.pop("description")
        assert of_all.pop("description") == [*texts, f"{last} For every instance."]
        assert said == of_all


@pytest.mark.parametrize(
    ("option", "words"),
    [("scripts", SCRIPT), ("track_processes", PROCESS), ("track_files", FILE), ("sync_groups", WORDS)],
)
def test_every_word_of_a_definition_is_among_the_options(option, words):
    assert set(OPTIONS[f"ha_pair_{option}"]["options"]) == set(words)


@pytest.mark.parametrize("word", ADDITIONS)
def test_the_description_of_a_check_has_each_of_its_words(word):
    check = variables(VRRP_INSTANCE)[word].convert
    described = " ".join(ENTRY[word]["description"])
    said = [each for each in (*check.first, *check.options) if f"C({each})" not in described]
    assert said == [], "write them into tests/role_variables.yml"


def test_every_secret_is_marked():
    secrets = {word for word, known in FIELDS.items() if known.secret}
    assert {word for word in FIELDS if ENTRY[word].get("no_log")} == secrets
    assert {word for word in FIELDS if OPTIONS[f"ha_pair_{word}"].get("no_log")} == secrets


def test_no_text_is_of_a_word_that_is_gone():
    described = {f"ha_pair_{word}" for word in TEXTS["words"]}
    assert described <= set(OPTIONS)
    for word, said in TEXTS["words"].items():
        assert set(said.get("options", ())) <= set(OPTIONS[f"ha_pair_{word}"].get("options", ())), word


def test_nothing_is_without_a_text():
    def without(options):
        for name, option in options.items():
            if not option.get("description"):
                yield name
            yield from without(option.get("options", {}))

    assert list(without(OPTIONS)) == []
