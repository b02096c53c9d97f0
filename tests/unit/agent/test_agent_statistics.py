# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance counts what it sends and hears, and remembers whom it has heard."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.agent.statistics import PEERS_MAX, QUESTIONS, Conflict, Counters, Peers


def peer(number):
    return ip_address(f"192.0.2.{number}")


class TestCounters:
    def test_everything_begins_at_zero(self):
        assert Counters().as_dict() == {
            "sent": 0,
            "send_errors": 0,
            "received": 0,
            "priority_zero_sent": 0,
            "priority_zero_received": 0,
            "became_master": 0,
            "transitions": 0,
            "addresses_put_back": 0,
            "split_brains": 0,
            "address_conflicts": 0,
            "discarded": {},
        }

    def test_a_discard_is_counted_by_its_reason(self):
        counters = Counters(sent=3)
        for reason in ("ttl", "vrid", "ttl"):
            counters.discard(reason)
        assert counters.as_dict()["discarded"] == {"ttl": 2, "vrid": 1}
        assert counters.as_dict()["sent"] == 3

    def test_two_instances_do_not_share_a_count(self):
        one, other = Counters(), Counters()
        one.discard("ttl")
        assert other.discarded == {}

    def test_a_snapshot_of_the_counters_does_not_change(self):
        counters = Counters()
        counters.discard("ttl")
        picture = counters.as_dict()
        counters.discard("ttl")
        counters.sent += 1
        assert (picture["discarded"], picture["sent"]) == ({"ttl": 1}, 0)


class TestPeers:
    def test_without_an_advertisement_there_is_no_peer(self):
        assert Peers().as_list(10.0) == [] and Peers().last is None

    def test_the_newest_peer_is_the_first(self):
        peers = Peers()
        peers.heard(peer(4), 100, 1.0)
        peers.heard(peer(6), 90, 2.5)
        peers.heard(ip_address("fe80::7"), 80, 2.0)
        assert peers.last == ip_address("fe80::7")
        assert peers.as_list(3.0) == [
            {"address": "192.0.2.6", "priority": 90, "seen_s": 0.5},
            {"address": "fe80::7", "priority": 80, "seen_s": 1.0},
            {"address": "192.0.2.4", "priority": 100, "seen_s": 2.0},
        ]

    @pytest.mark.parametrize("same_object", [True, False])
    def test_a_peer_that_speaks_again_is_listed_once(self, same_object):
        peers, source = Peers(), peer(4)
        peers.heard(source, 100, 1.0)
        peers.heard(source if same_object else peer(4), 90, 2.0)
        assert peers.as_list(2.0) == [{"address": "192.0.2.4", "priority": 90, "seen_s": 0.0}]

    def test_two_peers_that_speak_in_turns_are_told_apart(self):
        peers, one, other = Peers(), peer(4), peer(6)
        for now, source, priority in ((1.0, one, 100), (1.5, other, 90), (2.0, one, 101), (2.5, other, 91)):
            peers.heard(source, priority, now)
        assert [(entry["address"], entry["priority"]) for entry in peers.as_list(3.0)] == [
            ("192.0.2.6", 91),
            ("192.0.2.4", 101),
        ]

    def test_the_time_is_given_in_whole_milliseconds(self):
        peers = Peers()
        peers.heard(peer(4), 100, 1.0)
        assert peers.as_list(2.23456)[0]["seen_s"] == 1.235

    def test_the_peer_that_is_silent_for_longest_is_dropped(self):
        peers = Peers()
        for number in range(1, 33):
            peers.heard(peer(number), 100, float(number))
        peers.heard(peer(1), 100, 40.0)
        peers.heard(peer(200), 50, 41.0)
        listed = [entry["address"] for entry in peers.as_list(42.0)]
        assert PEERS_MAX == len(listed) == 32
        assert listed[:3] == ["192.0.2.200", "192.0.2.1", "192.0.2.32"]
        assert "192.0.2.2" not in listed and "192.0.2.3" in listed

    def test_a_priority_is_told_while_its_advertisement_is_new(self):
        peers = Peers()
        for now, number, priority in ((1.0, 4, 255), (2.0, 6, 255), (3.0, 8, 255), (4.0, 8, 0), (5.0, 9, 254)):
            peers.heard(peer(number), priority, now)
        assert peers.last_said(255, 1.0) == [(peer(6), 2.0)]


@pytest.mark.parametrize(
    ("unanswered", "now", "past"),
    [(0, 399.9, False), (0, 400.0, True), (QUESTIONS, 100.0, False), (QUESTIONS + 1, 100.0, True)],
)
def test_a_conflict_is_over_without_an_answer_or_after_a_while(unanswered, now, past):
    assert Conflict("eth0", bytes(6), 100.0, unanswered).past(now) is past
