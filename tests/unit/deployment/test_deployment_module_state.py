# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_state moves, predicts in check mode, and is changed only where mastership moves."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_state
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
from answering_agent import AnsweringAgent
from fake_keepalived import FILE, Asked
from test_deployment_switchover import instance

pytest_plugins = ["fake_keepalived"]

USUAL = {
    "program": "keepalived",
    "name": None,
    "state": None,
    "wait": True,
    "timeout": 5,
    "runtime_dir": "/nonexistent",
}
USUAL.update(reason=None, expires=None)


@pytest.fixture
def run(tmp_path):
    """Return ``run(instance, ...)``, which returns result and requests. A promotion works ``at_once`` or later."""
    agents = []

    def call(found, check=False, at_once=True, **params):
        agent = AnsweringAgent(str(tmp_path), status={"instances": [found]})
        agents.append(agent)

        def promote(request):
            if at_once:
                agent.replies["status"] = {"instances": [instance("MASTER")]}
            return {}

        agent.replies["promote"] = promote
        usual = {
            "program": "hotstandby",
            "name": None,
            "state": None,
            "wait": True,
            "timeout": 1,
            "runtime_dir": str(tmp_path),
        }
        return module_state.run(Module({"params": {**usual, **params}, "check_mode": check})), agent.commands

    yield call
    for agent in agents:
        agent.close()


def test_without_a_state_it_only_tells(run):
    result, commands = run(instance())
    assert (result["changed"], result["msg"], commands) == (False, "VI_1: BACKUP because of a test", [])


def test_a_move_is_a_change(run):
    result, commands = run(instance(), state="master")
    assert (result["changed"], result["after"]["state"], commands) == (True, "MASTER", ["promote"])
    assert (result["diff"]["before"], result["diff"]["after"]) == ("BACKUP\n", "MASTER\n")


def test_check_mode_foretells_it(run):
    result, commands = run(instance(), state="master", check=True)
    assert (result["changed"], result["after"]["state"], commands) == (True, "MASTER", [])


def test_a_move_that_cannot_be_is_refused(run):
    with pytest.raises(SwitchoverError, match="VI_1 cannot become master"):
        run(instance("FAULT", faults=["eth0 is down"]), state="master", check=True)


@pytest.mark.parametrize(("before", "changed"), [("BACKUP", True), ("MASTER", False)])
def test_without_a_wait_the_change_is_foretold(run, before, changed):
    """The request is made, and the state that is read at once is still the old one."""
    result, commands = run(instance(before), at_once=False, state="master", wait=False)
    assert (result["changed"], result["after"]["state"], commands) == (changed, before, ["promote"])
    assert (result["diff"]["before"], result["diff"]["after"]) == (f"{before}\n", "MASTER\n")


def test_keepalived_is_moved_by_its_file_and_not_in_check_mode(kept):
    assert module_state.run(Asked(kept, USUAL, state="master", check=True))["after"]["state"] == "MASTER"
    assert kept.path.read_text() == FILE
    done = module_state.run(Asked(kept, USUAL, state="master", reason="a test"))
    assert (done["changed"], done["after"]["hold"]) == (True, "master")
    assert "\n# hold: VI_1 master, a test\n" in kept.path.read_text()


@pytest.mark.parametrize("check", [False, True])
def test_keepalived_ends_nothing_by_itself(kept, check):
    with pytest.raises(SwitchoverError, match="keepalived ends nothing by itself: leave expires out"):
        module_state.run(Asked(kept, USUAL, state="master", expires="2h", check=check))
    assert kept.path.read_text() == FILE
