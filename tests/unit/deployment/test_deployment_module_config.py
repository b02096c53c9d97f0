# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_config checks and writes, and shows no password. tests/unit/modules tests it with an agent."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_config, paths
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import (
    ConfigFile,
    Refused,
    RunningConfig,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.service import Service

TEXT = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass Xy7secr
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return ``module(text, check)``; the agent's user is the user of the tests."""
    monkeypatch.setattr(Account, "owner", lambda account: (os.getuid(), os.getgid()))

    def make(text=TEXT, check=False, **more):
        places = {"path": str(tmp_path / "a.conf"), "runtime_dir": str(tmp_path)}
        params = {
            "program": "hotstandby",
            "content": text,
            "confirm": None,
            "start": False,
            "master_of": [],
            "peer_key": "",
            **places,
            **more,
        }
        made = Module({"params": params, "check_mode": check})
        made.no_log_values = {text}
        return made

    return make


def test_a_file_is_written_once(module, tmp_path):
    assert module_config.run(module(check=True))["changed"] and not (tmp_path / "a.conf").exists()
    first = module_config.run(module())
    assert (first["changed"], first["written"], first["reloaded"]) == (True, True, False)
    assert (tmp_path / "a.conf").read_text() == TEXT
    assert module_config.run(module())["changed"] is False


def test_the_password_is_in_no_parameter_and_no_difference(module):
    asked = module()
    result = module_config.run(asked)
    assert "Xy7secr" not in f"{asked.params}{result}" and asked.no_log_values == set()


def test_an_unknown_keyword_is_listed_as_a_problem(module):
    with pytest.raises(Refused) as caught:
        module_config.run(module(TEXT.replace("virtual_router_id", "virtual_id")))
    assert "virtual_id" in caught.value.result["problems"][0]


def test_without_the_user_nothing_is_written(module, monkeypatch, tmp_path):
    monkeypatch.setattr(Account, "owner", lambda account: (-1, -1))
    with pytest.raises(DeploymentError, match="there is no user hotstandby: run hotstandby.vrrp.vrrp_agent first"):
        module_config.run(module())
    assert not (tmp_path / "a.conf").exists()


def test_a_warning_that_the_file_and_the_agent_have_is_given_once(module, monkeypatch):
    foreseen = {"plan": {}, "mastership": [], "warnings": ["of the file", "of the agent"]}
    validate = ConfigFile.validate
    monkeypatch.setattr(ConfigFile, "validate", lambda file, text: (validate(file, text)[0], ["of the file"]))
    monkeypatch.setattr(ConfigFile, "dry_run", lambda file, text, agent: foreseen)
    asked = module(check=True)
    assert module_config.run(asked)["plan"] == {}
    assert asked._warnings == ["of the file", "of the agent"]


def test_an_agent_that_has_not_read_the_file_reloads_it(module, monkeypatch):
    reloads = []
    monkeypatch.setattr(ConfigFile, "needs_reload", lambda file, text, agent, foreseen: True)
    monkeypatch.setattr(ConfigFile, "reload", lambda file, owner: reloads.append(owner))
    assert module_config.run(module(check=True))["reloaded"] and reloads == []
    result = module_config.run(module())
    assert (result["changed"], result["reloaded"], reloads) == (True, True, [(os.getuid(), os.getgid())])


def test_the_agent_is_started_where_none_is_running(module, monkeypatch, tmp_path):
    done = []
    running = []
    monkeypatch.setattr(ConfigFile, "agent", lambda file: running[0] if running else None)
    monkeypatch.setattr(Service, "start", lambda service: done.append("start"))
    monkeypatch.setattr(module_config, "become_master", lambda names, runtime_dir: done.append((names, runtime_dir)))
    result = module_config.run(module(start=True, check=True))
    assert (result["changed"], result["started"], done) == (True, True, [])
    with pytest.raises(DeploymentError, match=r"hotstandby.service runs, but no agent answers in .*systemctl reload"):
        module_config.run(module(start=True))
    assert done.pop() == "start"
    agent = RunningConfig(str(tmp_path / "a.conf"), "", True)
    monkeypatch.setattr(Service, "start", lambda service: done.append("start") or running.append(agent))
    result = module_config.run(module(start=True, master_of=["VI_1"]))
    assert (result["started"], done) == (True, ["start", (["VI_1"], str(tmp_path))])
    monkeypatch.setattr(ConfigFile, "needs_reload", lambda *rest: False)
    monkeypatch.setattr(ConfigFile, "dry_run", lambda *rest: None)
    result = module_config.run(module(start=True, master_of=["VI_1"]))
    assert (result["changed"], result["started"], done[2:]) == (False, False, [])


KEY = "hex:" + bytes(range(32)).hex()


def test_a_key_is_written_before_the_agent_is_started_and_shown_nowhere(module, monkeypatch, tmp_path):
    file = tmp_path / "peer.key"
    found, running = [], []
    monkeypatch.setattr(paths, "PEER_KEY", str(file))
    monkeypatch.setattr(ConfigFile, "agent", lambda file: running[0] if running else None)

    def start(service):
        found.append(file.read_text())
        running.append(RunningConfig(str(tmp_path / "a.conf"), "", True))

    monkeypatch.setattr(Service, "start", start)
    predicted = module_config.run(module(start=True, peer_key=KEY, check=True))
    assert not file.exists() and predicted["diff"][1]["after"] == "another key, or another owner or mode\n"
    asked = module(start=True, peer_key=KEY)
    result = module_config.run(asked)
    assert found == [f"{KEY}\n"] and file.stat().st_mode & 0o777 == 0o600
    assert [each["after_header"] for each in result["diff"]] == [str(tmp_path / "a.conf"), str(file)]
    assert KEY[4:] not in f"{result}{predicted}{asked.params}"


def test_a_key_is_for_a_start_alone_and_nothing_is_written_with_a_bad_one(module, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "PEER_KEY", str(tmp_path / "peer.key"))
    assert "after" in module_config.run(module(peer_key=KEY))["diff"] and not (tmp_path / "peer.key").exists()
    (tmp_path / "a.conf").unlink()
    with pytest.raises(DeploymentError, match="key: a key has 32 to 64 octets"):
        module_config.run(module(start=True, peer_key="too short"))
    assert list(tmp_path.iterdir()) == []
