# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check has no result before its first answer, and its definition tells it from others."""

from __future__ import annotations

import io

import pytest

from vrrp.agent.log import Log
from vrrp.agent.track.check import Watch


class Told(Watch):
    """It is a watch whose results come from the test."""

    def start(self):
        pass

    async def stop(self):
        pass


def watch(rise=1, fall=1, name="w", definition=("w", 1), changes=None):
    said = changes if changes is not None else []
    made = Told(name, (name,), definition, (rise, fall), lambda: said.append(made.ok), Log(io.StringIO()))
    return made


def says(made, results):
    found = []
    for letter in results:
        made.take(letter == "+", "no", "line")
        found.append({True: "up", False: "down", None: "?"}[made.ok])
    return " ".join(found)


@pytest.mark.parametrize(
    ("rise", "fall", "ok", "results", "expected"),
    [
        (
            1,
            3,
            True,
            "---",
            "up up down",
        ),  # what it said before counts like a result: the first failure is one of three
        (3, 1, False, "+++", "down down up"),
        (1, 1, True, "-", "down"),
        (1, 1, False, "+", "up"),
    ],
)
def test_an_assumed_result_counts_as_a_result(rise, fall, ok, results, expected):
    made = watch(rise, fall)
    made.assume(ok, "before")
    assert (made.ok, made.detail) == (ok, "" if ok else "before")
    assert says(made, results) == expected


def test_a_check_that_follows_another_is_decided_by_its_first_result():
    old = watch()
    says(old, "-")
    made = watch(3, 3)
    made.follow(old)
    assert (made.ok, made.detail) == (False, "no")
    assert says(made, "+") == "up"


def test_the_newest_failure_gives_the_detail_and_is_told():
    changes = []
    made = watch(changes=changes)
    for detail in ("a", "a", "b"):
        made.take(False, detail, "line")
    assert made.detail == "b"
    assert changes == [False, False]
    made.take(True, "", "line")
    assert (made.ok, made.detail) == (True, "")


def test_a_failure_that_does_not_count_yet_has_no_detail():
    made = watch(fall=2)
    says(made, "+-")
    assert (made.ok, made.detail) == (True, "")


def test_the_key_follows_from_the_definition_and_hides_it():
    assert watch().key == watch().key
    assert watch().key != watch(definition=("w", 2)).key
    assert "sesame" not in watch(definition=("sesame",)).key
