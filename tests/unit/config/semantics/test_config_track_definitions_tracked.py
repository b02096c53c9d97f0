# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each thing is tracked once, with any other words on its lines."""

from __future__ import annotations

import pytest

from vrrp.config.keywords.check_values import TRACK_HTTP, TRACK_TCP, TRACK_UNIT
from vrrp.config.keywords.table import Block
from vrrp.config.semantics.sections import Section, Setting
from vrrp.config.semantics.track_definitions import once_each
from vrrp.config.syntax.diagnostics import Diagnostics, Location
from vrrp.config.syntax.parser import parse

URL = "http://127.0.0.1/"


def statement(line):
    (found,) = parse(line, "f").statements
    return found


def section(convert, *lines):
    found = Section(Block("vrrp_instance", "a block"), Location("f", 1, 1))
    for number, line in enumerate(lines, 2):
        (each,) = parse("\n" * (number - 1) + line, "f").statements
        found.many.setdefault("track.it", []).append(Setting(convert(each), each))
    return found


@pytest.mark.parametrize(
    ("convert", "one", "other"),
    [
        (TRACK_TCP, "track_tcp 127.0.0.1 80", "track_tcp 127.0.0.1 80 weight 5 interval 2"),
        (TRACK_HTTP, f"track_http {URL}", f"track_http {URL} timeout 1 verify"),
        (TRACK_UNIT, "track_unit nginx", "track_unit nginx.service fall 2"),
    ],
)
def test_the_same_thing_twice_is_an_error_and_the_first_counts(convert, one, other):
    findings = Diagnostics()
    assert once_each(section(convert, one, other), "track.it", findings) == (convert(statement(one)),)
    keyword = one.split()[0]
    assert [str(error) for error in findings.errors] == [
        f"f:3:1: error: {keyword} asks for the same thing as line 2 (remove one)"
    ]


@pytest.mark.parametrize(
    ("convert", "one", "other"),
    [
        (TRACK_TCP, "track_tcp 127.0.0.1 80", "track_tcp 127.0.0.1 81"),
        (TRACK_TCP, "track_tcp 127.0.0.1 80", "track_tcp 127.0.0.2 80"),
        (TRACK_HTTP, f"track_http {URL}", f"track_http {URL}a"),
        (TRACK_HTTP, f"track_http {URL}", f"track_http {URL} host a"),
        (TRACK_HTTP, f"track_http {URL}", f"track_http {URL} body a"),
        (TRACK_HTTP, f"track_http {URL}", f"track_http {URL} status 200"),
        (TRACK_UNIT, "track_unit nginx", "track_unit nginx.socket"),
    ],
)
def test_two_things_are_tracked_in_their_order(convert, one, other):
    findings = Diagnostics()
    found = once_each(section(convert, other, one), "track.it", findings)
    assert found == (convert(statement(other)), convert(statement(one)))
    assert findings.errors == []


def test_without_a_line_nothing_is_tracked():
    assert once_each(section(TRACK_TCP), "track.it", Diagnostics()) == ()
