# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a pair."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.status import status


def instance(name, state, since_s, **more):
    return {
        "name": name,
        "state": state,
        "base_priority": 100,
        "priority": 100,
        "addresses_present": [],
        "since_s": since_s,
        "why": f"{state} because",
        **more,
    }


def test_instances_stand_together_and_silence_is_shown():
    nodes = {
        "node-b": {"running": True, "instances": [instance("VI_1", "BACKUP", 7, base_priority=90, priority=80)]},
        "node-a": {
            "running": True,
            "instances": [instance("VI_1", "MASTER", 3700, addresses_present=["192.168.8.100/24"])],
        },
        "node-c": {"running": False, "msg": "nobody is there"},
        "node-d": {"unreachable": True},
    }
    assert status(nodes) == [
        "NODE    INSTANCE  STATE     PRIORITY    VIP               SINCE  WHY",
        "node-c  -         NO AGENT  -           -                 -      nobody is there",
        "node-d  -         NO AGENT  -           -                 -      it was not asked",
        "node-a  VI_1      MASTER    100         192.168.8.100/24  1h 1m  MASTER because",
        "node-b  VI_1      BACKUP    80 (of 90)  -                 7s     BACKUP because",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.4, "0s"), (59.9, "59s"), (60, "1m 0s"), (7260, "2h 1m"), (180000, "2d 2h")]
)
def test_ages(seconds, text):
    heading, line = status({"n": {"running": True, "instances": [instance("V", "MASTER", seconds)]}})
    assert line[heading.index("SINCE") :].partition("  ")[0] == text
