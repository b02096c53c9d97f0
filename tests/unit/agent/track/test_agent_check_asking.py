# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check is asked at its interval until it is stopped or has a bug."""

from __future__ import annotations

import asyncio
import io

import pytest
from virtual_time import play

from vrrp.agent.log import Log
from vrrp.agent.track.check import AskedWatch


class Asked(AskedWatch):
    """``answers`` are (seconds, answer) of each question, the last one for ever; an exception is raised."""

    kind = "test"

    def __init__(self, *answers, interval_s=2.0):
        self.text = io.StringIO()
        self.changes = []
        self.answers = list(answers)
        self.asked, self.observed = [], []
        changed = lambda: self.changes.append(self.ok)  # noqa: E731
        super().__init__("w", ("test", "w"), ("w",), (1, 1), interval_s, changed, Log(self.text))

    async def ask(self):
        loop = asyncio.get_running_loop()
        self.asked.append(loop.time())
        seconds, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await asyncio.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def observe(self, outcome):
        self.observed.append((asyncio.get_running_loop().time(), outcome))
        self.take(outcome == "good", outcome, "line")


def run(made, seconds):
    async def scenario():
        made.start()
        await asyncio.sleep(seconds)
        await made.stop()
        await asyncio.sleep(100.0)
        return made

    return play(scenario)


def test_an_answer_is_due_within_two_intervals():
    assert Asked((0, "good"), interval_s=2.5).answer_within_s == 5.0


def test_a_check_is_asked_at_once_and_then_at_each_interval():
    made = run(Asked((0.5, "good")), 7.0)
    assert made.asked == [0.0, 2.0, 4.0, 6.0]
    assert made.observed == [(0.5, "good"), (2.5, "good"), (4.5, "good"), (6.5, "good")]
    assert (made.ok, made.changes) == (True, [True])


def test_an_answer_that_comes_late_is_followed_by_one_question_at_once():
    made = run(Asked((5.0, "good"), (0.5, "bad")), 9.5)
    assert made.asked == [0.0, 5.0, 7.0, 9.0]
    assert made.observed == [(5.0, "good"), (5.5, "bad"), (7.5, "bad")]
    assert (made.ok, made.detail) == (False, "bad")


def test_a_check_that_is_stopped_in_a_question_observes_nothing():
    made = run(Asked((1.0, "good")), 0.5)
    assert (made.asked, made.observed, made.ok, made.broken) == ([0.0], [], None, False)


def test_a_check_that_is_stopped_between_questions_asks_no_more():
    made = run(Asked((0.0, "good")), 3.0)
    assert (made.asked, made.broken, made.text.getvalue().count("internal error")) == ([0.0, 2.0], False, 0)


def test_a_check_that_is_stopped_before_its_start_does_nothing():
    made = Asked((0.0, "good"))
    play(made.stop)
    assert made.asked == []


def test_a_question_that_swallows_its_cancellation_is_not_observed():
    class Deaf(Asked):
        async def ask(self):
            try:
                return await super().ask()
            except asyncio.CancelledError:
                return "good"

    made = run(Deaf((9.0, "good")), 1.0)
    assert (made.asked, made.observed, made.ok) == ([0.0], [], None)


def test_a_check_with_a_bug_has_failed_and_is_not_asked_again():
    made = run(Asked((0.0, "good"), (0.0, ZeroDivisionError("what"))), 9.0)
    assert made.asked == [0.0, 2.0]
    assert (made.broken, made.ok, made.changes) == (True, False, [True, False])
    assert made.detail == "internal error: see the log of the agent"
    assert "error: internal error, test w is not asked any more:\n" in made.text.getvalue()
    assert made.text.getvalue().endswith("ZeroDivisionError: what\n")


@pytest.mark.parametrize("missing", ["ask", "observe"])
def test_a_check_says_how_it_is_asked_and_what_an_answer_means(missing):
    methods = {"ask": Asked.ask, "observe": Asked.observe}
    del methods[missing]
    incomplete = type("Incomplete", (AskedWatch,), methods)
    with pytest.raises(TypeError, match=missing):
        incomplete("w", (), (), (1, 1), 1.0, print, None)
