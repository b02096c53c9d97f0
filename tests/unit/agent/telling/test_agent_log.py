# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the log."""

from __future__ import annotations

import io
import os
import re

import pytest

from vrrp.agent.telling import log
from vrrp.agent.telling.log import Log


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


def test_the_same_thing_is_said_once_in_a_minute():
    text, now = io.StringIO(), [100.0]
    written = Log(text, clock=lambda: now[0])
    for at in (100.0, 100.1, 159.9, 160.1, 161.0):
        now[0] = at
        written.seldom(("ttl", "192.168.8.9"), f"at {at}")
    written.seldom(("ttl", "192.168.8.10"), "another source")
    said = [line.split(" ", 2)[2] for line in text.getvalue().splitlines()]
    assert said == ["at 100.0", "at 160.1", "another source"]


def test_forged_sources_fill_neither_the_memory_nor_the_log(monkeypatch):
    monkeypatch.setattr(log, "QUIET_KEYS_MAX", 10)
    text, now = io.StringIO(), [0.0]
    written = Log(text, clock=lambda: now[0])
    for number in range(1000):
        written.seldom(("ttl", str(number)), "x")
    assert text.getvalue().count("\n") == 10
    now[0] = 61.0
    written.seldom(("ttl", "later"), "x")
    assert text.getvalue().count("\n") == 11


def test_a_flood_of_forged_sources_does_not_cost_a_sweep_for_each_packet(monkeypatch):
    monkeypatch.setattr(log, "QUIET_KEYS_MAX", 10)
    written = Log(io.StringIO(), clock=lambda: 100.0)
    for number in range(11):
        written.seldom(("ttl", str(number)), "x")
    known = written._quiet_until
    for number in range(1000):
        written.seldom(("vrid", str(number)), "x")
    assert written._quiet_until is known  # a sweep makes a new one


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_a_log_that_cannot_be_written_stops_nothing(error):
    class Broken(io.StringIO):
        def write(self, text):
            raise error

    Log(Broken()).info("x")


def test_a_reader_that_stalls_does_not_stop_the_writer_and_is_told_what_it_missed():
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
