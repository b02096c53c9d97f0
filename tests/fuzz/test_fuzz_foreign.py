# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test files that people have, and damaged ones: the check, the importer, and the role's file of the result."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from corpus import CORPUS, files_of, mutated
from fuzzing import fuzz
from imported_hosts import OF_THE_PAIR, hosts
from role_template import files
from texts import made_by

from vrrp.config.loader import inspect
from vrrp.config.syntax.include import NOWHERE


def there_and_back(text):
    """Assert that ``text`` gives problems, or variables of which the role makes files that the agent takes."""
    report = inspect(text, "f", "node1", NOWHERE)
    assert (report.configuration is None) == bool(report.problems)
    assert all(str(problem).isprintable() for problem in report.problems + report.warnings)
    found = import_file(text, "f", "node1", NOWHERE, secrets=True)
    said = {**found.shared, **found.host}
    assert not (found.problems and said)
    if not said.get("ha_pair_instances"):
        return
    both = hosts(found)
    try:
        instances(both)
    except PairError as error:
        assert all(any(piece in problem.text for piece in OF_THE_PAIR) for problem in error.problems), error
        return
    rendered = files(both)["node-a"]
    again = import_file(rendered, "f", "node1", NOWHERE, secrets=True)
    assert again.problems == [], (again.problems, rendered)
    assert again.not_carried_over() == [], rendered
    assert files(hosts(again))["node-a"] == rendered
    if not found.not_carried_over():
        assert comparable(again.configuration) == comparable(found.configuration), rendered


def comparable(configuration):
    """Return what the file means, without what the pair has to settle."""
    instances_ = [replace(each, line=0, priority=0, initial_state="") for each in configuration.instances]
    groups = [replace(each, line=0) for each in configuration.sync_groups]
    return instances_, groups, configuration.scripts, configuration.processes, configuration.files


def test_the_corpus_has_files():
    assert len(CORPUS) >= 50
    assert len(list(files_of(1, 20))) == 20


@fuzz(made_by(mutated), few=40)
def test_a_file_and_its_mutations_are_judged_without_an_exception(text):
    there_and_back(text)
