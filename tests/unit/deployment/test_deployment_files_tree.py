# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that directories and files get their content and mode, and are removed with what is in them."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import files


def us():
    return os.getuid(), os.getgid()


def nobody_yet():
    return -1, -1


def shown(changes):
    return [(change.subject, change.before, change.after) for change in changes]


def rights(path):
    return oct(os.stat(path).st_mode & 0o7777)


def test_a_directory_is_made_with_its_mode_whatever_the_umask(tmp_path):
    path = str(tmp_path / "etc" / "hotstandby")
    changes = files.directory(path, 0o2775, us)
    assert shown(changes) == [(path, "", "directory, mode 2775\n")]
    assert not os.path.exists(tmp_path / "etc")
    before = os.umask(0o077)
    try:
        changes[0].apply()
    finally:
        os.umask(before)
    assert rights(path) == "0o2775"
    assert files.directory(path, 0o2775, us) == []


def test_a_directory_with_another_mode_or_owner_is_set_right(tmp_path):
    path = str(tmp_path / "d")
    os.mkdir(path)
    os.chmod(path, 0o700)
    (change,) = files.directory(path, 0o750, us)
    assert (change.before, change.after) == ("directory\n", "directory, mode 0750\n")
    change.apply()
    assert rights(path) == "0o750"
    assert shown(files.directory(path, 0o750, nobody_yet)) == [(path, "directory\n", "directory, mode 0750\n")]


def test_the_owner_is_looked_up_when_the_directory_is_made(tmp_path):
    owners = [nobody_yet(), us()]
    path = str(tmp_path / "d")
    os.mkdir(path)
    (change,) = files.directory(path, 0o755, lambda: owners.pop(0))
    change.apply()
    assert owners == []


def test_a_file_where_the_directory_belongs_is_an_error(tmp_path):
    path = tmp_path / "d"
    path.write_text("x")
    (change,) = files.directory(str(path), 0o755, us)
    assert change.before == ""
    with pytest.raises(FileExistsError):
        change.apply()


def test_the_owner_is_root_unless_another_is_named():
    assert files.root() == (0, 0)


def test_listing_a_new_file_does_not_write_it(tmp_path):
    path = str(tmp_path / "a" / "b.service")
    assert shown(files.file(path, "[Unit]\n", 0o644)) == [(path, "", "[Unit]\n")]
    assert os.listdir(tmp_path) == []


def test_an_old_content_that_is_no_text_is_shown(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old \xff\n")
    assert shown(files.file(str(path), "new\n", 0o644)) == [(str(path), "old \ufffd\n", "new\n")]


def test_a_file_is_written_with_its_directory_and_not_twice(tmp_path):
    path = str(tmp_path / "a" / "b.service")
    (change,) = files.file(path, "[Unit] \u00e9\n", 0o640)
    change.apply()
    with open(path, "rb") as file:
        assert file.read() == b"[Unit] \xc3\xa9\n"
    assert rights(path) == "0o640"
    assert files.file(path, "[Unit] \u00e9\n", 0o640) == []
    assert shown(files.file(path, "[Unit] \u00e9\n", 0o600)) == [(path, "[Unit] \u00e9\n", "[Unit] \u00e9\n")]
    os.chown(path, 1, 0)
    assert len(files.file(path, "[Unit] \u00e9\n", 0o640)) == 1


def test_a_directory_goes_with_everything_in_it(tmp_path):
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "f").write_text("x")
    path = str(tmp_path / "d")
    (change,) = files.gone(path)
    assert (change.subject, change.before, change.after) == (path, "directory with everything in it\n", "")
    assert os.path.exists(path)
    change.apply()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("target", ["kept", "nothing"])
def test_a_link_goes_and_what_it_names_stays(tmp_path, target):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(target)
    (change,) = files.gone(str(tmp_path / "link"))
    assert change.before == "file\n"
    change.apply()
    assert os.listdir(tmp_path) == ["kept"]


def test_a_missing_path_is_not_removed(tmp_path):
    assert files.gone(str(tmp_path / "missing")) == []


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_a_path_that_was_removed_meanwhile_is_no_error(tmp_path, kind):
    path = tmp_path / "x"
    path.touch() if kind == "file" else path.mkdir()
    (change,) = files.gone(str(path))
    path.unlink() if kind == "file" else path.rmdir()
    change.apply()
    assert os.listdir(tmp_path) == []
