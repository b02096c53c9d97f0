# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what a filter does for one pair does not grow with the pairs. Calls are counted, as seconds say nothing."""

from __future__ import annotations

import sys

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.hotstandby.vrrp.plugins.filter.fleet_status import fleet_status
from ansible_collections.hotstandby.vrrp.plugins.filter.pair_hosts import pair_hosts
from ansible_collections.hotstandby.vrrp.plugins.filter.results import results

FEW, MANY = 10, 40


class Variables(dict):
    """They are the variables of each host, with the inventory behind them."""


def fleet(folder, pairs):
    """Return the variables of the hosts of so many pairs."""
    names = [f"pair_{number}" for number in range(pairs)]
    groups = "".join(f"[{name}]\n{name}-a\n{name}-b\n" for name in names)
    path = folder / f"{pairs}.ini"
    path.write_text(groups + "[ha_pair:children]\n" + "\n".join(names) + "\n")
    found = Variables()
    found._inventory = InventoryManager(DataLoader(), sources=[str(path)])
    for name in names:
        for host, state in ((f"{name}-a", "MASTER"), (f"{name}-b", "BACKUP")):
            seen = {"name": "VI_1", "state": state, "since_s": 5, "why": state, "addresses_present": []}
            looks = {"running": True, "instances": [seen], "samples": [{"instances": {"VI_1": {"state": state}}}]}
            found[host] = {"__ha_pair_before": looks, "__ha_pair_seen": looks}
    return found


def calls(work, variables):
    """Return how many functions of Python are called."""
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    work(variables)  # the inventory makes its lists at the first look
    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work(variables)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("work", "times"),
    [
        (lambda found: pair_hosts("pair_3-a", found, {}, list(found)), 2),
        (lambda found: results(list(found), found, {}), 5),
        (lambda found: fleet_status(list(found), found, {}, "__ha_pair_seen"), 5),
    ],
    ids=["the pair of a host", "the results of a play", "the status"],
)
def test_four_times_the_pairs_are_no_more_work_for_each(tmp_path, work, times):
    assert calls(work, fleet(tmp_path, MANY)) < times * calls(work, fleet(tmp_path, FEW))
