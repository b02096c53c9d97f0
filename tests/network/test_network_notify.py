# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify scripts hear what keepalived's hear, in the same order."""

from __future__ import annotations

import pytest

from lab.article import NODE_B, VIP
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
    """Programs that write down what they are called with, and the lines that they wrote."""
    record = tmp_path / "heard"
    record.touch()
    for word in ("any", "master", "backup", "fault", "stop"):
        program = tmp_path / word
        program.write_text(f'#!/bin/sh\necho {word} "$@" >> {record}\n')
        program.chmod(0o755)
    return tmp_path, lambda prefix="": [line for line in record.read_text().splitlines() if line.startswith(prefix)]


@pytest.mark.parametrize("kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_notify_hears_every_state_in_order(wire, heard, kind):
    folder, lines = heard
    special = tuple(f"notify_{word} {folder / word}" for word in ("master", "backup", "fault", "stop"))
    peer = wire.start(kind, wire.b, B.but(notify=str(folder / "any"), lines=special))
    wait_owner(wire.segment, VIP, "b")
    _wait(lines, "any", 2)
    wire.segment.unplug("b")
    _wait(lines, "any", 3)
    wire.segment.plug("b")
    _wait(lines, "any", 5)
    peer.stop()
    _wait(lines, "any", 6)
    assert lines("any") == LIFE
    assert [line.split()[0] for line in lines() if not line.startswith("any")] == [
        *("backup", "master", "fault", "backup", "master", "stop")
    ]


def test_a_slow_notify_script_delays_no_state_and_keeps_the_order(wire, tmp_path):
    record = tmp_path / "heard"
    record.touch()
    program = tmp_path / "slow"
    program.write_text(f'#!/bin/sh\nsleep 0.5\necho "$3" >> {record}\n')
    program.chmod(0o755)
    peer = wire.start(Agent, wire.b, B.but(notify=str(program)))
    wait_owner(wire.segment, VIP, "b")
    wire.segment.unplug("b")
    peer.wait_state("FAULT", timeout_s=1)
    poll(lambda: len(record.read_text().split()) >= 3, 5, "three calls", record.read_text)
    assert record.read_text().split() == ["BACKUP", "MASTER", "FAULT"]


def _wait(lines, prefix: str, count: int) -> None:
    poll(lambda: len(lines(prefix)) >= count, 10, f"{count} lines of {prefix!r}", lambda: str(lines()))
