# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a play says what ``takeover_within`` came to, with the inventory of its example."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from fake_nodes import living, node, play

DOCS = Path(__file__).parents[3] / "docs"
TOLD = "takeover_within 0.5 s: version 3, advert_int 0.13 s, at most 0.485 s"


def example(found, **variables):
    """Return the inventory of docs/examples/takeover.yml with these nodes."""
    groups = yaml.safe_load((DOCS / "examples" / "takeover.yml").read_text(encoding="utf-8"))
    groups["ha_pair"]["vars"].update(variables)
    for own, seen in zip(groups["ha_pair"]["hosts"].values(), found):
        own["found"] = seen
    return groups


@pytest.mark.parametrize("words", [("ha_pair", "--check"), ("preflight",)])
def test_a_play_says_once_what_it_came_to(tmp_path, words):
    done = play(tmp_path, example([node(4), node(6)]), *words)
    assert done.returncode == 0, done.output
    told = done.output.partition("Say what takeover_within came to]")[2].partition("\nTASK ")[0]
    assert told.count(TOLD) == 1 and "skipping: [node-b]" in told, done.output
    assert f"# {TOLD}\n" in (DOCS / "takeover.md").read_text(encoding="utf-8")


def test_a_deployment_says_it_beside_the_proof_too(tmp_path):
    done = play(tmp_path, example([living(4, "MASTER", 4), living(6, "BACKUP", 4)]), "ha_pair")
    assert done.returncode == 0, done.output
    assert TOLD in done.output.partition("Check that there is exactly one master, with the VIP on it alone")[2]


def test_nothing_is_said_of_an_interval_that_nobody_derived(tmp_path):
    done = play(tmp_path, example([node(4), node(6)], ha_pair_takeover_within=None), "preflight")
    assert done.returncode == 0 and "takeover_within 0.5 s" not in done.output, done.output
