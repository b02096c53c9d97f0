# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that ansible-rulebook reads the rulebooks and those of the page, and that what they name exists."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml
from ansible_rulebook import collection
from ansible_rulebook.rules_parser import parse_rule_sets

TOP = Path(__file__).parents[3]
FOLDER = TOP / "extensions" / "eda"
RULEBOOKS = sorted((FOLDER / "rulebooks").glob("*.yml"))
EVENTS = (FOLDER / "plugins" / "event_source" / "events.py").read_text(encoding="utf-8")
PAGE = (TOP / "docs" / "eda.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]


@pytest.fixture(autouse=True)
def found(monkeypatch):
    """ansible-rulebook asks ansible-galaxy where the collection is, which takes a second."""
    monkeypatch.setattr(collection, "find_collection", lambda name: str(TOP))


def text_of(rulebook):
    return rulebook.read_text(encoding="utf-8")


@pytest.mark.parametrize("rulebook", RULEBOOKS, ids=lambda path: path.stem)
def test_ansible_rulebook_reads_it(rulebook):
    (rules,) = parse_rule_sets(yaml.safe_load(text_of(rulebook)))
    assert [source.source_name for source in rules.sources] == ["hotstandby.vrrp.events"]
    for rule in rules.rules:
        (action,) = rule.actions
        name, _, playbook = action.action_args["name"].rpartition(".")
        assert name == "hotstandby.vrrp" and (TOP / "playbooks" / f"{playbook}.yml").is_file()


@pytest.mark.parametrize("text", [*map(text_of, RULEBOOKS), PAGE], ids=[*(path.stem for path in RULEBOOKS), "page"])
def test_it_asks_for_what_the_events_have(text):
    asked = set(re.findall(r"event\.vrrp\.(\w+)", text))
    assert asked and not [name for name in asked if f'"{name}"' not in EVENTS]
    types = set(re.findall(r'event\.vrrp\.type == "(\w+)"', text))
    assert types <= set(re.findall(r'"type": "(\w+)"', EVENTS))


def test_the_page_has_the_events_that_there_are():
    told = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)[1:])))
    assert told == set(re.findall(r'"type": "(\w+)"', EVENTS))


def test_the_examples_on_the_page_are_valid():
    rulebook, *variables = BLOCKS
    parse_rule_sets(rulebook)
    checked = runpy.run_path(str(FOLDER / "plugins" / "event_source" / "events.py"))["checked"]
    checked(rulebook[0]["sources"][0]["hotstandby.vrrp.events"])
    for given in variables:
        checked({"hosts": given["hotstandby_hosts"]})
    assert [set(given) for given in variables] == [asked_by("ticket"), asked_by("drill")]


def asked_by(name):
    """Return the variables that a rulebook needs."""
    asked = re.findall(r"{{ (\w+) }}", text_of(FOLDER / "rulebooks" / f"{name}.yml"))
    return set(asked)
