# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a scenario is read from text."""

from __future__ import annotations

import pytest
from pair_scenarios import PAIR, pair

from oracle.generator import generate
from vrrp.simulation.faults import FaultError
from vrrp.simulation.scenario import from_text


def test_text_and_value_are_the_same():
    scenario = pair("at 10: kill node-a", "at 12: loss 20%")
    assert from_text(str(scenario)) == scenario
    assert scenario.names == ("node-a", "node-b")
    assert scenario.machines[0].epoch_s == 5000.4


def test_without_a_fault():
    scenario = pair("at 10: kill node-a", "at 12: loss 20%")
    assert scenario.without(scenario.faults[0]) == pair("at 12: loss 20%")


@pytest.mark.parametrize("text", ["", "seed x", PAIR.format(until=60) + "nonsense"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        from_text(text)


def test_a_fault_of_an_unknown_node_is_refused():
    with pytest.raises(FaultError):
        pair("at 10: kill node-z")


def test_a_seed_is_a_scenario():
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def test_seeds_have_room_to_settle():
    for seed in range(200):
        scenario = generate(seed)
        assert max(fault.at for fault in scenario.faults) < scenario.until
