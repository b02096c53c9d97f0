# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the report of a probe client, from sent and answered probes written by hand."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import asdict

from lab.probe import Client, Move, Outage, Report

START = 1000.0


def client(*answers: str) -> Client:
    """Return a client with a probe each 10 ms from START: "" is a lost one, a name the host that answers."""
    made = Client("127.0.0.1", interval_s=0.010)
    made.sent_at = [START + number / 100 for number in range(len(answers))]
    made.answers = [name or None for name in answers]
    return made


def test_nothing_lost():
    report = client("A", "A", "A").report()
    assert (report.sent, report.lost, report.lost_ms, report.outages, report.moves) == (3, 0, 0.0, [], [])
    assert report.answered_by == {"A": 3}
    assert (report.longest_send_gap_ms, report.started_at) == (10.0, START)


def test_an_outage_lasts_from_the_first_lost_to_the_first_answered_probe():
    report = client("A", "", "", "B", "B").report()
    assert report.outages == [Outage(start_s=0.01, lost_ms=20.0, lost=2, from_node="A", to_node="B")]
    assert report.moves == [Move(at_s=0.03, from_node="A", to_node="B", lost_ms=20.0)]
    assert (report.lost, report.lost_ms, report.longest_outage_ms) == (2, 20.0, 20.0)


def test_a_move_without_loss():
    report = client("A", "B").report()
    assert report.moves == [Move(at_s=0.01, from_node="A", to_node="B", lost_ms=0.0)]
    assert report.lost == 0 and "nothing lost" in str(report)


def test_an_outage_that_never_ends():
    report = client("A", "", "").report()
    assert report.outages == [Outage(start_s=0.01, lost_ms=20.0, lost=2, from_node="A", to_node=None)]


def test_the_silence_before_the_first_answer_counts_only_if_asked_for():
    probe = client("", "", "A", "", "A")
    assert probe.report().lost == 3
    probe.from_first_answer = True
    report = probe.report()
    assert (report.sent, report.lost, report.started_at) == (3, 1, START + 0.02)
    assert report.outages == [Outage(start_s=0.01, lost_ms=10.0, lost=1, from_node="A", to_node="A")]


def test_a_report_without_answers_or_probes_names_no_host():
    assert client("", "").report().answered_by == {}
    assert client().report() == Report("127.0.0.1")


def test_an_answer_is_counted_once_and_only_in_time(monkeypatch):
    probe = client("", "")
    for now, number in ((START + 0.5, 0), (START + 0.6, 0), (START + 1.02, 1), (START + 0.6, 7)):
        monkeypatch.setattr("lab.probe.time.monotonic", lambda now=now: now)
        probe.received(number.to_bytes(4, "big") + b"A", None)
    probe.received(b"??", None)
    assert probe.answers == ["A", None]


def test_answers_in_any_order_are_counted_after_the_last_probe_as_well():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)

        def answer_backwards():
            asked = []
            with contextlib.suppress(TimeoutError):
                while True:
                    asked.append(server.recvfrom(512))
            for data, client in reversed(asked):
                server.sendto(data + b"A", client)

        thread = threading.Thread(target=answer_backwards)
        thread.start()
        report = Client("127.0.0.1", server.getsockname()[1]).run(0.01)
        thread.join()
    assert report.sent > 1
    assert (report.lost, report.answered_by) == (0, {"A": report.sent})


def test_json_there_and_back():
    report = client("A", "", "B").report()
    assert Report.from_json(json.dumps(asdict(report))) == report
