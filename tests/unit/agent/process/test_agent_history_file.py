# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history is on the disk, whatever happens to the disk, the clock or the node in between."""

from __future__ import annotations

import errno
import json
import os

import pytest

from vrrp.agent.process import history_file, own_file
from vrrp.agent.process.history_file import HistoryEntry, append, read


def entry(state="MASTER", monotonic=10.0, instance="VI_1", **fields):
    known = {"at": 1e9 + monotonic, "boot": "b", "priority": 100, "reason": "r", "peer": "192.168.8.6", "first": False}
    return HistoryEntry(instance=instance, state=state, monotonic=monotonic, **{**known, **fields})


def many(count, start=0.0):
    return [entry(("MASTER", "BACKUP")[number % 2], start + number) for number in range(count)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.jsonl"


def states(tmp_path):
    return [each.state for each in read(str(tmp_path))]


def test_appended_entries_are_read_back_in_order(tmp_path, path):
    assert read(str(tmp_path)) == []
    first, second = entry(), entry("BACKUP", 20.0)
    assert append(str(tmp_path), [first]) == append(str(tmp_path), [second]) == ""
    assert read(str(tmp_path)) == [first, second]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_directory_is_made(tmp_path):
    assert append(str(tmp_path / "new"), [entry()]) == ""
    assert len(read(str(tmp_path / "new"))) == 1


def test_only_changes_of_mastership_are_kept(tmp_path):
    """A check that comes and goes on a standby must not push out what happened to mastership."""
    flapping = [entry(state, number) for number, state in enumerate(["BACKUP", "FAULT", "BACKUP", "FAULT", "BACKUP"])]
    assert append(str(tmp_path), flapping) == ""
    assert append(str(tmp_path), [entry("FAULT", 10), entry("MASTER", 11), entry("MASTER", 12, first=True)]) == ""
    assert append(str(tmp_path), [entry("BACKUP", 11.5, "VI_2"), entry("FAULT", 13)]) == ""
    assert [(each.instance, each.state) for each in read(str(tmp_path))] == [
        ("VI_1", "BACKUP"),
        ("VI_1", "MASTER"),
        ("VI_2", "BACKUP"),
        ("VI_1", "FAULT"),
    ]


def test_entries_that_the_file_already_has_are_not_added_again(tmp_path):
    """The child may have been ended after it had written."""
    batch = many(4)
    assert append(str(tmp_path), batch) == append(str(tmp_path), [*batch, entry("MASTER", 9.0)]) == ""
    assert states(tmp_path) == ["MASTER", "BACKUP", "MASTER", "BACKUP", "MASTER"]


@pytest.mark.parametrize("cut", range(1, 40, 13))
def test_a_last_line_that_was_cut_off_costs_only_itself(tmp_path, path, cut):
    append(str(tmp_path), many(3))
    path.write_bytes(path.read_bytes()[:-cut])
    assert states(tmp_path) == (["MASTER", "BACKUP"] if cut > 1 else ["MASTER", "BACKUP", "MASTER"])
    append(str(tmp_path), [entry("MASTER" if cut > 1 else "BACKUP", 20.0)])
    assert len(states(tmp_path)) == (3 if cut > 1 else 4)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 20000,
        b'{"at": NaN}',
        json.dumps(entry()._asdict()).replace("1000000010.0", "1e300").encode(),
        json.dumps(entry()._asdict()).replace("100,", "Infinity,").encode(),
    ],
)
def test_a_damaged_line_is_passed_over(tmp_path, path, line):
    append(str(tmp_path), many(1))
    path.write_bytes(line + b"\n" + path.read_bytes() + line + b"\n")
    assert states(tmp_path) == ["MASTER"]
    assert append(str(tmp_path), [entry("BACKUP", 20.0)]) == ""
    assert states(tmp_path) == ["MASTER", "BACKUP"]


def test_a_full_disk_leaves_whole_lines(tmp_path, path, monkeypatch):
    append(str(tmp_path), many(2))
    before, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:20]))
    assert append(str(tmp_path), [entry(monotonic=20.0)]) == f"cannot write {path}: No space left on device"
    assert path.read_bytes() == before

    def full(descriptor, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert "No space left" in append(str(tmp_path), [entry(monotonic=20.0)])
    monkeypatch.setattr(os, "write", write)
    assert append(str(tmp_path), [entry(monotonic=20.0)]) == ""
    assert states(tmp_path) == ["MASTER", "BACKUP", "MASTER"]


@pytest.mark.parametrize(("name", "limit"), [("ENTRIES_MAX", 20), ("SIZE_MAX", 4000)])
def test_it_has_a_bound_and_the_newest_stay(tmp_path, path, monkeypatch, name, limit):
    monkeypatch.setattr(history_file, name, limit)
    for each in many(100):
        assert append(str(tmp_path), [each]) == ""
        assert path.stat().st_size <= history_file.SIZE_MAX
    kept = read(str(tmp_path))
    assert 5 <= len(kept) <= 20
    assert [each.monotonic for each in kept] == [float(number) for number in range(100 - len(kept), 100)]


def test_the_real_bound():
    longest = entry(reason="\U0001f512" * history_file.REASON_MAX, peer="f" * 45, instance="i" * 255)
    assert len(json.dumps(longest._asdict())) * 200 < history_file.SIZE_MAX


def test_another_kind_of_file_is_replaced(tmp_path, path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("secret")
    path.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        read(str(tmp_path))
    assert append(str(tmp_path), many(1)) == ""
    assert (states(tmp_path), elsewhere.read_text()) == (["MASTER"], "secret")


def test_a_file_that_is_too_large_is_replaced(tmp_path, path):
    path.write_bytes(b" " * (2 * history_file.SIZE_MAX + 1))
    assert append(str(tmp_path), many(1)) == ""
    assert states(tmp_path) == ["MASTER"]


def test_a_directory_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    directory = f"{tmp_path}/file/state"
    assert append(directory, many(1)) == f"cannot write {directory}/history.jsonl: Not a directory"
    monkeypatch.setattr(own_file, "replace", lambda *_words, **_more: 1 / 0)  # it is not called for what is small
    assert append(str(tmp_path), many(1)) == ""
