# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that after a split of the segment heals there is one master, and that clients follow it.

A, of the higher priority, wins in every case; the client was on the side of B and must find A again.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, ADDRESS_B, VIP, pair
from lab.peers import PAIRS, Agent, Keepalived, Ownership, assert_one_owner, poll, wait_owner
from lab.probe import Report

pytestmark = pytest.mark.timing

REFRESH_S = 1.0  # garp_master_refresh in the file of a winner, where the loser may go without an advertisement
FOLLOW_S = 0.1  # until the clients talk to the winner, from the first advertisement that the other node could hear
SLACK_S = 0.2  # the loser keeps the address for a short time, and each look takes time
FILES = {2: pair(), 3: pair(version=3, advert_int=0.1)}
WINNER, LOSER = "winner", "loser"
# Times to heal after an advertisement of B, in intervals, to be tried in order. The time of A's advertisements is
# unknown: keepalived's drift, ours follow a grid that all agents of one machine share, and a busy machine heals late.
MOMENTS = {WINNER: (0.0, 0.15, 0.7, 0.5, 0.3, 0.0, 0.15) * 2, LOSER: (0.5, 0.65, 0.8, 0.35, 0.2, 0.5, 0.65, 0.8) * 2}


@dataclass(frozen=True)
class Healed:
    """It is what was seen of one heal. ``first`` is the node that advertised first after it."""

    report: Report
    ownership: Ownership
    first: str
    one_s: float  # until there was one owner
    follow_s: float  # until the client had found it, from the first advertisement on
    late: list[str]  # nodes that advertised when only the winner should


def _split_and_heal(wire, a, b, advert_int: float, moment: float) -> Healed:
    """Cut A off until both are master, then heal ``moment`` intervals after an advertisement of B."""
    wire.segment.cut("a")
    b.wait_state("MASTER")
    Ownership(wire.segment, VIP).watch(lambda found: found == ["a", "b"], what="both have it, and cannot know")
    assert a.state() == "MASTER", "nobody told A"
    with wire.probe() as probe, Capture(wire.client) as capture:
        seen = len(capture.adverts(source=ADDRESS_B))
        capture.wait(lambda c: len(c.adverts(source=ADDRESS_B)) > seen + 1, 3, "two advertisements of B")
        time.sleep(advert_int * moment)
        healed, clock = time.monotonic(), time.time() - time.monotonic()
        ownership = Ownership(wire.segment, VIP)
        wire.segment.heal("a")
        ownership.watch(lambda found: found == ["a"], 5, "A alone has it")
        probe.wait_answered_by("a", 10)
        assert_one_owner(wire.segment, VIP, "a")
        report = probe.report()
    heard = [(at - clock, str(vrrp.source)) for at, vrrp in capture.adverts() if at - clock >= healed]
    assert [move.to_node for move in report.moves] == ["a"], str(report)
    return Healed(
        report,
        ownership,
        first={ADDRESS_A: WINNER, ADDRESS_B: LOSER}[heard[0][1]],
        one_s=ownership.held_s("b"),
        follow_s=max(report.started_at + report.moves[0].at_s - heard[0][0], 0.0),
        late=[source for at, source in heard if at > healed + advert_int + SLACK_S and source != ADDRESS_A],
    )


@pytest.mark.parametrize("version, first", [(2, WINNER), (3, WINNER), (3, LOSER)])
@pytest.mark.parametrize("winner, loser", PAIRS, ids=lambda kind: kind.kind)
def test_a_healed_split_has_one_master_and_the_clients_follow(wire, figure, tmp_path, winner, loser, version, first):
    told = tmp_path / "told"
    script = tmp_path / "rival.sh"
    script.write_text(f"#!/bin/sh\necho rival >>{told}\n")
    script.chmod(0o755)
    a_file, b_file = FILES[version]
    a_file = a_file.but(lines=(f"notify_master_rx_lower_pri {script}", f"garp_master_refresh {REFRESH_S:g}"))
    a, b = wire.start_pair(winner, loser, a_file, b_file)

    counted = 0
    for moment in MOMENTS[first]:
        healed = _split_and_heal(wire, a, b, b_file.advert_int, moment)
        wire.settled(a, b)
        # keepalived that hears a higher priority goes without an advertisement: the winner cannot know of it.
        silent = loser is Keepalived and healed.first == WINNER
        counted += not silent
        if healed.first == first:
            break
        _other_beat(wire, a, b)
    report = healed.report
    figure(
        f"split healed, v{version}, {winner.kind} wins over {loser.kind}, the {healed.first} speaks first: one owner"
        f" after {healed.one_s * 1000:.0f} ms, the client follows within {healed.follow_s * 1000:.0f} ms,"
        f" {report.lost} lost"
    )
    assert healed.first == first, "the heal never came when it was meant to"
    assert healed.one_s <= b_file.advert_int + SLACK_S, str(healed.ownership)
    assert healed.late == [], "the loser goes on"
    within_s = FOLLOW_S + (REFRESH_S if silent else 0)
    assert healed.follow_s <= within_s, str(report)
    assert report.longest_outage_ms <= within_s * 1000, str(report)
    if winner is Agent and counted:
        _told_everywhere(a, told, counted)
    if loser is Agent:
        assert b.status()["counters"]["split_brains"] == 0, "to the loser it is an ordinary election"
        assert re.search(r"\(VI_1\) Master received advert from 192\.168\.8\.4 with higher priority 100", b.log_text())


def _other_beat(wire, a, b) -> None:
    """Restart each keepalived, so that it advertises at other times: some times can never be met."""
    for peer in (a, b):
        if isinstance(peer, Keepalived):
            peer.stop()
            peer.start()
    wire.settled(a, b)


def _told_everywhere(a: Agent, told: Path, splits: int) -> None:
    """Check that each split was counted, logged, notified and shown once."""
    status = a.status()
    assert status["counters"]["split_brains"] == splits
    assert status["last_event"].startswith("split brain: 192.168.8.6 was MASTER too"), status["last_event"]
    assert len(re.findall("forcing new election", a.log_text())) == splits, a.tail()
    poll(lambda: told.exists() and told.read_text() == "rival\n" * splits, 3, "notify_master_rx_lower_pri ran", a.tail)


def test_every_split_is_counted_and_an_ordinary_handover_is_none(wire):
    a, b = wire.start_pair(Agent, Agent, *FILES[3])
    for number in (1, 2):
        wire.segment.cut("a")
        b.wait_state("MASTER")
        wire.segment.heal("a")
        wire.settled(a, b)
        assert a.status()["counters"]["split_brains"] == number
    for moves in (lambda: b.cli("promote", "VI_1", check=True), lambda: b.cli("release", "VI_1", check=True)):
        moves()
        wait_owner(wire.segment, VIP, "b" if b.status()["hold"] else "a")
    wire.settled(a, b)
    assert a.status()["counters"]["split_brains"] == 2
    assert b.status()["counters"]["split_brains"] == 0
