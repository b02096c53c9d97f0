# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is opened as a file of our own, and what is not."""

from __future__ import annotations

import os

import pytest

from vrrp.agent.life import ownfile


def test_a_file_is_read_up_to_a_size(tmp_path):
    (tmp_path / "f").write_bytes(b"12345")
    assert ownfile.read(str(tmp_path / "f"), 5) == b"12345"
    with pytest.raises(OSError, match="File too large"):
        ownfile.read(str(tmp_path / "f"), 4)
    (tmp_path / "f").write_bytes(b"")
    assert ownfile.read(str(tmp_path / "f")) == b""


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: os.mkfifo(path), "no regular file"),
        (lambda path: os.mkdir(path), "no regular file"),
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
        ownfile.read(str(tmp_path / "f"))


def test_a_file_of_the_directorys_owner_is_one_of_ours(tmp_path):
    """Root may clean up behind an agent of another user."""
    (tmp_path / "f").write_bytes(b"x")
    os.chown(tmp_path / "f", 12345, -1)
    os.chown(tmp_path, 12345, -1)
    assert ownfile.read(str(tmp_path / "f")) == b"x"


@pytest.mark.parametrize("what", ["f", "f.new"])
def test_to_replace_writes_through_no_link(tmp_path, what):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / what).symlink_to(victim)
    ownfile.replace(str(tmp_path / "f"), b"new")
    assert (victim.read_text(), (tmp_path / "f").read_bytes()) == ("precious", b"new")
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["f", "victim"]


def test_what_cannot_be_replaced_is_as_it_was(tmp_path):
    (tmp_path / "f").mkdir()
    with pytest.raises(OSError):
        ownfile.replace(str(tmp_path / "f"), b"new")
    assert os.listdir(tmp_path) == ["f"]
