# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test events --follow: the record, then what is new in it, once, as JSON lines and for people."""

from __future__ import annotations

import json
import os
import socket

import pytest

from vrrp import cli, cli_follow
from vrrp.client import AgentError, AgentUnreachable, Stream
from vrrp.protocol.event_codec import Header, written
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters

NAMES = ("VI_1", "VI_2")


def record(name, count, lost=0, began=100.0):
    """Return the record of an instance: its entries have their number as time, from ``began`` on."""
    header = {"hotstandby_record": 1, "instance": name, "lost": lost}
    return [header, *({"at": began + number} for number in range(lost, count))]


def told(lines, after):
    """Return what an agent tells of this record after an entry, as its release does."""
    header, *entries = lines
    number, at = after
    index = number - header["lost"]
    if not 0 < index <= len(entries) or entries[index - 1]["at"] != at:
        return lines
    rest = entries[index:]
    if rest and "after" in rest[0]:  # the first one of a record has the parameters
        parameters = entries[0]["after"]["parameters"]
        rest = [{**rest[0], "after": {**rest[0]["after"], "parameters": parameters}}, *rest[1:]]
    return [{**header, "lost": number}, *rest]


def brief(lines):
    """Return what was printed: for a header its instance and number, for an entry its time."""
    found = [json.loads(each) for each in lines]
    return [(each["instance"], each["lost"]) if "instance" in each else each["at"] for each in found]


class FakeClient:
    """It is an agent whose log says ``steps``, one after the other: what it logs, and the records from then on."""

    def __init__(self, records, *steps):
        self.records = records
        self._steps = list(steps)
        self._ours, self._its = socket.socketpair()
        self.asked = []

    def events(self, name=None, after=(0, 0.0)):
        if name is None:
            records = {name: lines for name, lines in self.records.items() if isinstance(lines, list)}
            ends = {
                name: [lines[0]["lost"] + len(lines) - 1, lines[-1].get("at", 0.0)] for name, lines in records.items()
            }
            return {"instances": [*self.records], "ends": ends}
        self.asked.append(name)
        if not isinstance(self.records[name], list):
            raise self.records[name]
        return {"lines": told(self.records[name], after)}

    def watch(self):
        client = self

        class Steps(Stream):
            def read(self):
                if not client._steps:
                    raise AgentUnreachable("the agent has ended")
                texts, changed, *left_out = client._steps.pop(0)
                client.records.update(changed)
                return [(0.0, 6, text) for text in texts], sum(left_out)

        self._its.sendall(b"there is something to read")
        return Steps(self._ours, [])


@pytest.fixture
def follow(capfd):
    """Return a function: what is printed until the agent has done its steps."""

    def call(records, *steps, name=None):
        client = FakeClient(records, *steps)
        with pytest.raises(AgentUnreachable):
            cli_follow.run(client, name)
        return brief(capfd.readouterr().out.splitlines()), client.asked

    return call


def test_first_comes_the_whole_record_and_then_what_is_new(follow):
    both = {name: record(name, 2) for name in NAMES}
    told, asked = follow(both, (["(VI_2) Entering MASTER STATE"], {"VI_2": record("VI_2", 4)}), ([], {}))
    assert told == [("VI_1", 0), 100, 101, ("VI_2", 0), 100, 101, ("VI_2", 2), 102, 103]
    assert asked == ["VI_1", "VI_2", "VI_2"], "only the instance that the log names is asked for again"


def test_a_record_without_a_new_entry_is_not_told_again(follow):
    steps = [(["(VI_1) x"], {}), (["(VI_1) x"], {"VI_1": record("VI_1", 1)})]
    told, asked = follow({"VI_1": record("VI_1", 0)}, *steps)
    assert (told, len(asked)) == ([("VI_1", 0), ("VI_1", 0), 100], 2), "nothing is asked where its end is the same"
    told, asked = follow({"VI_1": record("VI_1", 0)}, *steps, name="VI_1")
    assert (told, len(asked)) == ([("VI_1", 0), ("VI_1", 0), 100], 3)


def test_entries_dropped_by_the_agent_are_recognised_by_their_numbers(follow):
    told, _asked = follow({"VI_1": record("VI_1", 2)}, (["(VI_1) x"], {"VI_1": record("VI_1", 9, lost=7)}))
    assert told == [("VI_1", 0), 100, 101, ("VI_1", 7), 107, 108]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_an_instance_that_was_made_anew_is_told_from_its_beginning(follow, count):
    told, _asked = follow({"VI_1": record("VI_1", 3)}, (["(VI_1) x"], {"VI_1": record("VI_1", count, began=200.0)}))
    assert told == [("VI_1", 0), 100, 101, 102, ("VI_1", 0), *(200 + number for number in range(count))]


def test_all_instances_are_asked_for_where_the_agent_left_lines_out(follow):
    both = {name: record(name, 1) for name in NAMES}
    told, _asked = follow(both, (["something"], {"VI_1": record("VI_1", 2)}, 7))
    assert told == [("VI_1", 0), 100, ("VI_2", 0), 100, ("VI_1", 1), 101]


def test_an_entry_without_a_log_line_is_read_with_the_next_full_look(follow, monkeypatch):
    monkeypatch.setattr(cli_follow, "ALL_S", 0.0)
    told, _asked = follow({"VI_1": record("VI_1", 1)}, ([], {"VI_1": record("VI_1", 2)}))
    assert told == [("VI_1", 0), 100, ("VI_1", 1), 101]


def test_an_instance_that_is_gone_stops_nobody_unless_it_was_named(follow):
    both = {"VI_1": AgentError("there is no instance VI_1"), "VI_2": record("VI_2", 1)}
    assert follow(both)[0] == [("VI_2", 0), 100]
    with pytest.raises(AgentError):
        cli_follow.run(FakeClient(both), "VI_1")


def test_an_older_agent_is_asked_again_and_again(monkeypatch, capfd):
    monkeypatch.setattr(cli_follow, "POLL_S", 0.0)
    client = FakeClient({"VI_1": record("VI_1", 1)})
    answers = [record("VI_1", 1), record("VI_1", 2), record("VI_1", 2), AgentUnreachable("it has ended")]

    def watch():
        raise AgentError("unknown command watch")

    def events(name=None, after=None):
        if name is None:
            client.records["VI_1"] = answers.pop(0)
            return {"instances": ["VI_1"]}
        return FakeClient.events(client, name)

    with pytest.raises(AgentUnreachable):
        cli_follow.run(type("Old", (), {"watch": staticmethod(watch), "events": staticmethod(events)})(), None)
    assert brief(capfd.readouterr().out.splitlines()) == [("VI_1", 0), 100, ("VI_1", 1), 101]


def test_the_command_follows_until_the_agent_ends(monkeypatch, capfd):
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: FakeClient({"VI_1": record("VI_1", 1)}))
    assert cli.main(["events", "--follow", "--json", "--runtime-dir", "/r"]) == 3
    assert capfd.readouterr().err == "error: the agent has ended\n"


def test_it_ends_when_nobody_reads_any_more(monkeypatch):
    """Nothing new comes, so nothing is written."""
    reader, writer = os.pipe()
    client = FakeClient({"VI_1": record("VI_1", 1)}, (["(VI_1) x"], {}))
    ask = client.events

    def events(name, after):
        if client.asked:
            os.close(reader)
        return ask(name, after)

    client.events = events
    with open(writer, "w") as output, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", output)
        with pytest.raises(BrokenPipeError):
            cli_follow.run(client, "VI_1")
    assert client.asked == ["VI_1", "VI_1"]


def test_ctrl_c_ends_it(monkeypatch):
    def interrupted(stream):
        raise KeyboardInterrupt

    monkeypatch.setattr(Stream, "read", interrupted)
    client = FakeClient({"VI_1": record("VI_1", 1)})
    monkeypatch.setattr(client, "watch", lambda: Stream(client._ours, []))
    client._its.sendall(b"there is something to read")
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: client)
    assert cli.main(["events", "--follow", "--json"]) == 0


def lived(*priorities, name="VI_1"):
    """Return the record of a router that has got these priorities."""
    router, journal = VirtualRouter(Parameters(version=2, vrid=51, priority=90, interval_cs=100)), EventLog()
    for number, priority in enumerate(priorities):
        actions = router.priority_changed(priority, now=100.0)
        journal.note(100.0 + number / 1e4, "priority_changed", (priority,), actions, router)
    return list(written(Header(name, "eth0", 51, "0.4.0", 200.0, 1e9), journal))


def shown(capfd, client, *words):
    """Return the rows that people see until the agent ends: the instance where there are several, and the priority."""
    assert cli.main(["events", "--follow", *words]) == 3
    rows = [text.split() for text in capfd.readouterr().out.splitlines() if text[0] != " "]
    told = [[word for word in row if word.startswith(("VI_", "TIME", "nothing")) or word.isdigit()] for row in rows]
    return [" ".join(dict.fromkeys(words)) for words in told]


def test_people_see_each_entry_once_also_of_one_millisecond(monkeypatch, capfd):
    client = FakeClient(
        {"VI_1": lived(80, 70)}, (["(VI_1) x"], {"VI_1": lived(80, 70, 60)}), (["(VI_1) x"], {}), (["x"], {})
    )
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: client)
    assert shown(capfd, client, "-n", "1") == ["TIME", "70", "60"]
    assert client.asked == ["VI_1"] * 2


def test_people_see_only_what_is_new_of_the_instance_that_the_log_names(monkeypatch, capfd):
    both = {name: lived(80, name=name) for name in NAMES}
    client = FakeClient(both, (["(VI_2) x"], {"VI_2": lived(80, 70, name="VI_2"), "VI_1": lived(80, 50)}))
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: client)
    assert shown(capfd, client) == ["TIME", "VI_1 80", "VI_2 80", "VI_2 70"]


def test_the_head_of_the_table_comes_before_the_first_row(monkeypatch, capfd):
    client = FakeClient(
        {"VI_1": lived(80)}, (["(VI_1) x"], {"VI_1": lived(80, 70)}), (["(VI_1) x"], {"VI_1": lived(80, 70, 60)})
    )
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: client)
    assert shown(capfd, client, "--since", "1d") == ["nothing", "TIME", "70", "60"]


@pytest.mark.parametrize(("since", "told"), [("2001-01-01", ["VI_1", 80, "VI_1", 70]), ("1d", ["VI_1", "VI_1", 70])])
def test_programs_may_leave_out_what_was_before_a_time(monkeypatch, capfd, since, told):
    """New entries are told in any case."""
    client = FakeClient({"VI_1": lived(80)}, (["(VI_1) x"], {"VI_1": lived(80, 70)}))
    monkeypatch.setattr(cli, "Client", lambda runtime_dir: client)
    assert cli.main(["events", "--follow", "--json", "--since", since]) == 3
    found = [json.loads(each) for each in capfd.readouterr().out.splitlines()]
    assert [each.get("instance") or each["arguments"]["priority"] for each in found] == told
