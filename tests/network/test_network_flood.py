# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that 50,000 forged packets a second for three seconds move and delay nothing, and the log stays readable.

The two senders, the bridge and both agents share the processors of this machine, so a sender may be slower than it was
told to be. What it really did is printed.
"""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from lab.capture import Capture, assert_in_time, intervals
from lab.example_pair import ADDRESS_A, ADDRESS_B, CLIENT, VIP, pair, unicast_pair
from lab.flood import Flood
from lab.peers import Agent, assert_one_owner
from vrrp.protocol.packet import Advertisement, encode

pytestmark = [pytest.mark.timing, pytest.mark.alone]

INTERVAL_S = 0.1
RATE, FOR_S = 50_000, 1.5  # or for four intervals: a backup that hears nothing takes over before the end
ENOUGH = 5_000  # a second; below that this machine is too busy for a result
LOG_LINES = 20
V3 = {"version": 3, "advert_int": INTERVAL_S}
SOURCES = [f"192.168.8.{number}" for number in range(101, 201)]
GROUP = ip_address("224.0.0.18")
# If it were accepted, every router would become BACKUP.
STRONGEST = Advertisement(3, 51, 255, (ip_address(VIP),), 10)


def packets(advertisement=STRONGEST, ttl=255, destination=GROUP, sources=SOURCES, **changes):
    """Return the packet from a hundred sources, each with the right checksum."""
    made = replace(advertisement, **changes)
    return [(source, str(destination), ttl, encode(made, ip_address(source), destination)) for source in sources]


def foreign_vrids():
    return [each for vrid in (1, 52, 255) for each in packets(vrid=vrid)]


def cpu_s(agent) -> float:
    """Return the processor seconds of the agent's process so far."""
    user, system = Path(f"/proc/{agent.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / 100


def discarded(agent) -> int:
    status = agent.client().status()
    return sum(status["discarded"].values()) + sum(status["instances"][0]["counters"]["discarded"].values())


def flooded(wire, figure, what, agents, made, interval_s=INTERVAL_S):
    """Flood the segment, and check both agents meanwhile."""
    a, b = agents
    before = [(agent.status()["transitions"], agent.pid, agent.log_text().count("\n")) for agent in agents]
    spent = [cpu_s(agent) for agent in agents]
    counted = [discarded(agent) for agent in agents]
    seen_by = f"proto 112 and src host {ADDRESS_A}"
    with Capture(wire.client, seen_by) as capture:
        capture.wait(lambda seen: len(seen.adverts()) >= 3, 5, "advertisements before the flood")
        began = time.time()
        with Flood(wire.client, made, RATE, max(FOR_S, 4 * interval_s)) as flood:
            sent = flood.wait()
        ended = time.time()
        capture.wait(lambda seen: seen.adverts()[-1][0] > ended, 5, "advertisements after the flood")
        times = [at for at, _vrrp in capture.adverts() if at > began - interval_s]
    shares = [(discarded(agent) - count) / sent.packets for agent, count in zip(agents, counted)]
    load = [(cpu_s(agent) - seconds) / (ended - began) for agent, seconds in zip(agents, spent)]
    lines = [agent.log_text().count("\n") - known for agent, (_t, _p, known) in zip(agents, before)]
    gaps = intervals(times)
    gap = max(gaps)
    figure(
        f"flood, {what}: {sent}; longest gap {gap * 1e3:.0f} ms of {interval_s * 1e3:.0f};"
        f" judged {shares[0]:.0%} and {shares[1]:.0%}, processor {load[0]:.0%} and {load[1]:.0%},"
        f" log lines {lines[0]} and {lines[1]}"
    )
    assert sent.rate > ENOUGH, f"this machine only sends {sent.rate:.0f}/s"
    assert [(agent.status()["transitions"], agent.pid) for agent in agents] == [each[:2] for each in before]
    assert_one_owner(wire.segment, VIP, "a")
    assert_in_time(gaps, interval_s)
    assert min(shares) > 0, "nothing was counted"
    assert max(lines) <= LOG_LINES, agents[lines.index(max(lines))].tail()


CASES = {
    "foreign virtual routers": (V3, foreign_vrids),
    "wrong password": (
        {"version": 2, "advert_int": 1},
        lambda: packets(version=2, interval_cs=100, auth_type=1, auth_data=b"2222\0\0\0\0"),
    ),
    "wrong TTL": (V3, lambda: packets(ttl=254)),
    "wrong interval and addresses": (V3, lambda: packets(addresses=(ip_address("192.168.8.200"),))),
    "damaged": (V3, lambda: [(*where, payload[:-1] + b"\1") for *where, payload in packets()]),
}


@pytest.mark.parametrize("what", CASES)
def test_forged_multicast_moves_and_delays_nothing(wire, figure, what):
    changes, made = CASES[what]
    agents = wire.start_pair(Agent, Agent, *pair(**changes))
    flooded(wire, figure, what, agents, made(), interval_s=changes["advert_int"])


def test_forged_unicast_of_a_stranger_moves_and_delays_nothing(wire, figure):
    agents = wire.start_pair(Agent, Agent, *unicast_pair(**V3))
    wire.segment.hub()
    both = [packets(destination=ip_address(to), sources=[CLIENT, *SOURCES]) for to in (ADDRESS_A, ADDRESS_B)]
    made = [packet for pair_of_packets in zip(*both) for packet in pair_of_packets]
    flooded(wire, figure, "no peer of a unicast instance", agents, made)
