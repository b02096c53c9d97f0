# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a keyword of the table and the model works in text, inventory, file, description, import and docs.

The same for an option of a built-in check, except that the description of its variable is written by hand.
"""

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


def test_an_option_of_a_check_is_parsed_and_written(found):
    (text, file) = found["options_parsed"]
    assert text == file == [[5, 2.5, True], [2, 0.0, False]]
    assert found["options_rendered"] == [
        "@hotstandby track_http http://127.0.0.1/ attempts 5 pause 2.5 strict",
        "@hotstandby track_http http://127.0.0.1/b",
    ]


def test_a_difference_shows_an_option_of_a_check(found):
    assert found["options_shown"].endswith(" weight 0 attempts 5 pause 2.5 strict")


def test_a_wrong_option_of_a_check_is_refused(found):
    assert found["options_not_parsed"][:2] == [
        "f:12:55: error: attempts 10 is out of range. attempts is 1 to 9",
        "f:12:63: error: pause 0.1 is out of range. pause is 0.5 to 9 seconds",
    ]
    unknown = found["options_not_parsed"][2]
    assert unknown.startswith('f:12:67: error: unknown option "strit" of track_http. URL [status ')
    assert unknown.endswith(" [attempts 1-9] [pause SECONDS] [strict] (did you mean strict?)")
    *wrong, other = found["options_refused"]
    assert wrong == [
        "node-a: ha_pair_track_http: '10' is not a whole number from 1 to 9: how often a check asks",
        "node-a: ha_pair_track_http: '0.1' is not a number from 0.5 to 9: a pause of a check, in seconds",
        "node-a: ha_pair_track_http: 'perhaps' is neither true nor false",
    ]
    assert other.startswith("node-a: ha_pair_track_http: 'strit' is not a word of an HTTP check (known are url, ")
    assert other.endswith(", weight, attempts, pause, strict)")


def test_an_option_of_a_check_is_imported(found):
    first, second = found["options_imported"]
    assert {word: first[word] for word in ("attempts", "pause", "strict")} == {
        "attempts": 5,
        "pause": 2.5,
        "strict": True,
    }
    assert second["attempts"] == 2
    assert not {"pause", "strict"} & set(second)


def test_the_documentation_has_the_option_of_a_check(found):
    rows = found["options_docs"]
    assert [" [attempts 1-9] [pause SECONDS] [strict]` | works, " in row for row in rows] == [True, True]
