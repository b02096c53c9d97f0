# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which part of an agent's record the command events shows: its last entries, or those since a time."""

from __future__ import annotations

import time

import pytest

from vrrp import cli, cli_events
from vrrp.protocol.event_codec import Header, read, written
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.replay import replay
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters

TEN = 1_764_410_400.0  # 2025-11-29 10:00:00 UTC
PARAMETERS = Parameters(version=2, vrid=51, priority=100, interval_cs=100)


def recorded(name="VI_1", second=0):
    """Return the record of a MASTER at 10:00:20. Since 10:00:09 it only advertises, which is one entry."""
    router, journal = VirtualRouter(PARAMETERS), EventLog()

    def feed(at, verb, *arguments):
        actions = getattr(router, verb)(*arguments, now=at) if arguments else getattr(router, verb)(now=at)
        journal.note(at, verb, arguments, actions, router)

    feed(100.0 + second, "start")
    while router.deadline < 120.0:
        feed(router.deadline, "expire")
    return list(written(Header(name, "eth0", 51, "0.4.0", 120.0, TEN + 20), journal))


class FakeClient:
    def __init__(self, runtime_dir):
        self.names = ["VI_1"]

    def events(self, name=None):
        return {"instances": self.names} if name is None else {"lines": recorded(name)}


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: TEN + 20)
    monkeypatch.setattr(cli, "Client", FakeClient)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def events(capsys):
    """Return a function that calls the command, and returns what it prints."""

    def call(*words):
        assert cli.main(["events", *words]) == 0
        return capsys.readouterr().out.splitlines()

    return call


def begun(lines):
    """Return when the entries in a table began, and what is told in place of a table."""
    return [line[11:19] if line.startswith("2025") else line for line in lines if line[0] not in " T"]


EVERYTHING = ["10:00:00", "10:00:03", "10:00:04", "10:00:08", "10:00:09"]


def test_all_entries_are_printed(events):
    assert begun(events()) == EVERYTHING


@pytest.mark.parametrize("number", [1, 2, 5, 9])
def test_the_last_entries_are_printed(events, number):
    assert begun(events("-n", str(number))) == EVERYTHING[-number:]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--since", "10m"], EVERYTHING),
        (["--since", "09:00"], EVERYTHING),
        (["--since", "10:00:02"], EVERYTHING[1:]),
        (["--since", "10:00:06"], EVERYTHING[2:]),
        (["--since", "5s"], EVERYTHING[4:]),
        (["--since", "5s", "-n", "2"], EVERYTHING[4:]),
        (["--since", "09:00", "-n", "2"], EVERYTHING[3:]),
        (["--since", "2025-11-29"], EVERYTHING),
        (["--since", "2025-11-29T10:00"], EVERYTHING),
        (["--since", "2025-11-29 10:00:06"], EVERYTHING[2:]),
        (["--since", "0s"], ["nothing since then"]),
        (["--since", "0s", "-n", "2"], ["nothing since then"]),
    ],
)
def test_entries_are_printed_that_ended_after_a_time(events, words, shown):
    """A run of advertisements may have begun long before."""
    assert begun(events(*words)) == shown


def test_without_an_instance_there_is_no_table(events, monkeypatch):
    monkeypatch.setattr(FakeClient, "events", lambda client, name=None: {"instances": []})
    assert events() == events("--since", "10m") == ["no instances"]


def test_outside_a_terminal_no_line_has_more_than_80_columns(events):
    lines = events()
    assert max(map(len, lines)) <= 80 and any(len(line) > 70 for line in lines)


@pytest.mark.parametrize(("since", "lost", "inputs"), [("5s", 4, 1), ("10:00:06", 2, 3), ("1h", 0, 5), ("0s", 5, 0)])
def test_programs_get_the_same_entries(events, monkeypatch, since, lost, inputs):
    """The first of them has the parameters, also where a dropped one had them: so replay reads the record."""
    for record in read("\n".join(events("--json", "--since", since))):
        assert (record.header.lost, len(record.steps)) == (lost, inputs)
        assert replay(record).difference is None
        assert all(step.after["parameters"] == PARAMETERS for step in record.steps)


def test_each_record_is_cut_by_its_own_times():
    both = recorded(), recorded("VI_2", second=10)
    assert [len(cli_events.cut(lines, "2025-11-29 10:00:12")) - 1 for lines in both] == [1, 4]
    assert cli_events.cut([], "2025") == []


@pytest.mark.parametrize(
    "words",
    [
        *(["-n", number] for number in ("0", "-1", "x")),
        *(["--since", moment] for moment in ("x", "99:99", "29:00", "2025-02-31", "2025-13-01", "2025-11-29 24:00")),
    ],
)
def test_a_wrong_number_or_time_is_refused(capsys, words):
    with pytest.raises(SystemExit) as caught:
        cli.main(["events", *words])
    assert caught.value.code == 2


@pytest.mark.parametrize("words", [[], ["--follow"]])
def test_programs_get_no_number_of_lines(capsys, words):
    assert cli.main(["events", "--json", "-n", "1", *words]) == 2
    assert capsys.readouterr().err == "error: -n is for people, --json is for programs: leave one of them out\n"
