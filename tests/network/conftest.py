# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It gives each test its own segment with the article's two nodes and a client, and removes it after the test.

Tests that measure real time carry ``@pytest.mark.timing`` and run five at a time, with ``milliseconds`` two at a
time, with ``alone`` one by one (`make timing`). All others run side by side (`make network`): they may wait for
something, and may not say how long it takes.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable, Optional

import pytest

from lab.agent_server import AVAILABLE, AgentServer
from lab.example_pair import (
    ADDRESS6_A,
    ADDRESS6_B,
    ADDRESS_A,
    ADDRESS_B,
    CLIENT,
    CLIENT6,
    PREFIX,
    PREFIX6,
    VIP,
    VIP6,
    Instance,
)
from lab.host import Host
from lab.peers import Agent, Peer, agent_environment, assert_one_owner, wait_owner
from lab.probe import Report
from lab.probe_process import Probe, Responder
from lab.segment import Segment, sweep

FIGURE = "figure"


@dataclass
class Wire:
    """It is the segment with its hosts. ``started`` are the daemons, for cleanup and for the report of a failure."""

    segment: Segment
    a: Host
    b: Host
    client: Host
    started: list[Peer]
    vip: str = VIP
    timed: bool = False  # the test runs alone, so it may measure

    def start(self, kind: type, host: Host, instance: Any, *before: str) -> Any:
        """Start a daemon of this kind on ``host``; ``instance`` is an Instance or the text of a whole file."""
        if isinstance(instance, Instance):
            instance = instance.text(f"Node{host.name.upper()}", *before)
        peer = kind(host, instance)
        self.started.append(peer)
        return peer.start()

    def start_pair(self, a_kind: type, b_kind: type, a: Any, b: Any, *before: str) -> tuple[Any, Any]:
        """Start both and return when A is master, B backup and the address on A alone."""
        peers = self.start(a_kind, self.a, a, *before), self.start(b_kind, self.b, b, *before)
        self.settled(*peers)
        return peers

    def settled(self, master: Peer, backup: Peer) -> None:
        """Wait for these two roles; then exactly one owner, in every one of several samples."""
        try:
            wait_owner(self.segment, self.vip, master.host.name)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{master}: {master.tail()}\n{backup}: {backup.tail()}") from None
        master.wait_state("MASTER")
        backup.wait_state("BACKUP")
        assert_one_owner(self.segment, self.vip, master.host.name)

    @contextlib.contextmanager
    def probe(self) -> Iterator[Probe]:
        """Probe the virtual address from the client while the context lasts; both nodes answer.

        The client begins with an empty ARP table, without traces of an earlier fault. It fails in a test that is not
        marked ``timing``: beside other tests a probe proves nothing.
        """
        assert self.timed, "a test that probes carries @pytest.mark.timing"
        self.client.ip("neigh", "flush", "dev", "eth0")
        answering = Responder(self.a, realtime=True), Responder(self.b, realtime=True)
        with answering[0], answering[1], Probe(self.client, self.vip, realtime=True) as probe:
            yield probe

    def lost(self, cause: Callable[[], Any], answers_then: Host, timeout_s: float = 15) -> Report:
        """Return what the client loses from before ``cause()`` until ``answers_then`` answers, and 0.2 s longer."""
        with self.probe() as probe:
            cause()
            probe.wait_answered_by(answers_then.name, timeout_s)
            time.sleep(0.2)  # no condition to wait for: a loss right after the move counts, too
            return probe.report()


@pytest.fixture
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    with Segment() as segment:
        made = Wire(
            segment,
            a=segment.host("a", ADDRESS_A + PREFIX),
            b=segment.host("b", ADDRESS_B + PREFIX),
            client=segment.host("client", CLIENT + PREFIX),
            started=[],
            timed=_is_timed(request),
        )
        request.node.wire = made
        try:
            yield made
        finally:
            for peer in made.started:
                peer.close()


@pytest.fixture
def wire6(wire: Wire) -> Wire:
    """Return the segment with IPv6 on all three hosts. Each frame reaches each host, so the client sees unicast."""
    for host, address in ((wire.a, ADDRESS6_A), (wire.b, ADDRESS6_B), (wire.client, CLIENT6)):
        host.ip("addr", "add", address + PREFIX6, "dev", "eth0", "nodad")
    wire.vip = VIP6
    wire.segment.hub()
    return wire


@pytest.fixture(scope="session")
def _agent_server() -> Iterator[Optional[AgentServer]]:
    server = AgentServer(agent_environment()) if AVAILABLE else None
    yield server
    if server is not None:
        server.close()


@pytest.fixture(autouse=True)
def _agents_are_forked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork agents where nothing is measured, and nothing is asked of an agent as a program."""
    real = _is_timed(request) or request.node.get_closest_marker("program") is not None
    monkeypatch.setattr(Agent, "server", None if real else request.getfixturevalue("_agent_server"))


def _is_timed(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("timing") is not None


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that prints a text with the summary of the run: ``figure("takeover: 350 ms lost")``."""
    assert _is_timed(request), "a test that has figures carries @pytest.mark.timing"
    return lambda line: request.node.user_properties.append((FIGURE, line))


@pytest.fixture(scope="session", autouse=True)
def _no_leftovers() -> Iterator[None]:
    sweep()
    # After SIGTERM, leave through the fixtures: they remove the namespaces and daemons.
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=128 + signal.SIGTERM))
    yield
    signal.signal(signal.SIGTERM, before)
    sweep()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Any:
    report = yield
    made = getattr(item, "wire", None)
    if made is not None and call.when == "call" and report.failed:
        for peer in made.started:
            report.sections.append((f"log of {peer} {peer.config.read_text()}", peer.log_text()[-8000:]))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures. They come with the reports, because a worker process may have made them."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    called = sorted((report for report in reports if report.when == "call"), key=lambda report: report.nodeid)
    lines = [text for report in called for name, text in report.user_properties if name == FIGURE]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
