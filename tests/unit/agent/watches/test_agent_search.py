# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search that would take for ever is ended, and the loop goes on."""

from __future__ import annotations

import asyncio
import re
import signal
import time

import pytest

from vrrp.agent.watches.search import TooLong, found


@pytest.mark.parametrize(
    ("pattern", "text", "expected"), [("ok", "it is ok", True), ("^ok$", "it is ok", False), ("ö.*ü", "ö und ü", True)]
)
def test_it_finds(pattern, text, expected):
    assert found(re.compile(pattern), text) is expected


@pytest.mark.parametrize(
    ("pattern", "text"), [("(a+)+$", "a" * 60 + "!"), ("(x|xx)+y", "x" * 200), ("a.*b.*c.*d", "abc" * 20000)]
)
def test_what_explodes_is_ended(pattern, text):
    began = time.process_time()
    with pytest.raises(TooLong):
        found(re.compile(pattern), text)
    assert time.process_time() - began < 0.5
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_64_kib_are_searched_in_time():
    text = "line of an ordinary page, with <b>some</b> words\n" * 1300
    assert not found(re.compile(r"status: (up|running)"), text)
    assert found(re.compile(r"status: (up|running)"), text + "status: up")


def test_the_loop_goes_on_afterwards():
    async def run():
        with pytest.raises(TooLong):
            found(re.compile("(a+)+$"), "a" * 60 + "!")
        deadline = time.process_time() + 0.1  # a late signal would come in here
        while time.process_time() < deadline:
            await asyncio.sleep(0)
        return True

    assert asyncio.run(run())
