# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the status calls wrong, and what it says to do."""

from __future__ import annotations

import pytest
from cli_parts import STATUS

from vrrp.cli_findings import NOTE, WARNING, Finding, of_agent, of_instance, words, wrong

CHECK = {
    "name": "chk",
    "kind": "script",
    "ok": False,
    "weight": -10,
    "detail": "exit status 7",
    "reverse": False,
    "value": None,
}
WELL = {**STATUS["instances"][1], "base_priority": 100, "faults": [], "checks": [], "warnings": [], "hold": None}
TERMS = {"reason": "kernel update", "by": "root", "expires": "2026-11-30T14:30:00Z", "expires_in_s": 7000.0}


def test_where_all_is_well_nothing_is_said():
    assert (of_instance(WELL), of_agent(STATUS)) == ([], [])
    assert not wrong({**STATUS, "instances": [WELL]})


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("interface eth1 does not exist", "make eth1, or name another interface in the file"),
        ("interface eth1 is down", "ip link set eth1 up"),
        ("interface eth1 has no carrier", "look at the cable of eth1 and at the port of the switch"),
        ("interface eth0 has no IPv4 address", "give eth0 an address of its own"),
        ("unicast_src_ip 192.168.8.4 is not on this host", "correct the line, or set this address"),
        ("script chk_db failed: exit status 1", "mend what it checks"),
        ("process tomcat is good, and with reverse that is a fault", "mend what it checks"),
        ("something else", None),
    ],
)
def test_a_fault_has_a_remedy(fault, remedy):
    text = fault if remedy is None else f"{fault} ({remedy})"
    assert of_instance({**WELL, "faults": [fault]}) == [Finding(WARNING, text)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "script chk failed: exit status 7; so the priority is 90, of 100 in the file (mend what it checks)"),
        ({"weight": 10, "detail": ""}, "script chk failed; so the priority is 90, without the 10 of its weight (mend"),
        (
            {"weight": -10, "ok": True, "reverse": True},
            "script chk is good, which counts reversed: exit status 7; so the priority is 90, without the 10 of",
        ),
        (
            {"weight": 10, "ok": True, "reverse": True},
            "script chk is good, which counts reversed: exit status 7; so the priority is 90, of 100 in the file (mend",
        ),
        ({"ok": False, "reverse": True}, None),
        ({"ok": True}, None),
        ({"ok": None}, None),
        ({"weight": 0}, None),
        ({"value": -3, "ok": False}, None),
    ],
)
def test_a_check_that_costs_priority_is_named(change, said):
    found = of_instance({**WELL, "checks": [{**CHECK, **change}]})
    assert [each.kind for each in found] == ([] if said is None else [WARNING])
    assert all(each.text.startswith(said) for each in found)


@pytest.mark.parametrize("change", [{"hold": "master", "priority": 254}, {"base_priority": 255, "priority": 255}])
def test_where_weights_do_not_count_the_failed_check_alone_is_named(change):
    """Neither a promotion nor the priority of the owner has anything to do with them."""
    first = of_instance({**WELL, **change, "checks": [CHECK], "reasons": []})[0]
    assert first.text == "script chk failed: exit status 7 (mend what it checks)"


FILE = {**CHECK, "name": "load", "kind": "file", "detail": "it says -3"}


@pytest.mark.parametrize(
    ("change", "delta"),
    [
        ({"value": -3, "weight": 20}, -60),
        ({"value": 3, "weight": -20}, -60),
        ({"value": 3, "weight": 20, "reverse": True}, -60),
        ({"value": -3, "weight": -20}, 60),
        ({"value": 3, "weight": 20}, 60),
        ({"value": 0, "weight": 20, "ok": True, "detail": ""}, 0),
    ],
)
def test_a_number_that_lowers_the_priority_is_a_note(change, delta):
    check = {**FILE, **change}
    reasons = [{"name": "chk", "delta": 5, "text": "ok"}, {"name": "file load", "delta": delta, "text": "it says"}]
    instance = {**WELL, "priority": 100 + 5 + delta, "checks": [check], "reasons": reasons}
    note = Finding(NOTE, "the priority is 45, of 100 in the file: chk +5, file load -60")
    assert of_instance(instance) == ([note] if delta < 0 else [])
    assert of_instance({**instance, "base_priority": 255}) == []
    assert [each.text[:14] for each in of_instance({**instance, "hold": "backup"})] == ["it is demoted "]


def test_a_number_that_is_a_fault_is_no_note():
    check, fault = {**FILE, "value": -3, "weight": 100}, "file load failed: it says -3, which times its weight is -300"
    instance = {**WELL, "state": "FAULT", "faults": [fault], "checks": [check], "reasons": []}
    assert of_instance(instance) == [Finding(WARNING, f"{fault} (mend what it checks)")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hold": "master"}, "it is promoted (hotstandby release web lets the priorities decide again)"),
        (
            {"hold": "backup", "maintenance": TERMS},
            "it is demoted by root: kernel update, until 14:30 UTC, 1 h 56 min left (hot",
        ),
        ({"state": "INIT", "why": "INIT because it waits"}, "INIT because it waits"),
        ({"yielding": True, "why": "MASTER, giving up because"}, "MASTER, giving up because"),
    ],
)
def test_an_intended_state_of_an_instance_is_a_note(change, said):
    (found,) = of_instance({**WELL, **change})
    assert found.kind == NOTE and found.text.startswith(said)
    assert not wrong({**STATUS, "instances": [{**WELL, **change}]})


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"warnings": ["f:1: all users can read it"]}, WARNING, "f:1: all users can read it"),
        ({"stopping": True}, NOTE, "the agent is stopping"),
        ({"drained": True}, NOTE, "this node is drained (hotstandby undrain lets it take part again)"),
        ({"drained": True, "maintenance": TERMS}, NOTE, "this node is drained by root: kernel update, until 14:30"),
        ({"confirm_s": 7.4}, NOTE, "in 7 s it goes back to the configuration before, unless it hears a master"),
    ],
)
def test_a_condition_of_the_whole_node_is_one_warning_or_note(change, kind, said):
    answer = {**STATUS, "instances": [WELL], **change}
    (found,) = of_agent(answer)
    assert found.kind == kind and found.text.startswith(said)
    assert wrong(answer) is (kind == WARNING)


def test_a_warning_of_one_instance_is_enough():
    assert wrong({**STATUS, "instances": [WELL, {**WELL, "warnings": ["odd"]}]})
    assert wrong(STATUS), "an address of the MASTER is missing"


def test_a_master_without_something_of_its_own_is_wrong():
    absent = {"present": False, "no_track": False}
    master = {
        **WELL,
        "state": "MASTER",
        "addresses_present": WELL["addresses"],
        "excluded": [{**absent, "text": "fd00::1/64"}, {"text": "fd00::2/64", "present": False}],  # an older agent
        "routes": [{**absent, "text": "default via 192.168.8.1"}, {"text": "10.0.0.0/8 dev eth0", "present": True}],
        "rules": [{**absent, "text": "100: from all lookup 7"}],
    }
    (found,) = of_instance(master)
    said = "fd00::1/64, fd00::2/64, route default via 192.168.8.1, rule 100: from all lookup 7 is not on this node"
    assert found.kind == WARNING and found.text.startswith(said)
    assert of_instance({**master, "state": "BACKUP"}) == []
    for key in ("excluded", "routes", "rules"):
        others = {name: [] for name in ("excluded", "routes", "rules") if name != key}
        assert wrong({**STATUS, "instances": [{**master, **others}]}), key


def test_a_line_with_no_track_may_be_missing():
    away = [{"text": "10.0.0.0/8 dev eth1", "present": False, "no_track": True}]
    master = {**WELL, "state": "MASTER", "addresses_present": WELL["addresses"]}
    assert of_instance({**master, "excluded": away, "routes": away, "rules": away}) == []


def test_terms_in_words():
    assert words(None) == ""
    assert words({"reason": None, "by": "root", "expires": None, "expires_in_s": None}) == " by root"
    assert words({"reason": "kernel update"}) == ": kernel update"
    assert words(TERMS) == " by root: kernel update, until 14:30 UTC, 1 h 56 min left"
