# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the filter drill_outcome takes from the variables of both hosts."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.filter.drill_outcome import drill_outcome

LOOK = {"sent": 1000.0, "received": 1000.2, "started": 1000.1, "ended": 1000.1}
FAR = {**LOOK, "started": 1060.1, "ended": 1060.1}
COUNT = {"address": "192.168.8.100", "sent": 2000, "lost": 0, "lost_s": 0.0, "longest_s": 0.0, "losses": [],
         "longest_gap_s": 0.01}  # fmt: skip
PLAN = {"kind": "agent", "victim": "web-a", "standby": "web-b", "masters": {"VI_1": "web-a"}, "service": None,
        "probed": {"VI_1": "192.168.8.100"}}  # fmt: skip


def judged(**more):
    """Return the verdict on a drill of web-a; ``more`` are variables of both hosts."""
    both = {
        "__ha_pair_before": {"clock": LOOK}, "__ha_pair_drill": PLAN, "__ha_pair_drill_began_at": "1000.0",
        "__ha_pair_drill_fault": {"began_at": 1002.0}, "__ha_pair_drill_undone": {"msg": "no route to host"},
        "__ha_pair_drill_undone_late": {"ended_at": 1012.0}, "__ha_pair_drill_probed": {"counts": [], "clock": FAR},
        "__ha_pair_drill_probe": {"started_at": 1000.0, "seconds": 20.0, "counts": [COUNT]}, **more,
    }  # fmt: skip
    hosts = ["web-a", "web-b"]
    hostvars = {host: {"ha_pair_vips": ["192.168.8.100/24"], **both} for host in hosts}
    [found] = drill_outcome(hosts, hostvars, {"all": hosts, "ha_pair": hosts, "web": hosts}, "web", 10)
    return found


@pytest.mark.parametrize(
    ("said", "at_s"),
    [({}, 2.0), ({"drill_probe_host": ""}, 2.0), ({"drill_probe_host": "localhost"}, 2.0)]
    + [({"drill_probe_host": "client"}, 62.0)],
)
def test_only_another_host_has_a_clock_of_its_own(said, at_s):
    assert judged(**said)["timeline"]["faults"] == [{"at_s": at_s, "text": "agent of web-a killed"}]


def test_the_later_undo_is_the_one_that_was_done():
    assert judged()["timeline"]["notes"] == [{"at_s": 12.0, "text": "agent of web-a started again"}]
    told = judged(__ha_pair_drill_undone_late={"msg": "the fault stays"})["remarks"]
    assert "nothing tells that the fault on web-a was undone: the fault stays" in told
