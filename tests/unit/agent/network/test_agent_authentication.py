# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed advertisements from one instance to another are sent, accepted or refused."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance
from authenticated_pair import AH, NOW, Sender, Side

from vrrp.agent.network import receiver as receiver_module
from vrrp.agent.network.authentication import Authenticator
from vrrp.config.model.configuration import Authentication, AuthHmac, HmacKey

SECRET, OTHER = bytes(range(32)), b"s3cret" * 6
KEY = HmacKey(1, SECRET)
HMAC = AuthHmac((KEY,), 1)
OWN6, PEER6 = ip_address("fe80::4"), ip_address("fe80::6")
KINDS = {
    "v2": ({}, OWN, PEER),
    "v3": ({"version": 3, "advert_int_cs": 10}, OWN, PEER),
    "v3 message only": ({"version": 3, "advert_int_cs": 10, "v3_checksum_as_v2": True}, OWN, PEER),
    "IPv6": ({"version": 3, "advert_int_cs": 10, "addresses": ("fd00:8::100/64",)}, OWN6, PEER6),
}


@pytest.fixture(params=KINDS, ids=list(KINDS))
def pair(request):
    fields, own, peer = KINDS[request.param]
    config = instance(hmac=HMAC, **fields)
    return Sender(config, peer), Side(config, own)


def test_signed_advertisements_are_heard(pair):
    sender, receiver = pair
    assert receiver.receive(*(sender.say() for _each in range(10))) == 10
    assert receiver.receive(sender.say(priority=0)) == 1
    assert receiver.heard_of[-1] == (0, str(sender.source))
    assert receiver.counters.discarded == {}


def test_only_the_first_of_equal_advertisements_is_judged_whole(pair, monkeypatch):
    sender, receiver = pair
    receiver.receive(sender.say())
    monkeypatch.setattr(receiver_module, "accept", lambda *arguments: pytest.fail("judged twice"))
    assert receiver.receive(*(sender.say() for _each in range(20))) == 20


def test_a_replay_is_never_let_through(pair):
    """Neither the first one, which is judged whole, nor a later one, of which the trailer alone is verified."""
    sender, receiver = pair
    first, second, third = sender.say(), sender.say(), sender.say()
    assert receiver.receive(first, first, second, first, second, third, third) == 3
    assert receiver.counters.discarded == {"hmac_replay": 4}


@pytest.mark.parametrize("known", [False, True], ids=["at first", "when its like is known"])
def test_every_wrong_advertisement_has_its_reason(pair, known):
    sender, receiver = pair
    if known:
        receiver.receive(sender.say())
    base = len(receiver.heard_of)
    good = sender.say()
    forged = good[:-1] + bytes((good[-1] ^ 1,))
    stranger = Sender(instance_like(sender, AuthHmac((HmacKey(1, OTHER),), 1)), sender.source, now=sender.now)
    unknown = Sender(instance_like(sender, AuthHmac((HmacKey(9, SECRET),), 9)), sender.source, now=sender.now)
    plain = Sender(instance_like(sender, None), sender.source)
    kind = bytearray(good)
    kind[-28] = 2
    receiver.receive(forged, stranger.say(), unknown.say(), plain.say(), bytes(kind))
    assert receiver.counters.discarded == {"hmac": 2, "hmac_key": 1, "hmac_missing": 1, "hmac_malformed": 1}
    receiver.now += 60
    receiver.receive(good)
    assert receiver.counters.discarded["hmac_stale"] == 1
    assert len(receiver.heard_of) == base
    assert receiver.text.getvalue().count("\n") == 6 - 1  # two wrong signatures are one line


def instance_like(sender, hmac):
    return replace(sender.config, hmac=hmac)


def test_a_flood_of_forgeries_is_a_few_lines(pair):
    sender, receiver = pair
    good = sender.say()
    receiver.receive(good)
    receiver.receive(*(good for _each in range(1000)))
    assert receiver.counters.discarded == {"hmac_replay": 1000}
    assert receiver.text.getvalue().count("\n") == 1


def test_a_key_is_rotated_without_losing_one(pair):
    sender, receiver = pair
    both = AuthHmac((KEY, HmacKey(2, OTHER)), 1)
    sent = 0
    for theirs, ours in (
        (HMAC, both),
        (both, both),
        (AuthHmac(both.keys, 2), both),
        (AuthHmac(both.keys, 2), AuthHmac(both.keys, 2)),
        (AuthHmac(both.keys, 2), AuthHmac((HmacKey(2, OTHER),), 2)),
    ):
        sender.take(instance_like(sender, theirs))
        receiver.take(instance_like(sender, ours))
        sent += 3
        receiver.receive(sender.say(), sender.say(), sender.say())
        assert len(receiver.heard_of) == sent
    assert receiver.counters.discarded == {}


def test_the_old_key_is_refused_once_it_is_gone(pair):
    sender, receiver = pair
    receiver.receive(sender.say())
    receiver.take(instance_like(sender, AuthHmac((HmacKey(2, OTHER),), 2)))
    assert receiver.receive(sender.say()) == 0
    assert receiver.counters.discarded == {"hmac_key": 1}


def test_three_reloads_lose_no_advertisement(pair):
    sender, receiver = pair
    modes = [None, *(AuthHmac((KEY,), 1, mode=mode) for mode in ("receive-only", "permissive", "enforce"))]
    steps = list(zip(modes[1:], modes)) + list(zip(modes[1:], modes[1:]))
    for newer, older in sorted(steps, key=lambda step: modes.index(step[0])):
        for theirs, ours in ((newer, older), (older, newer)):
            sender.take(instance_like(sender, theirs))
            receiver.take(instance_like(sender, ours))
            if theirs is not None and theirs.mode == "permissive" and ours is None:
                continue  # the order of the sweeps forbids it
            assert receiver.receive(sender.say(), sender.say()) == 2, (theirs, ours)
    assert receiver.counters.discarded == {}


@pytest.mark.parametrize(("mode", "signs"), [("enforce", True), ("permissive", True), ("receive-only", False)])
def test_each_mode_signs_or_not(mode, signs):
    plain = Sender(instance(), PEER).say()
    packet = Sender(instance(hmac=AuthHmac((KEY,), 1, mode=mode)), PEER).say()
    assert len(packet) == len(plain) + (28 if signs else 0)
    assert packet == plain or signs


@pytest.mark.parametrize("mode", ["permissive", "receive-only"])
def test_a_bad_trailer_is_refused_in_every_mode(mode):
    receiver = Side(instance(hmac=AuthHmac((KEY,), 1, mode=mode)), OWN)
    receiver.receive(Sender(instance(hmac=AuthHmac((HmacKey(1, OTHER),), 1)), PEER).say())
    assert receiver.counters.discarded == {"hmac": 1}
    assert receiver.receive(Sender(instance(), PEER).say()) == 1


def test_both_signatures_of_a_pair_that_starts_again_are_newer(pair):
    sender, receiver = pair
    assert receiver.receive(sender.say(), sender.say()) == 2
    successor = Sender(sender.config, sender.source, now=sender.now)  # remembers nothing
    assert receiver.receive(successor.say()) == 1


def test_a_reload_forgets_neither_sequence_nor_marks(pair):
    sender, receiver = pair
    heard = sender.say()
    receiver.receive(heard)
    receiver.take(sender.config)
    sender.take(sender.config)
    assert receiver.receive(heard) == 0
    assert receiver.receive(sender.say(at=sender.now - 1)) == 1  # its clock went back a little meanwhile


@pytest.mark.parametrize("signed", [True, False])
def test_a_reload_is_in_force_at_once_for_sending_and_hearing(pair, signed):
    """Packets that were prepared or checked under the old configuration are not used again."""
    sender, receiver = pair
    if not signed:
        sender.take(instance_like(sender, None))
        receiver.take(sender.config)
    config, at = sender.config, sender.now
    assert receiver.receive(sender.say()) == 1
    network = "192.168.8.101/24" if sender.source.version == 4 else "fd00:8::101/64"
    moved = replace(config, addresses=instance(addresses=(network,)).addresses)
    receiver.take(moved)
    assert receiver.receive(sender.say(at=at + 1)) == 0
    assert receiver.counters.discarded == {"addresses": 1}
    sender.take(moved)
    assert receiver.receive(sender.say(at=at + 2)) == 1


def test_clocks_that_drift_apart_are_told_before_it_hurts(pair):
    sender, receiver = pair
    receiver.now = sender.now - 3.0
    assert receiver.receive(sender.say()) == 1
    assert "authentication clock skew" in receiver.text.getvalue()  # the very first one says it
    assert receiver.receive(*(sender.say() for _each in range(3))) == 3
    (line,) = receiver.text.getvalue().splitlines()
    assert "authentication clock skew -3 sec from" in line
    assert "approaching window 5 sec" in line


def test_monotonic_needs_no_common_clock():
    config = instance(hmac=AuthHmac((KEY,), 1, anti_replay="monotonic"))
    sender, receiver = Sender(config, PEER, now=NOW - 86400), Side(config, OWN)
    first = sender.say()
    assert receiver.receive(first, sender.say(), sender.say(at=NOW - 90000)) == 3
    assert receiver.receive(first) == 0
    assert receiver.counters.discarded == {"hmac_replay": 1}


def test_every_unicast_peer_gets_the_same_signature():
    peers = (PEER, ip_address("192.168.8.7"))
    sender = Sender(instance(hmac=HMAC, version=3, unicast_peers=peers), OWN)
    (one, _to_one), (two, _to_two) = sender.authenticator.packets(100)
    assert one[-28:] == two[-28:]
    assert (one[16:20], two[16:20]) == (peers[0].packed, peers[1].packed)
    receiver = Side(instance(hmac=HMAC, version=3, unicast_peers=(OWN,)), peers[1])
    assert receiver.receive(two) == 1


def test_each_of_many_unicast_peers_is_remembered():
    peers = tuple(ip_address(f"192.168.8.{number}") for number in range(10, 16))
    receiver = Side(instance(hmac=HMAC, version=3, unicast_peers=peers), OWN)
    said = [Sender(instance(hmac=HMAC, version=3, unicast_peers=(OWN,)), peer).say() for peer in peers]
    assert receiver.receive(*said) == 6
    assert receiver.receive(*said) == 0


def test_ipv6_unicast_has_a_checksum_of_its_own_for_each_peer():
    own, peers = ip_address("fd00:8::4"), (ip_address("fd00:8::6"), ip_address("fd00:8::7"))
    fields = {"hmac": HMAC, "version": 3, "addresses": ("fd00:8::100/64",)}
    packets = Sender(instance(unicast_peers=peers, **fields), own).authenticator.packets(100)
    for (packet, _text), peer in zip(packets, peers):
        receiver = Side(instance(unicast_peers=(own,), **fields), peer)
        assert receiver.receive(packet) == 1
        assert int.from_bytes(packet[4:6], "big") == len(packet) - 40


def test_the_total_length_of_an_ipv4_packet_counts_the_trailer():
    packet = Sender(instance(hmac=HMAC), PEER).say()
    assert int.from_bytes(packet[2:4], "big") == len(packet) == 20 + 20 + 28


def test_hmac_takes_the_place_of_a_password():
    packet = Sender(instance(hmac=HMAC, authentication=Authentication("PASS", "1111")), PEER).say()
    assert packet[24] == 0
    assert b"1111" not in packet


def test_an_authenticator_shows_no_key():
    config = instance(hmac=AuthHmac((HmacKey(1, OTHER),), 1), **AH)
    made = Authenticator(config)
    assert "s3cret" not in repr((made, made.verifier, config, made.take(config, OWN)))


@pytest.mark.parametrize("fields", [{}, {"hmac": AuthHmac((HmacKey(1, bytes(32)),), 1), "version": 3}])
def test_an_instance_that_is_its_only_peer_sends_nothing(fields):
    config = instance(unicast_peers=(OWN,), **fields)
    authenticator = Authenticator(config)
    authenticator.take(config, OWN)
    assert authenticator.packets(100) == []
