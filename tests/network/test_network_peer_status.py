# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the nodes of a pair tell each other beside VRRP, with two agents in namespaces, and under a flood."""

from __future__ import annotations

import secrets
import struct
import time

import pytest

from lab.capture import Capture, assert_in_time, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B, VIP, pair, peer_status, script
from lab.flood import Flood
from lab.peers import Agent, assert_one_owner, poll

PORT, UDP = 61112, 17
INTERVAL_S = 0.1
RATE, FOR_S = 50_000, 1.5
ENOUGH = 5_000  # a second; below that this machine is too busy for a result


@pytest.fixture
def both(wire, tmp_path):
    """Start a master, and a standby with the same key whose file has ``before`` and ``changes``; return both."""

    def start(*before, on_b=(), **changes):
        key, (a, b) = tmp_path / "peer.key", pair(**changes)
        peers = []
        nodes = (
            ("web-a", wire.a, a, ADDRESS_A, ADDRESS_B),
            ("web-b", wire.b, b.but(**dict(on_b)), ADDRESS_B, ADDRESS_A),
        )
        for name, host, instance, own, peer in nodes:
            told = peer_status(peer, own, key)
            peers.append(wire.start(Agent, host, instance.text(name, told, *before)))
        wire.settled(*peers)
        return peers

    return start


def until(agent, condition, timeout_s=15):
    """Return what the master says of its standby as soon as ``condition`` holds of it."""

    def found():
        return condition(agent.status()["standby"])

    poll(found, timeout_s, f"{agent}: its standby", lambda: f"{agent.status()['standby']}; {agent.tail()}")
    return agent.status()["standby"]


def ready(said):
    return said["ready"] is True


def test_the_master_knows_whether_its_standby_can_take_over(wire, both, tmp_path):
    good = tmp_path / "good"
    good.touch()
    check = script("chk_good", f"/usr/bin/test -e {good}", interval=1, fall=1, rise=1)
    a, b = both(check, on_b={"track_script": ("chk_good",)})
    until(a, ready)
    before = a.status()["transitions"]
    assert b.status()["standby"] is None, "it is no master"

    good.unlink()
    said = until(a, lambda said: said["ready"] is False)
    assert (said["state"], said["node"]) == ("FAULT", "web-b")
    assert "web-b, the standby of VI_1, is not ready: it is in FAULT: script chk_good failed" in a.status()["why"]
    assert any("mend that on that node" in text for text in a.status()["warnings"])
    shown = " ".join(a.cli("status", "VI_1").stdout.split())
    assert "warning: web-b, the standby of VI_1, is not ready" in shown
    assert f"peer web-b ({ADDRESS_B}): last heard" in shown
    a.wait_log("the standby of VI_1, is not ready: it is in FAULT")

    good.touch()
    until(a, ready)
    a.wait_log("web-b, the standby of VI_1, is ready again")

    b.cli("drain", check=True)
    until(a, lambda said: said["why"].endswith("is not ready: it is drained"))
    checked = a.cli("status", "--check", check=True).stdout
    assert [line for line in checked.splitlines() if "drained" in line or "ready" in line] == [
        f"note: the peer web-b ({ADDRESS_B}) is drained (hotstandby undrain there lets it"
    ]
    b.cli("undrain", check=True)
    until(a, ready)

    b.kill()
    until(a, lambda said: f"no agent listens there on UDP port {PORT}" in said["why"])
    b.start()
    until(a, ready)
    assert b.stop() == 0
    until(a, lambda said: "its agent was stopped" in said["why"])
    b.start()
    until(a, ready)

    assert a.status()["transitions"] == before, "nothing of this moves mastership"
    assert_one_owner(wire.segment, VIP, "a")


def test_a_firewall_that_lets_answers_in_needs_no_rule(wire, both):
    chain = "type filter hook input priority filter; policy drop; ct state established accept; ip protocol 112 accept"
    for host in (wire.a, wire.b):
        host.run(["nft", f"table inet strict {{ chain input {{ {chain}; }}; }}"], check=True)
    a, _b = both()
    until(a, ready)


@pytest.mark.timing
@pytest.mark.alone
def test_a_flood_of_forged_messages_delays_no_advertisement(wire, both, figure):
    a, b = both(version=3, advert_int=INTERVAL_S)
    until(a, ready)
    before = a.status()["transitions"], b.status()["transitions"]
    forged = b"hspr\1" + secrets.token_bytes(300)
    datagram = struct.pack("!HHHH", PORT, PORT, 8 + len(forged), 0) + forged
    with Capture(wire.client, f"proto 112 and src host {ADDRESS_A}") as capture:
        capture.wait(lambda seen: len(seen.adverts()) >= 3, 5, "advertisements before the flood")
        began = time.time()
        with Flood(wire.client, [(ADDRESS_B, ADDRESS_A, 64, datagram)] * 100, RATE, FOR_S, protocol=UDP) as flood:
            sent = flood.wait()
        ended = time.time()
        capture.wait(lambda seen: seen.adverts()[-1][0] > ended, 5, "advertisements after the flood")
        times = [at for at, _vrrp in capture.adverts() if at > began - INTERVAL_S]
    gaps, judged = intervals(times), a.client().status()["peer"]["discarded"]["signature"]
    figure(f"flood of the peer's port: {sent}; {judged} judged, longest gap {max(gaps) * 1e3:.0f} ms")
    assert sent.rate > ENOUGH, f"this machine only sends {sent.rate:.0f}/s"
    assert_in_time(gaps, INTERVAL_S)
    assert 0 < judged < 1500 * (FOR_S + 1), "it is read in portions"
    assert (a.status()["transitions"], b.status()["transitions"]) == before
    assert_one_owner(wire.segment, VIP, "a")
    until(a, ready)
