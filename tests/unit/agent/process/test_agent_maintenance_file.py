# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests write what outlives a boot, and read files that are damaged, hostile or of another release."""

from __future__ import annotations

import json
import os

import pytest

from vrrp.agent.process.maintenance_file import HOLDS_MAX, NOTHING, SIZE_MAX, Kept, read, write
from vrrp.protocol.terms import BY_MAX, REASON_MAX, Terms

DRAIN = Terms("kernel update", "root", 1796040000)
KEPT = Kept(DRAIN, {"VI_1": ("backup", Terms("disk")), "VI_2": ("master", Terms(until=1796040001))})
TERMS = {"reason": "disk", "by": "root", "until": None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "maintenance.json"


@pytest.mark.parametrize("kept", [KEPT, Kept(DRAIN, {}), Kept(None, {"ä": ("master", Terms("größer"))})])
def test_a_written_maintenance_file_is_read_back(tmp_path, path, kept):
    assert write(str(tmp_path), kept) == ""
    assert read(str(tmp_path)) == (kept, "")
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["maintenance.json"]


def test_nothing_to_keep_is_no_file(tmp_path, path):
    write(str(tmp_path), KEPT)
    assert write(str(tmp_path), NOTHING) == "" == write(str(tmp_path), NOTHING)
    assert not path.exists()
    assert read(str(tmp_path)) == (NOTHING, "")


def test_a_directory_that_is_missing_is_made_and_never_for_nothing(tmp_path):
    place = tmp_path / "state"
    assert write(str(place), NOTHING) == ""
    assert not place.exists()
    assert write(str(place), KEPT) == ""
    assert place.stat().st_mode & 0o777 == 0o700


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    rename = os.replace
    monkeypatch.setattr(os, "replace", lambda one, other: (done.append("rename"), rename(one, other)))
    write(str(tmp_path), KEPT)
    assert done == [f"{tmp_path}/maintenance.json.new", "rename", str(tmp_path)]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "state").write_text("")
    assert write(str(tmp_path / "state"), KEPT) == f"cannot write {tmp_path}/state/maintenance.json: File exists"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "JSONDecodeError: "),
        ('{"format": 1, "drain"', "JSONDecodeError: "),
        ("\xff", "JSONDecodeError: "),
        ("[]", "TypeError: "),
        ("{}", "KeyError: 'format'"),
        ('{"format": 2, "drain": null, "holds": {}}', "ValueError: it has format 2, this release reads format 1"),
        ('{"format": 1, "drain": null}', "KeyError: 'holds'"),
        ('{"format": 1, "drain": null, "holds": []}', "AttributeError: "),
        ('{"format": 1, "drain": {}, "holds": {}}', "KeyError: 'until'"),
        ('{"format": 1, "drain": 5, "holds": {}}', "TypeError: "),
        ("[" * 100000, "RecursionError: "),
    ],
)
def test_a_damaged_file_counts_as_none_and_is_told_in_one_line(tmp_path, path, content, why):
    path.write_text(content)
    kept, problem = read(str(tmp_path))
    assert kept == NOTHING
    assert problem.startswith(f"cannot read {path}, so what it kept is not known: {why}")
    assert problem.endswith(". A drain or hold that must go on, say again")
    assert "\n" not in problem


@pytest.mark.parametrize(
    "terms",
    [
        {**TERMS, "until": True},
        {**TERMS, "until": 1.5},
        {**TERMS, "until": -1},
        {**TERMS, "until": 1 << 80},
        {**TERMS, "until": "2h"},
        {**TERMS, "reason": "x" * 201},
        {**TERMS, "reason": "two\nlines"},
        {**TERMS, "by": 5},
    ],
)
def test_each_value_is_checked(tmp_path, path, terms):
    path.write_text(json.dumps({"format": 1, "drain": terms, "holds": {}}))
    kept, problem = read(str(tmp_path))
    assert kept == NOTHING
    assert "ValueError: " in problem or "TermsError: " in problem
    path.write_text(json.dumps({"format": 1, "drain": None, "holds": {"VI_1": {"hold": "fault", **TERMS}}}))
    assert "'VI_1' has the hold 'fault'" in read(str(tmp_path))[1]


def test_a_link_is_not_followed(tmp_path, path):
    (tmp_path / "elsewhere").write_text(json.dumps({"format": 1, "drain": TERMS, "holds": {}}))
    path.symlink_to(tmp_path / "elsewhere")
    kept, problem = read(str(tmp_path))
    assert kept == NOTHING
    assert f"cannot read {path}" in problem


def test_it_has_a_bound(tmp_path, path):
    longest = Terms("\U0001f512" * REASON_MAX, "\U0001f512" * BY_MAX, 1796040000)
    assert write(str(tmp_path), Kept(longest, {f"{number}": ("master", longest) for number in range(3000)})) == ""
    assert path.stat().st_size < SIZE_MAX * 2
    path.write_text(" " * (SIZE_MAX + 1))
    assert "File too large" in read(str(tmp_path))[1]
    write(str(tmp_path), Kept(None, {f"{number}": ("master", Terms("disk")) for number in range(3000)}))
    assert len(read(str(tmp_path))[0].holds) == HOLDS_MAX
