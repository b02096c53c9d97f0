# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the event source of Event-Driven Ansible tells of the agents, of the connection and of the standby."""

from __future__ import annotations

import asyncio
import json
import re
import time
from ipaddress import ip_address

import pytest
from ansible.template import Templar
from eda_parts import GONE, HEARD, MODULE, PEER, SILENT, STARTED, TAKEN_OVER, WALL, Story, brief, taken

from vrrp.protocol.packet import Advertisement

pytest_plugins = ["eda_parts"]


# What the agents tell


def test_a_transition_has_its_time_and_its_reason(follow):
    story = Story()
    story.takeover()
    _began, event, _gone = follow(story.lines(), events=3, since=60)
    assert event == {
        "host": "a", "instance": "VI_1", "type": "transition", "state": "MASTER", "priority": 90, "reason": SILENT,
        "time": "2023-11-14T22:13:24.898Z", "number": 2,
    }  # fmt: skip


def test_a_change_before_the_start_of_the_source_is_no_event(follow):
    story = Story()
    story.takeover()
    story.feed("demote", after_s=30)
    story.feed("expire", after_s=20)
    story.now += 5
    assert brief(follow(story.lines(), events=1)) == [GONE]


def test_faults_conflicts_and_a_rival_are_events(follow):
    story = Story()
    story.feed("fault_changed", ("interface eth0 is down",))
    story.feed("fault_changed", ())
    story.takeover()
    story.feed("conflict", ip_address("192.168.8.100"), "02:00:00:00:00:01")
    story.feed("advertisement", Advertisement(3, 51, 80, HEARD.addresses, 100), PEER, after_s=1)
    found = follow(story.lines(), events=9, since=60)
    assert brief(found) == [
        STARTED,
        ("fault", None, "interface eth0 is down"),
        ("transition", "FAULT", "interface eth0 is down"),
        ("fault", None, "no fault left"),
        ("transition", "BACKUP", 'it had the fault "interface eth0 is down", which is over'),
        TAKEN_OVER,
        ("conflict", None, "02:00:00:00:00:01 claims 192.168.8.100 too"),
        ("conflict", None, "192.168.8.4 is MASTER too, priority 80"),
        GONE,
    ]


TEMPLATES = [
    "{{ lookup('pipe', 'id') }}", "{% set a = 1 %}", "{# a #}", "{{{{ 1 }}}}", "{{%", "{{#jinja2:{{",
    "#jinja2:variable_start_string:'[['\n[[ lookup('pipe', 'id') ]]",
]  # fmt: skip


@pytest.mark.parametrize("text", TEMPLATES)
def test_the_text_of_a_host_never_becomes_a_template(follow, text):
    """ansible-rulebook makes an event a variable of the playbook, and Ansible expands the templates in it."""
    said = {"is": "Notify", "state": {text: [text, 1]}, "priority": [[text]], "reason": text}
    entry = {"at": 1, "input": "fault_changed", "arguments": {"faults": [text]}, "actions": [said]}
    header = {"hotstandby_record": 1, "instance": text, "lost": 0, "wall": WALL, "monotonic": 1}
    found = follow([json.dumps(header), json.dumps(entry)], events=3, since=60)
    assert [each["type"] for each in found] == ["fault", "transition", "unreachable"]
    texts = [*strings(found)]
    assert sum(each.replace(" ", "") == text.replace(" ", "") for each in texts) == 8
    assert Templar().is_possibly_template(text) and not [each for each in texts if Templar().is_possibly_template(each)]


def strings(found):
    """Yield all strings of an event, and its keys."""
    if isinstance(found, str):
        yield found
    for each in [*found, *found.values()] if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from strings(each)


def test_nothing_comes_twice_and_nothing_is_lost_over_a_broken_connection(follow):
    story = Story()
    first = story.lines()
    story.takeover()
    between = story.lines()
    story.feed("fault_changed", ("interface eth0 is down",))
    found = follow(first, between, story.lines(), events=5, since=60)
    assert brief(found)[:2] == [STARTED, TAKEN_OVER]
    assert [each["type"] for each in found] == ["transition", "transition", "fault", "transition", "unreachable"]


def test_an_agent_that_was_started_again_counts_from_the_beginning(follow):
    """The numbers of its entries are those of the process before."""
    before, after = Story(), Story(began=5003.0)
    before.takeover()
    after.takeover()
    found = follow(before.lines(), after.lines(), events=5, since=60)
    assert brief(found) == [STARTED, TAKEN_OVER, STARTED, TAKEN_OVER, GONE]


def test_a_host_that_has_booted_counts_from_the_beginning(follow):
    """Its monotonic clock began anew, too."""
    before, after = Story(), Story(began=20.0)
    before.takeover()
    assert brief(follow(before.lines(), after.lines(), events=4, since=60)) == [STARTED, TAKEN_OVER, STARTED, GONE]


def test_events_of_several_instances_have_their_names(follow):
    one, other = Story(), Story(name="VI_2")
    other.takeover()
    found = follow(one.lines() + other.lines() + one.lines(), events=4, since=60)
    assert [(each.get("instance"), *brief([each])[0]) for each in found] == [
        ("VI_1", *STARTED), ("VI_2", *STARTED), ("VI_2", *TAKEN_OVER), (None, *GONE),
    ]  # fmt: skip


# The connection


def test_a_host_that_answers_again_is_reachable(follow, tmp_path):
    (tmp_path / "stays").touch()
    (tmp_path / "events.4").write_text("\n".join(Story().lines()) + "\n")
    began = time.time()
    gone, back, started = follow(events=3, since=60)
    assert brief([gone, back, started]) == [GONE, ("reachable", None, "its agent answers again"), STARTED]
    assert gone["host"] == "a" and MODULE["iso"](began) <= gone["time"] <= back["time"]


def test_the_pauses_between_two_tries_grow_up_to_a_bound(follow, monkeypatch):
    pauses, sleep = [], asyncio.sleep

    def slept(delay_s):
        pauses.append(delay_s)
        return sleep(0)

    monkeypatch.setattr(asyncio, "sleep", slept)
    monkeypatch.setitem(MODULE["main"].__globals__, "FIRST_DELAY_S", 1.0)
    assert brief(follow(events=1, retries=8, delay_max=20)) == [GONE]
    assert pauses[:8] == [1, 2, 4, 8, 16, 20, 20, 20]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nonsense"], r"its answer is no record of events \(JSONDecodeError: "),
        (
            ['{"at": 4, "input": "start", "actions": [], "after": {}}'],
            r"its answer is no record of events \(KeyError: ",
        ),
        (["4"], r"its answer is no record of events \(TypeError: "),
        (["[" * 200_000], r"its answer is no record of events \(RecursionError: "),
        (
            [f'{{"hotstandby_record": 1, "instance": "VI_1", "lost": 0, "wall": {10**400}, "monotonic": 0}}'],
            r"its answer is no record of events \(OverflowError: ",
        ),
        ([], "hotstandby has ended with status 0"),
    ],
)
def test_an_answer_that_is_none_is_said(follow, lines, said):
    (event,) = follow(*[lines] * 3, events=1)
    assert event["type"] == "unreachable"
    assert re.search(said, event["reason"])


def test_a_program_that_there_is_not_is_said():
    hosts = [{"name": "a", "connection": "local", "command": "/nonexistent"}]
    (event,) = asyncio.run(taken({"hosts": hosts, "retries": 1, "standby_interval": 0}, 1))
    assert event["reason"] == "cannot run /nonexistent: No such file or directory"


# The standby


def instance(state, faults=(), warnings=()):
    return {"name": "VI_1", "state": state, "faults": faults, "warnings": warnings, "why": f"{state} because"}


def said(ready, why=""):
    """Return what a master says of its standby (docs/peer.md)."""
    return {"node": "web-b", "state": "BACKUP", "ready": ready, "why": why, "remedy": "mend it"}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (instance("BACKUP"), []),
        (instance("BACKUP", warnings=["it discards"]), ["it discards"]),
        (instance("FAULT", ["eth0 is down"]), ["eth0 is down"]),
        (instance("STOP"), ["STOP because"]),
    ],
)
def test_a_standby_is_ready_where_nothing_is_wrong_with_it(given, problems):
    planned = given["state"] == "STOP"
    expected = {"state": given["state"], "ready": not problems, "problems": problems, "planned": planned}
    assert MODULE["standby"](given, False) == expected
    assert MODULE["standby"](given, True) == {}, "its master says it"


@pytest.mark.parametrize(
    ("standby", "expected"),
    [
        (None, {}),
        (said(True), {"node": "web-b", "state": "BACKUP", "ready": True, "problems": [], "planned": False}),
        (said(None), {"node": "web-b", "state": "BACKUP", "ready": None, "problems": [], "planned": False}),
        (said(False, "no"), {"node": "web-b", "state": "BACKUP", "ready": False, "problems": ["no"], "planned": False}),
    ],
)
def test_a_master_says_what_it_knows_of_its_standby(standby, expected):
    assert MODULE["standby"]({**instance("MASTER", warnings=["it discards"]), "standby": standby}, True) == expected
    assert MODULE["standby"](instance("MASTER"), False) == {}


@pytest.fixture
def look(follow, monkeypatch):
    """Return a function: the events where each look finds the next status; the last one stays."""

    def call(*statuses, events):
        left = [*statuses]

        async def answer(program):
            await program.reason()
            return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr(MODULE["Program"], "answer", answer)
        return follow(events=events, standby_interval=0.001, retries=1000)

    return call


def status(*instances, peer=None):
    return json.dumps({"instances": instances, "peer": peer})


def test_a_standby_is_an_event_when_its_readiness_changes(look):
    bad = [instance("BACKUP", warnings=[why]) for why in ("it discards", "it discards more")]
    found = look(status(instance("BACKUP")), *map(status, bad), status(instance("BACKUP")), events=2)
    assert brief(found) == [("standby", "BACKUP", "it discards"), ("standby", "BACKUP", "the standby is ready")]
    assert [(each["ready"], each["problems"]) for each in found] == [(False, ["it discards"]), (True, [])]


# The states of a standby that is not ready, one after the other, and whether the events say that it was planned.
EPISODES = [
    (["STOP"], [True, True]),
    (["STOP", "STOP", "INIT"], [True, True, True]),
    (["INIT", None], [True, False, False]),
    ([None, "INIT"], [False, True, False]),
    (["STOP", "stopped", "INIT"], [True, True, True, True]),
    (["stopped", None], [True, False, False]),
    (["STOP", "BACKUP"], [True, False, False]),  # after its boot it lacks something
    (["BACKUP", "FAULT", "BACKUP"], [False, False, False, False]),
    (["MASTER"], [False, False]),
]


def test_a_standby_that_is_not_ready_is_an_event_for_each_state(look):
    def told(states, step):
        if step >= len(states):
            return said(True)
        stopped = states[step] == "stopped"
        return {**said(False, "no"), "state": None if stopped else states[step], "stopped": stopped}

    looks = [
        status(
            *({**instance("MASTER"), "name": str(number), "standby": told(states, step)}
              for number, (states, _planned) in enumerate(EPISODES)), peer={},
        )
        for step in range(4)
    ]  # fmt: skip
    found = look(*looks, events=sum(len(planned) for _states, planned in EPISODES))
    for number, (states, planned) in enumerate(EPISODES):
        events = [each for each in found if each["instance"] == str(number)]
        assert [each["planned"] for each in events] == planned, states
        assert [each["ready"] for each in events] == [False] * (len(planned) - 1) + [True], states


def test_a_new_master_says_anew_how_its_standby_is(look):
    """It tells the same again, as what it said before was about the time before."""
    master = [{**instance("MASTER"), "standby": said(ready, "no")} for ready in (False, None, True)]
    steps = [*master[:2], instance("BACKUP"), master[2], *master[:2], master[2]]
    found = look(*(status(each, peer={}) for each in steps), events=3)
    assert [(each["host"], each["node"], each["ready"]) for each in found] == [
        ("a", "web-b", False), ("a", "web-b", False), ("a", "web-b", True),
    ]  # fmt: skip


def test_a_status_that_cannot_be_read_is_asked_for_again(look):
    broken = ("", "[]", '{"instances": [{}]}', "[" * 200_000)
    (event,) = look(*broken, status(instance("FAULT", ["eth0 is down"])), events=1)
    assert (event["type"], event["instance"], event["reason"]) == ("standby", "VI_1", "eth0 is down")
