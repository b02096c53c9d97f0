# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a module runs through the release where the node has it, and is sent there in every other case."""

from __future__ import annotations

import base64
import json
import re
import time
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.hotstandby.vrrp.plugins.action import vrrp_agent, vrrp_config, vrrp_info
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import unpack
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils import release_action, release_sources

OTHER, BROKEN = 93, 1
CARRIED = {"changed": False, "carried": True}


class Node:
    """It records what it was asked and what was sent to it; ``status`` and ``output`` are its answer."""

    def __init__(self, status=0, output='{"changed": false, "here": true}\n'):
        self.status, self.output = status, output
        self.asked, self.carried = [], []

    def action(self, plugin, arguments, check=False, piped=True, asynchronous=0):
        made = object.__new__(plugin.ActionModule)
        shell = SimpleNamespace(tmpdir="/tmp/a", join_path=lambda *parts: "/".join(parts))
        made._connection = SimpleNamespace(
            has_native_async=False, is_pipelining_enabled=lambda wrapped: piped, _shell=shell
        )
        made._task = SimpleNamespace(
            args=arguments, check_mode=check, async_val=asynchronous, environment=None, diff=False, action=""
        )
        made._compute_environment_string = lambda: ""
        made._low_level_execute_command = self._answer
        made._execute_module = self._carry
        made._remove_tmp_path = lambda path: None
        made._transfer_file = lambda local, remote: None
        made._fixup_perms2 = lambda paths, execute: None
        return made

    def _answer(self, command, in_data=None):
        self.asked.append((command, in_data))
        return {"rc": self.status, "stdout_lines": self.output.splitlines()}

    def _carry(self, name, arguments=None, task_vars=None, wrap_async=False):
        self.carried.append((name, arguments))
        return dict(CARRIED)


@pytest.fixture(autouse=True)
def no_bookkeeping(monkeypatch):
    """Replace the first step of every action plugin, which needs a task of Ansible."""
    monkeypatch.setattr(release_action.ActionBase, "run", lambda self, tmp, task_vars: {})


def test_a_node_that_has_the_release_is_asked_once_and_carried_nothing():
    node = Node(output='a banner\n{"changed": false, "here": true}\n')
    assert node.action(vrrp_info, {"samples": "3"}, check=True).run() == {"changed": False, "here": True}
    ((command, request),) = node.asked
    assert f"releases/{release_action.current_release()})" in command and "hotstandby module vrrp_info;;" in command
    asked = json.loads(request)
    assert (asked["params"]["samples"], asked["params"]["program"], asked["check_mode"]) == (3, "auto", True)
    assert node.carried == []


def test_the_controller_notes_when_it_asked_for_the_clock_of_a_node():
    node = Node(output='{"changed": false, "clock": {"started": 1.5, "ended": 2.5}}\n')
    clock = node.action(vrrp_info, {}).run()["clock"]
    assert (clock["started"], clock["ended"]) == (1.5, 2.5) and 2.5 < clock["sent"] <= clock["received"]


def test_the_controller_notes_when_it_sent_a_configuration_to_try():
    began = time.time()
    tried = Node().action(vrrp_config, {"content": "a file", "confirm": 60}).run()
    assert began <= tried["sent"] <= time.time() and tried["here"]
    assert "sent" not in Node().action(vrrp_config, {"content": "a file"}).run()


@pytest.mark.parametrize("node", [Node(OTHER, ""), Node(BROKEN, "Traceback"), Node(0, ""), Node(0, "{")])
def test_where_there_is_no_answer_the_module_is_carried(node):
    assert node.action(vrrp_info, {}).run() == CARRIED
    assert node.carried == [("hotstandby.vrrp.vrrp_info", None)] and len(node.asked) == 1


@pytest.mark.parametrize(
    "arguments", [{"samples": "many"}, {"no_such": 1}, {"runtime_dir": "~/run"}, {"runtime_dir": "$HOME/run"}]
)
def test_the_module_is_sent_for_arguments_that_it_has_to_check_or_expand(arguments):
    node = Node()
    assert node.action(vrrp_info, arguments).run() == CARRIED and node.asked == []


def test_a_background_task_sends_the_module_to_the_node():
    node = Node()
    assert node.action(vrrp_info, {}, asynchronous=10).run() == CARRIED and node.asked == []


def test_without_pipelining_a_request_is_an_argument_and_a_secret_one_is_none():
    node = Node()
    node.action(vrrp_info, {}, piped=False).run()
    ((command, request),) = node.asked
    sent = re.search(r"module vrrp_info (\S+);;", command)[1]
    assert request is None and json.loads(base64.b64decode(sent))["params"]["samples"] == 1
    node = Node()
    assert node.action(vrrp_config, {"content": "secret"}, piped=False).run() == CARRIED and node.asked == []


def test_a_file_goes_on_standard_input_even_with_a_dollar_in_it():
    node = Node()
    assert node.action(vrrp_config, {"content": "auth_pass $ecret"}).run()["here"]
    ((command, request),) = node.asked
    assert b"$ecret" in request and "ecret" not in command


def test_the_agent_is_told_the_interpreter_of_the_inventory():
    node = Node()
    assert node.action(vrrp_agent, {}).run(task_vars={"ansible_python_interpreter": "/opt/python3"})["here"]
    params = json.loads(node.asked[0][1])["params"]
    assert (params["_python"], params["_archive"]) == ("/opt/python3", None)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("node", [Node(OTHER, ""), Node(0, '{"damaged": true}')], ids=["missing", "damaged"])
def test_a_release_is_sent_where_it_is_missing_or_damaged(node, check):
    node.carried.clear()
    assert node.action(vrrp_agent, {}, check=check).run()["carried"]
    assert node.carried == [("hotstandby.vrrp.vrrp_agent", {"_archive": "/tmp/a/release.zip"})]


class Piped(Node):
    """It has no release, and runs the module out of the archive; ``output`` is the answer to that."""

    def _answer(self, command, in_data=None):
        answer = super()._answer(command, in_data)
        return answer if in_data and b"PK" in in_data else {"rc": OTHER, "stdout_lines": []}


@pytest.mark.parametrize(
    "known",
    [
        {"ansible_python_interpreter": "/opt/py thon3"},
        {"ansible_facts": {"discovered_interpreter_python": "/opt/py thon3"}},
    ],
)
def test_a_module_runs_out_of_the_archive_where_the_interpreter_is_known(known):
    node = Piped()
    assert node.action(vrrp_info, {}).run(task_vars=known)["here"] and node.asked[1][0].endswith(" vrrp_info")
    node = Piped()
    assert node.action(vrrp_agent, {"switch_user": True}, check=True).run(task_vars=known)["here"]
    _question, (command, sent) = node.asked
    request, _newline, archive = sent.partition(b"\n")
    asked = json.loads(request)
    assert (asked["params"]["switch_user"], asked["check_mode"]) == (True, True)
    assert unpack(archive) == release_sources.release_sources()
    assert command.startswith(" '/opt/py thon3' -IB -c ") and command.endswith(" vrrp_agent") and node.carried == []


@pytest.mark.parametrize("node", [Piped(BROKEN, "Traceback"), Piped(0, "")])
def test_a_release_that_gives_no_answer_is_sent_as_ansible_sends_it(node):
    assert node.action(vrrp_agent, {}).run(task_vars={"ansible_python_interpreter": "/opt/python3"})["carried"]
    assert node.carried == [("hotstandby.vrrp.vrrp_agent", {"_archive": "/tmp/a/release.zip"})]


def test_removing_asks_for_no_release():
    node = Node()
    assert node.action(vrrp_agent, {"state": "absent"}).run() == CARRIED
    assert node.asked == [] and node.carried == [("hotstandby.vrrp.vrrp_agent", {"state": "absent"})]


@pytest.fixture
def no_pyroute2(monkeypatch):
    """Set up a controller without pyroute2."""
    util = SimpleNamespace(find_spec=lambda name: None)
    monkeypatch.setattr(release_sources, "importlib", SimpleNamespace(util=util))
    release_sources.current_release.cache_clear()
    yield
    release_sources.current_release.cache_clear()


def test_without_pyroute2_nothing_is_installed_and_looking_goes_on(no_pyroute2):
    node = Node()
    with pytest.raises(
        AnsibleActionFail, match="the controller's Python has no pyroute2, which the agent needs; install it"
    ):
        node.action(vrrp_agent, {}).run()
    assert node.action(vrrp_info, {}).run() == CARRIED and node.asked == []
