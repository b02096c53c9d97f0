# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what counts as unhealthy after an update."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.health import health


def node(name="VI_1", faults=(), **weights):
    reasons = [{"name": word, "delta": delta, "text": "it fails"} for word, delta in weights.items()]
    return {"running": True, "instances": [{"name": name, "faults": list(faults), "reasons": reasons}]}


def test_a_drained_node_whose_checks_are_as_before_is_healthy():
    assert health(node(), node()) == []
    assert health(node(chk_web=-5), node(chk_web=-5)) == [], "it was so before"
    assert health(node(), node(chk_web=-5)) == [], "it is better now"


def test_an_agent_that_does_not_answer():
    assert health({"running": False, "msg": "not running"}, node()) == ["no agent answers: not running"]
    assert health({}, node()) == ["no agent answers: no message"]


def test_an_instance_that_is_gone_has_a_fault_or_a_worse_weight():
    assert health(node("VI_2"), node()) == ["VI_1: the agent does not have it any more"]
    assert health(node(faults=["eth0 is down", "chk_web fails"]), node()) == ["VI_1: eth0 is down; chk_web fails"]
    assert health(node(chk_web=-10), node()) == ["VI_1: its weights were +0 and are -10 (chk_web: it fails)"]
    assert health(node(), node(chk_web=7)) == ["VI_1: its weights were +7 and are +0"]
