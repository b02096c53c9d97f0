# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test who owned the addresses, by the records of the agents and by clocks that differ."""

from __future__ import annotations

import json

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.owners import ClockOffset, clock, happenings, owned

INSTALLS, RELEASES = {"is": "InstallAddresses"}, {"is": "ReleaseAddresses"}


def record(*steps, instance="VI_1", wall=1000.0, monotonic=50.0):
    """Return the lines of ``hotstandby events --json``; each step is a time of the node, an input and its actions."""
    lines = [{"hotstandby_record": 1, "instance": instance, "monotonic": monotonic, "wall": wall}]
    lines += [{"at": at - wall + monotonic, "input": name, "actions": list(actions)} for at, name, *actions in steps]
    return "\n".join(json.dumps(line) for line in lines) + "\n"


def look(offset_s, sent=100.0, received=100.4, started=100.3, ended=100.3):
    return {"sent": sent, "received": received, "started": started + offset_s, "ended": ended + offset_s}


def test_clocks_that_may_be_the_same_are_the_same():
    assert clock([look(0.0)]) == ClockOffset(0.0, pytest.approx(0.3))  # it may be 0.1 s behind, or 0.3 s ahead
    assert clock([look(-0.2)]).ahead_s == 0.0


@pytest.mark.parametrize("offset_s", [-60.0, 7.0])
def test_a_clock_that_differs_is_corrected_by_all_looks(offset_s):
    found = clock([look(offset_s), look(offset_s, sent=200.25, received=200.75, started=200.5, ended=200.5), {}, None])
    assert abs(found.ahead_s - offset_s) <= found.within_s <= 0.2
    assert found.on_controller(500 + offset_s) == pytest.approx(500, abs=found.within_s)


def test_without_a_look_nothing_is_corrected():
    assert clock([]) == clock([{"started": 1, "ended": 2}]) == ClockOffset(0.0, 0.0)


def test_the_record_of_one_instance_is_read_in_the_time_of_the_controller():
    text = record((990.0, "promote", INSTALLS), instance="VI_2") + record(
        (1001.0, "promote", {"is": "SendAdvertisement"}, INSTALLS), (1009.0, "expire"), (1010.0, "demote", RELEASES)
    )
    found = happenings(text, "VI_1", ClockOffset(1.0))
    assert [(each.at, each.name, each.owns) for each in found] == [
        (1000.0, "promote", True), (1008.0, "expire", None), (1009.0, "demote", False)
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "no agent is running\n", "[]\n7\n", '{"at": 1, "input": "stop"}\n'])
def test_a_text_that_is_no_record_gives_no_happenings(text):
    assert happenings(text, "VI_1", ClockOffset()) is None


def test_a_record_of_another_instance_tells_nothing_of_this_one():
    assert happenings(record((1001.0, "promote", INSTALLS), instance="VI_2"), "VI_1", ClockOffset()) is None
    assert happenings(record(), "VI_1", ClockOffset()) == []


def of(*steps):
    return happenings(record(*steps), "VI_1", ClockOffset())


def test_a_standby_that_takes_over_and_gives_back():
    found = of((1, "start"), (15, "expire", INSTALLS), (25, "advertisement", RELEASES), (40, "expire", INSTALLS))
    assert owned(found, 10, 30, False, None) == [(15, 25)]


def test_a_master_that_stays():
    assert owned(of((11, "expire")), 10, 30, True, None) == [(10, 30)]


def test_an_agent_that_was_killed_owned_until_then():
    found = of((20, "start"), (24, "advertisement"), (26, "promote", INSTALLS))
    assert owned(found, 10, 30, True, 12) == [(10, 12), (26, 30)]


def test_an_agent_that_died_by_itself_is_known_to_have_gone():
    assert owned(of((20, "start")), 10, 30, True, None) == [(10, 20)]


def test_an_agent_that_goes_on_as_master_when_it_begins_again():
    assert owned(of((12.5, "start", INSTALLS)), 10, 30, True, 12) == [(10, 12), (12.5, 30)]


def test_a_repeated_installation_is_one_ownership():
    found = of((12, "link_changed", INSTALLS), (14, "link_changed", INSTALLS))
    assert owned(found, 10, 30, False, None) == [(12, 30)]
