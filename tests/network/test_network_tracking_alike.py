# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that with one file of all kinds of trackers our agent and keepalived advertise the same priority.

keepalived sees processes only in the machine's own network namespace, so it is started there and changes to the
host's. The file names an interface that only the hosts have, so that it can do no harm where that fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.capture import Capture
from lab.example_pair import Instance, script
from lab.peers import Agent, Keepalived, poll

WIRE, OTHER_END, TRACKED, TRACKED_END = "lab0", "lab1", "lab2", "lab3"


class KeepalivedWithEvents(Keepalived):
    """It is a keepalived that is started outside of its host, and works inside."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--namespace", str(self.host.namespace)]

    def start(self) -> Keepalived:
        enter, self.host.enter = self.host.enter, []
        try:
            return super().start()
        finally:
            self.host.enter = enter


class Situation:
    """It holds what is tracked, and changes it on both hosts."""

    def __init__(self, hosts, folder: Path):
        self.hosts = hosts
        self.good, self.number = folder / "good", folder / "number"
        self.program, self.daemon = folder / "check.sh", folder / f"labd{os.getpid()}"
        self.program.write_text(f"#!/bin/sh\ntest -e {self.good}\n")
        self.program.chmod(0o755)
        shutil.copy("/bin/sleep", self.daemon)
        self.processes: list[subprocess.Popen] = []

    def script(self, good: bool) -> None:
        self.good.touch() if good else self.good.unlink(missing_ok=True)

    def interface(self, up: bool) -> None:
        for host in self.hosts:
            host.ip("link", "set", TRACKED_END, "up" if up else "down")

    def file(self, text: str | None) -> None:
        if text is None:
            self.number.unlink(missing_ok=True)
        else:
            self.number.write_text(text)

    def process(self, count: int) -> None:
        while len(self.processes) > count:
            process = self.processes.pop()
            process.kill()
            process.wait(timeout=5)
        while len(self.processes) < count:
            self.processes.append(subprocess.Popen([str(self.daemon), "600"]))

    def blocks(self, file_weight: str = "", process: str = "") -> tuple[str, ...]:
        return (
            script("chk", str(self.program), interval=1),
            f"track_file load {{\n    file {self.number}\n    {file_weight}\n}}\n",
            f"vrrp_track_process daemon {{\n    process {self.daemon.name}\n    {process}\n}}\n",
        )


@pytest.fixture
def situation(wire, tmp_path):
    """Yield a situation; both hosts have a wire of their own, and an interface to track."""
    for number, host in enumerate((wire.a, wire.b)):
        for one, other in ((WIRE, OTHER_END), (TRACKED, TRACKED_END)):
            host.ip("link", "add", one, "type", "veth", "peer", "name", other)
            for name in (one, other):
                host.ip("link", "set", name, "up")
        host.ip("addr", "add", f"10.99.0.{number + 1}/24", "dev", WIRE)
    tmp_path.chmod(0o755)
    made = Situation((wire.a, wire.b), tmp_path)
    made.script(True)
    made.file("0\n")
    yield made
    made.process(0)


def instance(*lines: str, priority: int = 100) -> Instance:
    return Instance(
        version=3,
        advert_int=0.1,
        interface=WIRE,
        virtual_ipaddress=("10.99.0.99/24",),
        priority=priority,
        lines=lines,
    )


def track(script_="", interface="", file="", process="") -> tuple[str, ...]:
    entries = {"script": "chk", "interface": TRACKED, "file": "load", "process": "daemon"}
    options = {"script": script_, "interface": interface, "file": file, "process": process}
    return tuple(f"track_{kind} {{\n {name} {options[kind]}\n }}" for kind, name in entries.items())


class Both:
    """It is the two programs with one file."""

    def __init__(self, wire, text: str):
        self.captures = [Capture(host, link=OTHER_END) for host in (wire.a, wire.b)]
        self.peers = []
        for capture in self.captures:
            capture.__enter__()
        for host, kind in ((wire.a, Agent), (wire.b, KeepalivedWithEvents)):
            self.peers.append(wire.start(kind, host, text))

    def said(self) -> list[int | None]:
        """Return the priority that each has advertised last."""
        found = [capture.adverts() for capture in self.captures]
        return [adverts[-1][1].priority if adverts else None for adverts in found]

    def say(self, priority: int) -> None:
        poll(lambda: self.said() == [priority] * 2, 10, f"they do not both say {priority}", lambda: str(self.said()))

    def are(self, state: str) -> None:
        for peer in self.peers:
            peer.wait_state(state)

    def close(self) -> None:
        for capture in self.captures:
            capture.__exit__(None, None, None)


@pytest.fixture
def both(wire, situation):
    opened = []

    def start(*lines, priority=100, **blocks):
        text = instance(*lines, priority=priority).text("node", *situation.blocks(**blocks))
        opened.append(Both(wire, text))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_weights_of_every_kind_count_as_in_keepalived(situation, both):
    pair = both(*track("weight -10", "weight -20", "weight -3", "weight 5"))
    pair.say(100)
    situation.file("10\n")
    pair.say(70)
    situation.script(False)
    pair.say(60)
    situation.interface(False)
    pair.say(40)
    situation.process(1)
    pair.say(45)
    situation.file("-10\n")
    pair.say(105)
    situation.script(True)
    situation.interface(True)
    pair.say(135)
    situation.process(0)
    situation.file(None)
    pair.say(100)


def test_reversed_weights_of_every_kind_count_as_in_keepalived(situation, both):
    pair = both(*track("weight -10 reverse", "weight 20 reverse", "weight 2 reverse", "weight 5 reverse"))
    pair.say(80)
    situation.interface(False)
    pair.say(100)
    situation.script(False)
    pair.say(110)
    situation.file("7")
    pair.say(96)
    situation.process(2)
    pair.say(91)
    situation.process(0)
    pair.say(96)


@pytest.mark.parametrize(
    ("text", "priority"),
    [("12abc\n", 112), ("abc", 100), ("  0x10", 116), ("010\n", 108), ("-99\n", 1), ("200\n", 254), ("", 100)],
)
def test_numbers_in_a_file_count_as_in_keepalived(situation, both, text, priority):
    situation.file("33\n")
    pair = both(*track("weight -1", "weight -1", "weight 1", "weight 1"))
    pair.say(133)
    situation.file(text)
    pair.say(priority)


def test_a_product_of_minus_254_is_a_fault_as_in_keepalived(situation, both):
    pair = both(*track("weight -1", "weight -1", "weight -254", "weight 1"), priority=200)
    pair.say(200)
    situation.file("1")
    pair.are("FAULT")
    situation.file("0")
    pair.are("MASTER")
    pair.say(200)
    situation.file("-1")
    pair.say(254)


@pytest.mark.parametrize("kind", ["script", "interface", "file", "process"])
def test_a_tracker_without_weight_is_a_fault_as_in_keepalived(situation, both, kind):
    situation.process(1)
    pair = both(*track("weight 0", "weight 0", "weight 0", "weight 0"))
    pair.are("MASTER")
    bad, good = {"script": (False, True), "interface": (False, True), "file": ("1", "0"), "process": (0, 1)}[kind]
    getattr(situation, kind)(bad)
    pair.are("FAULT")
    getattr(situation, kind)(good)
    pair.are("MASTER")


def test_quorums_of_processes_count_as_in_keepalived(situation, both):
    blocks = {"process": "quorum 2\n quorum_max 3"}
    pair = both(*track("weight -1", "weight -1", "weight 1", "weight -40"), **blocks)
    for count, priority in ((0, 60), (1, 60), (2, 100), (3, 100), (4, 60), (3, 100), (1, 60)):
        situation.process(count)
        pair.say(priority)
