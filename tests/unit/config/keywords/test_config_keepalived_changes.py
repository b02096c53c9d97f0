# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the finders of values that a release of keepalived takes otherwise."""

from __future__ import annotations

import pytest

from vrrp.config.keywords import keepalived_changes as changes
from vrrp.config.syntax.parser import parse


def found(find, line):
    """Return the index of the word that ``find`` returns, in keyword and values."""
    (statement,) = parse(line, "f").statements
    word = find(statement)
    return None if word is None else statement.words.index(word)


@pytest.mark.parametrize(
    "line, index",
    [
        ("10.0.0.0/8 via 192.0.2.1", 0),
        ("10.0.0.0/8 via 192.0.2.1 dev eth0", None),
        ("10.0.0.0/8 oif eth0", None),
        ("10.0.0.0/8 nexthop via 192.0.2.1 dev eth0 nexthop via 192.0.2.2 dev eth1", 0),
        ("10.0.0.0/8 no_track nexthop via 192.0.2.1 dev eth0", None),
    ],
)
def test_a_route_without_an_interface(line, index):
    assert found(changes.without_interface, line) == index


@pytest.mark.parametrize(
    "line, name, other",
    [
        ("from 10.0.0.0/8 table 8", None, None),
        ("from 10.0.0.0/8 protocol 18 table 8", None, None),
        ("from 10.0.0.0/8 protocol 0x12 table 8", None, None),
        ("from 10.0.0.0/8 protocol 4 table 8", None, 3),
        ("from 10.0.0.0/8 protocol 4 table 8 no_track", None, None),
        ("from 10.0.0.0/8 protocol static table 8 no_track", 3, None),
        ("from 10.0.0.0/8 table 8 protocol", None, None),
    ],
)
def test_a_protocol_of_a_rule(line, name, other):
    assert (found(changes.protocol_name, line), found(changes.other_number, line)) == (name, other)


def test_a_protocol_of_a_route_may_be_a_name():
    assert found(changes.other_protocol, "10.0.0.0/8 dev eth0 protocol static") == 4
    assert found(changes.other_protocol, "10.0.0.0/8 dev eth0 protocol keepalived") is None


@pytest.mark.parametrize(
    "line, route, rule",
    [
        ("inet6 fd01::/64 via fd00::1", 0, 0),
        ("inet6 to fd01::/64 via fd00::1", None, 0),
        ("fd01::/64 via inet6 fd00::1", None, 2),
        ("from fd00::/64 table 8 inet6", None, None),
        ("from fd00::/64 inet6 table 8", 2, 2),
    ],
)
def test_a_family_takes_the_word_behind_it_along(line, route, rule):
    assert found(changes.family(("to",), ("via", "gw", "or")), line) == route
    assert found(changes.family((), ()), line) == rule


@pytest.mark.parametrize(
    "values, unknown, second",
    [
        ("read", None, None),
        ("readable", 1, None),
        ("+match -readable", 2, None),
        ("match wildcard_match", None, 2),
        ("match +brace_match", None, None),
    ],
)
def test_the_words_of_include_check(values, unknown, second):
    line = f"include_check {values}"
    assert (found(changes.unknown_check, line), found(changes.second_check, line)) == (unknown, second)


@pytest.mark.parametrize(
    "line, route, rule",
    [
        ("10.0.0.0/8 track_group g via 192.0.2.1", 1, 1),
        ("10.0.0.0/8 dev eth0 track_group g", None, None),
        ("10.0.0.0/8 track_group g oif eth0", None, 1),
        ("10.0.0.0/8 track_group g nexthop via 192.0.2.1 dev eth0", 1, 1),
        ("10.0.0.0/8 via 192.0.2.1", None, None),
    ],
)
def test_a_track_group_of_a_line_without_an_interface(line, route, rule):
    assert found(changes.group_without("dev", "oif"), line) == route
    assert found(changes.group_without("iif", "dev"), line) == rule
