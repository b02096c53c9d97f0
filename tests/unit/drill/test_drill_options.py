# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what forbids a drill before any host is asked."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.options import kinds, objections, window

PAIR, KNOWN = ["web-a", "web-b"], {"web-a", "web-b", "client"}


def asked(clock="12:00", **said):
    given = {"drill": ["switchover"], "i_mean_it": False, "drill_seconds": 10, "drill_interval": 0.01, **said}
    return objections(given, PAIR, KNOWN, clock)


@pytest.mark.parametrize("said", ["node, agent,node", ["node", "agent", "node"], ("node", " agent ")])
def test_several_kinds_are_taken_in_their_order(said):
    assert kinds(said) == ["node", "agent"]


def test_a_switchover_needs_no_more_words():
    assert asked() == []


def test_a_host_with_keepalived_has_no_drill():
    [text] = asked(keepalived=["web-b"])
    assert text.startswith("ha_pair_engine: web-b runs keepalived, which records no events")
    assert asked(keepalived=[]) == []


@pytest.mark.parametrize("kind", ["agent", "node", "service"])
def test_a_drill_with_a_real_fault_needs_i_mean_it(kind):
    [text] = asked(drill=["switchover", kind])
    assert text.startswith(f"drill={kind} makes a real fault") and "-e i_mean_it=true" in text
    assert asked(drill=["switchover", kind], i_mean_it=True) == []


@pytest.mark.parametrize("said", [[], "", None])
def test_without_a_kind_the_kinds_are_told(said):
    assert asked(drill=said) == [
        "Say what to do: -e drill=switchover|agent|node|service, or several of them with commas."
    ]


def test_a_kind_that_there_is_not():
    assert asked(drill=["switchover", "reboot"]) == [
        "drill: there is no drill 'reboot'; there are switchover, agent, node, service"
    ]


@pytest.mark.parametrize(
    ("said", "clock", "inside"),
    [
        ("02:00-04:00", "02:00", True),
        ("02:00-04:00", "03:59", True),
        ("02:00-04:00", "04:00", False),
        ("02:00-04:00", "01:59", False),
        ("22:30-01:00", "23:59", True),
        ("22:30-01:00", "00:59", True),
        ("22:30-01:00", "01:00", False),
        (" 2:00 - 4:00 ", "03:00", True),
        ("00:00-23:59", "23:59", False),
    ],
)
def test_a_window_of_the_day(said, clock, inside):
    assert (window(said, clock) == []) is inside


def test_outside_of_the_window_the_clock_is_told():
    assert asked(clock="12:00", drill_window="02:00-04:00") == [
        "drill_window: it is 12:00 on the controller, and drills are allowed from 02:00-04:00 only"
    ]


@pytest.mark.parametrize(
    "said", ["", "2-4", "24:00-02:00", "02:60-03:00", "02:00", "02:00-04:00-06:00", "night", 14400]
)
def test_a_malformed_window_is_refused(said):
    [text] = window(said, "03:00")
    assert text == f"drill_window: {said!r} is not a window of the day; write for example 02:00-04:00 or 22:30-01:00"


def test_an_empty_window_is_refused():
    assert window("02:00-02:00", "02:00") == [
        "drill_window: '02:00-02:00' begins when it ends; leave it out for the whole day"
    ]


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("nosuch", "drill_probe_host: there is no host nosuch in the inventory"),
        ("web-b", "drill_probe_host: web-b is a host of the pair, and reaches its own address in itself; name another"),
    ],
)
def test_a_probe_host_has_to_be_another_host_of_the_inventory(host, text):
    assert asked(drill_probe_host=host) == [text]


@pytest.mark.parametrize("host", [None, "", "localhost", "client"])
def test_the_controller_probes_where_no_host_is_named(host):
    assert asked(drill_probe_host=host) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("drill_seconds", 4), ("drill_seconds", 601), ("drill_seconds", "soon"), ("drill_interval", 0),
        ("drill_interval", 2), ("drill_interval", "x"), ("drill_port", 0), ("drill_port", 65536),
        ("drill_port", "http"), ("drill_port", 80.5),
    ],
)  # fmt: skip
def test_a_number_out_of_its_limits(name, value):
    [text] = asked(**{name: value})
    assert text.startswith(f"{name}: ") and repr(value) in text


def test_numbers_may_come_as_text():
    assert asked(drill_seconds="10", drill_interval="0.1", drill_port="443") == []


def test_everything_is_told_at_once():
    assert len(asked(drill=["node"], drill_window="x", drill_probe_host="y", drill_seconds=0)) == 4
