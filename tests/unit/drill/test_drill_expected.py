# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the simulation is asked for what the drill does, with the nodes as they are."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.expected import expected
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.pair import SimulatedPair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation_input import NodeFile

FILE = """\
vrrp_instance VI_1 {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    {more}
    advert_int 1
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""
TRACKS = "@hotstandby track_unit nginx.service interval 2 fall 2"


def pair(more="", priorities=(100, 90)):
    nodes = [
        NodeFile(name, inspect(FILE.format(priority=priority, more=more), name).configuration)
        for name, priority in zip(("web-a", "web-b"), priorities)
    ]
    return SimulatedPair("web", nodes)


def asked(kind, simulated=None, victim="web-a", service=None, connects=False):
    plan = {"kind": kind, "victim": victim, "masters": {"VI_1": victim}, "service": service}
    return expected(simulated or pair(), plan, 10, connects)


@pytest.mark.parametrize("victim", ["web-a", "web-b"])
def test_a_switchover_costs_nothing(victim):
    assert asked("switchover", pair("nopreempt"), victim) == {"VI_1": {"best_s": 0.0, "middle_s": 0.0, "worst_s": 0.0}}


@pytest.mark.parametrize("kind", ["agent", "node"])
def test_a_failure_costs_what_the_standby_waits(kind):
    found = asked(kind)["VI_1"]
    assert 2.6 < found["best_s"] < found["middle_s"] < found["worst_s"] < 3.7


@pytest.mark.parametrize("priorities", [(100, 90), (100, 100)])
def test_the_node_fails_that_is_master_now_and_not_the_one_by_priority(priorities):
    assert asked("agent", pair("nopreempt", priorities), "web-b")["VI_1"]["best_s"] > 2.6


def test_a_service_is_missed_until_its_check_has_seen_it():
    found = asked("service", pair(TRACKS), service="nginx.service", connects=True)["VI_1"]
    assert 2 <= found["best_s"] < 3 and 4 <= found["worst_s"] < 6


def test_an_instance_of_the_standby_loses_nothing():
    files = [FILE, FILE.replace("VI_1", "VI_2").replace(" 51", " 52").replace("8.100", "8.101")]
    nodes = [
        NodeFile(name, inspect("".join(text.format(priority=priority, more="") for text, priority in zip(files, each)),
                               name).configuration)
        for name, each in (("web-a", (100, 90)), ("web-b", (90, 100)))
    ]  # fmt: skip
    plan = {"kind": "agent", "victim": "web-a", "masters": {"VI_1": "web-a", "VI_2": "web-b"}, "service": None}
    found = expected(SimulatedPair("web", nodes), plan, 10, False)
    assert found["VI_1"]["best_s"] > 2.6 and found["VI_2"]["worst_s"] == 0


@pytest.mark.parametrize(("service", "connects"), [("nginx.service", False), ("postfix.service", True)])
def test_a_service_fault_outside_the_simulation_gets_no_expectation(service, connects):
    assert asked("service", pair(TRACKS), service=service, connects=connects) == {}
