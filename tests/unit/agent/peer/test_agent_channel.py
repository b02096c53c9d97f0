# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that messages go out once a second and come in portions, that faults are kept, and that nothing is unbounded."""

from __future__ import annotations

import asyncio
import errno
from ipaddress import ip_address
from itertools import count

import pytest
from peer_links import OTHER, OWN, LoopScheduler, Network
from virtual_time import play

from vrrp.agent.peer import channel as channel_module
from vrrp.agent.peer.channel import AT_ONCE, Channel
from vrrp.config.model.configuration import PeerStatus
from vrrp.protocol.peer_report import InstanceReport, NodeReport, encode
from vrrp.protocol.peer_session import MALFORMED, REPLAY, SIGNATURE, Session
from vrrp.protocol.peer_view import PeerView

KEY = bytes(range(32))


class Node:
    """It is one end: what it tells can be changed, and ``view`` is what it knows of the other one."""

    def __init__(self, network, own=OWN, other=OTHER, key=KEY, state="BACKUP") -> None:
        self.state, self.told = state, 0
        self.scheduler = LoopScheduler(network)
        self.view = PeerView(other, 61112, self.scheduler.now(), "r")
        settings = PeerStatus(ip_address(other), ip_address(own), keys=(key,))
        self.channel = Channel(settings, self.view, self.contents, self.scheduler, lambda: 1e9, network.open)

    def contents(self):
        self.told += 1
        return encode(NodeReport("n", "1", "r", 1e9), [InstanceReport("VI_1", self.state, 90)])

    @property
    def knows(self):
        """Return the state of VI_1 on the other node."""
        return self.view.standby("VI_1", "", 0.0, self.scheduler.now()).report


def played(scenario):
    async def run():
        network = Network()
        made = []

        def node(*args, **kwargs):
            made.append(Node(network, *args, **kwargs))
            return made[-1]

        try:
            await scenario(network, node)
        finally:
            for each in made:
                each.channel.close()

    play(run)


def test_two_nodes_know_each_other_within_half_a_second():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN, state="MASTER")
        await asyncio.sleep(0.5)
        assert (a.knows.state, b.knows.state) == ("MASTER", "BACKUP")

    played(scenario)


def test_then_each_tells_once_a_second_and_sooner_what_has_changed():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(5.5)
        before = a.told
        await asyncio.sleep(10)
        assert a.told - before == 10
        a.state = "FAULT"
        for _number in range(20):
            a.channel.send_soon()
        await asyncio.sleep(0.15)
        assert b.knows.state == "FAULT"
        assert a.told - before <= 12

    played(scenario)


def test_a_node_that_starts_again_is_known_again_at_once():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(2)
        b.channel.close()
        await asyncio.sleep(1.5)
        assert a.view.nobody_at is not None
        again = node(OTHER, OWN, state="MASTER")
        await asyncio.sleep(1.5)
        assert (a.knows.state, again.knows.state, a.view.nobody_at) == ("MASTER", "BACKUP", None)

    played(scenario)


def test_a_node_with_another_key_is_not_heard():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN, key=KEY[::-1])
        await asyncio.sleep(8)
        assert (a.knows, b.knows) == (None, None)
        assert a.view.discarded[SIGNATURE] >= 7
        assert "another key" in a.view.silence(8.0).text

    played(scenario)


def test_recordings_and_rubbish_change_nothing():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(3)
        recorded = [message for address, message in network.sent if address == OTHER]
        b.state = "FAULT"
        b.channel.send_soon()
        await asyncio.sleep(0.2)
        for message in [*recorded, b"rubbish"]:
            network.ends[OWN].arrives(message)
        await asyncio.sleep(0.2)
        assert a.knows.state == "FAULT"
        assert (a.view.discarded[REPLAY] > 0, a.view.discarded[MALFORMED]) == (True, 1)

    played(scenario)


def test_messages_that_were_held_back_do_not_keep_a_dead_node_alive():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(3.5)
        end, held = network.ends[OWN], []
        end.arrives = held.append
        await asyncio.sleep(20)
        del end.arrives
        b.channel.close()
        end.waiting.clear()
        died = a.scheduler.now()
        for message in held:
            end.arrives(message)
            await asyncio.sleep(1)
            if a.scheduler.now() - died > 6:
                assert a.view.silence(a.scheduler.now()) is not None
        assert len(held) >= 20

    played(scenario)


def test_both_hear_each_other_again_after_an_outage():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(3.5)
        for address in (OWN, OTHER):
            network.ends[address].arrives = lambda message: None
        await asyncio.sleep(20)
        assert a.view.silent(a.scheduler.now())
        for address in (OWN, OTHER):
            del network.ends[address].arrives
        await asyncio.sleep(2.5)
        for each in (a, b):
            assert not each.view.silent(each.scheduler.now())

    played(scenario)


def test_a_signed_message_that_cannot_be_read_is_counted():
    async def scenario(network, node):
        a = node()
        await asyncio.sleep(0.1)
        other = Session([KEY], ip_address(OTHER), ip_address(OWN), lambda length: b"7" * length)
        (_address, message) = network.sent[-1]
        with pytest.raises(ValueError, match="unproven"):
            other.verify(message)
        network.ends[OWN].arrives(other.sign(1, b"{}"))
        network.ends[OWN].arrives(other.sign(2, b"\xff"))
        await asyncio.sleep(0.1)
        assert (a.view.discarded, a.view.newer) == ({MALFORMED: 1}, 2)

    played(scenario)


def test_a_flood_is_read_in_portions_with_pauses():
    async def scenario(network, node):
        a = node()
        await asyncio.sleep(0.1)
        end, numbers = network.ends[OWN], count()

        def pour():
            if next(numbers) < 2000:
                for _number in range(AT_ONCE + 4):
                    end.arrives(b"x" * 60)

        loop, reading, portions = asyncio.get_running_loop(), a.channel._read, []

        def read(link):
            before = end.reads
            reading(link)
            portions.append((loop.time(), end.reads - before))
            pour()

        a.channel._read = read
        pour()
        await asyncio.sleep(1.0)
        assert max(size for _at, size in portions) == AT_ONCE
        assert 40 <= len(portions) <= 1 / channel_module.THROTTLE_S + 1
        assert a.told <= 12, "and it is not answered"

    played(scenario)


def test_a_socket_that_cannot_be_opened_is_tried_again():
    async def scenario(network, node):
        network.error = errno.EADDRNOTAVAIL
        a = node()
        await asyncio.sleep(2.5)
        assert a.view.unsent == "Cannot assign requested address"
        network.error = 0
        node(OTHER, OWN)
        await asyncio.sleep(1.5)
        assert (a.view.unsent, a.knows.state) == (None, "BACKUP")

    played(scenario)


def test_a_node_does_not_take_itself_for_the_other_one():
    async def scenario(network, node):
        a = node(OWN, OWN)
        await asyncio.sleep(1.5)
        assert (a.knows, network.sent, network.ends) == (None, [], {})
        assert a.view.silence(0.0).text == "peer_status names this node itself"
        a.channel._open_socket = lambda own, peer, port: network.open(OTHER, peer, port)
        await asyncio.sleep(1)
        assert (a.view.problem, len(network.sent)) == (None, 1), "the kernel has chosen another address"

    played(scenario)


def test_a_send_error_makes_the_channel_open_its_socket_again():
    async def scenario(network, node):
        a = node()
        node(OTHER, OWN)
        await asyncio.sleep(2)
        network.ends[OWN].error = errno.ENETUNREACH
        await asyncio.sleep(1.1)
        assert a.view.unsent == "Network is unreachable"
        await asyncio.sleep(1.5)
        assert (a.view.unsent, a.knows.state) == (None, "BACKUP")

    played(scenario)


def test_a_full_queue_is_no_fault():
    async def scenario(network, node):
        a = node()
        await asyncio.sleep(0.1)
        network.ends[OWN].error = errno.EAGAIN
        await asyncio.sleep(1.1)
        assert a.view.unsent is None

    played(scenario)


def test_the_last_message_is_sent_at_the_end():
    async def scenario(network, node):
        a, b = node(), node(OTHER, OWN)
        await asyncio.sleep(2)
        b.state = "STOP"
        b.channel.close()
        await asyncio.sleep(0.1)
        assert a.knows.state == "STOP"

    played(scenario)
