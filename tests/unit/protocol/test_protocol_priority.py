# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what check results make of a priority."""

from __future__ import annotations

import pytest

from vrrp.protocol.priority import CheckResult, Reason, Verdict, verdict


def script(name, ok, weight=0, detail=""):
    return CheckResult(name, "script", ok, weight, detail)


@pytest.mark.parametrize(
    ("base", "checks", "priority"),
    [
        (100, [], 100),
        (100, [script("chk", True, -20)], 100),
        (100, [script("chk", False, -20)], 80),
        (100, [script("chk", True, 20)], 120),
        (100, [script("chk", False, 20)], 100),
        (100, [script("chk", None, -20), script("other", None, 20)], 100),
        (100, [script("a", False, -20), script("b", True, 5)], 85),
        (10, [script("chk", False, -20)], 1),
        (250, [script("chk", True, 20)], 254),
        (255, [script("chk", False, -20)], 255),
    ],
)
def test_weights_of_checks_make_the_effective_priority(base, checks, priority):
    result = verdict(base, checks)
    assert (result.priority, result.faults) == (priority, ())


def test_a_check_without_weight_that_fails_is_a_fault_with_its_reason():
    assert verdict(100, [script("chk_tomcat", False, detail="exited with status 1")]).faults == (
        "script chk_tomcat failed: exited with status 1",
    )
    assert verdict(100, [script("chk_tomcat", None)]).faults == ()
    assert verdict(255, [script("chk_tomcat", False)]).faults == ("script chk_tomcat failed",)


def test_the_reasons_say_how_the_priority_came_about():
    result = verdict(100, [script("chk_tomcat", False, -10)])
    assert result.reasons == (Reason("chk_tomcat", -10, "failed"),)
    assert result.explain(100) == "base 100, chk_tomcat -10"
    assert verdict(100, []).explain(100) == ""


def check(kind, ok, weight, reverse=False, value=None, name="x"):
    return CheckResult(name, kind, ok, weight, reverse=reverse, value=value)


@pytest.mark.parametrize(
    ("weight", "reverse", "up", "down"),
    [
        # keepalived.conf(5), the table below "reverse": what a script that is up, or down, does to the priority
        (+30, False, 130, 100),
        (-30, False, 100, 70),
        (+30, True, 70, 100),
        (-30, True, 100, 130),
    ],
)
@pytest.mark.parametrize("kind", ["script", "interface", "process", "tcp", "http", "unit", "gateway"])
def test_a_reversed_weight_counts_the_other_way_round(kind, weight, reverse, up, down):
    assert verdict(100, [check(kind, True, weight, reverse)]).priority == up
    assert verdict(100, [check(kind, False, weight, reverse)]).priority == down
    assert verdict(100, [check(kind, None, weight, reverse)]).priority == 100


@pytest.mark.parametrize(
    ("ok", "reverse", "faults"),
    [
        (True, False, ()),
        (False, False, ("process nginx failed",)),
        (None, False, ()),
        # "weight 0 reverse" is down while the process is up, and vice versa
        (True, True, ("process nginx is good, and with reverse that is a fault",)),
        (False, True, ()),
        (None, True, ()),
    ],
)
def test_a_check_without_weight_decides_about_fault(ok, reverse, faults):
    result = verdict(100, [check("process", ok, 0, reverse, name="nginx")])
    assert (result.faults, result.priority) == (faults, 100)


@pytest.mark.parametrize(
    ("value", "weight", "reverse", "base", "priority", "is_fault"),
    [
        (0, 1, False, 100, 100, False),
        (10, 1, False, 100, 110, False),
        (-10, 1, False, 100, 90, False),
        (10, -3, False, 100, 70, False),
        (10, 3, True, 100, 70, False),
        (-10, 3, True, 100, 130, False),
        (-253, 1, False, 254, 1, False),
        (-253, 1, False, 100, 1, False),
        (-254, 1, False, 254, 254, True),  # "less than -253"
        (1, -254, False, 100, 100, True),
        (1, 254, True, 100, 100, True),
        (253, 1, False, 1, 254, False),
        (254, 1, False, 1, 254, False),
        (2147483648, 254, False, 1, 254, False),
        (-2147483648, 254, False, 100, 100, True),
        # weight 0: any number but 0 is a failure
        (0, 0, False, 100, 100, False),
        (1, 0, False, 100, 100, True),
        (-1, 0, False, 100, 100, True),
        (0, 0, True, 100, 100, True),
        (5, 0, True, 100, 100, False),
    ],
)
def test_a_number_in_a_file_counts_times_its_weight(value, weight, reverse, base, priority, is_fault):
    result = verdict(base, [check("file", value == 0, weight, reverse, value)])
    assert (result.priority, bool(result.faults)) == (priority, is_fault)


def test_a_big_number_counts_as_253_when_others_count_too():
    tracked = [check("file", False, 1, value=1000), check("script", False, -100)]
    assert verdict(50, tracked).priority == 203


def test_weights_do_not_change_the_priority_of_the_owner():
    tracked = [check("file", False, 1, value=-300), check("script", False, -100), check("process", True, 9, True)]
    assert verdict(255, tracked) == Verdict(255)


def test_every_kind_of_check_has_a_name():
    tracked = [
        check("script", False, -10, name="chk_tomcat"),
        check("interface", False, -20, name="eth1"),
        check("file", False, -3, name="load", value=10),
        check("process", True, 5, name="nginx"),
        check("tcp", False, -1, name="192.168.8.1:80"),
        check("gateway", False, -2, name="192.168.8.1"),
    ]
    assert verdict(100, tracked).explain(100) == (
        "base 100, chk_tomcat -10, eth1 -20, file load -30, process nginx +5, tcp 192.168.8.1:80 -1, 192.168.8.1 -2"
    )


def test_a_fault_of_a_check_says_why():
    assert verdict(100, [CheckResult("eth1", "interface", False, 0, "has no carrier")]).faults == (
        "interface eth1 has no carrier",
    )
    assert verdict(100, [check("file", False, -100, name="load", value=3)]).faults == (
        "file load failed: it says 3, which times its weight is -300",
    )
