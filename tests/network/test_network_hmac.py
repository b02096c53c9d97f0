# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that auth_hmac between two agents changes keys and modes by reload, and resists an attacker.

The matrix plays the life of a pair.
"""

from __future__ import annotations

import time
from ipaddress import ip_address

import pytest

from lab.capture import Capture
from lab.example_pair import (
    ADDRESS_A,
    ADDRESS_B,
    CLIENT,
    VIP,
    pair,
)
from lab.peers import Agent, assert_one_owner, poll
from lab.sender import replay, send_vrrp
from vrrp.protocol.packet import Advertisement, encode

SECRET, SECOND = bytes(range(32)), bytes(range(32, 64))
FAST = {"version": 3, "advert_int": 0.1}
V2 = {"version": 2, "advert_int": 1, "auth_pass": None}


def hmac(keys=((1, SECRET),), active=1, mode="enforce", **options) -> tuple[str, ...]:
    """Return the lines of an auth_hmac block."""
    written = [f"    key {number} hex:{secret.hex()}" for number, secret in keys]
    more = [f"    {name} {value}" for name, value in options.items()]
    return ("auth_hmac {", *written, f"    active_key {active}", f"    mode {mode}", *more, "}")


def signed(instances, *arguments, **options):
    lines = hmac(*arguments, **options)
    return tuple(instance.but(lines=lines) for instance in instances)


def reload(agent, instance, router_id="node"):
    agent.write(instance.text(router_id))
    agent.cli("reload", check=True)


def discarded(*agents):
    return [agent.status()["counters"]["discarded"] for agent in agents]


def transitions(*agents):
    return [agent.status()["transitions"] for agent in agents]


def received(agent):
    return agent.status()["counters"]["received"]


@pytest.mark.timing
def test_keys_rotate_by_reload_and_nothing_is_lost(wire):
    both = ((1, SECRET), (2, SECOND))
    instances = pair(**FAST)
    first = signed(instances)
    steps = [signed(instances, both), signed(instances, both, active=2), signed(instances, ((2, SECOND),), active=2)]
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(Agent, Agent, *first)
        before = transitions(a, b)
        with wire.probe() as probe:
            for of_a, of_b in steps:
                for agent, instance in ((b, of_b), (a, of_a)):
                    reload(agent, instance)
                    heard = received(b)
                    poll(lambda heard=heard: received(b) >= heard + 4, 3, "B hears A no more", b.tail)
            report = probe.report()
        used = [frame.payload[-27] for _at, frame in capture.adverts(source=ADDRESS_A)]
    assert report.lost_ms == 0
    assert transitions(a, b) == before
    assert discarded(a, b) == [{}, {}]
    assert sorted(used) == used and set(used) == {1, 2}
    assert_one_owner(wire.segment, VIP, "a")


def test_a_key_file_is_read_again_by_a_reload(wire, tmp_path):
    files = [tmp_path / name for name in "ab"]
    for path in files:
        path.write_text("hex:" + SECRET.hex() + "\n")
        path.chmod(0o600)
    lines = [("auth_hmac {", f"    key 1 file:{path}", "    active_key 1", "}") for path in files]
    of_a, of_b = (instance.but(lines=own) for instance, own in zip(pair(**FAST), lines))
    a, b = wire.start_pair(Agent, Agent, of_a, of_b)
    assert a.client().status()["warnings"] == []
    files[1].write_text("hex:" + SECOND.hex() + "\n")
    b.cli("reload", check=True)
    poll(lambda: discarded(b)[0].get("hmac", 0), 3, "the old key is accepted still", b.tail)
    files[1].write_text("too short")
    done = b.cli("reload")
    assert done.returncode
    assert "the file of key 1 is not usable: a key has 32 to 64 octets, this one has 9" in done.stdout + done.stderr
    files[1].write_text("hex:" + SECRET.hex() + "\n")
    b.cli("reload", check=True)
    heard = received(b)
    poll(lambda: received(b) > heard, 3, "the right key is not accepted", b.tail)  # B may have become MASTER meanwhile
    wire.settled(a, b)
    files[0].chmod(0o644)
    assert "It holds a key" in a.client().status()["warnings"][0]
    assert SECRET.hex() not in b.log_text() + done.stdout + done.stderr


@pytest.mark.timing
def test_three_reloads_bring_auth_hmac_to_a_pair_without_a_takeover(wire):
    instances = pair(**FAST)
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(Agent, Agent, *instances)
        before = transitions(a, b)
        with wire.probe() as probe:
            for mode in ("receive-only", "permissive", "enforce"):
                of_a, of_b = signed(instances, mode=mode)
                for agent, instance in ((a, of_a), (b, of_b)):
                    reload(agent, instance)
                    heard = received(b)
                    poll(lambda heard=heard: received(b) >= heard + 4, 3, f"{mode}: B hears A no more", b.tail)
            report = probe.report()
        lengths = [len(frame.payload) for _at, frame in capture.adverts(source=ADDRESS_A)]
    assert report.lost_ms == 0
    assert transitions(a, b) == before
    assert discarded(a, b) == [{}, {}]
    assert sorted(lengths) == lengths and set(lengths) == {12, 40}
    assert_one_owner(wire.segment, VIP, "a")


def refused(agent):
    """Return the counts of discarded packets; stale ones count as replays, as a busy machine may send them late."""
    counts = dict(discarded(agent)[0])
    counts["hmac_replay"] = counts.get("hmac_replay", 0) + counts.pop("hmac_stale", 0)
    return counts


@pytest.mark.parametrize("anti_replay", ["time", "monotonic"])
def test_forged_and_replayed_packets_do_not_move_mastership(wire, anti_replay):
    """The record holds the whole life of A, to priority 0. It is sent again while A is master, and while B is."""
    a, b = wire.start_pair(Agent, Agent, *signed(pair(**FAST), anti_replay=anti_replay))
    with Capture(wire.client) as capture:
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) > 10, 5)
        a.stop()
        b.wait_state("MASTER")
        capture.wait(lambda seen: len(seen.adverts(source="192.168.8.6")) > 5, 5)
        recorded = [frame.data[14:] for frame in capture.frames() if frame.vrrp is not None]
    assert any(packet[22] == 0 for packet in recorded)
    a.start()
    wire.settled(a, b)
    # The kernel of a host drops a packet from its own address.
    of_others = {
        agent: sum(packet[12:16] != ip_address(own).packed for packet in recorded)
        for agent, own in ((a, ADDRESS_A), (b, ADDRESS_B))
    }
    before = transitions(a, b)
    forged = encode(Advertisement(3, 51, 255, (ip_address(VIP),), 10), ip_address(CLIENT), ip_address("224.0.0.18"))
    replay(wire.client, recorded)
    send_vrrp(wire.client, *[forged] * 5, forged + bytes(28), source=CLIENT)
    for agent in (a, b):
        expected = {"hmac_missing": 5, "hmac_malformed": 1, "hmac_replay": of_others[agent]}
        poll(
            lambda agent=agent, expected=expected: refused(agent) == expected,
            3,
            f"{agent} did not refuse {expected}",
            lambda agent=agent: str(discarded(agent)),
        )
    assert of_others[b] > 10
    assert transitions(a, b) == before
    assert_one_owner(wire.segment, VIP, "a")


@pytest.mark.parametrize("anti_replay", ["time", "monotonic"])
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_recording_is_refused_after_a_restart_of_the_receiver(wire, anti_replay, end):
    """A is dead, and B has started again: if it accepted A's frames, no host would have the address."""
    a, b = wire.start_pair(Agent, Agent, *signed(pair(**FAST), anti_replay=anti_replay, time_window=255))
    with Capture(wire.client) as capture:
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) > 10, 5)
        recorded = [frame.data[14:] for frame in capture.frames() if frame.vrrp is not None]
    marks = b.runtime_dir / "marks.json"
    a.kill()
    b.wait_state("MASTER")
    if end == "kill":
        written = marks.stat().st_mtime_ns if marks.exists() else 0
        poll(lambda: marks.exists() and marks.stat().st_mtime_ns != written, 15, "the marks are not written")
        b.kill()
    else:
        b.stop()
    b.start()
    poll(b.state, 10, "it does not answer", b.tail)
    replay(wire.client, recorded)
    poll(lambda: discarded(b)[0].get("hmac_replay") == len(recorded), 5, "not refused", lambda: str(discarded(b)))
    b.wait_state("MASTER")


def test_an_old_recording_is_stale(wire):
    instances = signed(pair(**FAST), time_window=1)
    a, b = wire.start_pair(Agent, Agent, *instances)
    with Capture(wire.client) as capture:
        at, frame = capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 5)[0]
        packet = next(each.data[14:] for each in capture.frames() if each.vrrp == frame)
    poll(lambda: time.time() - at > 2.5, 5, "time stands still")
    replay(wire.client, [packet])
    poll(lambda: discarded(b)[0].get("hmac_stale") == 1, 3, "it is not refused", lambda: str(discarded(b)))
    assert_one_owner(wire.segment, VIP, "a")


@pytest.mark.parametrize("anti_replay", ["time", "monotonic"])
def test_an_agent_that_starts_again_is_believed_at_once(wire, anti_replay):
    """Its sequence begins above the one before, which it does not know: B neither refuses it nor takes over."""
    a, b = wire.start_pair(Agent, Agent, *signed(pair(**V2), anti_replay=anti_replay))
    before = transitions(b)
    for _turn in range(2):
        a.kill()
        a.start()
        a.wait_state("MASTER")
        heard = received(b)
        poll(lambda heard=heard: received(b) > heard + 1, 5, "B hears A no more", b.tail)
    assert discarded(b) == [{}]
    assert transitions(b) == before
    assert_one_owner(wire.segment, VIP, "a")


def test_two_keys_that_differ_are_told(wire):
    of_a, of_b = pair(**FAST)
    a = wire.start(Agent, wire.a, of_a.but(lines=hmac()))
    b = wire.start(Agent, wire.b, of_b.but(lines=hmac(((1, SECOND),))))
    a.wait_state("MASTER")
    b.wait_state("MASTER")
    poll(lambda: discarded(a, b)[0].get("hmac") and discarded(a, b)[1].get("hmac"), 5, "both are content", b.tail)
    b.wait_log(r"invalid authentication HMAC")
