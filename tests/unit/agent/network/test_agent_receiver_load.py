# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A flood is read in portions, and does not keep the loop."""

from __future__ import annotations

import pytest
from receiver_parts import FakeSocket, from_peer, with_octet

from vrrp.agent.network import receiver


def test_a_thousand_discarded_packets_are_one_line(line):
    line.receive(*[with_octet(from_peer(), 8, 64)] * 1000)
    assert line.instance.counters.discarded == {"ttl": 1000}
    assert line.text.getvalue().count("\n") == 1


def test_a_flood_does_not_keep_the_loop(line):
    line.receive(*[from_peer(virtual_router_id=52)] * (receiver.DRAIN_MAX + 10))
    assert len(line.socket.waiting) == 10


class Slow(FakeSocket):
    """It makes reading slow: five packets take all the time of a portion."""

    def __init__(self, line):
        super().__init__()
        self._line = line

    def receive(self):
        self._line.now += receiver.DRAIN_S / 4.5
        return super().receive()


@pytest.mark.parametrize("vrid", [51, 52])  # what is known, and what is judged
def test_a_portion_ends_when_its_time_is_over(line, vrid):
    line.receiver.socket = line.socket = Slow(line)
    line.socket.waiting = [from_peer(virtual_router_id=vrid)] * 12
    found = [(line.receiver.drain(1.0), len(line.socket.waiting)) for _ in range(4)]
    assert found == [(False, 7), (False, 2), (True, 0), (True, 0)]


def test_a_flood_is_read_up_to_what_can_wait_in_the_socket(line, monkeypatch):
    monkeypatch.setattr(receiver, "DRAIN_MAX", 20)
    line.receiver.socket = line.socket = Slow(line)
    line.socket.waiting = [from_peer(virtual_router_id=52)] * 1000
    assert [line.receiver.drain(1.0) for _ in range(8)] == [False, False, False, True] * 2
    assert len(line.socket.waiting) == 1000 - 2 * 20


def test_each_socket_has_a_portion_of_its_own(line):
    line.receiver.socket, line.receiver.ah = Slow(line), Slow(line)
    for each in line.receiver.sockets:
        each.waiting = [from_peer(virtual_router_id=52)] * 10
    assert line.receiver.drain(1.0) is False
    assert [len(each.waiting) for each in line.receiver.sockets] == [5, 5]


def test_two_sockets_that_are_flooded_end_together(line, monkeypatch):
    monkeypatch.setattr(receiver, "DRAIN_MAX", 20)
    line.receiver.socket, line.receiver.ah = Slow(line), Slow(line)
    for each in line.receiver.sockets:
        each.waiting = [from_peer(virtual_router_id=52)] * 1000
    assert [line.receiver.drain(1.0) for _ in range(8)] == [False, False, False, True] * 2


class Readers:
    """It is the scheduler's part: who listens, and what is to be called later."""

    def __init__(self):
        self.listening, self.later, self.at = set(), [], 10.0

    def now(self):
        return self.at

    def add_reader(self, descriptor, function):
        self.listening.add(descriptor)

    def remove_reader(self, descriptor):
        self.listening.discard(descriptor)

    def call_later(self, delay_s, function):
        self.later.append(function)


def resting(line):
    """Return the receiver with a scheduler of its own; it listens."""
    readers = Readers()
    line.receiver._scheduler, line.receiver._clock = readers, readers.now
    for sock in line.receiver.sockets:
        sock.fileno = lambda: 7
    line.receiver.listen()
    return readers


def test_a_busy_receiver_rests_and_a_quiet_one_does_not(line):
    readers = resting(line)
    for readers.at, rests in ((10.0, 0), (11.0, 0), (11.0005, 1)):
        line.receiver.read()
        assert len(readers.later) == rests
    assert readers.listening == set()
    readers.later.pop()()
    assert readers.listening == {7}


def test_a_receiver_that_was_closed_while_it_rested_is_not_read_again(line):
    readers = resting(line)
    line.receiver.throttle()
    line.receiver._closed = True
    readers.later.pop()()
    assert readers.listening == set()
