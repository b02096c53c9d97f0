# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that notify scripts are called as by keepalived, in the same order."""

from __future__ import annotations

import os
import signal

import pytest

from lab.example_pair import NODE_B, VIP, script, whole
from lab.peers import Agent, Keepalived, poll, wait_owner

B = NODE_B.but(version=3, advert_int=0.1)
LIFE = [
    "any INSTANCE VI_1 BACKUP 90",
    "any INSTANCE VI_1 MASTER 90",
    "any INSTANCE VI_1 FAULT 90",
    "any INSTANCE VI_1 BACKUP 90",
    "any INSTANCE VI_1 MASTER 90",
    "any INSTANCE VI_1 STOP 90",
]


@pytest.fixture
def heard(tmp_path):
    """Return a folder with programs that write down their arguments, and a function that returns these lines."""
    record = tmp_path / "heard"
    record.touch()
    for word in ("any", "master", "backup", "fault", "stop"):
        program = tmp_path / word
        program.write_text(f'#!/bin/sh\necho {word} "$@" >> {record}\n')
        program.chmod(0o755)
    return tmp_path, lambda prefix="": [line for line in record.read_text().splitlines() if line.startswith(prefix)]


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_notify_scripts_hear_every_state_in_order(wire, heard, kind):
    folder, lines = heard
    special = tuple(f"notify_{word} {folder / word}" for word in ("master", "backup", "fault", "stop"))
    peer = wire.start(kind, wire.b, B.but(notify=str(folder / "any"), lines=special))
    wait_owner(wire.segment, VIP, "b")
    _wait_both(lines, 2)
    wire.segment.unplug("b")
    _wait_both(lines, 3)
    wire.segment.plug("b")
    _wait_both(lines, 5)
    peer.stop()
    _wait_both(lines, 6)
    assert lines("any") == LIFE
    assert _special(lines) == ["backup", "master", "fault", "backup", "master", "stop"]


def test_a_slow_notify_script_delays_no_state_and_keeps_the_order(wire, tmp_path):
    record = tmp_path / "heard"
    record.touch()
    program = tmp_path / "slow"
    program.write_text(f'#!/bin/sh\nsleep 1.5\necho "$3" >> {record}\n')
    program.chmod(0o755)
    peer = wire.start(Agent, wire.b, B.but(notify=str(program)))
    wait_owner(wire.segment, VIP, "b")
    wire.segment.unplug("b")
    peer.wait_state("FAULT")
    assert "MASTER" not in record.read_text(), "it waited for the script of the state before"
    poll(lambda: len(record.read_text().split()) >= 3, 10, "three calls", record.read_text)
    assert record.read_text().split() == ["BACKUP", "MASTER", "FAULT"]


KINDS = pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
TWO = B.but(name="VI_2", virtual_router_id=52, virtual_ipaddress=("192.168.8.110/24",))


@KINDS
def test_an_instance_that_begins_in_fault_notifies_of_it(wire, heard, kind):
    folder, lines = heard
    wire.segment.unplug("b")
    wire.start(kind, wire.b, B.but(notify=str(folder / "any")))
    _wait(lines, "any", 1)
    wire.segment.plug("b")
    _wait(lines, "any", 3)
    assert lines() == LIFE[2:5]


@KINDS
def test_a_group_notifies_as_one(wire, heard, kind):
    """All calls for the instances and the group are checked, without the order between these two kinds."""
    folder, lines = heard
    notify = "\n".join(f"    notify_{word} {folder / word}" for word in ("master", "backup", "fault", "stop"))
    group = f"""vrrp_sync_group G {{
    group {{
        VI_1
        VI_2
    }}
    notify {folder / "any"}
{notify}
}}
"""
    members = [each.but(notify=str(folder / "any")) for each in (B, TWO)]
    peer = wire.start(kind, wire.b, whole(members, "NodeB", group))
    _wait(lines, "any GROUP G MASTER", 1)
    _wait_both(lines, 2, of_any=6)
    wire.segment.unplug("b")
    _wait_both(lines, 3, of_any=9)
    wire.segment.plug("b")
    _wait(lines, "any GROUP G MASTER", 2)
    _wait_both(lines, 5, of_any=15)
    peer.stop()
    _wait_both(lines, 6, of_any=18)
    states = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
    assert lines("any GROUP") == [f"any GROUP G {state} 0" for state in states]
    for name in ("VI_1", "VI_2"):
        assert lines(f"any INSTANCE {name}") == [f"any INSTANCE {name} {state} 90" for state in states]
    assert _special(lines) == [state.lower() for state in states]


@KINDS
@pytest.mark.parametrize("says_deleted", [False, True], ids=["fault", "deleted"])
def test_a_removed_instance_notifies_of_its_end(wire, heard, kind, says_deleted):
    folder, lines = heard
    special = [f"notify_fault {folder / 'fault'}"]
    if says_deleted:
        (folder / "deleted").write_text((folder / "any").read_text().replace("any", "deleted"))
        (folder / "deleted").chmod(0o755)
        special.append(f"notify_deleted {folder / 'deleted'}")
    one = B.but(notify=str(folder / "any"), lines=tuple(special))
    peer = wire.start(kind, wire.b, whole([one, TWO], "NodeB"))
    _wait(lines, "any INSTANCE VI_1 MASTER", 1)
    peer.write(whole([TWO], "NodeB"))
    peer.process.send_signal(signal.SIGHUP)
    last = "any INSTANCE VI_1 DELETED 90" if says_deleted else "any INSTANCE VI_1 FAULT 90"
    _wait(lines, last, 1)
    peer.stop()
    expected = [*LIFE[:2], *(["deleted"] if says_deleted else []), last]
    assert sorted(lines()) == sorted(expected)  # keepalived starts both at once


@KINDS
def test_a_fifo_and_its_script_hear_the_same(wire, tmp_path, kind):
    """The lines are those of keepalived 2.2.7, and the script that reads them gets the path."""
    fifo, record, bad = tmp_path / "fifo", tmp_path / "heard", tmp_path / "bad"
    program = tmp_path / "reader"
    program.write_text(f'#!/bin/sh\necho "$@" >> {record}\nexec cat "$2" >> {record}\n')
    program.chmod(0o755)
    record.touch()
    settings = f'global_defs {{\n    notify_fifo {fifo}\n    notify_fifo_script "{program} word"\n}}\n'
    chk = script("chk", f"/usr/bin/test ! -e {bad}", interval=1, weight=-30)
    config = B.but(track_script=("chk",), lines=("notify_priority_changes on",))
    peer = wire.start(kind, wire.b, config, settings, chk)
    _heard(record, 3)
    bad.touch()
    _heard(record, 4)
    wire.segment.unplug("b")
    _heard(record, 5)
    peer.stop()
    expected = [
        f"word {fifo}",
        'INSTANCE "VI_1" BACKUP 90',
        'INSTANCE "VI_1" MASTER 90',
        'INSTANCE "VI_1" MASTER_PRIORITY 60',
        'INSTANCE "VI_1" FAULT 60',
        'INSTANCE "VI_1" STOP 60',
    ]
    if kind is Keepalived:
        expected.pop()  # it ends the reader before that can read the line
    assert record.read_text().splitlines()[: len(expected)] == expected


def test_a_reader_that_never_reads_costs_no_advertisement(wire, tmp_path):
    """The pipe is full, and in the end the state of the master is written."""
    fifo = tmp_path / "fifo"
    settings = f"global_defs {{\n    notify_fifo {fifo}\n}}\n"
    peer = wire.start(Agent, wire.b, B, settings)
    wait_owner(wire.segment, VIP, "b")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        writer = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        with os.fdopen(writer, "wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        wire.segment.unplug("b")
        peer.wait_state("FAULT")
        wire.segment.plug("b")
        peer.wait_state("MASTER")
        poll(lambda: _all_of(reader).endswith(b'INSTANCE "VI_1" MASTER 90\n'), 2, "the newest word")
    finally:
        os.close(reader)


@KINDS
def test_startup_script_and_shutdown_script_run_once(wire, tmp_path, kind):
    record = tmp_path / "heard"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$@" $(ip -br addr show dev eth0 | grep -c {VIP}) >> {record}\n')
    program.chmod(0o755)
    settings = f'global_defs {{\n    startup_script "{program} up"\n    shutdown_script "{program} down"\n}}\n'
    peer = wire.start(kind, wire.b, B, settings)
    wait_owner(wire.segment, VIP, "b")
    peer.stop()
    assert record.read_text().splitlines() == ["up 0", "down 0"]


def _all_of(reader: int) -> bytes:
    try:
        return os.read(reader, 1 << 17)
    except BlockingIOError:
        return b""


def _heard(record, count: int) -> None:
    poll(lambda: len(record.read_text().splitlines()) >= count, 10, f"{count} lines", record.read_text)


def _wait(lines, prefix: str, count: int) -> None:
    poll(lambda: len(lines(prefix)) >= count, 10, f"{count} lines of {prefix!r}", lambda: str(lines()))


def _special(lines) -> list[str]:
    return [line.split()[0] for line in lines() if not line.startswith("any")]


def _wait_both(lines, count: int, of_any: int = 0) -> None:
    """keepalived starts both programs at once and waits for neither, so the next state must not come before."""
    _wait(lines, "any", of_any or count)
    poll(lambda: len(_special(lines)) >= count, 10, f"{count} lines of one state's program", lambda: str(lines()))
