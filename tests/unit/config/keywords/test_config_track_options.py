# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that options of a line become fields in any order; unknown, repeated and too long ones are refused."""

from __future__ import annotations

from dataclasses import asdict, make_dataclass

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.keyword import Keyword, table
from vrrp.config.keywords.track_options import TIMES, BuiltInCheck
from vrrp.config.keywords.values import flag, seconds, text

SYNTAX = "[interval SECONDS] [timeout SECONDS] [rise N] [fall N] [weight -253-253]"
ADDRESS = Keyword("address", text, "host", "ADDRESS", "an address")
OPTIONS = (
    *TIMES,
    Keyword("host", text, "name", "NAME", "a name"),
    Keyword("verify", flag, "verify", "", "a flag"),
    Keyword("quick", flag, "quick", "", "another one"),
    Keyword("pause", seconds("0", "9"), "pause_s", "SECONDS", "a pause"),
)
DEFAULTS = {"interval_s": 1.0, "timeout_s": 1.0}


def check(options=OPTIONS, first=(ADDRESS,), interval_s=1.0):
    """Return a check whose model has the fields that its line gives."""
    fields = [(each.field, object, None) for each in (*first, *options)]
    fields = [(name, kind, interval_s if name == "interval_s" else default) for name, kind, default in fields]
    return BuiltInCheck(
        "a check", make_dataclass("Model", fields), table(*first), table(*options), "lacks words", "10.0.0.1"
    )


def read(line, **more):
    """Return the fields of the options behind the first word."""
    found = asdict(check(**more)(statement(f"track_x a {line}")))
    assert found.pop("host") == "a"
    return {name: value for name, value in found.items() if value is not None}


def refused(line, **more):
    text, rule, hint, column = refusal(check(**more), f"track_x a {line}")
    return text, rule, hint, column - len("a ")


def test_the_syntax_is_made_of_the_words():
    assert check(options=TIMES).values == f"ADDRESS {SYNTAX}"
    assert check().values == f"ADDRESS {SYNTAX} [host NAME] [verify] [quick] [pause SECONDS]"


def test_a_line_has_its_first_words():
    first = (ADDRESS, Keyword("port", text, "port", "PORT", "a port"))
    two = check(options=TIMES, first=first)
    found = two(statement("track_x a b rise 2"))
    assert (found.host, found.port, found.rise) == ("a", "b", 2)
    for line in ("track_x", "track_x a"):
        assert refusal(two, line) == ("track_x lacks words", "", "track_x 10.0.0.1", None)


def test_a_first_word_that_is_wrong_is_named():
    assert refusal(check(), 'track_x ""') == ("the address is empty", "", "", 9)
    assert refusal(check(), 'track_x "" rise 0') == ("the address is empty", "", "", 9)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", DEFAULTS),
        ("rise 2", {**DEFAULTS, "rise": 2}),
        ("fall 1000 rise 1", {**DEFAULTS, "fall": 1000, "rise": 1}),
        ("weight -253", {**DEFAULTS, "weight": -253}),
        ("weight 0 host a", {**DEFAULTS, "weight": 0, "name": "a"}),
        ("interval 3600 timeout 3600", {"interval_s": 3600.0, "timeout_s": 3600.0}),
        ("timeout 0.01 interval 0.05", {"interval_s": 0.05, "timeout_s": 0.01}),
        ("host interval", {**DEFAULTS, "name": "interval"}),
        ("pause 0.5", {**DEFAULTS, "pause_s": 0.5}),
    ],
)
def test_options_become_fields(line, fields):
    assert read(line) == fields


@pytest.mark.parametrize(
    ("line", "interval_s", "times"),
    [
        ("", 2.0, (2.0, 2.0)),
        ("interval 5", 2.0, (5.0, 2.0)),
        ("interval 0.5", 2.0, (0.5, 0.5)),
        ("timeout 1.5", 2.0, (2.0, 1.5)),
        ("interval 9 timeout 8", 2.0, (9.0, 8.0)),
        ("interval 0.3 timeout 0.3", 1.0, (0.3, 0.3)),
    ],
)
def test_the_default_timeout_is_at_most_the_interval(line, interval_s, times):
    found = read(line, interval_s=interval_s)
    assert (found["interval_s"], found["timeout_s"]) == times
    assert [type(value) for value in found.values()] == [float, float]


def test_a_flag_takes_no_value():
    assert read("verify rise 3") == {**DEFAULTS, "verify": True, "rise": 3}
    assert read("rise 3 quick verify") == {**DEFAULTS, "verify": True, "quick": True, "rise": 3}


LONGER = "it is asked again when the last answer has come or is overdue"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rise", ("rise takes a value, none is given", "", "", 9)),
        ("rise 2 fall", ("fall takes a value, none is given", "", "", 16)),
        ("rise 2 rise 3", ("rise is given twice", "", "remove one", 16)),
        ("verify verify", ("verify is given twice", "", "remove one", 16)),
        ("rise 0", ("rise 0 is out of range", "rise is 1 to 1000", "", 14)),
        ("fall 1001", ("fall 1001 is out of range", "fall is 1 to 1000", "", 14)),
        ("weight 254", ("weight 254 is out of range", "weight is -253 to 253", "", 16)),
        ("interval 0.04", ("interval 0.04 is out of range", "interval is 0.05 to 3600 seconds", "", 18)),
        ("timeout 0.009", ("timeout 0.009 is out of range", "timeout is 0.01 to 3600 seconds", "", 17)),
        ("timeout 1.5", ("timeout 1.5 is longer than interval 1", LONGER, "interval 1.5", 17)),
        ("timeout 3 interval 2", ("timeout 3 is longer than interval 2", LONGER, "interval 3", 17)),
        ("risse 2", ('unknown option "risse" of track_x', check().values, "did you mean rise?", 9)),
        ("verfy", ('unknown option "verfy" of track_x', check().values, "did you mean verify?", 9)),
        ("2", ('unknown option "2" of track_x', check().values, "", 9)),
    ],
)
def test_wrong_options_are_refused(line, expected):
    assert refused(line) == expected


def test_a_flag_that_a_line_does_not_have_is_unknown():
    assert refused("verify", options=TIMES)[0] == 'unknown option "verify" of track_x'
