# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that damaged and foreign packets are counted by their reason, and have no other effect."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import ip_address

from lab.example_pair import CLIENT, VIP, pair
from lab.peers import Agent, assert_one_owner, poll
from lab.sender import send_vrrp
from vrrp.protocol.packet import Advertisement, encode

SOURCE, GROUP = ip_address(CLIENT), ip_address("224.0.0.18")
# If it were accepted, every router would become BACKUP.
STRONGEST = Advertisement(2, 51, 255, (ip_address(VIP),), 100, auth_type=1, auth_data=b"1111\0\0\0\0")


def _bytes(**changes) -> bytes:
    return encode(replace(STRONGEST, **changes), SOURCE, GROUP)


def _damaged() -> bytes:
    sound = bytearray(_bytes())
    sound[2] ^= 0x10
    return bytes(sound)


DISCARDED = [  # reason, payload, TTL
    ("checksum", _damaged(), 255),
    ("ttl", _bytes(), 254),
    ("version", _bytes(version=3, auth_type=0, auth_data=bytes(8)), 255),
    ("auth_pass", _bytes(auth_data=b"2222\0\0\0\0"), 255),
    ("auth_type", _bytes(auth_type=0, auth_data=bytes(8)), 255),
    ("addresses", _bytes(addresses=(ip_address("192.168.8.200"),)), 255),
    ("interval", _bytes(interval_cs=300), 255),
    ("truncated", _bytes()[:-9], 255),
    ("length", _bytes() + b"\0\0\0\0", 255),
    ("type", b"\x22" + _bytes()[1:], 255),
]


def _discarded(agent, reason):
    return agent.status()["counters"]["discarded"].get(reason, 0)


def test_a_damaged_packet_is_discarded_by_its_reason(wire):
    a, b = wire.start_pair(Agent, Agent, *pair())
    before = [(agent.status()["transitions"], agent.pid) for agent in (a, b)]
    for _unused, payload, ttl in DISCARDED:
        send_vrrp(wire.client, payload, payload, source=CLIENT, ttl=ttl)
    send_vrrp(wire.client, _bytes(vrid=52), source=CLIENT)
    for agent in (a, b):
        for reason, _unused, _unused in DISCARDED:
            poll(
                lambda agent=agent, reason=reason: _discarded(agent, reason) >= 2,
                3,
                f"{agent}: {reason} not counted",
                lambda agent=agent: str(agent.status()["counters"]),
            )
            assert _discarded(agent, reason) == 2, (reason, agent.status()["counters"])
        assert agent.client().status()["discarded"]["vrid"] == 1
    assert [(agent.status()["transitions"], agent.pid) for agent in (a, b)] == before
    assert_one_owner(wire.segment, VIP, "a")
    assert a.running and b.running


def test_random_bytes_are_discarded(wire):
    """They have any length and content; some are almost right."""
    dice = random.Random(51)
    garbage = [dice.randbytes(dice.randrange(0, 60)) for _unused in range(300)]
    for _unused in range(300):
        almost = bytearray(_bytes())
        for _unused in range(dice.randrange(1, 4)):
            almost[dice.randrange(len(almost))] ^= 1 << dice.randrange(8)
        garbage.append(bytes(almost))
    a, b = wire.start_pair(Agent, Agent, *pair(version=3, advert_int=0.1))
    transitions = [agent.status()["transitions"] for agent in (a, b)]
    send_vrrp(wire.client, *garbage, source=CLIENT)
    for agent in (a, b):
        poll(lambda agent=agent: _all_discarded(agent) >= len(garbage), 5, f"{agent} did not count all", agent.log_text)
    assert [agent.status()["transitions"] for agent in (a, b)] == transitions
    assert_one_owner(wire.segment, VIP, "a")
    assert a.log_text().count("\n") < 200, "garbage must not fill the log"


def _all_discarded(agent: Agent) -> int:
    status = agent.client().status()
    return sum(status["discarded"].values()) + sum(status["instances"][0]["counters"]["discarded"].values())
