# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the module vrrp_agent on a node of keepalived."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import keepalived_file, module_agent
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from fake_keepalived import FILE, FOREIGN, FakeKeepalived


@pytest.fixture
def made(tmp_path, monkeypatch):
    def make(text=FILE, **more):
        monkeypatch.setattr(keepalived_file, "CONFIG", str(tmp_path / "keepalived.conf"))
        return FakeKeepalived(monkeypatch, tmp_path / "keepalived.conf", text, **more)

    return make


class Asked:
    """It is the module of a task with these options."""

    def __init__(self, fake, state, check_mode):
        self.params = {"program": "keepalived", "state": state}
        self.check_mode, self.run_command = check_mode, fake.run_command


def agent(fake, state="present", check_mode=False):
    return module_agent.run(Asked(fake, state, check_mode))


def test_the_service_is_enabled_once(made):
    fake = made(running=False)
    assert agent(fake, check_mode=True)["changes"] == ["keepalived.service"]
    assert not fake.enabled
    done = agent(fake)
    assert (done["changed"], done["version"], done["restart_required"], fake.enabled) == (True, "2.2.7", False, True)
    assert not agent(fake)["changed"]
    assert not fake.running


def test_a_missing_package_is_a_change_in_check_mode_and_else_an_error(made, monkeypatch):
    fake = made(running=False)
    monkeypatch.setattr(keepalived_file.shutil, "which", lambda *_words, **_path: None)
    assert agent(fake, check_mode=True)["changes"] == ["keepalived", "keepalived.service"]
    with pytest.raises(DeploymentError, match="install the package keepalived"):
        agent(fake)


def test_removing_leaves_no_service_and_no_file(made):
    fake = made()
    foreseen = agent(fake, "absent", check_mode=True)
    assert (foreseen["changed"], fake.running) == (True, True)
    done = agent(fake, "absent")
    assert done["changes"] == ["keepalived.service", "keepalived.service", str(fake.path)]
    assert (fake.running, fake.enabled, fake.path.exists()) == (False, False, False)
    assert "2222" not in str(done)
    assert not agent(fake, "absent")["changed"]


def test_a_file_of_somebody_else_and_its_service_stay(made):
    fake = made(FOREIGN)
    assert not agent(fake, "absent")["changed"]
    assert (fake.running, fake.enabled, fake.path.read_text()) == (True, True, FOREIGN)
