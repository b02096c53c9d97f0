# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the table has a line for each instance, and 80 columns at most."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.table import lines, shortened
from example_report import DRILLED, instance, report


def test_a_simulation_says_what_is_expected():
    assert lines(report(instance(), instance(pair="db", name="VI_22", expected=None))) == [
        "PAIR  INSTANCE  FAULT        BEST    MIDDLE  WORST",
        "web   VI_1      kill node-a  2.65 s  3.12 s  3.59 s",
        "db    VI_22     kill node-a  -       -       -",
    ]


def test_a_drill_has_what_was_measured_and_the_verdict():
    assert lines(report(instance(**DRILLED), instance(pair="db"))) == [
        "PAIR  INSTANCE  FAULT        EXPECTED     LOST     LONGEST  RESULT",
        "web   VI_1      kill node-a  2.65-3.59 s  31/2000  3.10 s   passed",
        "db    VI_1      kill node-a  2.65-3.59 s  -        -        -",
    ]


@pytest.mark.parametrize(
    ("expected", "shown"),
    [((0.0, 0.0), "0"), ((0.0, 0.3), "0-300 ms"), ((0.3, 1.2), "300 ms-1.20 s"), (None, "-")],
)
def test_the_expected_time_of_a_drill_is_shown_as_a_range(expected, shown):
    times = expected and {"best_s": expected[0], "middle_s": expected[0], "worst_s": expected[1]}
    assert (
        f"kill node-a  {shown}  " in lines(report(instance(**{**DRILLED, "expected": times}), instance(**DRILLED)))[1]
    )


def test_the_fault_of_a_usual_drill_is_shown_in_full():
    drilled = instance(pair="ha_pair", name="VI_1", **DRILLED)
    drilled["timeline"]["faults"][0]["text"] = "agent of node-a killed"
    assert "agent of node-a killed" in lines(report(drilled))[1]


def test_without_instances_there_is_a_heading():
    assert lines({**report(), "instances": []}) == ["PAIR  INSTANCE  FAULT"]


def test_long_names_are_shortened_so_that_the_line_fits():
    long = instance(pair="web-servers-of-the-shop", name="VI_of_the_shop_frontend", **DRILLED)
    long["timeline"]["faults"][0]["text"] = "kill web-server-one.datacentre-north.example.com"
    head, line = lines(report(long))
    assert len(head) <= 80 and len(line) <= 80
    assert line.startswith("web-") and "-3.59 s  31/2000  3.10 s   passed" in line


def test_the_fault_keeps_its_room_while_the_names_can_give_some():
    one, two = instance(pair="web-servers-of-the-shop"), instance(pair="web-servers-of-the-shop")
    one["timeline"]["faults"][0]["text"] = "kill web-server-1.datacentre-north.example.com"
    two["timeline"]["faults"][0]["text"] = "kill web-server-2.datacentre-north.example.com"
    assert ["kill web-server-1." in line for line in lines(report(one, two))] == [False, True, False]


@pytest.mark.parametrize(
    ("width", "shown"), [(9, "node-a"), (6, "node-a"), (5, "no…-a"), (4, "no…a"), (2, "n…"), (1, "…")]
)
def test_a_short_text_keeps_its_begin_and_its_end(width, shown):
    assert shortened("node-a", width) == shown


def test_a_long_fault_has_hosts_without_their_domain():
    hosts = ["web-server-1.datacentre-north.example.com", "web-server-2.datacentre-north.example.com"]
    long = instance(timeline={"hosts": hosts, "faults": [{"at_s": 10.0, "text": f"split {' | '.join(hosts)}"}]})
    assert "split web-server-1 | web-server-2  2.65" in lines(report(long))[1]
    long["timeline"]["hosts"][1] = "web-server-1.datacentre-south.example.com"
    assert "split web-server-1.d" in lines(report(long))[1], "the domain is the difference"
