# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test events and replay, for users and for programs."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from ipaddress import ip_address
from types import SimpleNamespace

import pytest

from vrrp import cli, cli_events
from vrrp.client import AgentError
from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, RivalHeard, SendAdvertisement
from vrrp.protocol.event_codec import INPUTS, Header, line, read, written
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters, SavedRouterState, State

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("utc")

PEER = ip_address("192.168.8.4")
HEARD = Advertisement(2, 51, 100, (ip_address("192.168.8.100"),), 100)
PARAMETERS = Parameters(version=2, vrid=51, priority=90, interval_cs=100)
START, WALL = 5000.0, 1_700_000_000.25


def text_of(objects):
    """Return a whole record as text."""
    return "".join(f"{line(each)}\n" for each in objects)


def story(name="VI_1", shift_s=0.0):
    """Return the record of a router that hears a master, takes over, and is demoted."""
    router, journal, now = VirtualRouter(PARAMETERS), EventLog(), START + shift_s

    def feed(name, *arguments):
        actions = getattr(router, name)(**dict(zip(INPUTS[name], arguments)), now=now)
        journal.note(now, name, arguments, actions, router)

    feed("start")
    for gap_s in (0.5, *([1.0] * 10), 1.02):
        now += gap_s
        feed("advertisement", HEARD, PEER)
    now = router.deadline
    feed("expire")
    feed("demote")
    return list(written(Header(name, "eth0", 51, "0.1.0", START, WALL), journal))


class FakeClient:
    def __init__(self, runtime_dir):
        self.runtime_dir = runtime_dir

    def events(self, name=None):
        if name is None:
            return {"instances": ["VI_1", "VI_2"]}
        if name not in ("VI_1", "VI_2"):
            raise AgentError(f"there is no instance {name}")
        return {"lines": story(name, shift_s=0.1 if name == "VI_2" else 0.0)}


@pytest.fixture
def hotstandby(monkeypatch, capsys):
    """Return a function that calls the command in a wide terminal, and returns (exit status, stdout, stderr)."""
    monkeypatch.setattr(cli, "Client", FakeClient)
    monkeypatch.setattr(cli, "width", lambda: 300)

    def call(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events-VI_1.jsonl"
    path.write_text(text_of(story()))
    return path


RUN = "heard 192.168.8.4 priority 100, 12 times, every 1.00 s, longest gap 1.02 s, until 22:13:31.770"
TAKEN = (
    "set the addresses; announce the addresses 5 times; advertise 90; "
    "enter MASTER: 192.168.8.4 has been silent for 3.65 s"
)


def test_events_are_a_table(hotstandby):
    status, out, _err = hotstandby("events", "VI_1")
    assert status == 0
    assert [re.split(r"\s{2,}", row) for row in out] == [
        ["TIME", "STATE", "PRIORITY", "INPUT", "ACTIONS"],
        ["2023-11-14 22:13:20.250", "BACKUP", "90", "began", "enter BACKUP: it has just started"],
        ["2023-11-14 22:13:20.750", "BACKUP", "90", RUN, "-"],
        ["2023-11-14 22:13:35.418", "MASTER", "90", "its timer had ended", TAKEN],
        ["2023-11-14 22:13:35.418", "MASTER, giving up, demoted", "1", "asked to be BACKUP", "advertise 0"],
    ]


def test_events_of_all_instances_are_one_story(hotstandby):
    _status, out, _err = hotstandby("events")
    assert out[0].split() == ["TIME", "INSTANCE", "STATE", "PRIORITY", "INPUT", "ACTIONS"]
    assert [row.split()[2] for row in out[1:]] == ["VI_1", "VI_2"] * 2 + ["VI_1"] * 2 + ["VI_2"] * 2


def test_events_as_json_are_what_replay_reads(hotstandby, tmp_path):
    _status, out, _err = hotstandby("events", "--json")
    first, second = read("\n".join(out))
    assert (first.header.instance, second.header.instance) == ("VI_1", "VI_2")
    path = tmp_path / "both.jsonl"
    path.write_text("\n".join(out))
    status, out, _err = hotstandby("replay", path)
    assert (status, out[-2:]) == (0, ["VI_1: 14 inputs, the same actions", "VI_2: 14 inputs, the same actions"])


def test_events_of_nobody(hotstandby):
    assert hotstandby("events", "VI_3") == (1, [], "error: there is no instance VI_3\n")


def test_entries_dropped_from_the_ring_are_reported():
    (record,) = read(text_of(story()))
    lossy = replace(record, header=replace(record.header, lost=7))
    assert cli_events.lost_lines([record, lossy]) == ["VI_1: 7 earlier entries have been dropped"]


def test_replay_shows_the_table_and_the_verdict(hotstandby, file):
    status, out, _err = hotstandby("replay", file)
    assert status == 0
    assert out[0].split() == ["TIME", "STATE", "PRIORITY", "INPUT", "ACTIONS"]
    assert (len(out), out[-1]) == (6, "VI_1: 14 inputs, the same actions")


@pytest.fixture
def changed(file):
    """Return a record of a router that announced four times."""
    file.write_text(file.read_text().replace('{"is": "Announce", "repeat": 5}', '{"is": "Announce", "repeat": 4}'))
    return file


def test_replay_shows_the_first_difference(hotstandby, changed):
    status, out, _err = hotstandby("replay", changed)
    assert status == 1
    verdict, where, recorded, replayed = out[-4:]
    assert verdict == "VI_1: 12 inputs, the same actions; then it differs"
    assert where == "  2023-11-14 22:13:35.418 its timer had ended (entry 3)"
    assert recorded.startswith("  recorded: InstallAddresses(), Announce(repeat=4), ")
    assert replayed.startswith("  replayed: InstallAddresses(), Announce(repeat=5), ")


def test_replay_as_json(hotstandby, file):
    status, out, _err = hotstandby("replay", "--json", file)
    assert (status, json.loads("\n".join(out))) == (
        0,
        [{"instance": "VI_1", "entries": 4, "lost": 0, "compared": 14, "same": True, "difference": None}],
    )


def test_a_difference_as_json(hotstandby, changed):
    status, out, _err = hotstandby("replay", "--json", changed)
    ((found,),) = (json.loads("\n".join(out)),)
    assert (status, found["same"]) == (1, False)
    assert {key: found["difference"][key] for key in ("entry", "nth", "input", "time")} == {
        "entry": 3,
        "nth": 1,
        "input": "expire",
        "time": "2023-11-14 22:13:35.418",
    }


def test_a_record_without_entries(hotstandby, file):
    file.write_text(line(story()[0]))
    assert hotstandby("replay", file)[1][-1] == "VI_1: 0 inputs, the same actions"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"vrrp_instance VI_1 {", "line 1: this is no entry of a record"),
        (b"\xff\xfe", "cannot read it: "),
        (b"", "it is empty"),
    ],
)
def test_a_file_that_is_no_record_is_refused_with_a_reason(hotstandby, file, content, complaint):
    file.write_bytes(content)
    status, out, err = hotstandby("replay", file)
    assert (status, out) == (1, [])
    assert err.startswith(f"error: {file}: {complaint}")


def test_a_file_that_is_not_there(hotstandby, tmp_path):
    path = tmp_path / "none"
    assert hotstandby("replay", path) == (1, [], f"error: {path}: cannot read it: No such file or directory\n")


(RECORD,) = read(text_of(story()))


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("start", {}, "began"),
        ("start", {"memory": None}, "began"),
        ("start", {"memory": SavedRouterState(State.MASTER, 1.0, 100)}, "began with the memory of MASTER"),
        ("start", {"memory": SavedRouterState(State.INIT, 0.0, 100, "backup")}, "began with the hold that it had"),
        ("advertisement", {"advertisement": HEARD, "source": PEER}, "heard 192.168.8.4 priority 100"),
        ("expire", {}, "its timer had ended"),
        ("priority_changed", {"priority": 80}, "the checks say priority 80"),
        ("fault_changed", {"faults": ("a is down", "b is down")}, "fault: a is down; b is down"),
        ("fault_changed", {"faults": ()}, "no fault left"),
        ("source_changed", {"source": PEER}, "speaks from 192.168.8.4"),
        ("conflict", {"address": PEER, "mac": "02:00:00:00:00:09"}, "02:00:00:00:00:09 claims 192.168.8.4 too"),
        ("parameters_changed", {"parameters": PARAMETERS}, "the configuration changed, priority 90"),
        ("promote", {}, "asked to be MASTER"),
        ("demote", {}, "asked to be BACKUP"),
        ("release", {}, "released: the priorities decide"),
        ("drain", {}, "this node is drained"),
        ("undrain", {}, "this node takes part again"),
        ("note", {"text": "drained by root: kernel update"}, "drained by root: kernel update"),
        ("stop", {}, "asked to stop"),
        ("abort", {}, "its process ends at once"),
        ("cease", {}, "another virtual router id follows it"),
        ("wait", {"until": 20.0}, "waits for a master with the changed configuration"),
    ],
)
def test_every_input_in_words(name, arguments, words):
    step = replace(RECORD.steps[0], name=name, arguments=arguments)
    assert cli_events.input_words(step, RECORD.header) == words


def test_there_are_words_for_every_input():
    spoken = {"start", "advertisement", "expire", "priority_changed", "fault_changed", "source_changed"}
    spoken |= {"conflict", "parameters_changed", "group_changed", "group_fault_changed", "give_up", "note", "wait"}
    assert set(INPUTS) == spoken | set(cli_events.ASKED)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (SendAdvertisement(0), "advertise 0"),
        (InstallAddresses(), "set the addresses"),
        (ReleaseAddresses(), "remove the addresses"),
        (Announce(5), "announce the addresses 5 times"),
        (Announce(1), "announce the addresses"),
        (Notify("FAULT", 90, "interface eth0 is down"), "enter FAULT: interface eth0 is down"),
        (RivalHeard("192.168.8.4", 80), "192.168.8.4 is MASTER too, priority 80"),
    ],
)
def test_every_action_in_words(action, words):
    assert cli_events.action_words(action) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(1.0, "1.00 s"), (3.6484, "3.65 s"), (0.1, "0.10 s"), (0.0102, "10.20 ms")]
)
def test_a_duration_is_read_in_words(seconds, words):
    assert cli_events.duration(seconds) == words


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("group_changed", {"group": "G"}, "member of sync group G"),
        ("group_changed", {"group": None}, "member of no sync group"),
        ("give_up", {"reason": "VI_2 gave up"}, "VI_2 gave up"),
        ("group_fault_changed", {"faults": ("a", "b")}, "fault: a; b"),
        ("group_fault_changed", {"faults": ()}, "no fault left"),
        ("conflict", {"mac": "02:00:00:00:00:09", "address": PEER}, "02:00:00:00:00:09 claims 192.168.8.4 too"),
        ("source_changed", {"source": PEER}, "speaks from 192.168.8.4"),
    ],
)
def test_an_input_has_words(name, given, words):
    assert cli_events.input_words(SimpleNamespace(name=name, arguments=given, times=1), None) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-n", "0"], "'0' is not a number above 0"),
        (["-n", "-1"], "'-1' is not a number above 0"),
        (["-n", "x"], "'x' is not a number above 0"),
        (["--since", "yesterday"], "'yesterday' is no time: write 90s, 10m, 2h, 1d or 14:30"),
        (["--since", "25"], "'25' is no time: write 90s, 10m, 2h, 1d or 14:30"),
    ],
)
def test_events_refuse_what_is_no_number_and_no_time(capsys, words, text):
    with pytest.raises(SystemExit) as caught:
        cli.main(["events", *words])
    assert caught.value.code == 2
    assert text in capsys.readouterr().err


def test_a_time_ago_never_lies_before_1970():
    assert cli.since("999999999d") == "1970-01-01 00:00:00"
    assert cli.since("14:30").endswith(" 14:30")
    assert cli.since("2026-11-29T14:30") == "2026-11-29 14:30"
    assert len(cli.since("90s")) == len("2026-11-29 14:30:00")


@pytest.mark.parametrize(("text", "moment"), [("22:13", "2023-11-14 22:13"), ("22:14", "2023-11-13 22:14")])
def test_a_time_of_day_is_the_last_one_that_has_been(monkeypatch, text, moment):
    monkeypatch.setattr(time, "time", lambda: WALL)
    assert cli.since(text) == moment


@pytest.mark.parametrize("columns", [80, 100])
def test_where_a_row_is_too_long_the_actions_are_below_their_input(columns):
    rows = cli_events.rows(read(text_of([*story(), *story("VI_2")])))
    lines = cli_events.fold(rows, columns)
    assert max(map(len, lines)) <= columns
    assert sum(line.startswith("2023") for line in lines) == 8
    assert " ".join(" ".join(lines).split()).count("-> set the addresses; announce the addresses 5 times; ") == 2
    assert len(cli_events.fold(rows, 1000)) == len(rows)


def test_an_entry_has_the_same_time_whenever_it_is_asked_for():
    anchor, told = cli_events.Anchor(), set()
    for late_s in (0.0, 0.0004, -0.0004, 0.3):
        (record,) = read(text_of(story()))
        late = replace(record, header=replace(record.header, wall=record.header.wall + late_s))
        told.add(tuple(cli_events.rows(anchor.hold([late]))))
    assert len(told) == 1
    ((_head, first, *_more),) = told
    set_clock = replace(late, header=replace(late.header, wall=late.header.wall + 3600))
    assert first[0] < cli_events.rows(anchor.hold([set_clock]))[1][0]
