# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written down of advertisements that were accepted."""

from __future__ import annotations

import io
from ipaddress import ip_address
from types import SimpleNamespace

import pytest

from vrrp.agent.telling.heard import log_advertisement
from vrrp.agent.telling.log import Log
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.states import State

SOURCE, OTHER = ip_address("192.168.8.6"), ip_address("192.168.8.7")


@pytest.fixture
def scene():
    clock, text = [100.0], io.StringIO()
    log = Log(text, clock=lambda: clock[0])

    def lines(priority, source=SOURCE, state=State.BACKUP, of_master=False, nopreempt=False):
        before = len(text.getvalue().splitlines())
        config = SimpleNamespace(name="VI_1", nopreempt=nopreempt)
        router = SimpleNamespace(priority=100, state=state, holds_addresses=state is State.MASTER)
        heard = Advertisement(3, 51, priority, (ip_address("192.168.8.100"),), 100)
        log_advertisement(log, config, router, heard, source, of_master)
        return [line.split(" ", 2)[2] for line in text.getvalue().splitlines()[before:]]

    return SimpleNamespace(clock=clock, lines=lines)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.BACKUP, "Backup received priority 0 advertisement"),
        (State.MASTER, "Master received priority 0 message"),
    ],
)
def test_priority_zero(scene, state, said):
    assert scene.lines(0, state=state) == [f"(VI_1) {said} from 192.168.8.6"]


def test_the_master_that_stops_again_is_told_again_after_a_second(scene):
    assert len(scene.lines(0, of_master=True)) == 1
    scene.clock[0] += 0.9
    assert scene.lines(0, of_master=True) == []
    scene.clock[0] += 0.2
    assert len(scene.lines(0, of_master=True)) == 1


def test_others_together_are_told_once_a_minute(scene):
    assert len(scene.lines(0)) == 1
    assert scene.lines(0, source=OTHER) == []
    scene.clock[0] += 61
    assert len(scene.lines(0, source=OTHER)) == 1


def test_a_lower_priority_is_told_where_it_will_be_taken_over_from(scene):
    assert scene.lines(90) == ["(VI_1) received lower priority (90) advert from 192.168.8.6 - discarding"]
    assert scene.lines(90) == []
    assert scene.lines(80, source=OTHER) == [], "whoever forges sources writes no line for each"
    scene.clock[0] += 61
    assert len(scene.lines(80, source=OTHER)) == 1


@pytest.mark.parametrize(("priority", "options"), [(90, {"state": State.MASTER}), (90, {"nopreempt": True}), (100, {})])
def test_what_nobody_wants_to_know(scene, priority, options):
    assert scene.lines(priority, **options) == []
