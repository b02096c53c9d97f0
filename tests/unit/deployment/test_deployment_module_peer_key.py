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
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.peer_key import digests
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import (
    AgentError,
    AgentUnreachable,
    NoAgent,
)

KEY = "hex:" + bytes(range(32)).hex()
OLD = "hex:" + bytes(range(32, 64)).hex() + "\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return ``run(check, status, read)``: the module with an agent that answers so. ``run.read`` counts its reads."""
    monkeypatch.setattr(Account, "owner", lambda account: (os.getuid(), os.getgid()))
    path = tmp_path / "peer.key"
    in_force = []

    def told(answer):
        if isinstance(answer, Exception):
            raise answer
        return answer

    def go(check=False, status=None, read=None, state="only"):
        class Agent:
            def __init__(self, runtime_dir):
                assert runtime_dir == "/run/x"

            def status(self):
                return told({"peer": {"keys": list(in_force)}} if status is None else status)

            def read_peer_key(self):
                go.read += 1
                told(read)
                there = path.exists()
                in_force[:] = digests(str(path), (os.getuid(), os.getgid())) if read is None and there else []
                return {"keys": list(in_force), "problem": read or ""}

        monkeypatch.setattr(module_peer_key, "Client", Agent)
        params = {"key": KEY, "state": state, "path": str(path), "runtime_dir": "/run/x"}
        module = Module({"params": params, "check_mode": check})
        result = module_peer_key.run(module)
        assert KEY[4:] not in f"{result}{module.params}"
        return result

    go.read, go.in_force = 0, in_force
    return go


def test_it_is_written_once_and_the_agent_reads_it(run, tmp_path):
    first = run()
    assert (first["changed"], first["reloaded"], len(first["keys"]), run.read) == (True, True, 1, 1)
    assert first["diff"]["before"] == ""
    assert first["diff"]["after"] == f"key {first['keys'][0]}\n"
    again = run()
    assert (again["changed"], again["reloaded"], run.read) == (False, False, 1)
    assert again["diff"]["before"] == again["diff"]["after"]


def test_an_agent_that_has_not_read_the_file_yet_reads_it(run):
    """A run was killed between the two."""
    run()
    run.in_force[:] = ["another one"]
    result = run(check=True)
    assert (result["changed"], result["reloaded"], run.read) == (True, False, 1)
    result = run()
    assert (result["changed"], result["reloaded"], run.in_force) == (True, True, result["keys"])
    assert run()["changed"] is False


def test_two_keys_are_compared_in_their_order(run):
    (run.in_force[:],) = (["another one"],)
    run()
    assert run(state="signs")["changed"] is False
    assert len(run(state="accepted")["keys"]) == 1


def test_check_mode_only_tells(run, tmp_path):
    result = run(check=True)
    assert (result["changed"], result["keys"], run.read) == (True, [], 0)
    assert result["diff"]["after"] == "another key, or another owner or mode\n"
    assert not (tmp_path / "peer.key").exists()


@pytest.mark.parametrize("status", [NoAgent("no agent"), {"peer": None}], ids=["no agent", "no peer_status"])
def test_where_no_agent_needs_it_the_file_is_enough(run, status):
    result = run(status=status)
    assert (result["changed"], result["reloaded"], run.read) == (True, False, 0)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (AgentError("no"), "the agent does not say which key it has, so nothing is written: no"),
        (AgentUnreachable("no answer within 5 s"), "nothing is written: no answer within 5 s"),
        ({"peer": {"address": "192.168.8.6"}}, "which key it has: install this release"),
    ],
)
def test_where_the_agent_does_not_tell_what_it_has_nothing_is_written(run, tmp_path, status, why):
    with pytest.raises(DeploymentError, match=why):
        run(status=status)
    assert not (tmp_path / "peer.key").exists()


def test_check_mode_takes_an_unknown_key_for_another_one(run):
    """The run itself restarts such an agent before."""
    assert run(check=True, status={"peer": {"address": "192.168.8.6"}})["changed"] is True


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (AgentError("it is stopping"), "the agent did not read the key, so the file before is back: it is stopping"),
        (AgentUnreachable("silent"), "the agent did not read the key, so the file before is back: silent"),
        ("Permission denied", "the agent has another key, so the file before is back: Permission denied"),
    ],
)
def test_a_key_file_that_the_agent_did_not_read_is_put_back(run, tmp_path, read, why):
    path = tmp_path / "peer.key"
    with pytest.raises(DeploymentError, match=why):
        run(read=read)
    assert not path.exists()
    path.write_text(OLD)
    path.chmod(0o640)
    with pytest.raises(DeploymentError):
        run(read=read)
    assert (path.read_text(), path.stat().st_mode & 0o777) == (OLD, 0o640)
    result = run()
    assert (result["changed"], result["reloaded"], run.in_force) == (True, True, result["keys"])


def test_an_agent_that_reads_another_file_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setattr(module_peer_key.KeyFile, "write", lambda file, owner: lambda: None)
    with pytest.raises(DeploymentError, match="it reads another file, which its line peer_status names"):
        run()


def test_a_file_that_the_agent_may_not_read_has_no_digest(run, tmp_path):
    first = run()
    (tmp_path / "peer.key").chmod(0o640)
    result = run(check=True)
    assert (result["changed"], result["keys"], len(first["keys"])) == (True, [], 1)


def test_without_the_user_nothing_is_written(run, monkeypatch, tmp_path):
    monkeypatch.setattr(Account, "owner", lambda account: (-1, -1))
    with pytest.raises(DeploymentError, match="there is no user hotstandby"):
        run()
    assert not (tmp_path / "peer.key").exists()
    assert run(check=True)["changed"] is True
