# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which pairs are refused, and which node is to fail."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.readiness import plan, probed


def node(state, name="VI_1", vip="192.168.8.100/24", master=4, number=4, **more):
    """Return what vrrp_info finds on a node with one instance; ``more`` is what else the instance tells."""
    held = [vip] if state == "MASTER" else []
    seen = {"state": state, "why": "", "warnings": more.get("warnings", []), "source": f"192.168.8.{number}",
            "master": f"192.168.8.{master}", "addresses": [vip], "held": held}  # fmt: skip
    instance = {"name": name, "state": state, "addresses": [vip], "interface": "eth0", "hold": None, "checks": [],
                "takeover_s": 3.6, "conflicts": [], **more}  # fmt: skip
    links = [{"name": "eth0", "virtual_addresses": []}, {"name": "vrrp.51", "virtual_addresses": held}]
    return {"running": True, "agent": {}, "instances": [instance], "interfaces": links,
            "samples": [{"running": True, "instances": {name: seen}}] * 3}  # fmt: skip


def pair(first=None, second=None):
    return {"web-a": node("MASTER") if first is None else first,
            "web-b": node("BACKUP", number=6) if second is None else second}  # fmt: skip


def test_the_master_of_the_first_instance_is_to_fail():
    made = plan("node", pair(), 10)
    assert made["problems"] == []
    assert (made["victim"], made["standby"], made["masters"]) == ("web-a", "web-b", {"VI_1": "web-a"})
    assert made["interfaces"] == ["eth0", "vrrp.51"]
    assert (made["addresses"], made["probed"]) == (["192.168.8.100"], {"VI_1": "192.168.8.100"})


def test_an_isolation_takes_away_the_excluded_addresses_too():
    excluded = [{"text": "10.9.0.1/24", "present": True}, {"text": "2001:db8::9/64", "present": False}]
    made = plan("node", pair(first=node("MASTER", excluded=excluded)), 10)
    assert made["addresses"] == ["192.168.8.100", "10.9.0.1", "2001:db8::9"]
    assert made["probed"] == {"VI_1": "192.168.8.100"}


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (node("FAULT", number=6), "VI_1 on web-b: it is FAULT, so nobody stands by"),
        (node("MASTER", number=6), "VI_1 on web-a: web-b is master as well"),
        ({"running": False, "msg": "no agent is running"}, "VI_1 on web-b: no agent answers (no agent is running)"),
        ({**node("STOP", number=6), "agent": {"drained": True}}, "VI_1 on web-b: it is drained"),
        (node("BACKUP", number=6, warnings=["discards what 192.168.8.4 sends"]), "warning of VI_1 on web-b: discards"),
        ({**node("BACKUP", number=6), "agent": {"warnings": ["keepalived runs too"]}}, "web-b: keepalived runs too"),
        (
            node("BACKUP", number=6, hold="backup"),
            "VI_1 on web-b: it is held backup by an operator; end that first: hotstandby release VI_1 on web-b",
        ),
        (
            node("BACKUP", number=6, conflicts=[{"mac": "02:00:00:00:00:09", "address": "192.168.8.100"}]),
            "VI_1 on web-b: 02:00:00:00:00:09 claims 192.168.8.100 too",
        ),
    ],
)
def test_a_pair_that_is_not_ready(second, text):
    problems = plan("switchover", pair(second=second), 10)["problems"]
    assert any(each.startswith(text) for each in problems), problems


def test_without_an_instance_there_is_nothing_to_drill():
    empty = {"running": True, "agent": {}, "instances": [], "samples": [{"running": True, "instances": {}}]}
    assert plan("switchover", {"web-a": empty, "web-b": empty}, 10)["problems"] == ["there is no instance"]


@pytest.mark.parametrize(("takeover_s", "least"), [(30.5, 33), (12.2, 15), (15, 17), (123.2, 126)])
def test_a_fault_has_to_last_longer_than_a_takeover(takeover_s, least):
    found = pair(second=node("BACKUP", number=6, takeover_s=takeover_s))
    assert plan("switchover", found, 10)["problems"] == []
    [text] = plan("agent", found, 10)["problems"]
    why = f"a takeover may take {takeover_s:g} s on web-b"
    assert text == f"drill_seconds: 10 s are too short for VI_1: {why}, so write {least} or more"
    assert plan("agent", found, least)["problems"] == []


def test_after_an_isolation_both_nodes_have_advertised_within_an_interval():
    found = pair(first=node("MASTER", advert_int_s=40.0), second=node("BACKUP", number=6, advert_int_s=1.0))
    assert plan("node", found, 10)["back_s"] == 41.0
    assert plan("agent", found, 10)["back_s"] == 0


def unit(name):
    return {"kind": "unit", "name": name}


@pytest.mark.parametrize(
    ("checks", "named", "service", "text"),
    [
        ([unit("nginx.service"), {"kind": "script", "name": "chk"}], None, "nginx.service", None),
        ([unit("nginx.service")], "nginx", "nginx.service", None),
        ([unit("nginx.service")], "postfix@-.service", "postfix@-.service", None),
        ([unit("nginx.service")], "nginx*", None, "drill_service: 'nginx*' is not the name of a systemd unit"),
        ([], None, None, "web-a watches none with track_unit, so say which one to stop: -e drill_service=NAME"),
        ([unit("b"), unit("a")], None, None, "web-a watches several (a, b) with track_unit, so say which one to stop"),
    ],
)
def test_the_service_that_the_pair_watches_is_stopped(checks, named, service, text):
    made = plan("service", pair(first=node("MASTER", checks=checks)), 10, named)
    assert made["service"] == service
    assert [text in each for each in made["problems"]] == ([True] if text else [])


def test_an_instance_that_no_probe_reaches_is_refused():
    found = pair(node("MASTER", vip="fe80::1/64"), node("BACKUP", vip="fe80::1/64", number=6))
    [text] = plan("switchover", found, 10)["problems"]
    assert text == "VI_1: it has only link-local addresses, which no probe reaches, so nothing could be measured"


def test_a_link_local_address_is_not_probed():
    found = {"instances": [{"name": "six", "addresses": ["fe80::1/64", "2001:db8::1/64"]},
                           {"name": "local", "addresses": ["FE80::1"]}]}  # fmt: skip
    assert probed(found) == {"six": "2001:db8::1"}
