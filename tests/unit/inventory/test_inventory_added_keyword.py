# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a keyword of the table and the model works in text, inventory, file, description, import and docs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def found():
    """Return the output of a process with new keywords in its table; modules read the table only once."""
    script = Path(__file__).parent / "added_keyword.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_text_is_parsed(found):
    assert found["parsed"] == [True, 5, 2.5]
    assert found["left_out"] == [False]
    assert found["not_parsed"] == ["f:11:14: error: patience 10 is out of range. patience is 1 to 9"]


def test_an_inventory_is_judged(found):
    assert found["refused"] == [
        "node-a: ha_pair_quiet: 'perhaps' is neither true nor false",
        "node-a: ha_pair_patience: '10' is not a whole number from 1 to 9: how often it asks",
        "node-a: ha_pair_calm: '0' is not a number from 0.5 to 9: a rest, in seconds",
    ]
    assert found["differing"] == ["node-a: ha_pair_patience: 4 here, nothing on node-b (both hosts must say the same)"]


def test_the_file_is_written(found):
    assert found["rendered"] == ["calm 2.5", "quiet", "patience 5"]
    assert found["rendered_is_right"] == []


def test_the_role_is_described(found):
    assert found["specs"] == {
        "quiet": {"description": ["Say nothing while BACKUP. For every instance."], "type": "bool"},
        "patience": {"description": ["How often it asks. For every instance."], "type": "int"},
        "calm": {"description": ["A rest."], "type": "float"},
    }
    assert found["entry"] == {"description": ["How often it asks."], "type": "int"}


def test_a_file_is_imported(found):
    assert found["imported"] == {"quiet": True, "patience": 5}
    assert (found["imported_calm"], found["not_imported"]) == (2.5, [])


def test_the_documentation_has_it(found):
    assert found["docs"] == [
        "| `calm` | `SECONDS` | works | a rest | `ha_pair_calm` |  |",
        "| `quiet` |  | works | say nothing while BACKUP | `ha_pair_quiet` |  |",
        "| `patience` | `1-9` | works | how often it asks | `ha_pair_patience` |  |",
    ]
