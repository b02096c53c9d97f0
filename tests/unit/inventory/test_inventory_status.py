# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the table of a pair shows each instance on each node, and its faults."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import Pair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.status import fleet, problems, status


def instance(name, state, since_s, **more):
    return {
        "name": name,
        "state": state,
        "base_priority": 100,
        "priority": 100,
        "addresses_present": [],
        "since_s": since_s,
        "why": f"{state} because",
        **more,
    }


def test_instances_stand_together_and_silence_is_shown():
    nodes = {
        "node-b": {"running": True, "instances": [instance("VI_1", "BACKUP", 7, base_priority=90, priority=80)]},
        "node-a": {
            "running": True,
            "instances": [instance("VI_1", "MASTER", 3700, addresses_present=["192.168.8.100/24"])],
        },
        "node-c": {"running": False, "msg": "nobody is there"},
        "node-d": {"unreachable": True, "msg": "no route to host"},
        "node-e": {"running": False, "release": None, "msg": "start it"},
        "node-f": {},
    }
    assert status(nodes) == [
        "NODE    INSTANCE  STATE        PRIORITY    VIP               SINCE  WHY",
        "node-c  -         NO AGENT     -           -                 -      nobody is there",
        "node-d  -         UNREACHABLE  -           -                 -      no route to host",
        "node-e  -         NO AGENT     -           -                 -      not installed: run ha_pair",
        "node-f  -         NOT ASKED    -           -                 -      "
        "this play leaves it out (leave out --limit, or let it name both hosts)",
        "node-a  VI_1      MASTER       100         192.168.8.100/24  1h 1m  MASTER because",
        "node-b  VI_1      BACKUP       80 (of 90)  -                 7s     BACKUP because",
    ]


def running(**states):
    return {"running": True, "instances": [instance(name, state, 1) for name, state in states.items()]}


def test_warnings_of_an_agent_stand_below_the_table():
    warned = {"running": True, "instances": [instance("V", "MASTER", 1, warnings=["192.168.8.9 is a stranger"])]}
    assert status({"a": warned})[2:] == ["warning: V on a: 192.168.8.9 is a stranger"]


def test_warnings_about_the_other_node_stand_there_too():
    late = "b: its clock is 9 s behind (look at timedatectl)"
    warned = {**running(V="MASTER"), "agent": {"peer": {"warnings": [late]}}}
    assert status({"a": warned})[2:] == [f"warning: a: {late}"]


def test_one_master_of_each_is_no_problem():
    nodes = {"a": running(V="MASTER", W="BACKUP"), "b": running(V="BACKUP", W="MASTER")}
    assert problems(nodes) == []
    drained = {**running(V="STOP", W="MASTER"), "agent": {"drained": True}}
    assert problems({**nodes, "b": drained}) == []


@pytest.mark.parametrize("state", ["FAULT", "STOP", "INIT"])
def test_a_standby_that_cannot_take_over_is_a_problem(state):
    nodes = {"a": running(V="MASTER"), "b": {**running(V=state), "agent": {"drained": False}}}
    assert problems(nodes) == [f"V: b is {state} because, so it does not stand by"]


def test_an_instance_that_a_node_does_not_have_is_a_problem():
    assert problems({"a": running(V="MASTER"), "b": running()}) == ["V: b does not have it"]
    nodes = {"a": running(V="MASTER", W="MASTER"), "b": running(V="BACKUP")}
    assert problems(nodes) == ["W: b does not have it"]


@pytest.mark.parametrize(
    ("on_a", "on_b", "found"),
    [
        (["10.0.0.1/24", "10.0.0.2/24"], [], []),
        (["10.0.0.1/24"], [], ["V: a is master, and 10.0.0.2/24 is not on it"]),
        (["10.0.0.1/24", "10.0.0.2/24"], ["10.0.0.2/24"], ["V: 10.0.0.2/24 is on b, which is not master"]),
    ],
)
def test_an_address_that_is_not_on_the_master_alone_is_a_problem(on_a, on_b, found):
    ours = ["10.0.0.1/24", "10.0.0.2/24"]
    nodes = {
        "a": {"running": True, "instances": [instance("V", "MASTER", 1, addresses=ours, addresses_present=on_a)]},
        "b": {"running": True, "instances": [instance("V", "BACKUP", 1, addresses=ours, addresses_present=on_b)]},
    }
    assert problems(nodes) == found


def test_another_number_of_masters_than_one_is_a_problem():
    nodes = {"a": running(V="MASTER", W="BACKUP", X="FAULT"), "b": running(V="MASTER", W="BACKUP", X="MASTER")}
    expected = [
        "V: a and b are both master: they do not hear each other (see why above; does a firewall let IP protocol 112"
        " through?)",
        "W: no node is master",
        "X: a is FAULT because, so it does not stand by",
    ]
    assert problems(nodes) == expected
    assert problems({"a": running(), "b": running()}) == ["a, b: there is no instance"]


def test_the_reason_of_a_standby_is_told():
    faulty = {"running": True, "instances": [instance("V", "FAULT", 1, why="FAULT because interface eth0 is down")]}
    expected = ["V: b is FAULT because interface eth0 is down, so it does not stand by"]
    assert problems({"a": running(V="MASTER"), "b": faulty}) == expected
    faulty["instances"][0]["why"] = "it does not tell"
    assert problems({"a": running(V="MASTER"), "b": faulty}) == ["V: b is FAULT, so it does not stand by"]


def test_two_masters_of_which_one_hands_over_are_told_to_look_again():
    leaving = {
        "running": True,
        "instances": [instance("V", "MASTER", 1, why="MASTER, giving up because it was demoted")],
    }
    assert problems({"a": leaving, "b": running(V="MASTER")}) == [
        "V: a and b are both master: one is handing over at this moment, look again"
    ]


def test_without_a_master_a_drained_node_says_how_to_undrain_it():
    one = {**running(V="STOP"), "agent": {"drained": True}}
    assert problems({"a": one, "b": one}) == [
        "V: no node is master, and drained: a, b (undrain with vrrp_drain state=active)"
    ]
    assert problems({"a": running(V="FAULT"), "b": one}) == [
        "V: no node is master, and drained: b (undrain with vrrp_drain state=active)",
        "V: a is FAULT because, so it does not stand by",
    ]


NOT_ASKED = "NOT ASKED: this play leaves it out (leave out --limit, or let it name both hosts)"


def test_a_node_that_could_not_be_asked_is_a_problem():
    nodes = {"a": running(V="MASTER"), "b": {"unreachable": True, "msg": "no route to host"}, "c": {}}
    found = ["b: UNREACHABLE: no route to host", f"c: {NOT_ASKED}"]
    assert problems(nodes) == found
    assert problems({"a": running(V="BACKUP"), "c": {}}) == [f"c: {NOT_ASKED}"], "c may be the master"
    assert problems({"a": {"running": False, "release": None}}) == ["a: NO AGENT: not installed: run ha_pair"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.4, "0s"), (59.9, "59s"), (60, "1m 0s"), (7260, "2h 1m"), (180000, "2d 2h")]
)
def test_an_age_is_shown_in_two_units_at_most(seconds, text):
    heading, line = status({"n": {"running": True, "instances": [instance("V", "MASTER", seconds)]}})
    assert line[heading.index("SINCE") :].partition("  ")[0] == text


def many(count, **others):
    """Return the pairs p1 to pCOUNT and what was seen on their nodes; ``others`` are other pairs of nodes."""
    seen, made = {}, []
    for name in (f"p{number}" for number in range(1, count + 1)):
        one, two = others.get(name, (running(V="MASTER", W="BACKUP"), running(V="BACKUP", W="MASTER")))
        for node, found in ((f"{name}-a", one), (f"{name}-b", two)):
            for each in found.get("instances") or ():
                each["addresses_present"] = ["192.168.8.100/24"] if each["state"] == "MASTER" else []
            seen[node] = found
        made.append(Pair(name, (f"{name}-a", f"{name}-b")))
    return made, seen


def test_fifty_pairs_fit_on_one_screen_with_the_bad_ones_last():
    gone = (running(V="MASTER"), {"unreachable": True, "msg": "no route to host"})
    out = (running(V="MASTER"), {**running(V="STOP"), "agent": {"drained": True}})
    warned = (
        running(V="BACKUP"),
        {"running": True, "instances": [instance("V", "MASTER", 1, warnings=["a stranger"])]},
    )
    text = fleet(*many(50, p7=gone, p20=out, p50=warned))
    assert len(text) <= 24 and max(map(len, text)) <= 110
    assert text[0] == "47 of 50 pairs are well, with these masters (--limit shows more):"
    told = "; ".join(text[1:-5]).split("; ")
    assert told == [f"p{number}: p{number}-a, p{number}-b" for number in range(1, 51) if number not in (7, 20, 50)]
    assert text[-5:] == [
        "PAIR  RESULT  WHAT",
        "p7    FAILED  p7-b: UNREACHABLE: no route to host",
        "p20   ok      V: p20-a MASTER 1s, p20-b STOP 1s, drained",
        "p50   ok      V: p50-b MASTER 1s, p50-a BACKUP 1s",
        "p50: warning: V on p50-b: a stranger",
    ]


@pytest.mark.parametrize(("count", "first"), [(20, "PAIR  RESULT  WHAT"), (21, "21 of 21 pairs are well, with these")])
def test_a_screen_of_pairs_has_a_line_for_each(count, first):
    text = fleet(*many(count))
    assert text[0].startswith(first) and ("PAIR" in text[0]) == any("RESULT" in line for line in text)
    assert len(text) == (21 if count == 20 else 5)


def test_many_pairs_that_all_failed_have_a_line_each():
    text = fleet(*many(30, **{f"p{number}": ({}, {}) for number in range(1, 31)}))
    assert text[0] == "PAIR  RESULT  WHAT" and sum("FAILED" in line for line in text) == 30


def test_a_long_name_has_a_line_of_its_own():
    made, seen = many(21)
    long = "a" * 120
    made.insert(1, Pair(long, ("p1-a", "p1-b")))
    assert fleet(made, seen)[1:3] == ["p1: p1-a, p1-b", f"{long}: p1-a, p1-b"]
