# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which questions virtual routers and faults become."""

from __future__ import annotations

import pytest

from vrrp.config import loader
from vrrp.simulation.faults import FaultError, parse
from vrrp.simulation.outage import ask
from vrrp.simulation_input import NodeFile, virtual_routers
from vrrp.simulation_questions import demand_known, first_failure_s, questions

INSTANCE = """\
vrrp_instance {name} {{
    interface {interface}
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval}
    virtual_ipaddress {{
        192.168.8.{vrid}/24
    }}
}}
"""
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"


def node(name, priority, interval=1, group="", interfaces=("eth0", "eth1"), vrid=50):
    text = group + "".join(
        INSTANCE.format(name=f"VI_{number}", interface=each, vrid=vrid + number, priority=priority, interval=interval)
        for number, each in enumerate(interfaces, 1)
    )
    return NodeFile(name, loader.load(text, name))


def asked(*faults, nodes=None, **more):
    nodes = nodes or [node("node-a", 100), node("node-b", 90)]
    parsed = [parse(text, [each.name for each in nodes]) for text in faults]
    return questions(nodes, virtual_routers(nodes), parsed, **more)


def test_each_virtual_router_is_a_question():
    one, two = asked("at 10: kill node-a", "at 12: break node-b on VI_2")
    assert (one.label, two.label) == ("VI_1", "VI_2")
    assert [str(fault) for fault in one.scenario.faults] == ["at 10: kill node-a"]
    assert [fault.verb for fault in two.scenario.faults] == ["kill", "break"]
    assert one.group_options is two.group_options is None


def test_a_fault_of_a_node_that_has_no_such_virtual_router_is_left_out():
    nodes = [node("node-a", 100), node("node-b", 90), node("node-c", 80, interfaces=("eth7",), vrid=98)]
    found = asked("at 10: kill node-c", nodes=nodes)
    assert [[fault.verb for fault in question.scenario.faults] for question in found] == [[], [], ["kill"]]


def test_the_master_dies_where_no_fault_is_given():
    (one, two) = asked()
    assert (
        [str(fault) for fault in one.scenario.faults] == ["at 10: kill node-a"] == list(map(str, two.scenario.faults))
    )


@pytest.mark.parametrize(("interval", "at"), [(1, 10), (10, 62)])
def test_a_failure_may_happen_when_everything_is_at_rest(interval, at):
    nodes = [node("node-a", 100, interval), node("node-b", 90, interval)]
    assert first_failure_s(virtual_routers(nodes)) == at
    assert [fault.at for fault in asked(nodes=nodes)[0].scenario.faults] == [at]


def test_a_sync_group_is_one_scenario_of_two_segments():
    nodes = [node("node-a", 100, group=GROUP), node("node-b", 90, group=GROUP)]
    one, two = asked("at 10: break node-a", nodes=nodes)
    assert (one.lan, two.lan) == (1, 2) and one.scenario == two.scenario
    assert ask(one).run.client.answered_by == ask(two).run.client.answered_by == "node-b"


def test_seconds_and_seed_are_taken():
    (one, _two) = asked("at 10: loss 20%", seed=7, seconds=33)
    assert (one.scenario.until, one.scenario.seed) == (33.0, 7)
    assert one.scenario.until < asked("at 10: loss 20%", seconds=34)[0].scenario.until


def test_an_unknown_instance_is_refused():
    nodes = [node("node-a", 100)]
    with pytest.raises(FaultError, match="no instance or interface is called VI_9. There are: VI_1, VI_2, eth0, eth1"):
        demand_known([parse("at 10: kill node-a on VI_9", ["node-a"])], virtual_routers(nodes))
    demand_known([parse("at 10: kill node-a on eth1", ["node-a"])], virtual_routers(nodes))
