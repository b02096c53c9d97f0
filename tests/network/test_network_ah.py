# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VRRPv2 inside IPsec AH: with ourselves, and with Debian's keepalived on either side."""

from __future__ import annotations

import json
import sys

import pytest

from lab.article import ADDRESS_A, VIP, pair, unicast_pair
from lab.capture import Capture
from lab.peers import Agent, Keepalived, assert_one_owner, poll
from vrrp.protocol import ah

KEY = b"1111\0\0\0\0"
KINDS = [(Agent, Agent), (Agent, Keepalived), (Keepalived, Agent)]
AH = "ip proto 51"
_REPLAY = """
import json, socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
for packet in json.load(sys.stdin):
    sock.sendto(bytes.fromhex(packet), (socket.inet_ntoa(bytes.fromhex(packet)[16:20]), 0))
"""


def packets(capture, source=None):
    """Whole IP packets, without the padding of their frames."""
    found = [frame.data[14 : 14 + int.from_bytes(frame.data[16:18], "big")] for frame in capture.frames()]
    return [packet for packet in found if source is None or packet[12:16] == bytes(map(int, source.split(".")))]


def discarded(agent):
    return agent.status()["counters"]["discarded"]


@pytest.mark.parametrize("a_kind, b_kind", KINDS, ids=lambda kind: kind.kind)
def test_life_of_a_pair(wire, figure, a_kind, b_kind):
    """Mastership changes hands by a stop, a death and two give-backs, in one sequence that both count."""
    of_a, of_b = pair(auth_type="AH")
    with Capture(wire.client, AH) as capture:
        a, b = wire.start_pair(a_kind, b_kind, of_a, of_b)
        report = wire.lost(a.stop, answers_then=wire.b)
        figure(f"AH, {a_kind.kind} -> {b_kind.kind}: clean stop, {report.lost_ms:.0f} ms lost")
        a.start()
        wire.settled(a, b)
        wire.segment.cut("a")
        b.wait_state("MASTER")
        wire.segment.heal("a")
        wire.settled(a, b)
        seen = packets(capture)
    for agent in (each for each in (a, b) if isinstance(each, Agent)):
        # While both speak after the cut, either may count what the other has counted already.
        assert set(discarded(agent)) <= {"ah_replay"}, discarded(agent)
    assert len(seen) > 8
    for packet in seen:
        ah.verify(KEY, packet, False, ah.Counter())
    assert b"1111" not in b"".join(seen)


def test_a_recording_does_not_move_mastership(wire):
    with Capture(wire.client, AH) as capture:
        a, b = wire.start_pair(Agent, Agent, *pair(auth_type="AH"))
        a.stop()
        b.wait_state("MASTER")
        recorded = packets(capture, ADDRESS_A)
    assert any(packet[46] == 0 for packet in recorded)  # its farewell
    a.start()
    wire.settled(a, b)
    before = b.status()["transitions"]
    played = json.dumps([packet.hex() for packet in recorded])
    wire.client.run([sys.executable, "-c", _REPLAY], input=played, check=True)
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


def test_another_password_and_none(wire):
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


@pytest.mark.parametrize("a_kind, b_kind", KINDS, ids=lambda kind: kind.kind)
def test_on_unicast(wire, a_kind, b_kind):
    a, b = wire.start_pair(a_kind, b_kind, *unicast_pair(auth_type="AH"))
    a.stop()
    b.wait_state("MASTER")
    a.start()
    wire.settled(a, b)
    for agent in (each for each in (a, b) if isinstance(each, Agent)):
        assert set(discarded(agent)) <= {"ah_replay"}
