# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener tells when the sender has a coming configuration, and takes nothing from the instance beside it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance
from authenticated_pair import AH, NOW, Sender, Side

from vrrp.agent.network.listener import Listener
from vrrp.config.model.configuration import Authentication, AuthHmac, HmacKey, Vmac

KEY, SECOND = HmacKey(1, bytes(range(32))), HmacKey(2, bytes(range(32, 64)))
PASSWORD = Authentication("PASS", "1111")


def hmac(*keys, active=1, mode="enforce", **fields):
    return instance(hmac=AuthHmac(keys or (KEY,), active, mode=mode, **fields), version=3)


PLAIN = instance(version=3)
CHANGES = {
    "nothing -> enforce": (PLAIN, hmac()),
    "enforce -> nothing": (hmac(), PLAIN),
    "enforce -> receive-only": (hmac(), hmac(mode="receive-only")),
    "key 1 -> key 2": (hmac(), hmac(SECOND, active=2)),
    "virtual router id": (PLAIN, instance(version=3, virtual_router_id=77)),
    "version": (instance(), PLAIN),
    "interval": (instance(), instance(advert_int_cs=300)),
    "password": (instance(authentication=PASSWORD), instance(authentication=Authentication("PASS", "2222"))),
    "to IPsec AH": (instance(authentication=PASSWORD), instance(**AH)),
    "another address": (PLAIN, instance(version=3, addresses=("192.168.8.101/24",))),
    "an address more": (PLAIN, instance(version=3, addresses=("192.168.8.100/24", "192.168.8.101/24"))),
    "an address less": (instance(version=3, addresses=("192.168.8.100/24", "192.168.8.101/24")), PLAIN),
}  # fmt: skip


class Node:
    """It has a side with the configuration ``before``, and a listener for ``after``."""

    def __init__(self, before, after, marks=None):
        self.side, self.heard = Side(before, OWN), 0
        listener = Listener(after, self.hears, marks or {}, wall=lambda: self.side.now)
        self.side.receiver.overhear([listener])

    def hears(self):
        self.heard += 1


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_the_old_master_proves_nothing_and_the_new_one_does(before, after):
    node, old, new = Node(before, after), Sender(before, PEER), Sender(after, PEER)
    assert node.side.receive(old.say(), old.say(), old.say()) == 3
    assert node.heard == 0
    node.side.receive(new.say(at=NOW + 1))
    assert node.heard == 1
    assert (node.side.counters.discarded, node.side.unknown.discarded) == ({}, {})


def test_a_recording_and_a_forgery_prove_nothing():
    both = hmac(KEY, SECOND, active=2)
    before, old = Side(both, OWN), Sender(both, PEER)
    recorded = old.say()
    assert before.receive(recorded) == 1
    node = Node(hmac(), hmac(SECOND, active=2), before.authenticator.heard)
    good = old.say()
    node.side.receive(recorded, good[:-1] + bytes([good[-1] ^ 1]))
    assert (node.heard, node.side.counters.discarded) == (0, {"hmac_key": 2})
    node.side.receive(good)
    assert node.heard == 1


def test_an_unsigned_advertisement_is_discarded_while_the_key_changes():
    node, plain = Node(hmac(), hmac(SECOND, active=2)), Sender(PLAIN, PEER)
    assert node.side.receive(plain.say()) == 0
    assert (node.heard, node.side.counters.discarded) == (0, {"hmac_missing": 1})


def test_a_packet_that_the_instance_accepts_is_no_proof_of_the_change():
    node, sender = Node(hmac(), hmac(anti_replay="monotonic")), Sender(hmac(), PEER)
    assert node.side.receive(sender.say()) == 1
    assert node.heard == 0


def test_a_known_advertisement_is_checked_again_for_a_new_listener():
    """The master had the long list already, and the play was run again."""
    long = instance(version=3, addresses=("192.168.8.100/24", "192.168.8.101/24"))
    side, sender, heard = Side(PLAIN, OWN), Sender(long, PEER), []
    assert side.receive(sender.say()) == 1
    side.receiver.overhear([Listener(long, lambda: heard.append(1), {})])
    assert side.receive(sender.say()) == 1
    assert heard == [1]


def test_it_joins_another_group_and_leaves_it_again():
    other = instance(virtual_router_id=77)
    side = Side(instance(), OWN)
    groups = []
    side.socket.stay_in = lambda wanted: groups.append({str(group) for group in wanted})
    listener = Listener(replace(other, mcast_dst_ip=ip_address("224.0.0.77")), lambda: None, {})
    side.receiver.overhear([listener])
    assert side.socket.groups[-1] == "224.0.0.77"
    side.receiver.overhear([])
    assert groups == [{"224.0.0.18", "224.0.0.77"}, {"224.0.0.18"}]
    assert side.receive(Sender(other, PEER).say()) == 0
    assert side.unknown.discarded == {"vrid": 1}


def test_it_listens_on_the_interface_of_a_macvlan_that_is_not_there_yet():
    assert Listener(instance(vmac=Vmac()), lambda: None, {}).config.speaks_on == "eth0"
