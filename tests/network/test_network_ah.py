# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that VRRPv2 in IPsec AH survives replays, restarts and other passwords. The matrix plays the life of a pair."""

from __future__ import annotations

import pytest

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, VIP, pair
from lab.peers import Agent, Keepalived, assert_one_owner, poll
from lab.sender import replay

AH = "ip proto 51"


def packets(capture, source=None):
    """Return whole IP packets, without the padding of their frames."""
    found = [frame.data[14 : 14 + int.from_bytes(frame.data[16:18], "big")] for frame in capture.frames()]
    return [packet for packet in found if source is None or packet[12:16] == bytes(map(int, source.split(".")))]


def discarded(agent):
    return agent.status()["counters"]["discarded"]


def test_a_replayed_recording_does_not_move_mastership(wire):
    with Capture(wire.client, AH) as capture:
        a, b = wire.start_pair(Agent, Agent, *pair(auth_type="AH"))
        a.stop()
        b.wait_state("MASTER")
        recorded = packets(capture, ADDRESS_A)
    assert any(packet[46] == 0 for packet in recorded)  # its last advertisement, of priority 0
    a.start()
    wire.settled(a, b)
    before = b.status()["transitions"]
    replay(wire.client, recorded)
    poll(lambda: discarded(b).get("ah_replay", 0) == len(recorded), 3, "not refused", lambda: str(discarded(b)))
    assert b.status()["transitions"] == before
    assert_one_owner(wire.segment, VIP, "a")


@pytest.mark.parametrize("b_kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_an_agent_that_starts_again_is_believed_at_once(wire, b_kind):
    a, b = wire.start_pair(Agent, b_kind, *pair(auth_type="AH"))
    before = b.log_text().count("Entering MASTER STATE")
    for _turn in range(2):
        a.kill()
        a.start()
        a.wait_state("MASTER")
        sent = a.status()["counters"]["sent"]
        poll(lambda sent=sent: a.status()["counters"]["sent"] >= sent + 4, 8, "A does not speak", a.tail)
        assert b.state() == "BACKUP"
    assert b.log_text().count("Entering MASTER STATE") == before
    assert_one_owner(wire.segment, VIP, "a")


@pytest.mark.parametrize("a_kind", [Agent, Keepalived], ids=lambda kind: kind.kind)
def test_when_both_start_again_nothing_is_discarded(wire, a_kind):
    """keepalived then counts from 1, so the numbers that B heard before its own restart must not count."""
    a, b = wire.start_pair(a_kind, Agent, *pair(auth_type="AH"))
    for _turn in range(2):
        a.stop()
        b.stop()
        b.start()
        a.start()
        wire.settled(a, b)
        received = b.status()["counters"]["received"]
        poll(lambda received=received: b.status()["counters"]["received"] > received + 2, 8, "silent")
        assert b.status()["counters"]["discarded"] == {}
    assert_one_owner(wire.segment, VIP, "a")


def test_packets_with_another_password_or_none_are_discarded(wire):
    of_a, of_b = pair(auth_type="AH")
    a = wire.start(Agent, wire.a, of_a)
    b = wire.start(Agent, wire.b, of_b.but(auth_pass="2222"))
    a.wait_state("MASTER")
    b.wait_state("MASTER")
    poll(lambda: discarded(a).get("ah", 0) and discarded(b).get("ah", 0), 5, "both are content", b.tail)
    b.write(of_b.but(auth_type="PASS").text("NodeB"))
    b.cli("reload", check=True)
    poll(lambda: discarded(a).get("auth_type", 0), 5, "A takes PASS", a.tail)
    b.write(of_b.text("NodeB"))
    b.cli("reload", check=True)
    wire.settled(a, b)
