# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which programs other users could have changed."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from vrrp.agent.process import path_permissions
from vrrp.agent.process.path_permissions import loose_part

PATH = "/usr/bin:/bin"


@pytest.fixture
def places(monkeypatch):
    """A machine with nothing but /opt/chk/run, which belongs to root; modes and owners can be changed."""
    known = {
        "/": (0o40755, 0, 0),
        "/opt": (0o40755, 0, 0),
        "/opt/chk": (0o40755, 0, 0),
        "/opt/chk/run": (0o100755, 0, 0),
    }

    def stat(place):
        if place not in known:
            raise FileNotFoundError(place)
        return SimpleNamespace(**dict(zip(("st_mode", "st_uid", "st_gid"), known[place])))

    monkeypatch.setattr(path_permissions.os, "stat", stat)
    return known


@pytest.mark.parametrize(
    ("mode", "group", "fix"),
    [
        (0o755, 0, None),
        (0o750, 1000, None),
        (0o775, 0, None),  # root's own group
        (0o775, 990, None),  # the own group of who runs it
        (0o775, 1000, "chmod g-w /opt/chk/run"),
        (0o757, 0, "chmod o-w /opt/chk/run"),
        (0o777, 990, "chmod o-w /opt/chk/run"),
    ],
)
def test_a_file_that_others_can_write_is_not_trusted(places, mode, group, fix):
    places["/opt/chk/run"] = (0o100000 | mode, 0, group)
    loose = loose_part("/opt/chk/run", PATH, 990)
    assert (loose and loose.fix) == fix
    if loose:
        assert loose.text == "others can write /opt/chk/run"


@pytest.mark.parametrize("directory", ["/opt/chk", "/opt"])
def test_a_directory_that_others_can_write_is_not_trusted(places, directory):
    places[directory] = (0o40777, 0, 0)
    assert loose_part("/opt/chk/run", PATH, 990) == (directory, f"chmod o-w {directory}")
    places[directory] = (0o41777, 0, 0)  # sticky, as /tmp is: a user cannot replace what belongs to another
    assert loose_part("/opt/chk/run", PATH, 990) is None
    places[directory] = (0o40775, 0, 1000)
    assert loose_part("/opt/chk/run", PATH, 990) is None


def test_a_link_counts_where_it_lies_and_where_it_leads(tmp_path):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "run").chmod(0o755)
    (open_to_all / "link").symlink_to(tmp_path / "run")
    assert loose_part(str(open_to_all / "link"), PATH, os.getegid()) is None
    open_to_all.chmod(0o777)
    assert loose_part(str(open_to_all / "link"), PATH, os.getegid()).part == str(open_to_all)
    open_to_all.chmod(0o755)
    (tmp_path / "run").chmod(0o757)
    assert loose_part(str(open_to_all / "link"), PATH, os.getegid()).part == str(tmp_path / "run")


def test_programs_of_the_path_and_programs_that_are_not_there(places):
    assert loose_part("sh", "/bin", 990) is None
    assert loose_part("no-such-program", PATH, 990) is None
    assert loose_part("/no/such/program", PATH, 990) is None


@pytest.mark.parametrize(
    ("place", "mode", "uid", "gid", "part"),
    [
        ("/opt/chk/run", 0o100755, 12345, 0, "/opt/chk/run"),
        ("/opt/chk", 0o40755, 12345, 0, "/opt/chk"),
        ("/opt", 0o40775, 0, 1000, "/opt"),
        ("/opt/chk/run", 0o100775, 0, 1000, "/opt/chk/run"),
        ("/opt/chk", 0o41775, 0, 1000, None),  # sticky: no user replaces a file of another
        ("/opt/chk/run", 0o100775, 0, 990, None),
        ("/opt/chk/run", 0o100775, 0, 0, None),
        ("/opt/chk/run", 0o100755, 500, 0, None),  # who runs it
    ],
)
def test_other_users_who_can_change_a_file_are_named(places, place, mode, uid, gid, part):
    places[place] = (mode, uid, gid)
    found = path_permissions.other_writer("/opt/chk/run", PATH, frozenset({500}), 990)
    assert (found and found.part) == part


def test_a_missing_file_cannot_be_changed(places):
    assert path_permissions.other_writer("/opt/nothing", PATH, frozenset(), 0) is None
    assert path_permissions.other_writer("no-such-program", PATH, frozenset(), 0) is None
