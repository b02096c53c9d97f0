# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what may be said as the reason and the end of a drain or a hold, and how they are told."""

from __future__ import annotations

import pytest

from vrrp.protocol.terms import Terms, TermsError, one_line, parse

NOON = 1796040000.0  # 2026-11-30T12:00:00Z


@pytest.mark.parametrize(
    ("expires", "after_s"),
    [
        ("90", 90),
        (90, 90),
        ("90s", 90),
        ("30m", 1800),
        ("2h", 7200),
        ("1d12h", 129600),
        ("1d2h3m4s", 93784),
        (" 2h ", 7200),
        ("2026-11-30T14:30:00Z", 9000),
        ("2026-11-30T14:30:00z", 9000),
        ("2026-11-30T15:30:00+01:00", 9000),
        ("2026-11-30 14:30:00+00:00", 9000),  # as YAML's own time is printed
        ("2026-11-30T14:30Z", 9000),
        ("2026-11-30T14:30:00.250Z", 9001),  # a whole second, and never too early
    ],
)
def test_an_end_is_a_duration_or_a_time(expires, after_s):
    assert parse({"expires": expires}, NOON).until == NOON + after_s


def test_an_end_is_a_whole_second_and_never_too_early():
    assert parse({"expires": "2s"}, NOON + 0.3).until == NOON + 3


@pytest.mark.parametrize(
    "expires",
    [
        "soon",
        "2 h",
        "h",
        "1h30",
        "-5m",
        "1.5h",
        "2h1d",
        "0x10",
        "2026-11-31T00:00:00Z",
        "Z",
        "²h",
        "9" * 12,
        True,
        [2],
        {},
    ],
)
def test_an_end_that_cannot_be_read_says_what_to_write(expires):
    with pytest.raises(
        TermsError, match=r"is neither a duration, such as 90 \(seconds\), 30m, 2h or 1d12h, nor a time"
    ):
        parse({"expires": expires}, NOON)


@pytest.mark.parametrize(
    "expires", ["0", "0h", "2026-11-30T12:00:00Z", "2026-11-30T12:59:59+01:00", "1970-01-01T00:00:00Z"]
)
def test_an_end_in_the_past_is_told_with_the_time_of_the_node(expires):
    with pytest.raises(TermsError) as caught:
        parse({"expires": expires}, NOON)
    assert str(caught.value) == f"expires {expires!r} is in the past: on this node it is 2026-11-30T12:00:00Z"


@pytest.mark.parametrize(
    ("expires", "utc"), [("2026-11-30T14:30:00", "2026-11-30T14:30:00Z"), ("2026-11-30", "2026-11-30T00:00:00Z")]
)
def test_a_time_without_a_zone_is_refused(expires, utc):
    with pytest.raises(TermsError) as caught:
        parse({"expires": expires}, NOON)
    expected = f"expires {expires!r} names no time zone: write {utc} for UTC, or an offset such as +01:00"
    assert str(caught.value) == expected


@pytest.mark.parametrize("expires", ["3654d", "999999999d", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59"])
def test_an_end_that_nobody_lives_to_see_is_refused(expires):
    with pytest.raises(TermsError, match="is more than ten years away: leave it out|is in the past"):
        parse({"expires": expires}, NOON)


@pytest.mark.parametrize("reason", ["two\nlines", "bell\x07", "\x1b[31mred", "left\u202eright", 7, ["x"]])
def test_a_reason_is_one_line(reason):
    with pytest.raises(TermsError, match="reason is one line of text, without control characters"):
        parse({"reason": reason}, NOON)


def test_a_text_has_a_bound():
    assert one_line("reason", "x" * 200, 200) == "x" * 200
    with pytest.raises(TermsError, match="reason has 201 characters: at most 200 are kept"):
        parse({"reason": "x" * 201}, NOON)
    with pytest.raises(TermsError, match="by has 65 characters: at most 64 are kept"):
        parse({"by": "x" * 65}, NOON)


@pytest.mark.parametrize("asked", [None, "2h", ["reason"], 5])
def test_terms_are_an_object(asked):
    with pytest.raises(TermsError, match="maintenance is an object with reason, expires and by"):
        parse(asked, NOON)


def test_a_term_that_is_left_out_keeps_its_value():
    before = Terms("kernel update", "root", int(NOON) + 60)
    assert parse({}, NOON) == parse({"reason": None, "expires": "", "by": " "}, NOON) == Terms()
    assert parse({"reason": " disk ", "by": "anna"}, NOON, before) == Terms("disk", "anna", int(NOON) + 60)
    assert parse({"expires": "2h"}, NOON, before) == Terms("kernel update", "root", int(NOON) + 7200)


@pytest.mark.parametrize("terms", [Terms(), Terms("kernel update", "root", int(NOON) + 60), Terms(until=int(NOON) + 1)])
def test_values_are_taken_back(terms):
    assert parse(terms.values(NOON), NOON) == terms


def test_values_are_null_where_nothing_was_said():
    nothing = {"reason": None, "by": None, "expires": None, "expires_in_s": None}
    assert Terms().values(NOON) == nothing
    ended = Terms("disk", until=int(NOON)).values(NOON + 5)
    assert ended == {**nothing, "reason": "disk", "expires": "2026-11-30T12:00:00Z", "expires_in_s": 0.0}
    assert Terms(until=int(NOON)).values(NOON - 1.5)["expires_in_s"] == 1.5


def test_an_end_has_come_in_its_second():
    terms = Terms(until=int(NOON))
    assert (terms.over(NOON - 0.001), terms.over(NOON), Terms("disk").over(NOON)) == (False, True, False)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (Terms(), ""),
        (Terms("kernel update"), ": kernel update"),
        (Terms("kernel update", "admin"), " by admin: kernel update"),
        (Terms(by="admin", until=int(NOON) + 2), " by admin, until 12:00 UTC, 2 s left"),
        (Terms("disk", "admin", int(NOON) + 9000 - 7500), " by admin: disk, until 12:25 UTC, 25 min left"),
        (Terms("disk", until=int(NOON) + 9000), ": disk, until 14:30 UTC, 2 h 30 min left"),
        (Terms("disk", until=int(NOON) + 90000), ": disk, until 2026-12-01 13:00 UTC, 1 d 1 h left"),
        (Terms("disk", until=int(NOON) - 5), ": disk, until 11:59 UTC, 0 s left"),
    ],
)
def test_the_words_say_how_much_time_is_left(terms, words):
    assert terms.words(NOON) == words


def test_the_words_of_an_event_stay_right():
    terms = Terms("kernel update", "admin", int(NOON) + 9000)
    assert terms.words() == " by admin: kernel update, until 2026-11-30 14:30:00 UTC"
