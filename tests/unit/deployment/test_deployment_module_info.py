# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that vrrp_info refuses wrong options, and reports what the kernel refuses."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import module_info
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_entry import Module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network.sockets import SocketError


def run(tmp_path, **params):
    usual = {"program": "hotstandby", "wait": 0, "samples": 1, "interval": 0, "probe": [], "reach": [], "preflight": [],
             "runtime_dir": str(tmp_path)}  # fmt: skip
    return module_info.run(Module({"params": {**usual, **params}, "check_mode": False}))


def test_a_node_without_an_agent_is_a_result(tmp_path):
    result = run(tmp_path, samples=2)
    assert (result["changed"], result["running"], len(result["samples"])) == (False, False, 2)
    assert (result["answers"], result["advertisers"], result["reached"]) == ([], [], [])
    assert result["preflight"] == {} and result["clock"]["started"] <= result["clock"]["ended"]


def test_the_node_is_looked_at_where_it_is_asked_for(tmp_path):
    assert list(run(tmp_path, preflight=["lo"])["preflight"]["managers"]) == ["lo"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"wait": -1}, "wait must be 0 or more"),
        ({"samples": 0}, "samples must be 1 or more"),
        ({"interval": -0.1}, "interval must be 0 or more"),
        ({"probe": [{"interface": "lo", "addresses": ["x"], "virtual_router_ids": [], "listen": 1}]},
         "probe: 'x' does not appear to be"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused(tmp_path, params, text):
    with pytest.raises(DeploymentError, match=text):
        run(tmp_path, **params)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("observe", "the kernel does not list its interfaces: no"),
        ("probe", "the segment cannot be asked, which needs root, and in a container --cap-add NET_ADMIN"),
        ("reach", "the segment cannot be asked, which needs root"),
    ],
)
def test_an_error_of_the_kernel_is_reported(tmp_path, monkeypatch, name, text):
    def refuse(*given):
        raise SocketError("no") if name == "reach" else OSError("no")

    if name == "observe":
        monkeypatch.setattr(module_info.NodeFactsReader, "observe", refuse)
    else:
        monkeypatch.setattr(module_info, "probe", refuse)
    with pytest.raises(DeploymentError, match=text):
        run(tmp_path)
