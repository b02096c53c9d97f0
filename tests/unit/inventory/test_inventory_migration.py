# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what forbids a migration from keepalived, and what becomes of two files."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.migration import (
    differences,
    files,
    inventory,
    lines,
    objections,
    order,
    packet_differences,
    plan,
    remarks,
    variables,
)

HOSTS = ("a", "b")
SERVICE = "keepalived.service"


def instance(state="MASTER", priority=100, name="VI_1"):
    return {"name": name, "state": state, "base_priority": priority, "preempt": True}


def look(*instances, program="keepalived", release=None, **keepalived):
    told = {"config": "/etc/keepalived/keepalived.conf", "service": SERVICE, "count": 1, "msg": "", **keepalived}
    return {"program": program, "instances": list(instances), "release": release, "root": True, "msg": "nobody answers",
            "keepalived": told if program == "keepalived" else {}}  # fmt: skip


def imported(priority=100, problems=(), gaps=(), **shared):
    said = {"ha_pair_instances": [{"name": "VI_1"}], **shared}
    return {"variables": {"shared": {} if problems else said, "host": {"ha_pair_priority": priority}},
            "problems": list(problems), "not_carried_over": list(gaps)}  # fmt: skip


def gap(decisive):
    return {"keyword": "virtual_server", "file": "/etc/k.conf", "line": 7, "why": "the load balancer",
            "instead": "keep it", "decisive": decisive}  # fmt: skip


A, B = look(instance()), look(instance("BACKUP", 90))


def said(a=A, b=B, one=None, two=None, gap=False, keeping=()):
    looks, files = {"a": a, "b": b}, {"a": one or imported(), "b": two or imported(90)}
    return objections(HOSTS, looks, files, SERVICE, gap, keeping)


def test_a_pair_that_works_may_migrate_and_one_that_has_begun_may_go_on():
    assert said() == {"a": [], "b": []}
    ours = look(instance("BACKUP", 90), program="hotstandby", release="r")
    assert said(b=ours) == {"a": [], "b": []}
    assert said(b=look(program=None, release="r")) == {"a": [], "b": []}, "keepalived was stopped, ours has not started"


def test_a_host_on_which_the_inventory_keeps_keepalived_does_not_migrate():
    told = said(keeping=["b"])
    assert told["a"] == []
    assert told["b"] == [
        "b: ha_pair_engine says keepalived, so it stays here: say hotstandby, or leave the variable out"
    ]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"a": {**A, "root": False}}, "a: this needs root"),
        ({"b": look(program=None)}, "b: no keepalived does VRRP here (nobody answers): use ha_pair.yml"),
        ({"a": look(instance(), msg="no dump")}, "a: keepalived does not tell what it runs: no dump"),
        ({"a": look(instance(), count=2)}, "2 keepalived do VRRP here"),
        ({"a": look(instance(), service="")}, "was not started by systemd"),
        ({"a": look(instance(), service="k.service")}, "say -e keepalived_service=k.service"),
        ({"a": look(instance(priority=255))}, "VI_1 has priority 255"),
        (
            {"a": {**look(instance(), program="hotstandby"), "keepalived": {"config": "x"}}},
            "both keepalived and our agent",
        ),
        ({"one": imported(problems=["/etc/k.conf:3:1: error: x"])}, "a: /etc/k.conf:3:1: error: x"),
        ({"two": imported(gaps=[gap(True)])}, "b: /etc/k.conf:7: virtual_server: the load balancer (keep it)"),
        ({"one": imported(ha_pair_instances=[])}, "a: keepalived's file has no vrrp_instance"),
        ({"b": look(instance())}, "VI_1: a and b are master: a pair has to work before it is migrated"),
        ({"a": look(instance("BACKUP"))}, "VI_1: no host is master"),
    ],
)
def test_each_reason_against_a_migration_is_reported(changed, text):
    found = said(**changed)
    assert any(text in each for sentences in found.values() for each in sentences), found


def test_two_masters_of_different_instances_need_a_consent_to_a_gap():
    one = look(instance(), instance("BACKUP", name="VI_2"))
    two = look(instance("BACKUP"), instance(name="VI_2"))
    assert "-e migrate_gap=true" in said(one, two)["a"][0]
    assert said(one, two, gap=True) == {"a": [], "b": []}


def test_the_standby_goes_first():
    assert order(HOSTS, {"a": A, "b": B}) == ["b", "a"]
    assert order(HOSTS, {"a": B, "b": A}) == ["a", "b"]


def test_variables_with_equal_values_are_shared_and_others_belong_to_a_host():
    found = variables(HOSTS, {"a": imported(x=[1], y=2), "b": imported(90, x=[1], z=3)})
    assert found == {
        "shared": {"ha_pair_instances": [{"name": "VI_1"}], "x": [1]},
        "own": {"a": {"y": 2, "ha_pair_priority": 100}, "b": {"z": 3, "ha_pair_priority": 90}},
    }


def test_a_line_that_nobody_misses_is_a_remark():
    assert remarks(imported(gaps=[gap(True), gap(False)])) == [
        "/etc/k.conf:7: virtual_server: the load balancer (keep it)"
    ]


def test_an_inventory_is_compared_with_the_file_and_a_secret_is_not_shown():
    one = {"name": "VI_1", "priority": 100, "auth_pass": "Zw9kTr4q", "virtual_ipaddress": ["192.168.8.100/24"]}
    two = {**one, "priority": 90, "auth_pass": "Xq7bL2vN", "preempt_delay": 5}
    assert differences({"a": [one]}, {"a": [one]}) == {"a": {"differences": [], "missing": []}}
    found = differences({"a": [one]}, {"a": [two, {**one, "name": "VI_2"}]})["a"]
    assert found["differences"] == [
        "a: VI_1 auth_pass: another one",
        "a: VI_1 preempt_delay: nothing in the inventory, 5 in keepalived's file",
        "a: VI_1 priority: 100 in the inventory, 90 in keepalived's file",
    ]
    assert found["missing"][0].startswith("a: VI_2 is in keepalived's file and not in the inventory")


def test_the_variables_of_a_host_come_with_its_network():
    links = [{"name": "eth0"}]
    found = inventory(["a"], {"a": {**A, "interfaces": links}}, {"a": imported(x=1)})
    assert found == {
        "a": {"ha_pair_interfaces": links, "ha_pair_instances": [{"name": "VI_1"}], "x": 1, "ha_pair_priority": 100}
    }


def test_a_variable_of_one_host_replaces_the_shared_one():
    told = {"variables": {"shared": {"x": 1, "y": 2}, "host": {"x": 3}}}
    assert inventory(["a"], {"a": A}, {"a": told})["a"] == {"ha_pair_interfaces": None, "x": 3, "y": 2}


def test_an_inventory_has_a_file_for_the_pair_and_one_for_each_host():
    assert files("/srv/new", "web", {"x": 1}, {"a": {"y": 2}, "b": {}}) == {
        "/srv/new/group_vars/web.yml": {"x": 1},
        "/srv/new/host_vars/a.yml": {"y": 2},
        "/srv/new/host_vars/b.yml": {},
    }


def test_the_text_of_each_host_stands_below_its_name():
    texts = {"shared by both hosts": "x: 'one\n\n  two'\n", "a": "{}\n"}
    shown = ["shared by both hosts:", "    x: 'one", "    ", "      two'", "a:", "    {}"]
    assert lines(texts, []) == shown
    assert lines(texts, ["vault_one", "vault_two"]) == [*shown, "for Ansible Vault: vault_one, vault_two"]


OURS = {**B, "program": "hotstandby"}
STANDBY = "b: keepalived is stopped and disabled, our agent starts as the standby, and has to understand the master"
MOVES = "b: our agent takes over, the addresses first, then keepalived on a becomes a standby"
FORMER_MASTER = "a: keepalived is stopped and disabled, our agent starts as the standby"


@pytest.mark.parametrize(
    ("looks", "steps"),
    [
        ({"a": A, "b": B}, [STANDBY, MOVES, FORMER_MASTER]),
        ({"a": A, "b": OURS}, ["b: runs our agent already", MOVES, FORMER_MASTER]),
        ({"a": OURS, "b": B}, [STANDBY, "a: runs our agent already"]),
        ({"a": OURS, "b": OURS}, ["both hosts run our agent already: the pair is checked"]),
    ],
    ids=["neither", "the standby", "the former master", "both"],
)
def test_the_plan_leaves_out_what_a_host_has_done_already(looks, steps):
    assert plan(["b", "a"], looks) == [
        *steps,
        "then the priorities decide, and the pair is checked: one master with the addresses, a standby that hears it",
        "keepalived stays installed, with its file; back: rollback_to_keepalived.yml",
    ]


def test_a_group_of_three_has_no_plan_and_is_refused_elsewhere():
    assert plan(["c", "b", "a"], {"a": A, "b": B, "c": B}) == []


def packets(*fields, sender="192.168.8.4", sends=True):
    told = [{"field": field, "ours": "1", "theirs": "2", "by_nature": why} for field, why in fields]
    return {"name": "VI_1", "sender": sender, "sends": sends, "octets": 40, "differences": told}


def test_each_field_that_differs_is_told_with_its_reason():
    assert packet_differences([packets(("identification", "the kernel numbers the packets"))]) == [
        "VI_1: 40 octets of 192.168.8.4 (this host) compared, nothing that matters differs",
        "  identification: ours 1, theirs 2 (the kernel numbers the packets)",
    ]
    assert packet_differences([packets(("ttl", ""), ("priority", "each node has its own"), sends=False)]) == [
        "VI_1: 40 octets of 192.168.8.4 (the master) compared",
        "  ttl: ours 1, theirs 2 (MUST NOT DIFFER)",
        "  priority: ours 1, theirs 2 (each node has its own)",
    ]


def test_an_instance_that_was_not_heard_is_not_compared():
    assert packet_differences([packets(sender=None)]) == []
