# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which files are opened as our own, and which are not."""

from __future__ import annotations

import errno
import os

import pytest

from vrrp.agent.process import own_file


def test_a_file_is_read_up_to_a_size(tmp_path):
    (tmp_path / "f").write_bytes(b"12345")
    assert own_file.read(str(tmp_path / "f"), 5) == b"12345"
    with pytest.raises(OSError, match="File too large"):
        own_file.read(str(tmp_path / "f"), 4)
    (tmp_path / "f").write_bytes(b"")
    assert own_file.read(str(tmp_path / "f")) == b""


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "no regular file"),
        (os.mkdir, "no regular file"),
        (lambda path: os.symlink("/etc/passwd", path), "symbolic links"),
        (lambda path: os.link(path.parent / "other", path), "another name"),
        (lambda path: (path.write_text(""), os.chown(path, 12345, -1)), "belongs to user 12345"),
        (lambda path: os.mknod(path, 0o140600), "No such device or address"),
        (lambda path: None, "No such file"),
    ],
)
def test_nothing_else_is_opened(tmp_path, make, why):
    (tmp_path / "other").write_text("")
    make(tmp_path / "f")
    with pytest.raises(OSError, match=why):
        own_file.read(str(tmp_path / "f"))


def test_a_file_of_the_directorys_owner_is_one_of_ours(tmp_path):
    """Root may clean up behind an agent of another user."""
    (tmp_path / "f").write_bytes(b"x")
    os.chown(tmp_path / "f", 12345, -1)
    os.chown(tmp_path, 12345, -1)
    assert own_file.read(str(tmp_path / "f")) == b"x"


@pytest.mark.parametrize("what", ["f", "f.new"])
def test_to_replace_writes_through_no_link(tmp_path, what):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / what).symlink_to(victim)
    own_file.replace(str(tmp_path / "f"), b"new")
    assert (victim.read_text(), (tmp_path / "f").read_bytes()) == ("precious", b"new")
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["f", "victim"]


def test_a_failed_replacement_leaves_no_temporary_file(tmp_path, monkeypatch):
    (tmp_path / "f").mkdir()

    def refuse(*_unused):
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError):
        own_file.replace(str(tmp_path / "f"), b"new")
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize(
    "kind", ["nothing", "file", "link", "fifo", "directory", "full directory", "link to a directory"]
)
def test_whatever_lies_in_the_way_is_taken_away(tmp_path, kind):
    path, kept = tmp_path / "f", tmp_path / "kept"
    (kept / "x").mkdir(parents=True)
    if kind == "file":
        path.write_text("")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind.startswith("link"):
        path.symlink_to(kept if "directory" in kind else "nowhere")
    elif kind != "nothing":
        (path / "x" if "full" in kind else path).mkdir(parents=True)
    own_file.clear(str(path))
    assert not os.path.lexists(path)
    assert (kept / "x").is_dir()
    aside = [each for each in tmp_path.iterdir() if each.name.startswith("f.")]
    assert [(each / "x").is_dir() for each in aside] == [True] * (kind == "full directory")


def test_a_file_that_cannot_be_deleted_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "f").write_text("")

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError):
        own_file.clear(str(tmp_path / "f"))
