# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One runtime directory, one agent."""

from __future__ import annotations

import os

import pytest

from vrrp.agent.life.runtime import RuntimeDirectory, RuntimeDirectoryError


def test_it_is_made_when_it_is_missing(tmp_path):
    directory = RuntimeDirectory(str(tmp_path / "deep" / "run"))
    directory.acquire()
    assert directory.control_socket == str(tmp_path / "deep" / "run" / "control.sock")
    assert (tmp_path / "deep" / "run" / "agent.lock").read_text() == f"{os.getpid()}\n"
    directory.release()


def test_a_second_agent_is_told_who_has_it(tmp_path):
    first, second = RuntimeDirectory(str(tmp_path)), RuntimeDirectory(str(tmp_path))
    first.acquire()
    with pytest.raises(RuntimeDirectoryError, match=rf"process {os.getpid()}\) already uses {tmp_path}.*--runtime-dir"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_lock_file_without_holder_is_no_obstacle(tmp_path):
    (tmp_path / "agent.lock").write_text("4711\n")
    directory = RuntimeDirectory(str(tmp_path))
    directory.acquire()
    directory.release()


def test_a_directory_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeDirectoryError, match="cannot use the runtime directory .*file/run"):
        RuntimeDirectory(str(tmp_path / "file" / "run")).acquire()
