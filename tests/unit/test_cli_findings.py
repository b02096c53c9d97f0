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
        ({"weight": 10, "detail": ""}, "script chk failed; so the priority is 90, of 100 in the file"),
        ({"ok": True, "reverse": True}, "script chk is good, which counts reversed: exit status 7; so"),
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
def test_what_is_so_on_purpose_is_a_note(change, said):
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
def test_what_concerns_the_whole_node(change, kind, said):
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
