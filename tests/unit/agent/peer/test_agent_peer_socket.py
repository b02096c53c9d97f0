# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a socket hears its peer alone, and is told that nobody listens there. On the loopback interface."""

from __future__ import annotations

import errno
import select
import socket
from ipaddress import ip_address

import pytest

from vrrp.agent.peer.peer_socket import PeerSocket

ONE, TWO, THREE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@pytest.fixture
def port():
    """Return a port that is free on all three addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("", 0))
        return free.getsockname()[1]


def opened(own, peer, port):
    return PeerSocket(own and ip_address(own), ip_address(peer), port)


def arrives(sock):
    select.select([sock], [], [], 5)
    return sock.receive()


def test_each_hears_the_other_and_nobody_else(port):
    one, two, three = opened(ONE, TWO, port), opened(TWO, ONE, port), opened(THREE, ONE, port)
    try:
        assert one.address == ONE
        assert one.receive() is None
        three.send(b"stranger")
        two.send(b"peer")
        assert arrives(one) == b"peer"
        assert one.receive() is None
    finally:
        for each in (one, two, three):
            each.close()


def test_a_refused_packet_is_an_error_of_the_next_call(port):
    one = opened(ONE, TWO, port)
    try:
        one.send(b"1")
        with pytest.raises(OSError, match="refused") as refused:
            arrives(one)
        assert refused.value.errno == errno.ECONNREFUSED
        assert one.receive() is None
    finally:
        one.close()


def test_the_kernel_chooses_an_address(port):
    one = opened(None, ONE, port)
    assert one.address == ONE
    one.close()


def test_both_ends_over_ipv6(port):
    with pytest.raises(OSError, match="Cannot assign"):
        PeerSocket(ip_address("2001:db8::1"), ip_address("::1"), port)
    one = opened(None, "::1", port)
    assert one.address == "::1"
    one.send(b"to itself")
    assert arrives(one) == b"to itself"
    one.close()


def test_an_address_that_is_not_there_is_an_error(port):
    with pytest.raises(OSError, match="Cannot assign requested address"):
        opened("192.0.2.1", TWO, port)
