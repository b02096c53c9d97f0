# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorder writes files after a crash or on a signal, and its errors never stop the router."""

from __future__ import annotations

import asyncio
import errno
import io
import itertools
import os
import signal
import stat
from types import SimpleNamespace

import pytest
from agent_fakes import VIP, advertisement, instance
from running_daemon import running
from waiting import until

from vrrp.agent import dumps as recorder_module
from vrrp.agent.control.server import READ_ONLY, CommandError
from vrrp.agent.dumps import Recorder, file_name
from vrrp.agent.log import Log
from vrrp.client import Client
from vrrp.protocol.event_codec import read
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.replay import replay
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters


class Rack:
    """A recorder with a directory and a log."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.log = io.StringIO()
        self.recorder = Recorder(str(directory), Log(self.log), lambda: 1000.0)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir())

    def logged(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self.log.getvalue().splitlines()]


@pytest.fixture
def rack(tmp_path):
    return Rack(tmp_path)


def lived(name="VI_1", entries=3):
    """An instance with a history, as far as a recorder knows one."""
    router, journal = VirtualRouter(Parameters(version=2, vrid=51, priority=90, interval_cs=100)), EventLog()
    journal.note(100.0, "start", (), router.start(100.0), router)
    for number in range(1, entries):
        now = 100.0 + number
        arguments = (advertisement(100 + number % 100), VIP.ip)
        journal.note(now, "advertisement", arguments, router.advertisement(*arguments, now), router)
    return SimpleNamespace(name=name, config=instance(name), journal=journal)


def test_one_file_for_each_instance(rack):
    rack.recorder.write([lived("VI_1"), lived("web", entries=5)])
    assert rack.files() == ["events-VI_1.jsonl", "events-web.jsonl"]
    (record,) = read((rack.directory / "events-web.jsonl").read_text())
    assert (record.header.instance, record.header.interface, record.header.vrid) == ("web", "eth0", 51)
    assert (record.header.monotonic, len(record.steps)) == (1000.0, 5)
    assert replay(record).difference is None
    assert rack.logged() == [f"wrote the events of 2 instance(s) to {rack.directory}/events-*.jsonl"]


def test_a_file_is_for_its_owner_alone_whatever_was_there(rack):
    path = rack.directory / "events-VI_1.jsonl"
    path.write_text("old")
    path.chmod(0o644)
    rack.recorder.write([lived()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read(path.read_text())


def test_a_link_does_not_make_it_write_elsewhere(rack, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "precious"
    elsewhere.write_text("precious")
    for name in ("events-VI_1.jsonl", "events-VI_1.jsonl.new"):
        (rack.directory / name).symlink_to(elsewhere)
    rack.recorder.write([lived()])
    assert elsewhere.read_text() == "precious"
    assert rack.files() == ["events-VI_1.jsonl"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("VI_1", "events-VI_1.jsonl"),
        ("web.example-2", "events-web.example-2.jsonl"),
        ("../../etc/passwd", "events-.._.._etc_passwd-3754d6cb.jsonl"),
        ("a/b", "events-a_b-c14cddc0.jsonl"),
    ],
)
def test_names_are_made_safe(name, expected):
    assert file_name(name) == expected


def test_names_that_look_alike_do_not_meet():
    assert len({file_name(name) for name in ("a/b", "a b", "a_b", "é" * 300, "è" * 300)}) == 5
    assert len(file_name("é" * 300).encode()) < 100


def test_an_instance_that_leaves_does_not_hide_its_successor(rack):
    rack.recorder.write([lived("VI_1", entries=5), lived("VI_1", entries=2)])
    (record,) = read((rack.directory / "events-VI_1.jsonl").read_text())
    assert len(record.steps) == 5


def test_many_instances_share_the_room(rack, monkeypatch):
    monkeypatch.setattr(recorder_module, "ENTRIES_MAX", 8)
    rack.recorder.write([lived("VI_1", entries=6), lived("VI_2", entries=3)])
    (first,) = read((rack.directory / "events-VI_1.jsonl").read_text())
    (second,) = read((rack.directory / "events-VI_2.jsonl").read_text())
    assert (len(first.steps), first.header.lost, len(second.steps)) == (4, 2, 3)


def test_the_number_of_files_is_bounded(rack, monkeypatch):
    monkeypatch.setattr(recorder_module, "FILES_MAX", 3)
    (rack.directory / "ledger.json").write_text("{}")
    for number in range(5):
        rack.recorder.write([lived(f"VI_{number}")])
        os.utime(rack.directory / f"events-VI_{number}.jsonl", (number, number))
    assert rack.files() == ["events-VI_2.jsonl", "events-VI_3.jsonl", "events-VI_4.jsonl", "ledger.json"]


def test_a_full_disk_is_said_once_and_leaves_nothing(rack, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recorder_module.os, "replace", full)
    rack.recorder.write([lived("VI_1"), lived("VI_2")])
    assert rack.logged() == [f"error: cannot write the events to {rack.directory}: No space left on device"]
    assert rack.files() == []


def test_a_directory_that_is_not_there_is_said_once(rack):
    rack.directory.rmdir()
    rack.recorder.write([lived("VI_1"), lived("VI_2")])
    assert rack.logged() == [f"error: cannot write the events to {rack.directory}: No such file or directory"]
    rack.directory.mkdir()


def test_a_bug_in_it_is_a_line_in_the_log(rack):
    broken = lived()
    broken.journal = None
    rack.recorder.write([broken])
    (line,) = rack.logged()
    assert line.startswith("error: cannot write the events: TypeError")
    with pytest.raises(CommandError, match="cannot tell the events: AttributeError"):
        rack.recorder.events(broken)


def portions(rack, one, after=(0, 0.0)):
    """Return the entries of each portion of a record, and the record that they make together."""
    found = []

    def request(asked):
        answer = rack.recorder.events(one, tuple(asked["after"]))
        found.append(len(answer["lines"]) - 1)
        return answer

    client = Client()
    client.request = request
    return found, client.events(one.name, after)["lines"]


@pytest.mark.parametrize(("at_once_s", "sizes"), [(0.0, [1] * 9), (0.0004, [4, 4, 1]), (60.0, [9])])
def test_a_record_is_told_in_portions_of_so_much_time(rack, monkeypatch, at_once_s, sizes):
    """Each entry takes a tenth of a millisecond here. One with hundreds of addresses takes as long as many others."""
    monkeypatch.setattr(recorder_module, "TOLD_AT_ONCE_S", at_once_s)
    monkeypatch.setattr(recorder_module.time, "perf_counter", itertools.count(0.0, 0.0001001).__next__)
    one = lived(entries=9)
    found, lines = portions(rack, one)
    assert found == sizes
    (record,) = read("\n".join(map(recorder_module.line, lines)))
    assert (len(record.steps), record.header.lost, replay(record).difference) == (9, 0, None)


def test_only_what_came_after_an_entry_is_told(rack, monkeypatch):
    monkeypatch.setattr(recorder_module, "TOLD_AT_ONCE_S", 60.0)
    one = lived(entries=9)
    found, (header, *entries) = portions(rack, one, (7, 106.0))
    assert (found, header["lost"], [entry["at"] for entry in entries]) == ([2], 7, [107.0, 108.0])
    assert entries[0]["after"]["parameters"], "the first one has them, so it can be read without those before"
    assert portions(rack, one, one.journal.end)[0] == [0]
    for other in ((7, 99.0), (20, 100.0), (-3, 0.0)):
        assert portions(rack, one, other)[0] == [9], "it is no entry of this record"


def test_a_living_agent_writes_in_turns(rack):
    async def scenario():
        turns, done = 0, rack.directory / "events-VI_9.jsonl"
        rack.recorder.write_in_turns([lived(f"VI_{number}", entries=100) for number in range(10)])
        rack.recorder.write_in_turns([lived("ignored while the first is under way")])
        while "wrote" not in rack.log.getvalue():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 10 * 100 // recorder_module.ENTRIES_AT_ONCE
        assert done.exists() and len(rack.files()) == 10
        rack.recorder.write_in_turns([lived("again")])
        while len(rack.files()) == 10:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(scenario(), 30))


# In the agent


def recorded(tmp_path, name="VI_1"):
    (record,) = read((tmp_path / f"events-{name}.jsonl").read_text())
    return record


def test_sigusr1_writes_and_the_agent_goes_on(rig, play, tmp_path):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)
            os.kill(os.getpid(), signal.SIGUSR1)
            await until((tmp_path / "events-VI_1.jsonl").exists)
            record = recorded(tmp_path)
            assert [step.name for step in record.steps] == ["source_changed", "start", "expire"]
            assert replay(record).difference is None
            assert machine.state() == "MASTER" and not task.done()
            machine.agent.shutdown.stop()
            machine.agent.shutdown.stop()
            assert await task == 0

    play(scenario)


def test_a_crash_writes_what_led_to_it(rig, play, tmp_path, monkeypatch):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.due(104.0)
            order = []
            write = machine.agent.recorder.write
            machine.agent.recorder.write = lambda each: (order.append(list(machine.kernel.done)), write(each))

            def broken(now):
                raise ZeroDivisionError("a bug")

            monkeypatch.setattr(machine.agent.network, "drain", broken)
            machine.scheduler.callback(machine.agent.deadlines.expire)()
            assert await task == 1
            assert order[0][-1] == ("release", str(VIP))  # the addresses go first
            assert [step.name for step in recorded(tmp_path).steps] == ["source_changed", "start", "expire", "abort"]

    play(scenario)


def test_a_clean_stop_writes_nothing(rig, play, tmp_path):
    async def scenario():
        async with rig(start=False) as machine:
            task = running(machine)
            await until(lambda: machine.agent.instances.running)
            machine.agent.shutdown.stop()
            assert await task == 0
            assert not list(tmp_path.glob("events-*"))

    play(scenario)


def ask(machine, **request):
    return machine.command("events", **request)


def test_the_command_names_the_instances_or_tells_of_one(rig, play):
    second = instance("VI_2", ("192.168.8.101/24",), virtual_router_id=52)

    async def scenario():
        async with rig(instance(), second) as machine:
            assert ask(machine)["instances"] == ["VI_1", "VI_2"]
            header, *entries = machine.client().events("VI_2")["lines"]
            assert (header["instance"], header["vrid"], header["monotonic"]) == ("VI_2", 52, 100.0)
            assert [entry["input"] for entry in entries] == ["source_changed", "start"]
            with pytest.raises(CommandError, match="there is no instance VI_3; there are: VI_1, VI_2"):
                ask(machine, instance="VI_3", after=[0, 0.0])
            with pytest.raises(CommandError, match="there is no instance"):
                ask(machine, instance=["VI_1"])

    play(scenario)


def test_anybody_may_ask():
    assert "events" in READ_ONLY


def test_everything_an_agent_does_is_in_it(rig, play):
    """Every input of the router can be replayed: heard, promoted, demoted, drained, reconfigured."""

    async def scenario():
        async with rig() as machine:
            one = machine.agent.instances.running["VI_1"]
            for second in range(1, 5):
                one.heard(advertisement(200), VIP.ip, 100.0 + second)
            machine.now = 104.5
            for verb in ("promote", "release", "demote", "release"):
                machine.command(verb, instance="VI_1")
            machine.due(120.0)
            machine.command("drain")
            machine.due(130.0)
            machine.command("undrain")
            one.inputs.stop(131.0)
            lines = machine.client().events("VI_1")["lines"]
            inputs = [line["input"] for line in lines[1:]]
            assert inputs[:3] == ["source_changed", "start", "advertisement"]
            assert {"promote", "release", "demote", "drain", "undrain", "stop"} <= set(inputs)
            (record,) = read("\n".join(recorder_module.line(line) for line in lines))
            assert replay(record).difference is None

    play(scenario)
