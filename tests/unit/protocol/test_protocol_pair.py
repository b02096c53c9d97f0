# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test two routers on one segment, in virtual time: which owns the addresses, moment by moment."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from vrrp.protocol.actions import SendAdvertisement
from vrrp.protocol.packet import Advertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters
from vrrp.protocol.timers import ANNOUNCE_FIRST_S, HANDOVER_S, master_down_interval_s

SOURCES = {"a": IPv4Address("192.168.8.4"), "b": IPv4Address("192.168.8.6")}
VIP = IPv4Address("192.168.8.100")
FLIGHT_S = 0.0002


class Pair:
    """It has router "a" with priority 100, "b" with 90, and a segment that delivers after FLIGHT_S."""

    def __init__(self, version=2, interval_cs=100, **options):
        self.version, self.interval_cs, self.now = version, interval_cs, 0.0
        self.routers = {
            name: VirtualRouter(Parameters(version, 51, priority, interval_cs, SOURCES[name], **options))
            for name, priority in (("a", 100), ("b", 90))
        }
        self.flying = []
        self.dead = set()
        self.owners = [(0.0, frozenset())]
        for name in self.routers:
            self.do(name, "start")

    def do(self, name, what, *arguments):
        actions = getattr(self.routers[name], what)(*arguments, self.now)
        for action in actions:
            if isinstance(action, SendAdvertisement):
                sent = Advertisement(self.version, 51, action.priority, (VIP,), self.interval_cs)
                self.flying.append((self.now + FLIGHT_S, name, sent))
        self._look()

    def kill(self, name):
        self.dead.add(name)
        self._look()

    def run(self, seconds):
        end = self.now + seconds
        while True:
            due = [(at, 0, index) for index, (at, *_unused) in enumerate(self.flying)]
            due += [
                (r.deadline, 1, n) for n, r in self.routers.items() if r.deadline is not None and n not in self.dead
            ]
            if not due or min(due)[0] > end:
                break
            at, kind, which = min(due)
            assert at >= self.now, "a deadline in the past"
            self.now = at
            if kind == 0:
                _unused, sender, advertisement = self.flying.pop(which)
                for name in self.routers.keys() - {sender} - self.dead:
                    self.do(name, "advertisement", advertisement, SOURCES[sender])
            else:
                self.do(which, "expire")
        self.now = end
        return self

    def _look(self):
        owners = frozenset(n for n, router in self.routers.items() if router.holds_addresses and n not in self.dead)
        if owners != self.owners[-1][1]:
            self.owners.append((self.now, owners))

    @property
    def owner(self):
        (only,) = self.owners[-1][1]
        return only

    def without_owner_s(self, since):
        return self._longest(0, since)

    def with_two_owners_s(self, since):
        return self._longest(2, since)

    def _longest(self, count, since):
        ends = [at for at, _unused in self.owners[1:]] + [self.now]
        spans = [(max(at, since), end) for (at, who), end in zip(self.owners, ends) if len(who) == count]
        return max([end - start for start, end in spans if end > start], default=0.0)


KINDS = [(2, 100), (3, 100), (3, 10), (3, 1)]


def settled(version, interval_cs, **options):
    pair = Pair(version, interval_cs, **options).run(20)
    assert pair.owner == "a"
    return pair


@pytest.mark.parametrize("kind", KINDS)
def test_the_higher_priority_alone_becomes_master(kind):
    pair = settled(*kind)
    assert [who for _unused, who in pair.owners] == [frozenset(), frozenset("a")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("move", [("a", "demote"), ("a", "stop"), ("b", "promote")])
def test_a_planned_move_never_leaves_the_address_without_an_owner(kind, move):
    pair = settled(*kind)
    since = pair.now
    pair.do(*move)
    pair.run(20)
    assert pair.owner == "b"
    assert pair.without_owner_s(since) == 0
    assert 0 < pair.with_two_owners_s(since) <= ANNOUNCE_FIRST_S + HANDOVER_S + 2 * FLIGHT_S


@pytest.mark.parametrize("kind", KINDS)
def test_a_dead_master_is_replaced_within_a_master_down_interval(kind):
    pair = settled(*kind)
    since = pair.now
    pair.kill("a")
    pair.run(20)
    assert pair.owner == "b"
    assert pair.without_owner_s(since) <= master_down_interval_s(kind[0], 90, kind[1]) + FLIGHT_S + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_ten_promotions_without_a_release_each_move_it_once(kind):
    pair = settled(*kind)
    for turn in range(10):
        since, target = pair.now, "ba"[turn % 2]
        changes = len(pair.owners)
        pair.do(target, "promote")
        pair.run(20)
        assert pair.owner == target
        assert pair.without_owner_s(since) == 0
        assert len(pair.owners) - changes == 2  # both for a moment, then the target alone


def test_a_release_moves_the_pair_back_without_a_gap():
    pair = settled(2, 100)
    pair.do("b", "promote")
    pair.run(10)
    since = pair.now
    pair.do("b", "release")
    pair.run(10)
    assert pair.owner == "a"
    assert pair.without_owner_s(since) == 0


def test_with_nopreempt_the_master_stays_master():
    pair = settled(2, 100, preempt=False)
    pair.do("a", "demote")
    pair.run(10)
    pair.do("a", "release")
    pair.run(20)
    assert pair.owner == "b"


def test_a_master_that_is_demoted_beside_a_dead_peer_never_drops_the_address():
    pair = settled(2, 100)
    pair.kill("b")
    since = pair.now
    pair.do("a", "demote")
    pair.run(20)
    assert pair.owner == "a"
    assert pair.without_owner_s(since) == 0
