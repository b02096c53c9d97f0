# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check of a service says in one clause why it is not good, and is cut off in time."""

from __future__ import annotations

import asyncio
import errno
import io
import socket

import pytest
from virtual_time import play

from vrrp.agent.log import Log
from vrrp.agent.track.services import TimedCheck, said
from vrrp.config.model.trackers import TrackedUnit


class Timed(TimedCheck):
    """Its attempt takes ``seconds`` and ends in ``outcome``, which is raised when it is an exception."""

    kind, word = "timed", "Timed"

    def __init__(self, outcome="", seconds=0.0, **fields):
        self.text, self.changes = io.StringIO(), []
        self.outcome, self.seconds = outcome, seconds
        changed = lambda: self.changes.append((self.ok, self.detail))  # noqa: E731
        super().__init__("web", TrackedUnit("web", **fields), changed, Log(self.text))

    async def attempt(self):
        await asyncio.sleep(self.seconds)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


def test_a_check_is_made_from_its_tracker():
    tracked = TrackedUnit("web", interval_s=20.0, timeout_s=3.0, rise=2, fall=4)
    made = Timed(interval_s=20.0, timeout_s=3.0, rise=2, fall=4)
    assert (made.name, made.subject, made.definition, made.tracked) == ("web", ("timed", "web"), (tracked,), tracked)
    assert made.answer_within_s == 23.0


class TestObserve:
    def test_an_empty_answer_is_good(self):
        made = Timed()
        made.observe("")
        assert (made.ok, made.detail, made.changes) == (True, "", [(True, "")])
        assert made.lines() == ["Timed(web) succeeded"]

    def test_a_text_says_why_a_service_is_not_good(self):
        made = Timed()
        made.observe("connection refused")
        assert (made.ok, made.detail) == (False, "connection refused")
        assert made.lines() == ["Timed(web) failed (connection refused)"]

    def test_rise_and_fall_count(self):
        made = Timed(rise=2, fall=2)
        says = []
        for outcome in ("", "no", "no", "", ""):
            made.observe(outcome)
            says.append(made.ok)
        assert says == [True, True, False, False, True]


class TestAsk:
    @pytest.mark.parametrize(
        ("outcome", "seconds", "why"),
        [
            ("", 0.0, ""),
            ("status 500", 0.9, "status 500"),
            ("", 1.1, "no answer within 1 s"),
            (ConnectionRefusedError(errno.ECONNREFUSED, "x"), 0.0, "connection refused"),
            (OSError("Something Odd"), 0.0, "something Odd"),
        ],
    )
    def test_a_question_returns_the_answer_or_the_reason(self, outcome, seconds, why):
        assert play(Timed(outcome, seconds, timeout_s=1.0).ask) == why

    @pytest.mark.parametrize(("timeout_s", "text"), [(0.25, "0.25 s"), (2.0, "2 s"), (1.5, "1.5 s")])
    def test_a_question_is_cut_off_at_its_timeout(self, timeout_s, text):
        async def scenario():
            answer = await Timed("", 3600.0, timeout_s=timeout_s).ask()
            return answer, asyncio.get_running_loop().time()

        answer, took_s = play(scenario)
        assert (answer, took_s) == (f"no answer within {text}", timeout_s)

    def test_a_bug_is_no_answer(self):
        with pytest.raises(ZeroDivisionError):
            play(Timed(ZeroDivisionError()).ask)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ECONNREFUSED, "[Errno 111] Connect call failed"), "connection refused"),
        (OSError(errno.ETIMEDOUT, "x"), "no answer"),
        (socket.gaierror(-2, "Name or service not known"), "name or service not known"),
        (OSError("Only Text"), "only Text"),
        (OSError(0, "Zero"), "zero"),
        (OSError(errno.EPERM, "x"), "operation not permitted"),
        (OSError(), ""),
    ],
)
def test_an_error_is_one_clause(error, text):
    assert said(error) == text
