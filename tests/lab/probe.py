# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a client notices: one UDP probe each millisecond through the virtual address.

The file stands alone (standard library only), so it runs in any namespace, container or machine:

    python3 probe.py respond --name A --port 9999
    python3 probe.py client --target 192.168.8.100 --port 9999 --seconds 10 --json

The responder answers from the address that was asked, with its node's name. The client numbers its probes; a probe
counts as lost when no answer to that very number came within one second. It resolves the address with the kernel's
ordinary ARP, so it sees a takeover exactly when any other client would: when the gratuitous ARP arrives.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

DEFAULT_PORT = 9999
WINDOW_S = 1.0  # an answer later than this counts as lost, unless the client is told otherwise
_SEQUENCE = struct.Struct("!I")
_IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)  # missing from Python's socket module before 3.12
_IN_PKTINFO = struct.Struct("@i4s4s")  # interface index, ipi_spec_dst, ipi_addr


@dataclass
class Outage:
    """It is a run of lost probes. ``from_node`` answered last before, ``to_node`` first afterwards (None: no node)."""

    start_s: float  # since the first probe
    lost_ms: float  # from the first lost probe to the first answered one
    lost: int
    from_node: str | None
    to_node: str | None


@dataclass
class Move:
    """Another node answers than before; ``lost_ms`` is 0 when no probe was lost on the way."""

    at_s: float
    from_node: str
    to_node: str
    lost_ms: float


@dataclass
class Report:
    """It is the result of one client run. Times are seconds since the first probe, or milliseconds where it says so."""

    target: str
    sent: int = 0
    lost: int = 0
    lost_ms: float = 0.0
    longest_outage_ms: float = 0.0
    outages: list[Outage] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    answered_by: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    longest_send_gap_ms: float = 0.0  # how late the client itself was: smaller figures mean nothing
    started_at: float = 0.0  # CLOCK_MONOTONIC of the first probe, to line up with other clocks of the machine

    @classmethod
    def from_json(cls, text: str) -> Report:
        values = json.loads(text)
        values["outages"] = [Outage(**outage) for outage in values["outages"]]
        values["moves"] = [Move(**move) for move in values["moves"]]
        return cls(**values)

    def __str__(self) -> str:
        nodes = ", ".join(f"{name} {count}" for name, count in self.answered_by.items()) or "no node"
        lines = [f"{self.target}: {self.sent} probes, {self.lost} lost ({self.lost_ms:.0f} ms); answered by {nodes}"]
        lines += [
            f"  at {outage.start_s:7.3f} s: {outage.lost_ms:6.1f} ms without an answer"
            f" ({outage.from_node or '-'} -> {outage.to_node or '-'})"
            for outage in self.outages
        ]
        lines += [
            f"  at {move.at_s:7.3f} s: {move.from_node} -> {move.to_node}, nothing lost"
            for move in self.moves
            if not move.lost_ms
        ]
        return "\n".join(lines)


class Client:
    """It sends probes, remembers them and their answers, and makes the report."""

    def __init__(self, target: str, port: int = DEFAULT_PORT, interval_s: float = 0.001, window_s: float = WINDOW_S):
        self.target, self.interval_s, self.window_s = target, interval_s, window_s
        self.from_first_answer = False  # leave out of the report what was sent before the first answer
        family, _unused, _unused, _unused, self._destination = socket.getaddrinfo(target, port, type=socket.SOCK_DGRAM)[
            0
        ]
        # Not connected: an ICMP error (port closed, no route yet) must not stop the client.
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self.sent_at: list[float] = []
        self.answers: list[str | None] = []  # by the number of the probe, as the times are: the node that answered
        self._newest = -1  # the highest number that was answered
        self._last_node: str | None = None
        self.stopping = False

    def run(self, seconds: float | None, tell: Any = None) -> Report:
        """Probe until the time is over or ``stopping`` is set. ``tell(sentence)`` hears about every move at once."""
        begin = time.monotonic()
        end = None if seconds is None else begin + seconds
        due = begin
        while not self.stopping:
            now = time.monotonic()
            if end is not None and now >= end:
                break
            if now >= due:
                self._send(now)
                # A client that was late sends one probe, not a burst: its own delay is no loss of the target.
                due = max(due + self.interval_s, now)
            # To wake for each answer would be half of the work of a client.
            time.sleep(max(0.0, (due if end is None else min(due, end)) - time.monotonic()))
            self._read(len(self.sent_at) - 1, tell)
        drained = time.monotonic() + self.window_s
        while time.monotonic() < drained and self._outstanding():
            time.sleep(0.01)
            self._read(len(self.sent_at), tell)
        return self.report()

    def _outstanding(self) -> bool:
        """Return whether an answer to a lost probe could still come in time."""
        oldest = time.monotonic() - self.window_s
        recent = zip(reversed(self.sent_at), reversed(self.answers))
        return any(answer is None for at, answer in itertools.takewhile(lambda pair: pair[0] > oldest, recent))

    def _send(self, now: float) -> None:
        with contextlib.suppress(OSError):  # no route, no buffer: the probe stays unanswered
            self._socket.sendto(_SEQUENCE.pack(len(self.sent_at)), self._destination)
        self.sent_at.append(now)
        self.answers.append(None)

    def _read(self, number: int, tell: Any) -> None:
        """Read the answers that are there, up to the one of this number: a call that fails is spared."""
        with contextlib.suppress(OSError):
            while self._newest < number:
                self.received(self._socket.recv(512), tell)

    def received(self, answer: bytes, tell: Any) -> None:
        """Keep an answer if it is the first one to its probe, and in time."""
        now = time.monotonic()
        if len(answer) < _SEQUENCE.size:
            return
        (number,) = _SEQUENCE.unpack_from(answer)
        if number >= len(self.sent_at) or self.answers[number] is not None:
            return
        if now - self.sent_at[number] > self.window_s:
            return
        node = answer[_SEQUENCE.size :].decode("utf-8", "replace")
        self.answers[number] = node
        self._newest = max(self._newest, number)
        if node != self._last_node and tell is not None:
            tell(f"{now - self.sent_at[0]:.3f} s: answered by {node}")
        self._last_node = node

    def report(self) -> Report:
        skipped = 0
        if self.from_first_answer:
            skipped = next((n for n, answer in enumerate(self.answers) if answer is not None), len(self.answers))
        report = Report(target=self.target, sent=len(self.sent_at) - skipped)
        if not report.sent:
            return report
        first = report.started_at = self.sent_at[skipped]
        report.seconds = round(self.sent_at[-1] - first, 6)
        gaps = (after - before for before, after in zip(self.sent_at[skipped:], self.sent_at[skipped + 1 :]))
        report.longest_send_gap_ms = round(max(gaps, default=0.0) * 1000, 3)
        node: str | None = None  # the node that answered last
        lost_from: int | None = None
        for number, name in enumerate(self.answers[skipped:], skipped):
            if name is None:
                report.lost += 1
                if lost_from is None:
                    lost_from = number
                continue
            report.answered_by[name] = report.answered_by.get(name, 0) + 1
            lost_ms = 0.0
            if lost_from is not None:
                lost_ms = self._outage(report, first, lost_from, number, node, name)
                lost_from = None
            if node is not None and name != node:
                report.moves.append(Move(round(self.sent_at[number] - first, 6), node, name, lost_ms))
            node = name
        if lost_from is not None:
            self._outage(report, first, lost_from, len(self.sent_at), node, None)
        report.lost_ms = round(sum(outage.lost_ms for outage in report.outages), 3)
        report.longest_outage_ms = max((outage.lost_ms for outage in report.outages), default=0.0)
        return report

    def _outage(
        self, report: Report, first: float, start: int, end: int, before: str | None, after: str | None
    ) -> float:
        until = self.sent_at[end] if end < len(self.sent_at) else self.sent_at[-1] + self.interval_s
        lost_ms = round((until - self.sent_at[start]) * 1000, 3)
        start_s = round(self.sent_at[start] - first, 6)
        report.outages.append(Outage(start_s, lost_ms, end - start, before, after))
        return lost_ms


def respond(name: str, port: int = DEFAULT_PORT) -> None:
    """Answer every probe, IPv4 and IPv6, for ever. The answer leaves from the address that the probe was sent to."""
    four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    four.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    four.bind(("0.0.0.0", port))
    sockets = [four]
    with contextlib.suppress(OSError):  # a node without IPv6 answers IPv4
        six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        six.bind(("::", port))
        sockets.append(six)
    suffix = name.encode()
    while True:
        for sock in select.select(sockets, [], [])[0]:
            # The address may leave between question and answer: then this probe is lost, as for any server.
            with contextlib.suppress(OSError):
                data, ancillary, _unused, client = sock.recvmsg(512, 128)
                sock.sendmsg([data[: _SEQUENCE.size], suffix], [_answer_from(item) for item in ancillary], 0, client)


def _answer_from(item: tuple[int, int, bytes]) -> tuple[int, int, bytes]:
    """Turn "it was sent to this address" into "send from this address", and let routing choose the interface."""
    level, kind, data = item
    if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
        _unused, _unused, asked = _IN_PKTINFO.unpack(data[: _IN_PKTINFO.size])
        return level, kind, _IN_PKTINFO.pack(0, asked, b"\0\0\0\0")
    return item


def _realtime() -> None:
    """Ask for the round-robin scheduler; a container refuses, and the probe is then only less exact."""
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="probe.py", description="A 1 ms UDP probe through a virtual address.")
    commands = parser.add_subparsers(dest="command", required=True)
    responder = commands.add_parser("respond", help="answer probes with this node's name")
    responder.add_argument("--name", default=socket.gethostname())
    client = commands.add_parser("client", help="probe a target; ends after --seconds, at SIGINT or at SIGTERM")
    client.add_argument("--target", required=True)
    client.add_argument("--seconds", type=float)
    client.add_argument("--interval-ms", type=float, default=1.0)
    client.add_argument("--window-ms", type=float, default=WINDOW_S * 1000, help="a later answer counts as lost")
    client.add_argument("--from-first-answer", action="store_true", help="leave out what was sent before any answer")
    client.add_argument("--json", action="store_true", help="print the report as one JSON object")
    client.add_argument("--verbose", action="store_true", help="say on stderr who answers, when it changes")
    for command in (responder, client):
        command.add_argument("--port", type=int, default=DEFAULT_PORT)
        command.add_argument("--realtime", action="store_true", help="use SCHED_RR where the machine allows it")
    options = parser.parse_args(arguments)
    if options.realtime:
        _realtime()
    if options.command == "respond":
        with contextlib.suppress(KeyboardInterrupt):
            respond(options.name, options.port)
        return 0
    probe = Client(options.target, options.port, options.interval_ms / 1000, options.window_ms / 1000)
    probe.from_first_answer = options.from_first_answer

    def stop(*_unused: object) -> None:
        probe.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def tell(sentence: str) -> None:
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()

    report = probe.run(options.seconds, tell if options.verbose else None)
    sys.stdout.write((json.dumps(asdict(report)) if options.json else str(report)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
