# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a module ends with its result, or with the error of the agent, the client, the switchover or the node."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.config_file import Refused
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.switchover import SwitchoverError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.client import AgentError, AgentUnreachable


class Module:
    """It exits as an AnsibleModule does; ``said`` records how, and with what."""

    params = {"name": "VI_1"}
    said = None

    def exit_json(self, **result):
        self.said = ("exit", result)
        raise SystemExit(0)

    def fail_json(self, **result):
        self.said = ("fail", result)
        raise SystemExit(1)


def ended(run):
    module = Module()
    with pytest.raises(SystemExit):
        end(module, run)
    return module.said


def raising(error):
    def run(module):
        raise error

    return run


def test_a_result_is_returned_as_it_is():
    assert ended(lambda module: {"changed": True, "asked": module.params}) == (
        "exit",
        {"changed": True, "asked": {"name": "VI_1"}},
    )
    assert ended(lambda module: {}) == ("exit", {})


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (DeploymentError("there is no user"), {"msg": "there is no user"}),
        (
            Refused("it is bad", ("line 1", "line 2")),
            {"msg": "it is bad\nline 1\nline 2", "problems": ("line 1", "line 2")},
        ),
        (AgentError("the agent is stopping", ("a", "b")), {"msg": "the agent is stopping"}),
        (AgentUnreachable("no agent is running"), {"msg": "no agent is running"}),
        (SwitchoverError("VI_1 cannot become master"), {"msg": "VI_1 cannot become master"}),
        (SwitchoverError("too late", before={"a": 1}, after=2), {"msg": "too late", "before": {"a": 1}, "after": 2}),
    ],
)
def test_a_refusal_fails_with_its_message_and_what_goes_with_it(error, result):
    assert ended(raising(error)) == ("fail", result)


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), KeyError("x")])
def test_an_error_of_the_module_itself_is_not_hidden(error):
    module = Module()
    with pytest.raises(type(error)):
        end(module, raising(error))
    assert module.said is None
