# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test by which name the agent of a runtime directory is found, and that the kernel tells who holds it."""

from __future__ import annotations

import os
import socket

from vrrp.runtime import NAME_MAX, credentials, name_of


def test_a_name_is_that_of_the_directory_however_it_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert name_of(str(tmp_path / "run")) == name_of(f"{tmp_path}/../{tmp_path.name}/run") == name_of(
        str(tmp_path / "link" / "run")
    )  # fmt: skip
    assert name_of(str(tmp_path / "run")) != name_of(str(tmp_path / "run2"))


def test_a_name_is_as_long_as_the_kernel_takes_it(tmp_path):
    name = name_of(str(tmp_path / ("x" * 200)))
    assert len(name) == NAME_MAX
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(name)


def test_the_kernel_tells_the_process_at_the_other_end():
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert credentials(ours) == (os.getpid(), os.geteuid(), os.getegid())
