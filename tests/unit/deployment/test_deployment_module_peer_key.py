# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_peer_key writes where something differs, has the agent read it, and shows no key."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_peer_key
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentError, AgentUnreachable

KEY = "hex:" + bytes(range(32)).hex()


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return ``run(check, answer)``: the module with an agent that answers so; and the calls of that."""
    monkeypatch.setattr(Account, "owner", lambda account: (os.getuid(), os.getgid()))
    calls = []

    def go(check=False, answer=None, state="only"):
        class Agent:
            def __init__(self, runtime_dir):
                calls.append(runtime_dir)

            def reload(self):
                if answer is not None:
                    raise answer

        monkeypatch.setattr(module_peer_key, "Client", Agent)
        params = {"key": KEY, "state": state, "path": str(tmp_path / "peer.key"), "runtime_dir": "/run/x"}
        module = Module({"params": params, "check_mode": check})
        result = module_peer_key.run(module)
        assert KEY[4:] not in f"{result}{module.params}"
        return result, list(calls)

    return go


def test_it_is_written_once_and_the_agent_reads_it(run, tmp_path):
    first, calls = run()
    assert (first["changed"], first["reloaded"], len(first["keys"]), calls) == (True, True, 1, ["/run/x"])
    assert first["diff"]["before"] == ""
    assert first["diff"]["after"] == f"key {first['keys'][0]}\n"
    again, calls = run()
    assert (again["changed"], again["reloaded"], calls) == (False, False, ["/run/x"])
    assert again["diff"]["before"] == again["diff"]["after"]


def test_check_mode_only_tells(run, tmp_path):
    result, calls = run(check=True)
    assert (result["changed"], result["keys"], calls) == (True, [], [])
    assert result["diff"]["after"] == "another key, or another owner or mode\n"
    assert not (tmp_path / "peer.key").exists()


def test_without_an_agent_the_file_is_enough(run):
    result, _calls = run(answer=AgentUnreachable("no agent"))
    assert (result["changed"], result["reloaded"]) == (True, False)


def test_an_agent_that_refuses_its_file_is_a_failure(run):
    with pytest.raises(DeploymentError, match="the key is written, and the agent did not read it: bad file"):
        run(answer=AgentError("bad file"))


def test_without_the_user_nothing_is_written(run, monkeypatch, tmp_path):
    monkeypatch.setattr(Account, "owner", lambda account: (-1, -1))
    with pytest.raises(DeploymentError, match="there is no user hotstandby"):
        run()
    assert not (tmp_path / "peer.key").exists()
    assert run(check=True)[0]["changed"] is True
