# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the lines of the log."""

from __future__ import annotations

import io
import os
import re

import pytest

from vrrp.agent import log
from vrrp.agent.log import Log


def test_a_line_has_its_time_and_its_level():
    text = io.StringIO()
    written = Log(text)
    written.info("(VI_1) Entering MASTER STATE")
    written.warning("careful")
    written.error("bad")
    lines = text.getvalue().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \(VI_1\) Entering MASTER STATE", lines[0])
    assert [line.split(" ", 2)[2] for line in lines[1:]] == ["warning: careful", "error: bad"]


def test_the_journal_gets_a_priority_and_no_time(tmp_path, monkeypatch):
    with open(tmp_path / "journal", "w+", encoding="utf-8") as file:
        status = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        monkeypatch.setattr(log.sys, "stderr", file)
        written = Log()
        written.info("one")
        written.warning("two")
        written.error("three")
        file.seek(0)
        assert file.read() == "<6>one\n<4>two\n<3>three\n"


def test_a_redirected_stderr_is_not_the_journal(tmp_path, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "9:12345")
    with open(tmp_path / "file", "w", encoding="utf-8") as file:
        assert not log.goes_to_journal(file)


def test_the_same_line_is_written_once_in_a_minute():
    text, now = io.StringIO(), [100.0]
    written = Log(text, clock=lambda: now[0])
    for at in (100.0, 100.1, 159.9, 160.1, 161.0):
        now[0] = at
        written.rate_limited(("ttl", "192.168.8.9"), f"at {at}")
    written.rate_limited(("ttl", "192.168.8.10"), "another source")
    said = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert said == ["at 100.0", "at 160.1", "another source"]


def test_forged_sources_fill_neither_the_memory_nor_the_log(monkeypatch):
    monkeypatch.setattr(log, "QUIET_KEYS_MAX", 10)
    text, now = io.StringIO(), [0.0]
    written = Log(text, clock=lambda: now[0])
    for number in range(1000):
        written.rate_limited(("ttl", str(number)), "x")
    assert text.getvalue().count("\n") == 10
    now[0] = 61.0
    written.rate_limited(("ttl", "later"), "x")
    said = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()[10:]]
    assert said == ["warning: 990 log lines about other hosts were left out: they were too many", "x"]


def in_any_second(written_at):
    return max(sum(at <= other < at + 1.0 for other in written_at) for at in written_at)


@pytest.mark.parametrize("forged", ["a source for each packet", "140 sources of whom one line each second is due"])
def test_the_log_has_at_most_a_hundred_lines_a_second(forged):
    """The test sends 11,600 packets a second for 20 s, as it has happened."""
    now, written_at = [100.0], []

    class Stream(io.StringIO):
        def write(self, text):
            written_at.append(now[0])

    written = Log(Stream(), clock=lambda: now[0])
    for number in range(20 * 11_600):
        now[0] = 100.0 + number / 11_600
        key = number if forged.startswith("a source") else number % 140
        written.rate_limited(("zero", str(key)), "priority 0", 1.0)
    assert len(written_at) > 100
    assert in_any_second(written_at) <= 100


def test_the_number_of_dropped_lines_is_told():
    stream, now = io.StringIO(), [100.0]
    written = Log(stream, clock=lambda: now[0])
    for number in range(log.SELDOM_BURST + 7):
        written.rate_limited(("ttl", str(number)), "theirs")
    written.info("ours")
    now[0] = 100.02
    for number in range(3):
        written.rate_limited(("vrid", str(number)), "theirs")
    written.info("ours")
    now[0] = 101.5
    written.info("ours")
    said = [line.split(" ", 2)[2] for line in stream.getvalue().splitlines()[log.SELDOM_BURST :]]
    left_out = "warning: {} log lines about other hosts were left out: they were too many"
    assert said == [left_out.format(7), "ours", "theirs", "ours", left_out.format(2), "ours"]


def test_lines_about_the_agent_itself_are_never_dropped():
    stream = io.StringIO()
    written = Log(stream, clock=lambda: 100.0)
    for number in range(1000):
        written.rate_limited(("ttl", str(number)), "theirs")
        written.info(f"own {number}")
        written.error(f"bad {number}")
    said = stream.getvalue()
    assert said.count("own ") == said.count("bad ") == 1000


def test_a_flood_of_forged_sources_does_not_cost_a_sweep_for_each_packet(monkeypatch):
    monkeypatch.setattr(log, "QUIET_KEYS_MAX", 10)
    written = Log(io.StringIO(), clock=lambda: 100.0)
    looked_up = []

    class Source(str):
        """It knows when it is looked up or moved, as a sweep does."""

        def __hash__(self):
            looked_up.append(self)
            return super().__hash__()

    for number in range(11):
        written.rate_limited(("ttl", Source(number)), "x")
    looked_up.clear()
    for number in range(1000):
        written.rate_limited(("vrid", str(number)), "x")
    assert looked_up == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_the_agent_goes_on_without_a_log(error):
    class Broken(io.StringIO):
        def write(self, text):
            raise error

    Log(Broken()).info("x")


def test_a_stalled_reader_does_not_stop_the_writer():
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        log = Log(stream)
        for number in range(5000):  # several times what a pipe holds
            log.info(f"line {number} " + "x" * 80)
        stalled = os.read(reading, 1 << 20).decode()
        log.info("after the pause")
        later = os.read(reading, 1 << 20).decode()
    os.close(reading)
    assert "line 0 " in stalled and "line 4999 " not in stalled
    assert stalled.endswith("\n")
    missed = 5000 - stalled.count("\n")
    assert f"{missed} log lines were lost\n" in later
    assert later.endswith("after the pause\n")


def test_lines_that_are_collected_are_written_together_in_their_order():
    class Counting(io.StringIO):
        writes = 0

        def write(self, text):
            self.writes += 1
            return super().write(text)

    text = Counting()
    written = Log(text)
    with written.buffered():
        written.info("one")
        with written.buffered():
            written.warning("two")
        assert text.getvalue() == "", "the inner end does not end it"
        written.error("three")
    said = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert (said, text.writes) == (["one", "warning: two", "error: three"], 1)
    written.info("four")
    assert text.getvalue().endswith(" four\n")


def test_collected_lines_are_written_when_an_error_ends_it():
    text = io.StringIO()
    written = Log(text)
    with pytest.raises(ZeroDivisionError), written.buffered():
        written.info("before")
        raise ZeroDivisionError
    assert text.getvalue().endswith(" before\n")


def test_a_listener_hears_each_line_once_and_none_that_was_left_out(monkeypatch):
    heard, now = [], [100.0]
    written = Log(io.StringIO(), clock=lambda: now[0])
    written.listeners.append(lambda level, text, fields: heard.append((level, text, dict(fields))))
    written.info("one", {"STATE": "MASTER"})
    written.warning("two")
    written.error("three")
    with written.buffered():
        written.info("four")
        assert heard[-1] == (6, "four", {})
    for _time in range(2):
        written.rate_limited(("key",), "five")
    assert heard == [
        (6, "one", {"STATE": "MASTER"}),
        (4, "two", {}),
        (3, "three", {}),
        (6, "four", {}),
        (6, "five", {}),
    ]
