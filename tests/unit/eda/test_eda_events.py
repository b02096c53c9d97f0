# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the event source of Event-Driven Ansible.

It is loaded as ansible-rulebook loads it, and asks a stand-in for the command of the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from ansible.template import Templar

from vrrp.protocol.event_codec import INPUTS, Header, line, written
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters

TOP = Path(__file__).parents[3]
SOURCE = TOP / "extensions" / "eda" / "plugins" / "event_source" / "events.py"
MODULE = runpy.run_path(str(SOURCE))
PEER = ip_address("192.168.8.4")
HEARD = Advertisement(3, 51, 100, (ip_address("192.168.8.100"),), 100)
PARAMETERS = Parameters(version=3, vrid=51, priority=90, interval_cs=100)
CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")
WALL = 1_700_000_000.25
SILENT = "192.168.8.4 has been silent for 3.65 s"


# What the agents tell


class Story:
    """It is an agent with one instance. ``began`` is its start on the monotonic clock of its host."""

    def __init__(self, began=5000.0, name="VI_1"):
        self.router, self.journal, self.now, self.name = VirtualRouter(PARAMETERS), EventLog(), began, name
        self.boot = WALL - began
        self.feed("start")

    def feed(self, name, *arguments, after_s=0.5):
        self.now += after_s
        actions = getattr(self.router, name)(**dict(zip(INPUTS[name], arguments)), now=self.now)
        self.journal.note(self.now, name, arguments, actions, self.router)

    def takeover(self):
        self.feed("advertisement", HEARD, PEER)
        self.now = self.router.deadline
        self.feed("expire", after_s=0)

    def lines(self):
        """Return the record as it is now. Between the readings of the two clocks is always a moment."""
        header = Header(self.name, "eth0", 51, "0.4.0", self.now, self.boot + self.now + 0.0001, self.journal.lost)
        return [line(each) for each in written(header, self.journal)]


# It answers as the command does: the first connection gets the first file, and so on. Without a file nobody answers.
COMMAND = """\
#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = status ]; then exec cat status; fi
number=$(cat number 2>/dev/null || echo 0)
echo $((number + 1)) >number
if ! cat "events.$number" 2>/dev/null; then echo "error: no agent is running" >&2; exit 3; fi
[ ! -e stays ] || exec sleep 60
"""


@pytest.fixture
def follow(tmp_path, monkeypatch):
    """Return a function: what comes of a host whose command says these lines, a list for each connection."""
    monkeypatch.setitem(MODULE["main"].__globals__, "FIRST_DELAY_S", 0.001)
    command = tmp_path / "hotstandby"
    command.write_text(COMMAND)
    command.chmod(0o700)

    def call(*connections, events, status=(), **args):
        for number, lines in enumerate(connections):
            (tmp_path / f"events.{number}").write_text("".join(f"{each}\n" for each in lines))
        (tmp_path / "status").write_text(json.dumps({"instances": list(status)}))
        hosts = [{"name": "a", "connection": "local", "command": str(command)}]
        return asyncio.run(taken({"hosts": hosts, "standby_interval": 0, "delay_max": 1, **args}, events))

    return call


async def taken(args, count):
    """Return so many events, and assert that no more come before the source is cancelled."""
    queue = asyncio.Queue()
    source = asyncio.ensure_future(MODULE["main"](queue, args))
    found = [(await asyncio.wait_for(queue.get(), 20))["vrrp"] for _number in range(count)]
    source.cancel()
    await asyncio.wait([source], timeout=20)
    deadline = time.monotonic() + 20
    while CHILDREN.read_text():  # asyncio ends a program that is cancelled while it starts, and closes its pipes
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.01)
    assert source.cancelled() and queue.empty()
    return found


def brief(events):
    return [(each["type"], each.get("state"), each["reason"]) for each in events]


STARTED = ("transition", "BACKUP", "it has just started")
TAKEN_OVER = ("transition", "MASTER", SILENT)
GONE = ("unreachable", None, "no agent is running")


def test_a_transition_has_its_time_and_its_reason(follow):
    story = Story()
    story.takeover()
    _began, event, _gone = follow(story.lines(), events=3, since=60)
    assert event == {
        "host": "a", "instance": "VI_1", "type": "transition", "state": "MASTER", "priority": 90, "reason": SILENT,
        "time": "2023-11-14T22:13:24.898Z", "number": 2,
    }  # fmt: skip


def test_what_happened_before_the_source_began_is_no_event(follow):
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
def test_what_a_host_says_is_no_template(follow, text):
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


def test_a_source_that_is_cancelled_ends_its_programs(follow, tmp_path):
    (tmp_path / "stays").touch()
    assert brief(follow(Story().lines(), events=1, since=60)) == [STARTED]
    running = [Path("/proc", each) for each in os.listdir("/proc") if each.isdigit()]
    assert running and not [each for each in running if str(tmp_path) in commandline(each)]


def test_a_source_that_is_cancelled_ends_although_it_may_not_kill_its_program(follow, tmp_path, monkeypatch):
    """So it is with sudo. The program ends by itself when it writes, as nobody reads it."""
    monkeypatch.setattr(os, "kill", refuse)
    command = tmp_path / "sudo"
    command.write_text("#!/bin/sh\necho nonsense\nwhile echo more; do sleep 0.01; done\n")
    command.chmod(0o700)
    hosts = [{"name": "a", "connection": "local", "command": str(command)}]
    (event,) = asyncio.run(taken({"hosts": hosts, "retries": 1, "standby_interval": 0}, 1))
    assert "is no record of events" in event["reason"]


@pytest.mark.parametrize("moment", ["as it starts", "as it runs"])
def test_a_source_that_is_cancelled_does_not_wait_for_a_program_that_it_may_not_kill(tmp_path, monkeypatch, moment):
    kill, runs = os.kill, tmp_path / "runs"
    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setitem(MODULE["main"].__globals__, "END_S", 0.01)
    hosts = [{"name": "a", "connection": "local", "command": f"/bin/sh -c ': >{runs}; sleep 60'"}]
    condition = runs.exists if moment == "as it runs" else CHILDREN.read_text

    async def cancelled():
        source = asyncio.ensure_future(MODULE["main"](asyncio.Queue(), {"hosts": hosts, "standby_interval": 0}))
        while not condition():
            await asyncio.sleep(0.005)
        source.cancel()
        await asyncio.wait([source], timeout=20)
        while CHILDREN.read_text():
            with contextlib.suppress(IndexError, ProcessLookupError):  # it was reaped just now
                kill(int(CHILDREN.read_text().split()[0]), signal.SIGKILL)
            await asyncio.sleep(0.005)
        return source.cancelled()

    assert asyncio.run(cancelled())


def refuse(_pid, _signal):
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_source_that_is_killed_leaves_no_program(tmp_path):
    """Java ends ansible-rulebook so."""
    command = tmp_path / "hotstandby"
    command.write_text("#!/bin/sh\necho $$ >pid.new && mv pid.new pid\nexec sleep 60\n")
    command.chmod(0o700)
    hosts = [{"name": "a", "connection": "local", "command": str(command)}]
    main = f"runpy.run_path({str(SOURCE)!r})['main']"
    run = f"import asyncio, runpy; asyncio.run({main}(asyncio.Queue(), {{'hosts': {hosts}}}))"
    with subprocess.Popen([sys.executable, "-c", run], cwd=tmp_path) as source:
        wait_for((tmp_path / "pid").exists)
        program = Path("/proc", (tmp_path / "pid").read_text().strip())
        source.kill()
    wait_for(lambda: not commandline(program))


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def commandline(process):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return (process / "cmdline").read_text()
    return ""


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
    expected = {"state": given["state"], "ready": not problems, "problems": problems}
    assert MODULE["standby"](given, False) == expected
    assert MODULE["standby"](given, True) == {}, "its master says it"


@pytest.mark.parametrize(
    ("standby", "expected"),
    [
        (None, {}),
        (said(True), {"node": "web-b", "state": "BACKUP", "ready": True, "problems": []}),
        (said(None), {"node": "web-b", "state": "BACKUP", "ready": None, "problems": []}),
        (said(False, "no"), {"node": "web-b", "state": "BACKUP", "ready": False, "problems": ["no"]}),
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
    bad = [instance("BACKUP", warnings=["it discards"]), instance("FAULT")]
    found = look(status(instance("BACKUP")), *map(status, bad), status(instance("BACKUP")), events=2)
    assert brief(found) == [("standby", "BACKUP", "it discards"), ("standby", "BACKUP", "the standby is ready")]
    assert [(each["ready"], each["problems"]) for each in found] == [(False, ["it discards"]), (True, [])]


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
