# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the other node takes over while a process, file, interface or listener is lost, and no longer.

The client plays the service. A stand-in answers for systemctl: there is no systemd in a namespace.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest

from lab.example_pair import CLIENT, VIP, pair
from lab.peers import Agent, Ownership, assert_one_owner, poll

TIMES = "interval 0.2 timeout 0.2 fall 2"
SERVER = """\
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, _space, body = open(sys.argv[1]).read().partition(" ")
        self.send_response(int(status))
        self.end_headers()
        self.wfile.write(body.encode())

http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


class AgentWithSystemctl(Agent):
    """It is an agent that finds the stand-in before the real systemctl."""

    tools = ""

    def environment(self):
        return {**super().environment(), "PATH": f"{self.tools}:{os.environ['PATH']}"}


class Thing:
    """It is a tracked thing: the blocks and lines of A's file, and how to kill and revive it."""

    def __init__(self, wire, folder):
        self.wire, self.folder = wire, folder
        self.blocks: tuple[str, ...] = ()
        self.lines: tuple[str, ...] = ()
        self._process: subprocess.Popen | None = None

    def script_lines(self, kind, name, weight):
        return (f"track_{kind} {{\n {name} weight {weight}\n }}",)

    def close(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=5)
            self._process = None


class TrackedProcess(Thing):
    def __init__(self, wire, folder, weight):
        super().__init__(wire, folder)
        self.program = folder / f"lab{os.getpid()}"  # hosts share the machine's processes, and so do two test runs
        shutil.copy("/bin/sleep", self.program)
        self.blocks = (f"vrrp_track_process service {{\n process {self.program.name}\n}}\n",)
        self.lines = self.script_lines("process", "service", weight)
        self.name, self.kind, self.why = "service", "process", "it does not run"

    def revive(self):
        self._process = subprocess.Popen([str(self.program), "600"])

    def die(self):
        self.close()


class TrackedFile(Thing):
    def __init__(self, wire, folder, weight):
        super().__init__(wire, folder)
        self.file = folder / "number"
        self.blocks = (f"track_file number {{\n file {self.file}\n}}\n",)
        self.lines = self.script_lines("file", "number", weight)
        self.name, self.kind, self.why = "number", "file", "it says 1"

    def revive(self):
        self.file.write_text("0\n")

    def die(self):
        self.file.write_text("1\n")


class TrackedInterface(Thing):
    def __init__(self, wire, folder, weight):
        super().__init__(wire, folder)
        wire.a.ip("link", "add", "uplink", "type", "veth", "peer", "name", "faraway")
        wire.a.ip("link", "set", "uplink", "up")
        self.lines = self.script_lines("interface", "uplink", weight)
        self.name, self.kind, self.why = "uplink", "interface", "has no carrier"

    def revive(self):
        self.wire.a.ip("link", "set", "faraway", "up")

    def die(self):
        self.wire.a.ip("link", "set", "faraway", "down")


class TrackedService(Thing):
    """It is a web server on the client, which ``line`` checks."""

    def __init__(self, wire, folder, weight, line, name, kind, why):
        super().__init__(wire, folder)
        self.answer = folder / "answer"
        self.answer.write_text("200 status: ready")
        (folder / "server.py").write_text(SERVER)
        self.lines = (f"@hotstandby {line} {TIMES} weight {weight}",)
        self.name, self.kind, self.why = name, kind, why

    def revive(self):
        self.answer.write_text("200 status: ready")
        if self._process is None:
            command = [sys.executable, str(self.folder / "server.py"), str(self.answer)]
            self._process = self.wire.client.popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def die(self):
        self.close()


def tcp(wire, folder, weight):
    return TrackedService(
        wire, folder, weight, f"track_tcp {CLIENT} 8080", f"{CLIENT}:8080", "tcp", "connection refused"
    )


URL = f"http://{CLIENT}:8080/health"


class TrackedHttp(TrackedService):
    """It fails by its answer."""

    def __init__(self, wire, folder, weight):
        super().__init__(wire, folder, weight, f'track_http {URL} body "status: ready"', URL, "http", "HTTP 503")

    def die(self):
        self.answer.write_text("503 status: ready")


class TrackedUnit(Thing):
    def __init__(self, wire, folder, weight):
        super().__init__(wire, folder)
        tools = folder / "bin"
        tools.mkdir()
        (tools / "systemctl").write_text(f"#!/bin/sh\n[ -e {folder}/active ] || exit 3\n")
        (tools / "systemctl").chmod(0o755)
        AgentWithSystemctl.tools = str(tools)
        self.lines = (f"@hotstandby track_unit lab.service interval 0.2 timeout 0.2 weight {weight}",)
        self.name, self.kind, self.why = "lab.service", "unit", "it is not active"

    def revive(self):
        (self.folder / "active").touch()

    def die(self):
        (self.folder / "active").unlink()


THINGS = {
    "process": TrackedProcess,
    "file": TrackedFile,
    "interface": TrackedInterface,
    "tcp": tcp,
    "http": TrackedHttp,
    "unit": TrackedUnit,
}


@pytest.fixture
def thing(wire, tmp_path):
    made = []
    tmp_path.chmod(0o755)

    def make(kind, weight=0):
        folder = tmp_path / kind
        folder.mkdir()
        made.append(THINGS[kind](wire, folder, weight))
        return made[-1]

    yield make
    for each in made:
        each.close()


def start(wire, *things, advert_int=0.1):
    """Start a pair in which A tracks these things, and B nothing."""
    a_config, b_config = pair(version=3, advert_int=advert_int)
    lines = tuple(line for each in things for line in each.lines)
    blocks = [block for each in things for block in each.blocks]
    a = wire.start(AgentWithSystemctl, wire.a, a_config.but(lines=lines), *blocks)
    b = wire.start(Agent, wire.b, b_config)
    return a, b


def check_of(agent, thing):
    (found,) = [each for each in agent.status()["checks"] if (each["kind"], each["name"]) == (thing.kind, thing.name)]
    return found


def test_a_lost_tracker_without_weight_moves_the_address_until_it_is_back(wire, thing):
    """Each kind has the same effect on the router, as unit tests show; this one has a real server."""
    tracked = thing("http")
    tracked.revive()
    a, b = start(wire, tracked)
    wire.settled(a, b)
    assert check_of(a, tracked)["ok"] is True
    tracked.die()
    a.wait_state("FAULT")
    b.wait_state("MASTER")
    assert_one_owner(wire.segment, VIP, "b", samples=20)
    assert (check_of(a, tracked)["ok"], check_of(a, tracked)["detail"]) == (False, tracked.why)
    assert tracked.why in a.status()["why"] and tracked.name in a.status()["why"]
    tracked.revive()
    wire.settled(a, b)
    assert_one_owner(wire.segment, VIP, "a", samples=20)
    assert a.status()["faults"] == []


def test_weights_of_all_kinds_add_up_and_are_explained(wire, thing):
    process, file, interface = thing("process", -20), thing("file", -3), thing("interface", -4)
    listener, unit = thing("tcp", -5), thing("unit", -6)
    everything = [process, file, interface, listener, unit]
    for each in everything:
        each.revive()
    a, b = start(wire, *everything)
    wire.settled(a, b)
    for each in everything:
        each.die()
    poll(lambda: a.status()["priority"] == 62, 10, "not everything counts", lambda: str(a.status()))
    wire.settled(b, a)
    assert (
        "62 (base 100, uplink -4, process service -20, file number -3, "
        f"tcp {CLIENT}:8080 -5, unit lab.service -6)" in a.status()["why"]
    )
    for each in everything:
        each.revive()
    wire.settled(a, b)
    assert a.status()["priority"] == 100
    assert {each["kind"]: each["weight"] for each in a.status()["checks"]} == {
        "interface": -4,
        "process": -20,
        "file": -3,
        "tcp": -5,
        "unit": -6,
    }


@pytest.mark.timing
def test_a_process_that_is_killed_moves_the_address_and_back(wire, thing, figure):
    tracked = thing("process")
    tracked.revive()
    a, b = start(wire, tracked)
    wire.settled(a, b)
    report = wire.lost(tracked.die, wire.b)
    figure(f"tracked process killed: {report.lost_ms:.0f} ms lost")
    assert wire.lost(tracked.revive, wire.a).lost == 0  # the address is handed over


def test_an_agent_that_crashes_goes_on_without_waiting_for_its_checks(wire, thing):
    things = [thing("process"), thing("file"), thing("tcp"), thing("interface")]
    for each in things:
        each.revive()
    a, b = start(wire, *things, advert_int=1)
    wire.settled(a, b)
    transitions = b.status()["transitions"]
    watched = Ownership(wire.segment, VIP)
    a.kill()
    a.start()
    watched.watch(lambda found: time.monotonic() - watched.since > 2 and a.state() == "MASTER")
    assert all(found == ["a"] for _at, found in watched.samples), str(watched)
    assert b.status()["transitions"] == transitions
    wire.settled(a, b)


def test_a_reload_brings_trackers_and_takes_them_away(wire, thing):
    tracked, others = thing("tcp"), [thing("file"), thing("process")]
    for each in others:
        each.revive()
    a, b = start(wire, *others)
    wire.settled(a, b)
    a_config = pair(version=3, advert_int=0.1)[0]

    def reload(*things):
        lines = tuple(line for each in things for line in each.lines)
        a.write(a_config.but(lines=lines).text("NodeA", *(block for each in things for block in each.blocks)))
        a.cli("reload", check=True)

    reload(*others, tracked)
    a.wait_state("FAULT")
    reload(others[0])
    wire.settled(a, b)
    assert [each["kind"] for each in a.status()["checks"]] == ["file"]


DELAYS = "interface_up_down_delays {\n eth0 1.5 1\n}\n"


def test_an_interface_that_flaps_moves_nothing(wire):
    a_config, b_config = pair(version=3, advert_int=1)
    a = wire.start(Agent, wire.a, a_config, DELAYS)
    b = wire.start(Agent, wire.b, b_config)
    wire.settled(a, b)
    before = a.status()["transitions"]
    for _count in range(3):
        wire.segment.unplug("a")
        a.wait_log("eth0: down, which counts in 1.5 s", count=_count + 1)
        wire.segment.plug("a")
        a.wait_log("Delay timer for eth0 cancelled", count=_count + 1)
    assert_one_owner(wire.segment, VIP, "a", samples=20)
    assert (a.status()["transitions"], b.status()["state"]) == (before, "BACKUP")


def test_an_interface_with_a_macvlan_that_flaps_moves_nothing(wire):
    a_config, _b_config = pair(version=3, advert_int=1, lines=("use_vmac",))
    a = wire.start(Agent, wire.a, a_config, DELAYS)
    a.wait_state("MASTER")
    before = a.status()["transitions"]
    wire.segment.unplug("a")
    a.wait_log("eth0: down, which counts in 1.5 s")
    wire.segment.plug("a")
    a.wait_log("Delay timer for eth0 cancelled")
    assert (a.status()["state"], a.status()["transitions"]) == ("MASTER", before)


@pytest.mark.timing
def test_an_interface_that_stays_down_counts_after_its_delay(wire):
    a_config, b_config = pair(version=3, advert_int=1)
    a = wire.start(Agent, wire.a, a_config, DELAYS)
    b = wire.start(Agent, wire.b, b_config)
    wire.settled(a, b)
    began = time.monotonic()
    wire.segment.unplug("a")
    a.wait_state("FAULT")
    assert 1.4 < time.monotonic() - began < 2.5
    b.wait_state("MASTER")
    began = time.monotonic()
    wire.segment.plug("a")
    poll(lambda: "has been up for less than 1 s" in a.status()["why"], 5, "it does not wait", lambda: str(a.status()))
    poll(lambda: a.state() != "FAULT", 5, "it waits for ever")
    assert time.monotonic() - began > 0.9
    wire.settled(a, b)
