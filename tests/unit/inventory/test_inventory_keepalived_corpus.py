# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the import with files as people have them: each comes back with its meaning, or what differs is told."""

from __future__ import annotations

import functools

import pytest
from keepalived_corpus import ALL, FOLDER, NAME, ONE, PAIRS, differences, imported, outcome, outcomes, travel
from keepalived_judge import judge

KEPT = outcomes()
# Of a rendered file keepalived may say nothing that means that it does not find or know a thing.
NEWER = "v3_checksum_as_v2"  # 2.2.7 does not know it, 2.4 does
COMPLAINTS = ("Unknown keyword", "not found", "invalid", "ignoring", "skipping")


@functools.cache
def journeys(name):
    return travel(*map(imported, PAIRS[name] if name in PAIRS else (ONE[name],)))


def test_there_are_more_than_100_files_and_each_has_an_outcome():
    assert len(ALL) > 100
    assert [*KEPT] == [*ONE, *PAIRS]


@pytest.mark.parametrize("name", [*ONE, *PAIRS])
def test_a_file_comes_back_with_its_meaning_or_what_differs_is_told(name):
    for journey in journeys(name):
        found = journey.found
        gaps = found.not_carried_over()
        assert all(
            each["keyword"] and each["file"] and each["line"] and each["why"] and each["instead"] for each in gaps
        )
        assert bool(found.problems) is not bool(found.shared or found.host or gaps or "empty" in name)
        if journey.again is None:
            assert journey.refused or found.problems or KEPT[name]["nothing left"]
            continue
        assert journey.again.problems == (), journey.rendered
        lines = {f"instances {each.name}": each.line for each in found.configuration.instances}
        for part in differences(journey):
            _kind, _, entry = part.partition(" ")
            told = [
                each
                for each in gaps
                if entry in each["why"].replace(";", " ").split() or each["line"] == lines.get(part)
            ]
            assert entry and told, (part, gaps, journey.rendered)


@pytest.mark.parametrize("name", [*ONE, *PAIRS])
def test_the_outcome_of_a_file_is_the_recorded_one(name):
    assert outcome(journeys(name), KEPT[name].get("keepalived", "starts")) == KEPT[name]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    rendered = tmp_path_factory.mktemp("rendered")
    files = {str(path.relative_to(FOLDER)): path for path in ALL}
    for name in [*ONE, *PAIRS]:
        for number, journey in enumerate(journeys(name)):
            if journey.rendered:
                path = rendered / f"{name.replace('/', '_')}.{number}"
                path.write_text(journey.rendered, encoding="utf-8")
                files[f"rendered {path.name}"] = path
    return judge(files, NAME, tmp_path_factory.mktemp("keepalived"))


def test_keepalived_starts_with_each_file_that_does_not_say_otherwise(verdicts):
    refused = {name for name, verdict in verdicts.items() if not verdict.starts}
    said = {str(ONE[name].relative_to(FOLDER)) for name, kept in KEPT.items() if kept.get("keepalived") == "ends"}
    assert refused == said


def test_keepalived_takes_all_that_the_role_renders(verdicts):
    rendered = {name: verdict for name, verdict in verdicts.items() if name.startswith("rendered")}
    assert len(rendered) > 90
    lines = {(name, line) for name, each in rendered.items() for line in each.log.splitlines()}
    bad = {each for each in lines if any(piece in each[1] for piece in COMPLAINTS)}
    assert not {each for each in bad if NEWER not in each[1]}
