# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a deployment is refused on nodes that have something in conflict with it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.node_conflicts import conflicts

PLAN = {
    "name": "VI_1",
    "interface": "eth0",
    "virtual_router_id": 100,
    "virtual_ipaddress": ["192.168.8.100/24 dev eth0"],
    "virtual_ipaddress_excluded": ["fd00:8::101/64"],
}


def node(number, *more, virtual=(), **said):
    entries = [{"address": f"192.168.8.{number}/24", "secondary": False}, *more]
    eth0 = {"name": "eth0", "loopback": False, "addresses": entries, "virtual_addresses": list(virtual)}
    lo = {"name": "lo", "loopback": True, "addresses": [{"address": "127.0.0.1/8", "secondary": False}]}
    return {"root": True, "machine_id": f"id{number}", "keepalived": {}, "interfaces": [lo, eth0], **said}


def judge(one, two, targets=None, plan=PLAN):
    found = conflicts(["a", "b"], {"a": one, "b": two}, targets or {}, {"a": [plan], "b": [plan]} if plan else {})
    return [*found["a"], *found["b"]]


def test_two_machines_with_root_are_no_conflict():
    assert judge(node(4), node(6)) == []
    assert judge({}, {}) == []


def test_a_user_other_than_root_is_the_only_conflict():
    told = judge(node(4, root=False, keepalived=running()), node(6), {"a": "192.168.8.100"})
    assert told == ["a: this needs root: connect as root or add --become"]


def test_two_names_of_one_machine_are_a_conflict():
    vip = {"address": "192.168.8.100/24", "secondary": False}
    told = judge(node(4), node(4, vip, virtual=["192.168.8.100/24"]), plan=None)
    text = "a and b both have 192.168.8.4/24, and the same machine id: are they one machine?"
    assert told == [f"{text} (look at ansible_host of both)"]
    assert judge(node(4, machine_id=""), node(4))


def test_machines_that_were_copied_are_two_machines():
    assert judge(node(4, machine_id="same"), node(6, machine_id="same")) == []
    assert judge(node(4), node(4, machine_id="another")) == []


@pytest.mark.parametrize("target", ["192.168.8.100", "fd00:8::101", "[fd00:8:0::101]"])
def test_a_host_reached_by_a_virtual_address_is_a_conflict(target):
    (told,) = judge(node(4), node(6), {"a": "192.168.8.4", "b": target})
    assert told.startswith("b: ansible_host ") and "is a virtual address of VI_1" in told


@pytest.mark.parametrize("target", ["192.168.8.6", "node-b.example", ""])
def test_a_host_reached_by_another_address_is_no_conflict(target):
    assert judge(node(4), node(6), {"b": target}) == []


def running(vrid=51, interface="eth0", addresses=("192.168.8.200/24",), excluded=(), msg=""):
    instance = {"name": "VI_K", "interface": interface, "virtual_router_id": vrid, "addresses": list(addresses)}
    return {"config": "/etc/keepalived/keepalived.conf", "instances": [{**instance, "excluded": list(excluded)}],
            "msg": msg}  # fmt: skip


@pytest.mark.parametrize(
    ("keepalived", "clash"),
    [
        (running(addresses=["192.168.8.100/32"]), "VI_K has the virtual address 192.168.8.100 of VI_1"),
        (running(excluded=["fd00:8::101/128"]), "VI_K has the virtual address fd00:8::101 of VI_1"),
        (running(100), "VI_K has the virtual router id 100 on eth0 of VI_1"),
    ],
)
def test_keepalived_that_runs_the_same_says_how_to_stop_it(keepalived, clash):
    (told,) = judge(node(4), node(6, keepalived=keepalived))
    assert told.startswith("b: keepalived (/etc/keepalived/keepalived.conf) runs VRRP on this node: " + clash)
    assert "on the standby first (systemctl disable --now keepalived on both hosts)" in told


@pytest.mark.parametrize(
    ("version", "within", "end"),
    [
        (2, 0.5, " in version 2, which cannot keep takeover_within 0.5. Stop it"),
        (3, 0.5, ". Stop it"),
        (2, None, ". Stop it"),
    ],
)
def test_keepalived_of_version_2_cannot_keep_a_takeover_time(version, within, end):
    keepalived = running(100)
    keepalived["instances"][0]["version"] = version
    plan = {**PLAN, "takeover": {"within": within, "at_most": 0.49}} if within else PLAN
    (told,) = judge(node(4), node(6, keepalived=keepalived), plan=plan)
    assert f"the virtual router id 100 on eth0 of VI_1{end}" in told


def test_a_node_without_real_time_cannot_keep_the_shortest_takeover_time():
    takeover = {"within": 0.05, "at_most": 0.047, "without_real_time": 0.12}
    plan = {**PLAN, "advert_int": 0.01, "takeover": takeover}
    (told,) = judge(node(4, real_time=True), node(6, real_time=False), plan=plan)
    assert told.startswith("b: VI_1: takeover_within 0.05 needs an advertisement every 0.01 s")


def test_keepalived_that_does_not_tell_may_run_the_same():
    (told,) = judge(node(4, keepalived=running(msg="it wrote nothing")), node(6))
    assert "does not tell what of: it wrote nothing" in told and "disable --now keepalived" in told


@pytest.mark.parametrize(
    "keepalived", [running(), running(100, "eth1"), running(100, addresses=["fe80::1/64"]), running(100, addresses=[])]
)
def test_keepalived_that_runs_something_else_is_no_conflict(keepalived):
    plan = {**PLAN, "virtual_ipaddress_excluded": []}
    assert judge(node(4, keepalived=keepalived), node(6), plan=plan) == []
