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
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import (
    AgentError,
    AgentUnreachable,
    NoAgent,
)

KEY = "hex:" + bytes(range(32)).hex()
OLD = "hex:" + bytes(range(32, 64)).hex() + "\n"


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
    result, _calls = run(answer=NoAgent("no agent"))
    assert (result["changed"], result["reloaded"]) == (True, False)


@pytest.mark.parametrize("answer", [AgentError("bad file"), AgentUnreachable("no answer within 5 s")])
def test_where_the_agent_did_not_read_it_the_file_before_is_back_and_the_next_run_tries_again(run, tmp_path, answer):
    path = tmp_path / "peer.key"
    with pytest.raises(DeploymentError, match=f"the agent did not read the key, so the file before is back: {answer}"):
        run(answer=answer)
    assert not path.exists()
    path.write_text(OLD)
    path.chmod(0o640)
    with pytest.raises(DeploymentError):
        run(answer=answer)
    assert (path.read_text(), path.stat().st_mode & 0o777) == (OLD, 0o640)
    result, calls = run()
    assert (result["changed"], result["reloaded"], len(calls)) == (True, True, 3)


def test_a_file_that_the_agent_may_not_read_has_no_digest_for_the_pair_to_compare(run, tmp_path):
    first, _calls = run()
    (tmp_path / "peer.key").chmod(0o640)
    result, _calls = run(check=True)
    assert (result["changed"], result["keys"], len(first["keys"])) == (True, [], 1)


def test_without_the_user_nothing_is_written(run, monkeypatch, tmp_path):
    monkeypatch.setattr(Account, "owner", lambda account: (-1, -1))
    with pytest.raises(DeploymentError, match="there is no user hotstandby"):
        run()
    assert not (tmp_path / "peer.key").exists()
    assert run(check=True)[0]["changed"] is True
