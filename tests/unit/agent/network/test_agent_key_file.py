# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a key file is read up to its limit, and that anything but a regular file is refused without waiting."""

from __future__ import annotations

import os

import pytest

from vrrp.agent.network import key_file


def test_a_file_is_read_up_to_the_limit_and_refused_beyond_it(tmp_path):
    (tmp_path / "key").write_bytes(b"x" * 8)
    assert key_file.read(str(tmp_path / "key"), 8, "too long") == b"x" * 8
    with pytest.raises(ValueError, match="^too long$"):
        key_file.read(str(tmp_path / "key"), 7, "too long")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_fifo_and_a_directory_are_refused(tmp_path, make):
    make(tmp_path / "key")
    with pytest.raises(ValueError, match="^it is no regular file$"):
        key_file.read(str(tmp_path / "key"), 8, "too long")


def test_no_descriptor_stays_open(tmp_path):
    (tmp_path / "key").write_bytes(b"x" * 8)
    before = len(os.listdir("/proc/self/fd"))
    key_file.read(str(tmp_path / "key"), 8, "too long")
    for refused in ("key", "."):
        with pytest.raises(ValueError):
            key_file.read(str(tmp_path / refused), 7, "too long")
    assert len(os.listdir("/proc/self/fd")) == before
