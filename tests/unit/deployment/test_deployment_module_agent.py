# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_agent lists its changes, makes them, and reports a damaged release."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_agent, paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import pack
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import Change, DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.installation import Installation
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.release import Release
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.service import ServiceState

FILES = {"hotstandby.py": b"", "vrrp/__init__.py": b"", "pyroute2/__init__.py": b"a"}
PRESENT = {
    "program": "hotstandby",
    "state": "present", "switch_user": False, "writable_paths": [], "metrics_listen": "", "metrics_socket": False,
    "metrics_textfile": "", "_archive": None,
}  # fmt: skip


@pytest.fixture
def node(monkeypatch, tmp_path):
    """Return the list of the changes that are made, on a node that has the release and lacks one thing."""
    done = []
    monkeypatch.setattr(paths, "RELEASES", str(tmp_path / "releases"))
    monkeypatch.setattr(paths, "CURRENT", str(tmp_path / "current"))
    for change in Release(FILES).changes(lambda directory: None):
        change.apply()
    change = Change("/a", "", "a\n", lambda: done.append("a"))
    condition = ServiceState(running=True, enabled=True, stale=False, pid=0)
    monkeypatch.setattr(Installation, "condition", lambda self: condition)
    monkeypatch.setattr(Installation, "present", lambda self, *rest: [change])
    monkeypatch.setattr(Installation, "absent", lambda self, condition: [change])
    monkeypatch.setattr(Installation, "outdated", lambda self, *rest: False)
    return done


def run(check=False, **params):
    return module_agent.run(Module({"params": {**PRESENT, **params}, "check_mode": check}))


def test_a_change_is_made_and_told(node):
    result = run()
    assert (result["changed"], result["running"], node) == (True, True, ["a"])
    assert result["diff"] == [{"before_header": "/a", "after_header": "/a", "before": "", "after": "a\n"}]
    assert len(result["release"]) == 16


def test_check_mode_only_tells(node):
    assert run(check=True)["changed"] and node == []


def test_absent_tells_of_no_release(node):
    result = run(state="absent")
    assert (result["changed"], node, "release" in result) == (True, ["a"], False)


def test_a_release_that_is_not_what_it_is_called_changes_nothing(node, tmp_path):
    (tmp_path / "current" / "pyroute2" / "__init__.py").write_bytes(b"touched")
    assert run() == {"damaged": True} == run(check=True) and node == []


def test_a_call_without_the_action_plugin_is_refused(node, tmp_path):
    (tmp_path / "current").unlink()
    with pytest.raises(DeploymentError, match="the action plugin hotstandby.vrrp.vrrp_agent has to call this module"):
        run()


def test_the_release_that_was_sent_is_the_wanted_one(node, tmp_path):
    archive = tmp_path / "release.zip"
    archive.write_bytes(pack({"vrrp/__init__.py": b"new"}))
    assert run(_archive=str(archive))["release"] == Release({"vrrp/__init__.py": b"new"}).id
    archive.write_bytes(b"no archive")
    with pytest.raises(DeploymentError, match="the release did not arrive whole: no archive"):
        run(_archive=str(archive))


def test_the_outlets_of_the_metrics_are_those_of_the_options(node):
    wanted = module_agent.wanted_installation(
        Module({"params": {**PRESENT, "metrics_listen": "a:1", "metrics_textfile": "/a.prom"}, "check_mode": False})
    )
    assert (wanted.outlets.listen, wanted.outlets.socket, wanted.outlets.textfile) == ("a:1", False, "/a.prom")
