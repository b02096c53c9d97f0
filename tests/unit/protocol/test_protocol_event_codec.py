# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a record is JSON lines with everything but the password, and can be read back."""

from __future__ import annotations

import inspect
import json
import math
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest
from recorded import HEADER, SECRET, Recorded, anything, failover
from routers import ARTICLE_B, A, T, advert

from vrrp.protocol.actions import Announce, InstallAddresses, Notify, ReleaseAddresses, RivalHeard, SendAdvertisement
from vrrp.protocol.event_codec import INPUTS, RecordError, attributes_of, decode, encode, line, read, restored, written
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import (
    Backup,
    Fault,
    Initialize,
    Master,
    MasterSeen,
    SavedRouterState,
    State,
    Stopped,
    Yielding,
)

VALUES = [
    None,
    ARTICLE_B,
    replace(ARTICLE_B, source=IPv6Address("fe80::1"), preempt=False),
    advert(100),
    Backup(3.5, preempt_at=math.inf),
    Backup(0.1 + 0.2, preempt_at=7.0),
    Master(1.0, announce_at=2.0, announce_repeat=3),
    Yielding(release_at=math.inf, down_at=4.0),
    Initialize(),
    Fault(),
    Stopped(),
    MasterSeen(A, 100, 100, 12.25),
    SavedRouterState(State.MASTER, 12.5, 100, "master"),
    SendAdvertisement(0),
    InstallAddresses(),
    ReleaseAddresses(),
    Announce(5),
    Notify("BACKUP", 90, "never"),
    RivalHeard("192.168.8.4", 100),
    ("interface eth0 is down", "never"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_record_is_read_back_as_it_was_written(value):
    assert decode("value", json.loads(line({"value": encode(value)}))["value"]) == value


def test_an_address_is_read_back_by_its_field():
    assert decode("source", "fe80::1") == IPv6Address("fe80::1")
    assert decode("addresses", ["192.168.8.100"]) == (IPv4Address("192.168.8.100"),)


def test_the_inputs_of_a_record_are_those_of_a_router():
    found = {}
    for name, method in inspect.getmembers(VirtualRouter, inspect.isfunction):
        arguments = inspect.signature(method).parameters
        if not name.startswith("_") and {"self", "now"} <= set(arguments):
            found[name] = tuple(each for each in arguments if each not in ("self", "now"))
    assert found == INPUTS


def test_the_first_line_is_the_header():
    first, second = failover().text().splitlines()[:2]
    assert json.loads(first) == {
        "hotstandby_record": 1,
        "instance": "VI_1",
        "interface": "eth0",
        "vrid": 51,
        "agent": "0.1.0",
        "monotonic": T,
        "wall": 1_700_000_000.0,
        "lost": 0,
    }
    entry = json.loads(second)
    assert (entry["at"], entry["input"], entry["arguments"], entry["actions"]) == (
        T,
        "source_changed",
        {"source": "192.168.8.6"},
        [],
    )


def test_a_run_says_how_often_and_how_regularly():
    entry = json.loads(failover().text().splitlines()[3])
    assert (entry["at"], entry["until"], entry["times"], entry["longest_gap_s"]) == (T + 1.001, T + 40.04, 40, 1.001)
    assert entry["last"]["master"]["seen_at"] == T + 40.04


def test_the_header_knows_the_local_clock():
    assert HEADER.wall_time(T + 2.5) == 1_700_000_002.5


def test_a_record_holds_no_password_and_no_authentication_data():
    text = failover().text()
    assert "auth_data" not in text
    for spelling in (SECRET.decode(), SECRET.hex(), str(list(SECRET))[1:-1]):
        assert spelling not in text
    assert '"auth_type": 1' in text  # its presence is no secret


@pytest.mark.parametrize("seed", range(5))
def test_a_record_brings_the_router_back(seed):
    story = anything(seed, limit=20)
    record = story.record()
    assert record.header.lost == story.journal.lost > 0
    back = restored({**record.steps[-1].after, **record.steps[-1].last})
    assert vars(back) == vars(story.router)


def test_parameters_are_written_where_they_change():
    story = Recorded()
    story.feed("start")
    story.feed("priority_changed", 80)
    story.feed("parameters_changed", replace(ARTICLE_B, priority=120))
    story.feed("promote")
    found = ["parameters" in json.loads(each)["after"] for each in story.text().splitlines()[1:]]
    assert found == [True, False, True, False]
    assert [step.after["parameters"].priority for step in story.record().steps] == [90, 90, 120, 120]


def test_the_newest_entries_are_kept_when_there_is_no_room_for_all():
    story = failover()
    header, *entries = written(HEADER, story.journal, limit=3)
    assert header["lost"] == len(story.journal) - 3
    assert [each["input"] for each in entries] == ["expire", "stop", "expire"]
    assert "parameters" in entries[0]["after"]


def test_several_records_are_read_from_one_text():
    text = failover().text() + "\n" + failover(limit=2).text()
    first, second = read(text)
    assert (len(first.steps), first.steps[0].name, second.steps[0].name) == (9, "source_changed", "stop")


def test_a_field_unknown_to_an_older_release_is_as_in_a_new_router():
    story = failover()
    after = dict(story.record().steps[-1].after)
    del after["reason"]
    after["a_thing_of_the_past"] = 1
    assert restored(after).reason == "not started"


def test_the_names_of_the_attributes_are_without_underscores():
    assert attributes_of(ARTICLE_B)["tracked_priority"] == "tracked_priority"


def test_a_value_that_json_does_not_know_is_named_by_its_type():
    assert encode(object()) == {"is": "object"}


GOOD = failover().text().splitlines()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it is empty"),
        (GOOD[1], "line 1: it does not begin with a header"),
        (
            GOOD[0].replace('"hotstandby_record": 1', '"hotstandby_record": 2'),
            "line 1: format 2, this release reads format 1",
        ),
        (GOOD[0] + "\nvrrp_instance VI_1 {", "line 2: this is no entry of a record"),
        (GOOD[0] + "\n[]", "line 2: this is no entry of a record"),
        (GOOD[0] + "\n" + GOOD[2], "line 2: this is no entry of a record"),  # it lacks the parameters
        (GOOD[0] + "\n" + GOOD[1].replace("source_changed", "halt"), "line 2: there is no input halt"),
        (GOOD[0] + "\n" + GOOD[1].replace('"Initialize"', '"os"'), "line 2: condition is a os"),
        (
            GOOD[0] + "\n" + GOOD[1].replace('{"is": "Initialize"}', '"x"'),
            "line 2: it does not say what the router was",
        ),
        (
            GOOD[0] + "\n" + GOOD[1].replace('{"source"', '{"x=evil(), y"'),
            "line 2: source_changed takes no x=evil(), y",
        ),
        ("[" * 60000, "line 1: this is no entry of a record"),
    ],
)
def test_a_text_that_is_no_record_is_refused(text, complaint):
    with pytest.raises(RecordError) as raised:
        read(text)
    assert str(raised.value).startswith(complaint)


def test_an_input_of_an_older_record_is_read_by_its_new_name():
    story = Recorded()
    story.feed("start")
    story.feed("release_addresses")
    (record,) = read(story.text().replace('"release_addresses"', '"let_go"'))
    assert [step.name for step in record.steps] == ["start", "release_addresses"]
