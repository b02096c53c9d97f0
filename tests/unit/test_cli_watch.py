# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the command watch shows. Its program in a real terminal is tested in test_terminal.py."""

from __future__ import annotations

import re
import time

import pytest
from cli_parts import STATUS

from vrrp.cli_watch import EVENTS_MIN, View, WatchCommand, clock
from vrrp.client import AgentError, AgentUnreachable

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("utc")

NOON = 1_700_000_000.25
FIRST, SECOND = STATUS["instances"]
CHECK = {"name": "chk_tomcat", "kind": "script", "ok": True, "weight": -10, "detail": "", "reverse": False}
FILE = {**CHECK, "name": "f", "kind": "file", "ok": False, "weight": 10, "value": 7}
PEER = {"address": "192.168.8.6", "priority": 90, "seen_s": 0.4}
ANSWER = {
    **STATUS,
    "version": "0.9.0",
    "router_id": "node-a",
    "instances": [
        {**FIRST, "peers": [{**PEER, "seen_s": 300.0}], "checks": [CHECK], "addresses": FIRST["addresses"][:1]},
        {**SECOND, "peers": [PEER], "checks": [CHECK, FILE]},
    ],
}
ENTERED = "(VI_1) Entering MASTER STATE (192.168.8.6 has been silent for 3.65 s)"


def view(answer=ANSWER, name=None, events=()):
    made = View(name)
    made.take(answer)
    made.tell(events)
    return made


def test_the_screen_has_instances_peers_checks_and_events():
    lines = view(events=[(NOON, 6, ENTERED)]).lines(80, 24, NOON)
    assert lines == [
        "hotstandby 0.9.0 node-a                                      22:13:20  q ends it",
        "",
        "INSTANCE  STATE   PRIORITY  VIP               MASTER     SINCE",
        "VI_1      MASTER  100       192.168.8.100/24  this node  -",
        "web       BACKUP  90        192.168.8.102/24  -          -",
        "",
        "INSTANCE  PEER         LAST WORD",
        "VI_1      192.168.8.6  priority 90, 5m 0s ago, as a standby says nothing",
        "web       192.168.8.6  priority 90, 0.4s ago",
        "",
        "CHECK              RESULT  LAST ANSWER",
        "script chk_tomcat  ok      -",
        "file f             -       it says 7",
        "",
        "EVENTS",
        "22:13:20.250 (VI_1) Entering MASTER STATE (192.168.8.6 has been silent for 3.65",
        "             s)",
    ]


OTHER = {
    "address": "192.168.8.6",
    "name": "web-b",
    "heard_s": 0.4,
    "drained": False,
    "version": "0.4.0",
    "warnings": [],
}
STANDBY = {"node": "web-b", "ready": True, "why": "", "planned": False, "state": "BACKUP", "priority": 80}
QUIET = "priority 90, 5m 0s ago, as a standby says nothing"


@pytest.mark.parametrize(
    ("standby", "other", "rows"),
    [
        ({}, {}, ["192.168.8.6 BACKUP, priority 80, heard 0.4s ago"]),
        (
            {"state": "STOP", "ready": False, "planned": True},
            {"drained": True},
            ["192.168.8.6 STOP, priority 80, heard 0.4s ago"],
        ),
        ({"state": None, "priority": None, "ready": False}, {"heard_s": 12.5}, ["192.168.8.6 heard 12s ago"]),
        ({"state": None, "priority": None, "ready": None}, {"heard_s": None}, ["192.168.8.6 not heard yet"]),
        ({}, {"address": "10.0.0.6"}, ["10.0.0.6 BACKUP, priority 80, heard 0.4s ago", f"192.168.8.6 {QUIET}"]),
        (None, {}, [f"192.168.8.6 {QUIET}"]),
        (None, None, [f"192.168.8.6 {QUIET}"]),
    ],
)
def test_a_master_shows_what_its_standby_told_last(standby, other, rows):
    """Without peer status, or beside it from another address, there is what VRRP heard."""
    master = {**ANSWER["instances"][0], "standby": None if standby is None else {**STANDBY, **standby}}
    answer = {**ANSWER, "instances": [master], "peer": None if other is None else {**OTHER, **other}}
    lines = view(answer).lines(80, 24, NOON)
    first = lines.index("INSTANCE  PEER         LAST WORD") + 1
    assert [" ".join(line.split()[1:]) for line in lines[first : lines.index("", first)]] == rows


def test_a_master_that_is_heard_by_vrrp_has_both_words():
    """Two of them are wrong: the other one advertises too."""
    rival = {**ANSWER["instances"][0], "peers": [PEER], "standby": {**STANDBY, "state": "MASTER", "ready": False}}
    lines = view({**ANSWER, "instances": [rival], "peer": OTHER}).lines(80, 24, NOON)
    assert [line.split("192.168.8.6  ")[1] for line in lines if "192.168.8.6  " in line] == [
        "MASTER, priority 80, heard 0.4s ago",
        "priority 90, 0.4s ago",
    ]


@pytest.mark.parametrize("size", [(80, 24), (80, 10), (40, 12), (200, 60), (20, 3), (1, 1)])
def test_it_fits_every_terminal_and_events_have_their_rows(size):
    columns, rows = size
    many = {**ANSWER, "instances": [{**SECOND, "name": f"VI_{number}", "peers": [PEER]} for number in range(255)]}
    lines = view(many, events=[(NOON, 6, f"line {number}") for number in range(300)]).lines(columns, rows, NOON)
    assert len(lines) <= rows
    if columns >= 40:
        assert max(map(len, lines)) <= columns
        assert sum("line" in line and "more" not in line for line in lines) >= min(EVENTS_MIN, rows - 4)
        assert "line 299" in lines[-1]
    if size == (80, 24):
        assert "... 243 more lines: name an instance, or make the terminal higher" in lines


def test_without_an_agent_it_says_so_and_keeps_the_events():
    shown = view(events=[(NOON, 6, "before")])
    shown.trouble = "no agent is running"
    lines = shown.lines(80, 24, NOON)
    assert "no agent answers: no agent is running" in lines
    assert lines[-1] == "22:13:20.250 before"
    shown.take(ANSWER)
    assert "no agent answers" not in "".join(shown.lines(80, 24, NOON))


def test_one_instance_has_its_reason_and_its_own_events():
    events = [(NOON, 6, ENTERED), (NOON, 6, "(web) setting VIPs."), (NOON, 4, "VRRP_Script(chk_tomcat) failed")]
    text = "\n".join(view(name="VI_1", events=events).lines(80, 24, NOON))
    assert "MASTER because no master was heard; our 100" in text
    assert "web" not in text and "VRRP_Script(chk_tomcat) failed" in text and "(VI_1) Entering" in text


def test_the_view_counts_the_lines_that_were_left_out():
    shown = View()
    shown.take(ANSWER)
    assert [text for _at, _level, text in shown.tell([(NOON, 6, "a")], 7)] == [
        "7 earlier lines were too many to be told",
        "a",
    ]
    assert shown.told_until == NOON


def test_words_of_others_cannot_control_the_terminal():
    evil = {**ANSWER, "router_id": "\033[2J"}
    evil["instances"] = [{**FIRST, "checks": [{**CHECK, "detail": "\033]0;x\x07"}], "why": "\033"}]
    text = "".join(view(evil, events=[(NOON, 3, "\033[2J\r\n")]).lines(80, 24, NOON))
    assert "\033" not in text and "\r" not in text and "\x07" not in text


def test_colour_changes_no_word():
    shown = view(events=[(NOON, 3, "error"), (NOON, 6, "info")])
    coloured = shown.lines(80, 24, NOON, coloured=True)
    assert [re.sub("\033\\[[0-9]*m", "", line) for line in coloured] == shown.lines(80, 24, NOON)
    assert "\033[31m22:13:20.250 error\033[0m" in coloured


@pytest.mark.parametrize(
    ("change", "word"),
    [({"value": 0, "ok": True}, "-"), ({"value": 7}, "-"), ({"value": -26}, "failed"), ({"weight": 0}, "failed")],
)
def test_a_number_in_a_file_is_no_failure_short_of_a_fault(change, word):
    first = {**FIRST, "addresses": FIRST["addresses"][:1], "reasons": [], "checks": [{**FILE, **change}]}
    lines = view({**ANSWER, "instances": [first]}).lines(80, 24, NOON)
    assert [line.split()[2] for line in lines if line.startswith("file f")] == [word]


def test_the_time_of_an_event_is_that_of_the_log():
    assert clock(NOON) == "22:13:20.250"


class Agent:
    """It answers in so many seconds of a clock that stands still, and tells nothing."""

    def __init__(self, clock):
        self.clock, self.took_s, self.gone, self.told = clock, 0.0, False, []
        self.lines = [(NOON, 6, "before")]

    def watch(self):
        if self.gone:
            raise AgentUnreachable("no agent is running")
        return self

    def status(self):
        self.clock[0] += self.took_s
        return ANSWER

    def read(self):
        if self.gone:
            raise AgentUnreachable("the agent has ended")
        return self.told, 0

    def fileno(self):
        return 7

    def close(self):
        pass


@pytest.fixture
def clock_of_the_test(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(("took_s", "idle_s", "busy_s"), [(0.001, 1.0, 0.2), (0.1, 5.0, 1.0)])
def test_an_agent_that_needs_long_for_an_answer_is_asked_less(clock_of_the_test, took_s, idle_s, busy_s):
    agent = Agent(clock_of_the_test)
    agent.took_s = took_s
    watch = WatchCommand(agent, None)
    watch.open()
    assert watch.wait_s() == pytest.approx(idle_s)
    watch.hear()
    assert watch.wait_s() == pytest.approx(busy_s)
    watch.look()
    assert watch.wait_s() == pytest.approx(idle_s)


def test_when_the_agent_has_gone_it_waits_for_the_next_one(clock_of_the_test):
    agent = Agent(clock_of_the_test)
    watch = WatchCommand(agent, None)
    watch.open()
    assert watch.descriptor == 7
    agent.gone = True
    watch.hear()
    assert (watch.view.trouble, watch.descriptor, watch.wait_s()) == ("the agent has ended", None, 1.0)
    watch.look()
    assert watch.view.trouble == "no agent is running"
    agent.gone, agent.lines = False, [(NOON, 6, "before"), (NOON + 5, 6, "Startup complete")]
    watch.look()
    assert (watch.view.trouble, watch.descriptor) == ("", 7)
    lines = watch.view.lines(80, 24, NOON)
    assert [line.split(" ", 1)[1] for line in lines if line.startswith("22:")] == ["before", "Startup complete"]


def test_an_instance_that_does_not_exist_is_refused(clock_of_the_test):
    with pytest.raises(AgentError, match="there is no instance nobody; there are: VI_1, web"):
        WatchCommand(Agent(clock_of_the_test), "nobody").open()
