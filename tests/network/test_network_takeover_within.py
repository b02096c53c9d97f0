# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a dead master is replaced within the time that the inventory says, with the file that the role writes."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, ADDRESS_B, PREFIX, VIP
from lab.peers import Agent, Keepalived

pytestmark = [pytest.mark.timing, pytest.mark.milliseconds]


def host(address, within):
    """Return the variables of a host of the role."""
    eth0 = {"name": "eth0", "loopback": False, "virtual_addresses": []}
    own = [{"address": address + PREFIX, "secondary": False}]
    return {
        "ha_pair_interfaces": [{**eth0, "addresses": own}],
        "ha_pair_vips": [VIP + PREFIX],
        "ha_pair_takeover_within": within,
    }


def planned(within):
    """Return what the role makes of an inventory: the instance of the standby, and the file of each host."""
    said = {"a": host(ADDRESS_A, within), "b": host(ADDRESS_B, within)}
    plan = instances(said)
    texts = []
    for name, own in plan.items():
        (block,) = sections(said[name], own)["blocks"]
        lines = "\n    ".join(block["lines"])
        texts.append(f"global_defs {{\n    router_id {name}\n}}\n{block['head']} {{\n    {lines}\n}}\n")
    return plan["b"][0], texts


@pytest.mark.parametrize(
    ("within", "standby"),
    [(0.5, Agent), (0.5, Keepalived), (0.25, Agent), (1.5, Agent)],
    ids=lambda value: getattr(value, "kind", str(value)),
)
def test_a_master_that_is_cut_off_is_replaced_in_takeover_within(wire, figure, within, standby):
    """It is the longest wait: the whole Master_Down_Interval."""
    own, texts = planned(within)
    a, b = wire.start_pair(Agent, standby, *texts)
    if standby is Agent:
        assert b.status()["takeover_s"] == pytest.approx(own["takeover"]["at_most"] - 0.01, abs=0.0015)
    with Capture(wire.client) as capture:

        def cut():
            seen = len(capture.adverts(source=ADDRESS_A))
            capture.wait(lambda c: len(c.adverts(source=ADDRESS_A)) > seen, 2, "an advertisement of A")
            wire.segment.cut("a")

        report = wire.lost(cut, answers_then=wire.b)
    lost_s = report.longest_outage_ms / 1000
    figure(
        f"takeover_within {within}, {standby.kind} as standby: {lost_s:.3f} s lost (advert_int {own['advert_int']},"
        f" at most {own['takeover']['at_most']} s)"
    )
    assert lost_s <= within, str(report)
    assert lost_s >= own["takeover"]["at_most"] - own["advert_int"] - 0.05, f"took over too early: {report}"
    wire.segment.heal("a")
    wire.settled(a, b)
