# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a planned move loses nothing, by each command, with our agent and keepalived: a probe each millisecond.

RUNS=20 moves twenty times by every verb, with each kind of peer, version and cast (`make moves`). Without it each verb
moves a few times, in a half of the table that has each pair of these values.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable

import pytest

from lab.capture import Capture
from lab.example_pair import ADDRESS_B, VIP, Instance, pair, unicast_pair
from lab.peers import Agent, Keepalived, Peer, assert_one_owner, poll, wait_owner
from lab.probe import Move, Report
from lab.probe_process import Probe

pytestmark = pytest.mark.timing

RUNS = int(os.environ.get("RUNS") or 0)
HANDOVER_S = 0.05  # so long both own the address
FEW = {2: 1, 3: 2}  # by version: VRRPv2 takes about one second of skew for each move
CASTS = {"multicast": pair, "unicast": unicast_pair}
TIMERS = {2: {"version": 2, "advert_int": 1}, 3: {"version": 3, "advert_int": 0.1}}
EVERY = [
    pytest.param(peer, version, cast, id=f"{peer.kind}-v{version}-{cast}")
    for peer, version, cast in itertools.product((Agent, Keepalived), TIMERS, CASTS)
]
PAIRWISE = [EVERY[number] for number in (0, 3, 5, 6)]


@dataclass
class Journey:
    """It holds the moves under one probe. A move has the losses from its begin to the begin of the next one."""

    wire: Any
    probe: Probe
    begun: list[tuple[float, str]] = field(default_factory=list)

    def move(self, verb: str, act: Callable[[], Any], to: Peer) -> None:
        """Make a move; check that ``to`` then answers, and has the address alone in every one of several samples."""
        self.begun.append((time.monotonic(), verb))
        act()
        self.probe.wait_answered_by(to.host.name)
        wait_owner(self.wire.segment, VIP, to.host.name)
        to.wait_state("MASTER")
        assert_one_owner(self.wire.segment, VIP, to.host.name)

    def lost(self, report: Report) -> dict[str, list[float]]:
        """Return for each verb the milliseconds that each of its moves lost; earlier losses count for the first one."""
        charged = [[verb, 0.0] for _unused, verb in self.begun]
        for outage in report.outages:
            at = report.started_at + outage.start_s
            charged[max(sum(begun <= at for begun, _unused in self.begun) - 1, 0)][1] += outage.lost_ms
        found: dict[str, list[float]] = {}
        for verb, lost_ms in charged:
            found.setdefault(verb, []).append(lost_ms)
        return found


def _judge(journey: Journey, what: str, figure: Callable[[str], None]) -> None:
    report = journey.probe.report()
    losses = journey.lost(report)
    for verb, lost_ms in losses.items():
        figure(f"{verb:8} {what}: {len(lost_ms)} moves, lost {sum(lost_ms):.0f} ms, worst {max(lost_ms):.0f} ms")
    figure(f"{'':8} {what}: {report.sent} probes, {report.lost} lost; probes late {report.longest_send_gap_ms:.1f} ms")
    assert report.lost == 0, f"{losses}\n{report}"
    # As many moves as were asked for: a client that moves more often may lose nothing, and must still be found.
    assert len(_lasting(report.moves)) == len(journey.begun), str(report)


def _lasting(moves: list[Move]) -> list[Move]:
    """Return the moves without those that were undone at once.

    keepalived announces again 5 s after it took over. If that is between the announcements and the first
    advertisement of its successor, the clients go back to it for these milliseconds, and it answers.
    """
    found: list[Move] = []
    for move in moves:
        if found and move.at_s - found[-1].at_s < HANDOVER_S:
            found.pop()
        else:
            found.append(move)
    return found


def _ask(agent: Agent, verb: str) -> Callable[[], Any]:
    return lambda: agent.cli(verb, *([] if verb.endswith("drain") else ["VI_1"]), check=True)


def _takes_part(agent: Agent) -> None:
    """Wait until it is BACKUP or MASTER: with ``advert_int 0.1`` it is BACKUP for only 0.16 s."""
    poll(lambda: agent.state() in ("BACKUP", "MASTER"), 10, f"{agent} takes no part", agent.tail)


def _back(journey: Journey, agent: Agent) -> None:
    """Move it back by ``promote``, without a wait for the timers; nothing moves when the promotion ends."""
    journey.move("promote", _ask(agent, "promote"), to=agent)
    agent.cli("release", "VI_1", check=True)


def _configuration(version: int, cast: str) -> tuple[Instance, Instance]:
    return CASTS[cast](**TIMERS[version])


@pytest.mark.parametrize("peer, version, cast", EVERY if RUNS else PAIRWISE)
def test_a_planned_move_away_from_the_master_loses_nothing(wire, figure, peer, version, cast):
    a, b = wire.start_pair(Agent, peer, *_configuration(version, cast))
    with wire.probe() as probe:
        journey = Journey(wire, probe)
        for _unused in range(RUNS or FEW[version]):
            journey.move("demote", _ask(a, "demote"), to=b)
            _back(journey, a)
            journey.move("drain", _ask(a, "drain"), to=b)
            assert a.state() == "STOP"
            a.cli("undrain", check=True)
            _takes_part(a)
            _back(journey, a)
            journey.move("stop", a.stop, to=b)
            _takes_part(a.start())
            _back(journey, a)
        _judge(journey, f"to {peer.kind}, v{version}, {cast}", figure)


@pytest.mark.parametrize("peer, version, cast", EVERY if RUNS else PAIRWISE)
def test_a_promotion_of_the_backup_loses_nothing(wire, figure, peer, version, cast):
    a, b = wire.start_pair(peer, Agent, *_configuration(version, cast))
    with wire.probe() as probe:
        journey = Journey(wire, probe)
        for _unused in range(RUNS or FEW[version]):
            journey.move("promote", _ask(b, "promote"), to=b)
            journey.move("demote", _ask(b, "demote"), to=a)
            b.cli("release", "VI_1", check=True)
        _judge(journey, f"from {peer.kind}, v{version}, {cast}", figure)


@pytest.mark.parametrize("peer", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_a_preemption_by_the_better_node_loses_nothing(wire, figure, peer):
    """After a release, an undrain and a start the priority decides, and that loses nothing either."""
    a, b = wire.start_pair(Agent, peer, *_configuration(3, "multicast"))
    with wire.probe() as probe:
        journey = Journey(wire, probe)
        for _unused in range(RUNS or 1):
            journey.move("demote", _ask(a, "demote"), to=b)
            journey.move("release", _ask(a, "release"), to=a)
            journey.move("drain", _ask(a, "drain"), to=b)
            journey.move("undrain", _ask(a, "undrain"), to=a)
            journey.move("stop", a.stop, to=b)
            journey.move("start", a.start, to=a)
        _judge(journey, f"to {peer.kind}, v3, multicast", figure)


@pytest.mark.parametrize("verb", ["promote", "demote"])
def test_a_planned_move_makes_before_it_breaks(wire, figure, tmp_path, verb):
    """Each packet meets an owner: the new one announces, then advertises, and the old one removes the address last.

    The probes above would show an error only if one of them were sent in the wrong fraction of a millisecond.
    """
    a, b = wire.start_pair(Agent, Agent, *_configuration(3, "multicast"))
    with Capture(wire.client) as capture, (tmp_path / "events").open("w+") as events:
        monitor = wire.a.popen(["ip", "-o", "-ts", "monitor", "address"], stdout=events, stdin=subprocess.DEVNULL)
        _ask(b, "promote")() if verb == "promote" else _ask(a, "demote")()
        wire.settled(b, a)
        monitor.terminate()
        monitor.wait(timeout=5)
        events.seek(0)
        (gone,) = [line for line in events if "Deleted" in line and VIP in line]
    gone_at = datetime.fromisoformat(gone[gone.index("[") + 1 : gone.index("]")]).timestamp()
    announced_at = capture.gratuitous_arps(VIP, wire.b.mac())[0][0]
    spoke_at = capture.adverts(source=ADDRESS_B)[0][0]
    figure(
        f"{verb}: announced, {(spoke_at - announced_at) * 1000:.1f} ms later its first advertisement,"
        f" {(gone_at - spoke_at) * 1000:.1f} ms later the old owner lets go"
    )
    assert announced_at < spoke_at < gone_at
    assert gone_at - spoke_at > 0.03, "an answer that is asked for now still needs the address"
    if verb == "promote":
        assert spoke_at - announced_at > 0.005, "keepalived lets go the moment it hears of us"
