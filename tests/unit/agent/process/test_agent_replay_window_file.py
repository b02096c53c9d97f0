# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file keeps the sequences that were heard before a restart."""

from __future__ import annotations

import copy
import json

import pytest

from vrrp.agent.process import replay_window_file

MARKS = {
    ("eth0", 51, 4): {b"\xc0\xa8\x08\x04": (1 << 64) - 1, b"\xc0\xa8\x08\x06": 0},
    ("eth1/vrrp.1", 1, 6): {bytes(16): 7},
}
WRONG = [None, True, -1, 0.5, 1 << 64, "", "x", "zz", [], {}, [1], {"x": 1}, {"00": 1}, [[]]]


def test_marks_are_read_as_they_were_written(tmp_path):
    replay_window_file.write(str(tmp_path), MARKS)
    assert replay_window_file.read(str(tmp_path)) == MARKS
    assert (tmp_path / "marks.json").stat().st_mode & 0o777 == 0o600


def places(value):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield value, key
        yield from places(child)


def test_marks_with_any_wrong_value_are_ignored(tmp_path):
    replay_window_file.write(str(tmp_path), MARKS)
    whole = json.loads((tmp_path / "marks.json").read_text())
    for number in range(len(list(places(whole)))):
        for value in WRONG:
            changed = copy.deepcopy(whole)
            place, key = list(places(changed))[number]
            place[key] = value
            (tmp_path / "marks.json").write_text(json.dumps(changed))
            for (interface, vrid, version), heard in replay_window_file.read(str(tmp_path)).items():
                assert (type(interface), type(vrid), type(version)) == (str, int, int)
                assert all(len(sender) in (4, 16) and 0 <= each < 1 << 64 for sender, each in heard.items())


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "null", "[]", "{}", "7", '{"format": 2, "instances": []}'])
def test_damaged_marks_are_ignored(tmp_path, content):
    (tmp_path / "marks.json").write_text(content)
    assert replay_window_file.read(str(tmp_path)) == {}


def test_nothing_is_read_through_a_link(tmp_path):
    replay_window_file.write(str(tmp_path), MARKS)
    (tmp_path / "marks.json").rename(tmp_path / "other")
    (tmp_path / "marks.json").symlink_to("other")
    assert replay_window_file.read(str(tmp_path)) == {}
