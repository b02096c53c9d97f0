# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault that comes during another one is told when it has lasted, and none is told twice."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from agent_fakes import Bench, eth, instance, table

from vrrp.agent.log import Log
from vrrp.agent.notify.fault_log import LASTS_S, FaultLog
from vrrp.config.model.configuration import VirtualAddress
from vrrp.protocol.states import NEVER

DOWN, CARRIER, SCRIPT = "interface eth0 is down", "interface eth0 has no carrier", "script chk failed"


def told(*steps):
    """Return the faults that are logged after ``(now, faults)`` each, and what is due at the end."""
    text = io.StringIO()
    faults = FaultLog(Log(text))
    found = []
    for now, *now_faults in steps:
        if now_faults != ["?"]:
            faults.changed("VI_1", tuple(now_faults), now)
        faults.tell("VI_1", now)
        lines = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
        found.append([line[len("(VI_1) entering FAULT state (") : -1] for line in lines])
        text.truncate(0)
        text.seek(0)
    return found, faults.due_at


def test_the_first_fault_is_told_at_once_and_again_after_its_end():
    assert told((1.0, DOWN), (2.0,), (3.0, DOWN)) == ([[DOWN], [], [DOWN]], NEVER)


def test_several_faults_at_once_are_all_told():
    assert told((1.0, DOWN, SCRIPT)) == ([[DOWN, SCRIPT]], NEVER)


def test_a_second_fault_of_a_moment_is_not_told():
    assert told((1.0, DOWN), (2.0, CARRIER), (2.5, "no address"), (2.6,), (9.0, "?")) == (
        [[DOWN], [], [], [], []],
        NEVER,
    )


def test_a_fault_that_lasts_is_told():
    assert told((1.0, DOWN), (2.0, DOWN, SCRIPT), (2.9, "?"), (2.0 + LASTS_S, "?")) == (
        [[DOWN], [], [], [SCRIPT]],
        NEVER,
    )


def test_a_fault_that_comes_back_at_once_is_not_told_twice():
    assert told((1.0, DOWN), (2.0, CARRIER), (2.1, DOWN), (3.0, "?")) == ([[DOWN], [], [], []], NEVER)


def test_a_fault_that_comes_back_later_is_told_again():
    assert told((1.0, DOWN), (2.0, CARRIER), (3.0, "?"), (4.0, DOWN), (5.0, "?"))[0] == [
        [DOWN],
        [],
        [CARRIER],
        [],
        [DOWN],
    ]


def test_faults_that_alternate_are_told_all_the_same():
    steps = [(2.0 + tick / 10, DOWN if tick % 2 else SCRIPT) for tick in range(11)]
    assert told((1.0, DOWN), *steps)[0] == [[DOWN], *[[]] * 10, [SCRIPT]]


def lines(made):
    return [line for line in made.text.getvalue().splitlines() if "FAULT" in line or "BACKUP" in line]


@pytest.mark.parametrize("device", ["eth0", "eth1"])
def test_an_interface_comes_up_in_two_steps(device):
    entry = VirtualAddress(instance().addresses[0].address, device=device)
    made = Bench(replace(instance(), addresses=(entry,)), filled=table(eth(), eth("eth1", 3))).master()
    made.text.truncate(0)
    other = [eth("eth1", 3)] if device == "eth0" else [eth()]
    index = {"eth0": 2, "eth1": 3}[device]
    for now, flags in ((20.0, {"up": False}), (30.0, {"running": False}), (30.1, {})):
        links = sorted([eth(device, index, **flags), *other], key=lambda link: link.index)
        made.kernel.table = table(*links)
        made.instance.interface_changed(now)
    said = lines(made)
    assert [f"({made.instance.name}) entering FAULT state (interface {device} is down)" in line for line in said] == [
        True,
        False,
        False,
    ]
    assert "Entering BACKUP STATE" in said[-1]


def test_a_lasting_change_of_the_reason_is_told_by_the_timer():
    made = Bench(instance()).master()
    made.kernel.table = table(eth(up=False))
    made.instance.interface_changed(20.0)
    made.kernel.table = table(eth(running=False))
    made.instance.interface_changed(30.0)
    assert made.instance.deadline == 30.0 + LASTS_S
    made.instance.expire(made.instance.deadline)
    assert "entering FAULT state (interface eth0 has no carrier)" in lines(made)[-1]
    assert made.instance.deadline == NEVER
