# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check entries of the journal as its socket gets them."""

from __future__ import annotations

import os
import socket

import pytest

from vrrp.agent import journal, log
from vrrp.agent.journal import Journal, entry
from vrrp.agent.log import Log


@pytest.fixture
def journald(tmp_path):
    """Return the socket of a journal, at PATH."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as server:
        server.bind(str(tmp_path / "socket"))
        yield server


@pytest.fixture
def stderr(tmp_path, monkeypatch):
    """Make standard error a file that systemd has connected to the journal."""
    with open(tmp_path / "stderr", "w+", encoding="utf-8") as file:
        status = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        monkeypatch.setattr(journal.Journal.__init__, "__defaults__", (str(tmp_path / "socket"),))
        yield file


@pytest.fixture
def written(stderr, monkeypatch):
    """Return a function that makes the log of an agent under systemd."""

    def make():
        monkeypatch.setattr(log.sys, "stderr", stderr)  # pytest sets its own before each test
        return Log()

    return make


def lines(file):
    file.seek(0)
    return file.read().splitlines()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"MESSAGE": "one", "PRIORITY": "6"}, b"MESSAGE=one\nPRIORITY=6\n"),
        ({"MESSAGE": "a\nb"}, b"MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n"),
        ({"A": "ä=\udc80"}, b"A=\xc3\xa4=?\n"),
        ({"A": ""}, b"A=\n"),
    ],
)
def test_an_entry_is_as_the_journal_reads_it(fields, expected):
    assert entry(fields) == expected


def test_an_entry_is_one_packet(journald, tmp_path):
    assert Journal(str(tmp_path / "socket")).send({"A": "1", "B": "2"})
    assert journald.recv(1000) == b"A=1\nB=2\n"


def test_without_a_journal_there_is_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        Journal(str(tmp_path / "nothing"))


def test_a_line_with_fields_goes_to_the_journal_and_others_to_standard_error(journald, stderr, written):
    written = written()
    written.info("(VI_1) Entering MASTER STATE", {"INSTANCE": "VI_1", "STATE": "MASTER"})
    written.info("(VI_1) setting VIPs.")
    said = dict(line.split("=", 1) for line in journald.recv(1000).decode().splitlines())
    assert said == {
        "MESSAGE": "(VI_1) Entering MASTER STATE", "PRIORITY": "6", "SYSLOG_IDENTIFIER": "hotstandby",
        "HOTSTANDBY_INSTANCE": "VI_1", "HOTSTANDBY_STATE": "MASTER",
    }  # fmt: skip
    assert lines(stderr) == ["<6>(VI_1) setting VIPs."]


def test_entries_that_are_collected_go_out_after_the_lines(journald, stderr, written):
    written = written()
    with written.buffered():
        written.info("entering", {"STATE": "MASTER"})
        written.info("a line")
        with pytest.raises(BlockingIOError):
            journald.recv(1000)
    assert journald.recv(1000).startswith(b"MESSAGE=entering\n") and lines(stderr) == ["<6>a line"]


@pytest.mark.parametrize("together", [False, True])
def test_a_line_that_the_journal_does_not_take_is_not_lost(journald, stderr, written, together):
    written = written()
    journald.close()
    if together:
        with written.buffered():
            written.info("entering", {"STATE": "MASTER"})
    else:
        written.info("entering", {"STATE": "MASTER"})
    assert lines(stderr) == ["<6>entering"]


def test_without_its_socket_all_lines_go_to_standard_error(stderr, written):
    written().info("entering", {"STATE": "MASTER"})
    assert lines(stderr) == ["<6>entering"]
