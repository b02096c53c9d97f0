# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the words that every form of a report uses."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report import model
from example_report import DRILLED, instance


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.00004, "0"),
        (0.0004, "0.4 ms"),
        (0.0099, "9.9 ms"),
        (0.00996, "10 ms"),
        (0.12, "120 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (3.149, "3.15 s"),
        (99.99, "99.99 s"),
        (99.999, "100 s"),
        (3600, "3600 s"),
    ],
)
def test_a_duration_has_the_unit_that_people_expect(value, shown):
    assert model.seconds(value) == shown


def test_events_are_in_order_and_a_fault_comes_before_what_follows_from_it():
    assert model.events(instance()) == [
        (0.0, "node-a owns the addresses already"),
        (10.0, "kill node-a"),
        (10.0, "node-a does not own the addresses any more"),
        (10.0, "no answer for 3.15 s"),
        (13.15, "node-b owns the addresses"),
    ]


def test_a_consequence_of_a_fault_is_an_event_but_no_fault():
    found = instance(timeline={"notes": [{"at_s": 11.0, "text": "chk_web fails on node-a"}]})
    assert model.events(found)[4:] == [(11.0, "chk_web fails on node-a"), (13.15, "node-b owns the addresses")]
    found["timeline"]["notes"][0]["at_s"] = 10.0
    assert [text for _at, text in model.events(found)][1:3] == ["kill node-a", "chk_web fails on node-a"]
    assert model.what_happens(found) == "kill node-a"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Expected loss: 2.65 s at best, 3.12 s in the middle, 3.59 s at worst."),
        ({"worst_s": 0.0}, "Expected loss: none."),
        ({"for_good": True}, "Expected: no answer any more."),
    ],
)
def test_the_expected_loss_as_a_sentence(changes, words):
    assert model.expected_words({**instance()["expected"], **changes}) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "no answer for 500 ms"),
        (1, "no answer for 500 ms (1 probe lost)"),
        (7, "no answer for 500 ms (7 probes lost)"),
    ],
)
def test_a_loss_says_how_many_probes_it_took(count, words):
    assert model.lost_words({"from_s": 1.0, "to_s": 1.5, "count": count}) == words


def test_the_faults_are_one_text():
    faults = [{"at_s": 10.0, "text": "kill node-a"}, {"at_s": 20.0, "text": "boot node-a"}]
    assert model.what_happens(instance(timeline={"faults": faults})) == "kill node-a; boot node-a"
    assert model.what_happens(instance(timeline={"faults": []})) == "no fault"


def test_the_expected_loss_has_three_times_unless_it_never_ends():
    expected = instance()["expected"]
    assert model.expected_times(expected) == ("2.65 s", "3.12 s", "3.59 s")
    assert model.expected_times({**expected, "for_good": True}) == ("for good",) * 3
    assert model.expected_times(None) == ("-", "-", "-")


@pytest.mark.parametrize(("passed", "word"), [(True, "passed"), (False, "failed"), (None, "-")])
def test_a_verdict_is_one_word(passed, word):
    assert model.result(instance(**{**DRILLED, "passed": passed})) == word
