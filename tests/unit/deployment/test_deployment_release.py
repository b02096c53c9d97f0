# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a release is built completely or not at all, made current by one link, and the one before is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths, release, running_release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError, apply
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.digest import sources
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.release import Release

LIBRARY = {"pyroute2/__init__.py": b"", "pyroute2/netlink/__init__.py": b"x = 1\n"}


@pytest.fixture(autouse=True)
def node(tmp_path, monkeypatch):
    """Move the paths of a node below a folder of the test."""
    monkeypatch.setattr(paths, "RELEASES", str(tmp_path / "releases"))
    monkeypatch.setattr(paths, "CURRENT", str(tmp_path / "current"))
    return tmp_path


def make(text):
    return Release({"hotstandby.py": b"", "vrrp/__init__.py": text, **LIBRARY})


def install(wanted, prove=lambda directory: None):
    changes = wanted.changes(prove)
    apply(changes)
    return changes


def names(node):
    return sorted(os.listdir(node / "releases"))


def test_a_fresh_node_gets_the_release_and_the_link(node):
    wanted = make(b"one")
    assert not wanted.is_current
    (change,) = install(wanted)
    assert change.before == ""
    assert change.after == f"release {wanted.id} of 2 files\n"  # and no line for each of them
    assert release.current() == wanted.id
    found = sources(str(node / "current"))
    assert found == {
        "hotstandby.py": b"", "vrrp/__init__.py": b"one",
        "pyroute2/__init__.py": b"", "pyroute2/netlink/__init__.py": b"x = 1\n",
    }  # fmt: skip
    assert wanted.is_current and not make(b"two").is_current
    assert make(b"one").changes(lambda directory: None) == []


def test_a_release_is_readable_for_all_whatever_the_umask(node):
    before = os.umask(0o077)
    try:
        install(make(b"one"))
    finally:
        os.umask(before)
    for folder, folders, files in os.walk(node / "current" / ""):
        assert all(os.stat(os.path.join(folder, name)).st_mode & 0o777 == 0o755 for name in folders)
        assert all(os.stat(os.path.join(folder, name)).st_mode & 0o777 == 0o644 for name in files)


def test_only_the_release_before_is_kept(node):
    releases = [make(text) for text in (b"one", b"two", b"three")]
    for wanted in releases:
        install(wanted)
    assert names(node) == sorted([releases[1].id, releases[2].id])
    (change,) = make(b"two").changes(lambda directory: pytest.fail("it is there already"))
    apply([change])
    assert release.current() == releases[1].id


def test_a_release_that_does_not_run_leaves_everything_as_it_was(node):
    install(make(b"one"))

    def prove(directory):
        assert "current" not in directory
        raise DeploymentError("it does not run")

    with pytest.raises(DeploymentError, match="does not run"):
        install(make(b"two"), prove)
    assert names(node) == [make(b"one").id] == [release.current()]


def test_a_damaged_release_is_built_again(node):
    install(make(b"one"))
    (node / "current" / "vrrp" / "__init__.py").write_bytes(b"touched")
    assert not make(b"one").is_current
    assert install(make(b"one"))
    assert (node / "current" / "vrrp" / "__init__.py").read_bytes() == b"one"
    (node / "current" / "pyroute2" / "__init__.py").unlink()
    assert install(make(b"one"))
    assert install(make(b"one")) == []


def test_a_release_removes_what_a_killed_run_has_left(node):
    (node / "releases" / ".new-left").mkdir(parents=True)
    install(make(b"one"))
    assert names(node) == [make(b"one").id]


def test_a_process_tells_its_release(node):
    start = node / "releases" / "0123" / "hotstandby.py"
    start.parent.mkdir(parents=True)
    start.write_text("import sys; print(flush=True); sys.stdin.read()\n")
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, str(start), "run"], stdin=pipe, stdout=pipe) as agent:
        agent.stdout.readline()  # before that the process is still a copy of this one
        assert running_release.release_of(agent.pid) == "0123"
        assert abs(running_release.started_at(agent.pid) - time.time()) < 5
        agent.communicate()


def test_a_process_of_another_program_has_no_release():
    assert running_release.release_of(os.getpid()) is None
    assert running_release.release_of(2**22 + 1) is None
    assert running_release.started_at(2**22 + 1) is None


def test_compiled_files_do_not_count(node):
    install(make(b"one"))
    cache = node / "current" / "vrrp" / "__pycache__"
    cache.mkdir()
    (cache / "x.py").write_bytes(b"")
    assert make(b"one").changes(lambda directory: None) == []
