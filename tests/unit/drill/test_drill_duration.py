# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a drill which ends before its standby takes over is refused, with the values and with what to write."""

from __future__ import annotations

import re

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.duration import of_service, too_short
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.pair import SimulatedPair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation_input import NodeFile

FILE = """\
vrrp_script chk_page {{
    script "/usr/bin/true"
    interval 4
    timeout 3
    fall 2
    rise 2
}}
vrrp_instance VI_1 {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int {interval}
    {more}
    virtual_ipaddress {{
        192.168.8.100/24
    }}
}}
"""
UNIT = "@hotstandby track_unit nginx.service interval {} fall {}"
SCRIPT = "track_script {\n        chk_page\n    }"


def judged(more, seconds, service="nginx.service", on_b="", interval=1):
    nodes = [
        NodeFile(name, inspect(FILE.format(priority=priority, interval=interval, more=more + own), name).configuration)
        for name, priority, own in (("web-a", 100, ""), ("web-b", 90, on_b))
    ]
    plan = {"kind": "service", "victim": "web-a", "standby": "web-b", "masters": {"VI_1": "web-a"}, "service": service}
    return of_service(SimulatedPair("web", nodes), plan, seconds)


def least(text):
    """Return the seconds that a message wants."""
    [number] = re.findall(r"so write (\d+) or more$", text)
    return int(number)


@pytest.mark.parametrize(
    ("interval_s", "fall", "weight", "expected"),
    [
        (1, 2, "", range(4, 7)),
        (5, 3, "", range(17, 20)),
        (5, 3, " weight -20", range(19, 22)),  # it goes on advertising, so the standby waits for its own timer
        (30, 4, "", range(122, 125)),
    ],
)
def test_a_drill_is_longer_than_the_check_and_the_takeover_need(interval_s, fall, weight, expected):
    tracks = UNIT.format(interval_s, fall) + weight
    [text] = judged(tracks, 3)["problems"]
    assert text.startswith("drill_seconds: 3 s are too short for VI_1: until web-b takes over, ")
    assert f"after nginx.service has stopped (interval {interval_s}, fall {fall}), so write" in text
    assert least(text) in expected
    assert judged(tracks, least(text))["problems"] == []
    assert len(judged(tracks, least(text) - 1)["problems"]) == 1


def test_a_preempt_delay_counts_where_the_master_only_loses_priority():
    weighted = f"{UNIT.format(1, 1)} weight -20"
    soon, late = (least(*judged(weighted, 1, on_b=more)["problems"]) for more in ("", "\n    preempt_delay 30"))
    assert soon < 10 and 32 <= late < 40


def test_an_interval_of_the_instance_counts():
    weighted = f"{UNIT.format(1, 1)} weight -20"
    assert 120 < least(*judged(weighted, 10, interval=40)["problems"]) < 180


@pytest.mark.parametrize(
    ("tracks", "on_b"),
    [(UNIT.format(1, 1) + " weight -5", ""), (UNIT.format(1, 1) + " weight -20", "\n    nopreempt")],
)
def test_a_service_whose_end_moves_nothing_is_not_stopped(tracks, on_b):
    [text] = judged(tracks, 600, on_b=on_b)["problems"]
    assert text.startswith("drill=service: by the simulation of this inventory web-b does not take over VI_1 when ")
    assert "weight" in text and "nopreempt on web-b" in text


def test_of_a_service_without_a_check_of_its_own_the_slowest_check_counts():
    tracks = f"{SCRIPT}\n    {UNIT.format(1, 1)}\n    @hotstandby track_gateway 192.168.8.1 interval 60"
    [text] = judged(tracks, 5, service="tomcat10.service")["problems"]
    assert "after tomcat10.service has stopped (chk_page, the slowest check of web-a, has interval 4, fall 2)" in text
    assert 10 <= least(text) < 13
    assert judged("", 5, service="tomcat10.service") == {"problems": [], "back_s": 0.0}


def test_a_check_without_effect_says_nothing_of_another_service():
    assert judged(UNIT.format(1, 1) + " weight -5", 5, service="tomcat10.service")["problems"] == []


@pytest.mark.parametrize(
    ("tracks", "back_s"), [(UNIT.format(5, 3), 6), (f"{UNIT.format(5, 3)} rise 4", 21), (SCRIPT, 11)]
)
def test_it_is_known_when_the_checks_succeed_again(tracks, back_s):
    assert judged(tracks, 60)["back_s"] == back_s


def test_a_takeover_longer_than_the_limit_of_a_drill_is_reported():
    assert too_short("VI_1", 600, 598, "this takes 598 s") == []
    [text] = too_short("VI_1", 600, 766.2, "a takeover may take 766.2 s on web-b")
    assert "600 s are too short for VI_1" in text and text.endswith("(600 s): only drill=switchover is possible")
    assert "or more" not in text
