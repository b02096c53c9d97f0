# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An edge has defaults: without them an instance is alone on its machine."""

from __future__ import annotations

from dataclasses import MISSING, fields

from agent_fakes import Bench, instance, want

from vrrp.agent.edge import Edge, alone, none_held, none_static
from vrrp.agent.kernel.firewall import Firewall
from vrrp.agent.kernel.promotion import Promotion
from vrrp.agent.telling.notify import nobody
from vrrp.protocol.actions import InstallAddresses


def made():
    return Edge(
        kernel="kernel",
        leases="leases",
        announcer="announcer",
        log="log",
        sender="sender",
        virtual="virtual",
        held_elsewhere="held_elsewhere",
        arm="arm",
        transition="transition",
        remember="remember",
    )


def test_there_are_no_other_instances():
    edge = made()
    assert edge.routes_held_elsewhere is none_held
    assert none_held("VI_1") == frozenset()


def test_there_is_no_sync_group_and_nothing_static_and_nobody_listens():
    edge = made()
    assert (edge.acted, edge.static_faults, edge.tell, edge.links) == (alone, none_static, nobody, None)
    assert alone("VI_1", (InstallAddresses(),)) is None
    assert none_static("VI_1") == ()


def test_each_edge_has_its_own_firewall_and_its_own_promotion():
    one, other = made(), made()
    assert (type(one.firewall), type(one.promotion)) == (Firewall, Promotion)
    assert one.firewall is not other.firewall and one.promotion is not other.promotion
    assert one.firewall.used is False


def test_what_has_no_default_must_be_given():
    required = [each.name for each in fields(Edge) if each.default is MISSING and each.default_factory is MISSING]
    assert required == [
        "kernel",
        "leases",
        "announcer",
        "log",
        "sender",
        "virtual",
        "held_elsewhere",
        "arm",
        "transition",
        "remember",
    ]


def test_an_instance_works_with_nothing_but_the_defaults():
    bench = Bench(instance()).master()
    bench.instance.drop()
    assert bench.done[-1] == ("release", str(want("192.168.8.100/24").address))
