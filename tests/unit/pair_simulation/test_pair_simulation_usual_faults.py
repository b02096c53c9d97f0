# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the list of what usually happens."""

from __future__ import annotations

from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.checks import NodeChecks
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.usual_faults import usual_faults
from tracked_nodes import GATEWAY, WEB, pair


def usual(*instances):
    return [str(fault) for fault in usual_faults({node.name: NodeChecks(node) for node in pair(*instances)}, 12)]


def test_each_node_and_service_dies_the_network_splits_and_agents_reload():
    assert usual(WEB, GATEWAY) == [
        "at 12: kill node-a",
        "at 12: kill node-b",
        "at 12: break node-a chk_web",
        "at 12: break node-a 192.168.8.1",
        "at 12: break node-b chk_web",
        "at 12: break node-b 192.168.8.1",
        "at 12: split node-a | node-b client",
        "at 12: split node-b | node-a client",
        "at 12: reload node-a",
        "at 12: reload node-b",
    ]


def test_without_checks_no_service_dies():
    assert not [text for text in usual() if "break" in text]
