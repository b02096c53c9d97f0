# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each signed advertisement is verified, though only the first is judged as a whole."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from agent_fakes import OWN, PEER, instance
from authenticated_pair import AH, NOW, Sender, Side

from vrrp.agent.network import receiver
from vrrp.config.model.configuration import AuthHmac, HmacKey

KEY, OTHER_KEY = HmacKey(1, bytes(range(32))), HmacKey(1, bytes(range(1, 33)))
SIX, SIX_PEER = ip_address("fe80::4"), ip_address("fe80::6")


def signed(key=KEY, **fields):
    return instance(hmac=AuthHmac((key,), 1), version=3, **fields)


@pytest.mark.parametrize("version", [4, 6])
def test_the_second_signed_advertisement_is_verified_and_not_judged(monkeypatch, version):
    six = version == 6
    config = signed(**({"addresses": ("fd00:8::100/64",)} if six else {}))
    side, sender = Side(config, SIX if six else OWN), Sender(config, SIX_PEER if six else PEER)
    assert side.receive(sender.say()) == 1
    monkeypatch.setattr(receiver, "accept", lambda *arguments: pytest.fail("judged twice"))
    assert side.receive(sender.say(), sender.say()) == 2
    assert side.counters.discarded == {}


def test_a_recording_of_a_known_sender_is_discarded_and_named_once():
    side, sender = Side(signed(), OWN), Sender(signed(), PEER)
    first, second = sender.say(), sender.say()
    assert side.receive(first, second) == 2
    assert side.receive(second, first, second) == 0
    assert side.counters.discarded == {"hmac_replay": 3}
    assert side.text.getvalue().count("replayed authentication trailer") == 1


def test_a_forged_trailer_behind_known_octets_is_discarded():
    side, sender = Side(signed(), OWN), Sender(signed(), PEER)
    assert side.receive(sender.say()) == 1
    good = sender.say()
    assert side.receive(good[:-1] + bytes([good[-1] ^ 1])) == 0
    assert side.counters.discarded == {"hmac": 1}
    assert side.receive(good) == 1, "the forgery has moved no mark"


def test_a_clock_that_drifts_is_told_before_it_is_too_late():
    side, sender = Side(signed(), OWN, now=NOW + 4), Sender(signed(), PEER)
    assert side.receive(sender.say(at=NOW), sender.say(at=NOW + 0.5)) == 2
    text = "authentication clock skew 4 sec from 192.168.8.6 approaching window 5 sec: beyond it nothing is accepted"
    assert side.text.getvalue().count(text) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        (signed(), signed(OTHER_KEY), "hmac"),
        (signed(), instance(version=3), "hmac_missing"),
        (instance(version=3), signed(), "length"),
        (instance(**AH), instance(), "auth_type"),
    ],
)
def test_a_sender_with_another_kind_of_authentication_is_discarded(ours, theirs, reason):
    side, sender = Side(ours, OWN), Sender(theirs, PEER)
    assert side.receive(sender.say()) == 0
    assert side.counters.discarded == {reason: 1}


def test_an_ipsec_header_that_was_changed_or_is_not_expected_is_discarded():
    side, sender = Side(instance(**AH), OWN), Sender(instance(**AH), PEER)
    packet = sender.say()
    assert side.receive(packet) == 1
    later = sender.say()
    assert side.receive(later[:-1] + bytes([later[-1] ^ 1]), packet) == 0
    assert side.counters.discarded == {"ah": 1, "ah_replay": 1}
    plain = Side(instance(), OWN)
    assert plain.receive(sender.say()) == 0
    assert plain.counters.discarded == {"auth_type": 1}
    assert "it has an AH header but auth type is not AH" in plain.text.getvalue()
