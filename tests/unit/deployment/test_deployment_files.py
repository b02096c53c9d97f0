# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a file or a link is replaced in one step; a failure leaves what was there and nothing beside it."""

from __future__ import annotations

import os
import stat

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import files

UID, GID = os.getuid(), os.getgid()


def rights(path):
    found = os.lstat(path)
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def test_a_file_is_read_and_a_missing_one_is_none(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\r\n\0")
    assert files.read(str(tmp_path / "a")) == b"\xff\r\n\0"
    assert files.read(str(tmp_path / "b")) is None


def test_reading_a_directory_is_an_error(tmp_path):
    with pytest.raises(IsADirectoryError):
        files.read(str(tmp_path))


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o000])
def test_a_new_file_has_exactly_these_rights(tmp_path, mode):
    before = os.umask(0o077)
    try:
        files.write(str(tmp_path / "a"), b"one\0", mode, UID, GID)
    finally:
        os.umask(before)
    assert rights(tmp_path / "a") == (mode, UID, GID)
    (tmp_path / "a").chmod(0o600)
    assert (tmp_path / "a").read_bytes() == b"one\0"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize(("owner", "ids"), [((), (0, 0)), ((65533,), (65533, 0)), ((65533, 65534), (65533, 65534))])
def test_a_new_file_belongs_to_the_given_owner_or_to_root(tmp_path, owner, ids):
    files.write(str(tmp_path / "a"), b"", 0o4750, *owner)
    assert rights(tmp_path / "a") == (0o4750, *ids)


def test_an_open_file_keeps_its_content_when_it_is_replaced(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old, and longer")
    with open(path, "rb") as reader:
        files.write(str(path), b"new", 0o600, UID, GID)
        assert reader.read() == b"old, and longer"
    assert path.read_bytes() == b"new"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "target").write_bytes(b"kept")
    (tmp_path / "a").symlink_to("target")
    files.write(str(tmp_path / "a"), b"new", 0o600, UID, GID)
    assert not (tmp_path / "a").is_symlink()
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "target").read_bytes()) == (b"new", b"kept")


def test_a_failure_leaves_nothing_beside_what_was_there(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        files.write(str(tmp_path / "a"), b"new", 0o600, UID, GID)
    assert os.listdir(tmp_path) == ["a"]
    with pytest.raises(TypeError):
        files.write(str(tmp_path / "b"), "not octets", 0o600, UID, GID)
    assert os.listdir(tmp_path) == ["a"]


def test_a_directory_that_is_missing_is_not_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.write(str(tmp_path / "no" / "a"), b"", 0o600, UID, GID)


@pytest.mark.parametrize("leftover", [False, True])
def test_a_link_is_made_and_moved(tmp_path, leftover):
    path = str(tmp_path / "current")
    for target in ("releases/1", "releases/2"):
        if leftover:
            os.symlink("nowhere", f"{path}.new")
        files.link(path, target)
        assert os.readlink(path) == target
        assert os.listdir(tmp_path) == ["current"]


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "same"),
    [
        (0o640, UID, GID, True),
        (0o600, UID, GID, False),
        (0o1640, UID, GID, False),
        (0o640, UID + 1, GID, False),
        (0o640, UID, GID + 1, False),
    ],
)
def test_mode_user_and_group_are_all_compared(tmp_path, mode, uid, gid, same):
    (tmp_path / "a").touch()
    (tmp_path / "a").chmod(0o640)
    assert files.has_owner(str(tmp_path / "a"), mode, uid, gid) is same


def test_the_set_group_bit_of_a_directory_counts(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(0o2750)
    found = [files.has_owner(str(tmp_path / "a"), mode, UID, GID) for mode in (0o2750, 0o750)]
    assert found == [True, False]


def test_a_missing_file_has_no_owner(tmp_path):
    assert files.has_owner(str(tmp_path / "a"), 0o640, UID, GID) is False
