# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_drain drains and undrains, predicts in check mode, and reports the state of each instance."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_drain
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
from answering_agent import AnsweringAgent
from fake_keepalived import FILE, Asked
from test_deployment_switchover import instance

pytest_plugins = ["fake_keepalived"]

USUAL = {"program": "keepalived", "state": "drained", "force": False, "wait": True, "timeout": 5}
USUAL.update(reason=None, expires=None, runtime_dir="/nonexistent")


@pytest.fixture
def run(tmp_path):
    """Return ``run(drained, ...)``, which returns the result and the agent's requests; it drains at once."""
    agents = []

    def call(drained, check=False, was="BACKUP", **params):
        before = {"drained": drained, "instances": [instance("STOP" if drained else was)]}
        agent = AnsweringAgent(str(tmp_path), status=before)
        agents.append(agent)

        def drain(request):
            agent.replies["status"] = {"drained": True, "instances": [instance("STOP")]}
            return {}

        def undrain(request):
            agent.replies["status"] = {"drained": False, "instances": [instance()]}
            return {}

        agent.replies.update(drain=drain, undrain=undrain)
        usual = {
            "program": "hotstandby",
            "state": "drained",
            "force": False,
            "wait": True,
            "timeout": 1,
            "runtime_dir": str(tmp_path),
        }
        return module_drain.run(Module({"params": {**usual, **params}, "check_mode": check})), agent.commands

    yield call
    for agent in agents:
        agent.close()


def test_a_standby_is_drained(run):
    result, commands = run(False)
    assert (result["changed"], result["msg"]) == (True, "this node is drained: VI_1 STOP")
    assert commands == ["drain"]
    assert result["diff"] == {"before": "drained: false\nVI_1: BACKUP\n", "after": "drained: true\nVI_1: STOP\n"}


def test_a_drained_node_is_drained_already(run):
    result, commands = run(True)
    assert (result["changed"], commands) == (False, [])


def test_a_drained_node_takes_part_again(run):
    result, commands = run(True, state="active")
    assert (result["changed"], result["msg"], commands) == (True, "this node takes part: VI_1 BACKUP", ["undrain"])


def test_check_mode_foretells_it(run):
    result, commands = run(False, check=True)
    assert (result["changed"], result["after"]["drained"], commands) == (True, True, [])


def test_without_waiting_nobody_is_known_to_serve(run):
    with pytest.raises(SwitchoverError, match="only by waiting can be seen whether a peer takes over VI_1"):
        run(False, was="MASTER", wait=False)


def test_a_node_without_instances():
    assert module_drain.told({"drained": True, "instances": []}) == "this node is drained: it has no instances"


def test_keepalived_is_drained_by_its_file_and_not_in_check_mode(kept):
    assert module_drain.run(Asked(kept, USUAL, check=True))["msg"] == "this node is drained: VI_1 BACKUP"
    assert kept.path.read_text() == FILE
    done = module_drain.run(Asked(kept, USUAL, reason="new kernel"))
    assert (done["changed"], done["msg"]) == (True, "this node is drained: VI_1 BACKUP")
    assert not module_drain.run(Asked(kept, USUAL, reason="new kernel"))["changed"]
    assert module_drain.run(Asked(kept, USUAL, state="active"))["msg"] == "this node takes part: VI_1 BACKUP"
    assert kept.path.read_text() == FILE


def test_keepalived_ends_no_drain_by_itself(kept):
    with pytest.raises(SwitchoverError, match="keepalived ends nothing by itself: leave expires out"):
        module_drain.run(Asked(kept, USUAL, expires="2h", check=True))
