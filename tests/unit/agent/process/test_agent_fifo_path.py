# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A FIFO needs a place: what keeps the agent from making one there, and what to do about it."""

from __future__ import annotations

import os
import stat

import pytest

from vrrp.agent.process.fifo_path import obstacles
from vrrp.runtime import RUNTIME_DIR

SUGGESTION = "put it in /run/hotstandby, which the service may write"


def anything(status, directory):
    return True


def found(path, may_write=anything, writable=None):
    return list(obstacles(str(path), may_write, writable))


class TestRuntimeDirectory:
    @pytest.mark.parametrize("writable", [None, (), ("/srv",)])
    def test_the_service_manager_makes_it(self, writable):
        assert found("/run/hotstandby/fifo", lambda status, directory: False, writable) == []

    def test_a_directory_in_it_is_made_by_nobody(self):
        assert found("/run/hotstandby/no/such/fifo") == [
            (
                "cannot make the FIFO /run/hotstandby/no/such/fifo: there is no directory /run/hotstandby/no/such",
                "write /run/hotstandby/fifo",
            )
        ]

    def test_a_path_that_only_begins_like_it_is_another_one(self):
        ((text, hint),) = found("/run/hotstandby-no-such/fifo")
        assert (
            text == "cannot make the FIFO /run/hotstandby-no-such/fifo: there is no directory /run/hotstandby-no-such"
        )
        assert hint == f"make it, or {SUGGESTION}"

    def test_the_runtime_directory_is_found_behind_dots_and_links(self, tmp_path):
        (tmp_path / "link").symlink_to(RUNTIME_DIR)
        assert found(tmp_path / "link" / "fifo") == []
        assert found("/run/hotstandby/../hotstandby/fifo") == []


class TestWhatIsThere:
    def test_a_fifo_is_as_it_should_be(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        assert found(tmp_path / "fifo", lambda status, directory: False) == []

    @pytest.mark.parametrize("kind", ["file", "directory", "link to a FIFO"])
    def test_anything_else_is_in_the_way(self, tmp_path, kind):
        path = tmp_path / "fifo"
        if kind == "file":
            path.write_text("")
        elif kind == "directory":
            path.mkdir()
        else:
            os.mkfifo(tmp_path / "other")
            path.symlink_to(tmp_path / "other")
        assert found(path) == [(f"{path} is not a FIFO", "remove it, or write another path")]

    def test_a_path_through_a_file_cannot_be_looked_at(self, tmp_path):
        (tmp_path / "file").write_text("")
        assert found(tmp_path / "file" / "fifo") == []


class TestDirectory:
    def test_a_directory_that_may_be_written_to_is_fine(self, tmp_path):
        asked = []
        assert found(tmp_path / "fifo", lambda status, directory: not asked.append((status, directory))) == []
        ((status, directory),) = asked
        assert directory == str(tmp_path)
        assert stat.S_ISDIR(status.st_mode) and status.st_ino == tmp_path.stat().st_ino

    def test_a_directory_that_may_not_be_written_to_is_told(self, tmp_path):
        path = tmp_path / "fifo"
        text = f"cannot make the FIFO {path}: the agent's user may not write to {tmp_path}"
        assert found(path, lambda status, directory: False) == [(text, SUGGESTION)]

    def test_a_directory_that_is_not_there_is_told(self, tmp_path):
        path = tmp_path / "no" / "fifo"
        text = f"cannot make the FIFO {path}: there is no directory {tmp_path}/no"
        assert found(path) == [(text, f"make it, or {SUGGESTION}")]


class TestService:
    """The unit says which directories may be written to."""

    @pytest.mark.parametrize("path", ["/tmp/no-such-fifo", "/var/tmp/no-such/fifo"])
    def test_a_service_has_its_own_tmp(self, path):
        text = f"only the service sees the FIFO {path}: it has a /tmp of its own"
        assert found(path, writable=("/tmp", "/var/tmp")) == [(text, SUGGESTION)]

    def test_without_a_unit_tmp_is_that_of_everybody(self):
        assert found("/tmp/no-such-fifo") == []

    @pytest.mark.parametrize("writable", [("/no-such-place",), ("/no-such-place/",), ("/a", "/no-such-place/in")])
    def test_a_directory_that_is_named_may_be_written_to(self, writable):
        ((text, _hint),) = found("/no-such-place/in/fifo", writable=writable)
        assert text.endswith("there is no directory /no-such-place/in")  # the next question

    @pytest.mark.parametrize("writable", [(), ("/no-such",), ("/no-such-place/in/fifo",)])
    def test_another_directory_may_not_be_written_to(self, writable):
        assert found("/no-such-place/in/fifo", writable=writable) == [
            (
                "cannot make the FIFO /no-such-place/in/fifo: the service may not write to /no-such-place/in",
                f"{SUGGESTION}, or name it in writable_paths",
            )
        ]
