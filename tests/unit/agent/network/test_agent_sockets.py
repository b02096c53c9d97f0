# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the requests of raw sockets to the kernel, without the rights to open one."""

from __future__ import annotations

import socket
import struct
from ipaddress import ip_address

import pytest

from vrrp.agent.network import ip_headers, sockets
from vrrp.agent.network.ip_headers import Received
from vrrp.agent.network.sockets import SocketError, open_socket

PEER, GROUP = ip_address("fe80::6"), ip_address("ff02::12")


class FakeSocket:
    """``options`` is what was set, ``waiting`` what recvmsg returns; ``refuses`` maps an option to its error.

    ``last`` is the socket that was opened last.
    """

    refuses: dict = {}
    last = None
    fails = None

    def __init__(self, family, kind, protocol):
        if self.fails is not None:
            raise self.fails
        self.family, self.protocol = family, protocol
        self.options, self.waiting, self.sent, self.closed = {}, [], [], False
        self.error = None
        type(self).last = self

    def setsockopt(self, level, option, value):
        if option in self.refuses:
            raise self.refuses[option]
        self.options.setdefault((level, option), []).append(value)

    def recvmsg(self, size, ancillary_size):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)

    def sendto(self, packet, address):
        if self.error is not None:
            raise self.error
        self.sent.append((packet, address))

    def sendmsg(self, buffers, ancillary, flags, address):
        if self.error is not None:
            raise self.error
        self.sent.append((b"".join(buffers), list(ancillary), flags, address))

    def close(self):
        self.closed = True


@pytest.fixture
def kernel(monkeypatch):
    """The class of the sockets that are opened; each test has its own."""
    made = type("Made", (FakeSocket,), {"refuses": {}})
    monkeypatch.setattr(sockets.socket, "socket", made)
    return made


def ipv6_options(kernel):
    return {option: values for (level, option), values in kernel.last.options.items() if level == socket.IPPROTO_IPV6}


def test_an_ipv6_socket_gets_these_options(kernel):
    opened = open_socket("eth0", 7, 6)
    assert (opened.version, kernel.last.family, kernel.last.protocol) == (6, socket.AF_INET6, 112)
    assert kernel.last.options[socket.SOL_SOCKET, socket.SO_BINDTODEVICE] == [b"eth0\0"]
    options = ipv6_options(kernel)
    assert options[sockets.IPV6_HDRINCL] == [1]
    assert options[socket.IPV6_MULTICAST_HOPS] == options[socket.IPV6_UNICAST_HOPS] == [255]
    assert options[socket.IPV6_MULTICAST_IF] == [7]
    assert options[socket.IPV6_MULTICAST_LOOP] == [0]
    assert options[socket.IPV6_RECVHOPLIMIT] == options[socket.IPV6_RECVPKTINFO] == [1]


def test_the_group_is_joined_once_on_its_interface(kernel):
    opened = open_socket("eth0", 7, 6)
    assert socket.IPV6_JOIN_GROUP not in ipv6_options(kernel)
    opened.join()
    opened.join()
    assert ipv6_options(kernel)[socket.IPV6_JOIN_GROUP] == [GROUP.packed + struct.pack("=i", 7)]


def test_ipv4_joins_its_own_group(kernel):
    opened = open_socket("eth0", 7, 4)
    opened.join()
    request = kernel.last.options[socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP]
    assert request == [bytes([224, 0, 0, 18, 0, 0, 0, 0]) + struct.pack("=i", 7)]
    assert (opened.version, kernel.last.family) == (4, socket.AF_INET)


def test_a_group_that_cannot_be_joined_is_an_error(kernel):
    opened = open_socket("eth0", 7, 6)
    kernel.refuses[socket.IPV6_JOIN_GROUP] = OSError(19, "No such device")
    with pytest.raises(SocketError, match="cannot join the multicast group on eth0: No such device"):
        opened.join()
    kernel.refuses.clear()
    opened.join()  # a refusal is not remembered as a success
    assert len(ipv6_options(kernel)[socket.IPV6_JOIN_GROUP]) == 1


def test_an_older_kernel_without_multicast_all_will_do(kernel):
    kernel.refuses[sockets.IPV6_MULTICAST_ALL] = OSError(92, "Protocol not available")
    assert open_socket("eth0", 7, 6).version == 6


def test_a_socket_that_cannot_be_used_is_closed(kernel, monkeypatch):
    closed = []
    monkeypatch.setattr(kernel, "close", lambda self: closed.append(True))
    kernel.refuses[sockets.IPV6_HDRINCL] = OSError(92, "Protocol not available")
    with pytest.raises(SocketError, match="cannot use eth0 for VRRP: Protocol not available"):
        open_socket("eth0", 7, 6)
    assert closed == [True]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PermissionError(1, "Operation not permitted"), "a raw socket needs root or CAP_NET_RAW"),
        (OSError(97, "Address family not supported by protocol"), "this system has no IPv6: Address family not supp"),
        (OSError(24, "Too many open files"), "cannot open a raw socket: Too many open files"),
    ],
)
def test_a_socket_that_cannot_be_opened_says_why(kernel, monkeypatch, error, text):
    monkeypatch.setattr(kernel, "fails", error)
    with pytest.raises(SocketError, match=text):
        open_socket("eth0", 7, 6)


def ancillary(hops=255, destination=GROUP):
    return [
        (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, destination.packed + struct.pack("=i", 7)),
        (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, struct.pack("=i", hops)),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_the_header_is_put_together_again(kernel, order):
    opened = open_socket("eth0", 7, 6)
    kernel.last.waiting = [(b"payload", ancillary(hops=64)[::order], 0, ("fe80::6", 0, 0, 7))]
    assert ip_headers.read(opened.receive()) == Received(PEER, GROUP, 64, b"payload")
    assert opened.receive() is None


def test_a_packet_without_control_data_has_hop_limit_0(kernel):
    opened = open_socket("eth0", 7, 6)
    kernel.last.waiting = [(b"payload", [], socket.MSG_CTRUNC, ("fe80::6", 0, 0, 7))]
    assert ip_headers.read(opened.receive()) == Received(PEER, ip_address("::"), 0, b"payload")


def test_sending_names_the_interface_and_the_source_that_stands_in_the_header(kernel):
    opened, packet = open_socket("eth0", 7, 6), ip_headers.write(PEER, GROUP, b"payload")
    assert opened.send(packet, "ff02::12") is None
    source = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, PEER.packed + struct.pack("=i", 7))
    assert kernel.last.sent == [(packet, [source], 0, ("ff02::12", 0, 0, 7))]


@pytest.mark.parametrize("version", [4, 6])
def test_an_error_of_sending_is_returned_as_a_text(kernel, version):
    opened = open_socket("eth0", 7, version)
    kernel.last.error = OSError(90, "Message too long")
    assert opened.send(b"packet", "::1") == "Message too long"


def test_several_groups_are_joined_and_left(kernel):
    opened, other = open_socket("eth0", 7, 4), ip_address("224.0.0.99")
    for group in (None, other, other):
        opened.join(group)
    opened.stay_in({other})
    opened.stay_in({other})
    options = kernel.last.options
    assert len(options[socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP]) == 2
    left = [bytes([224, 0, 0, 18, 0, 0, 0, 0]) + struct.pack("=i", 7)]
    assert options[socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP] == left
    opened.join()
    assert len(options[socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP]) == 3


def test_an_ipv6_group_is_left_even_when_its_interface_has_gone(kernel):
    opened, other = open_socket("eth0", 7, 6), ip_address("ff02::99")
    opened.join(other)
    opened.stay_in(())
    assert ipv6_options(kernel)[socket.IPV6_LEAVE_GROUP] == [other.packed + struct.pack("=i", 7)]
    opened.join(other)
    kernel.refuses[socket.IPV6_LEAVE_GROUP] = OSError(99, "Cannot assign requested address")
    opened.stay_in(())


def test_another_group_that_cannot_be_joined_is_named(kernel):
    kernel.refuses[socket.IP_ADD_MEMBERSHIP] = OSError(22, "Invalid argument")
    with pytest.raises(SocketError, match="cannot join the multicast group 224.0.0.99 on eth0: Invalid argument"):
        open_socket("eth0", 7, 4).join(ip_address("224.0.0.99"))


def test_a_socket_for_ipsec_ah_is_opened(kernel):
    open_socket("eth0", 7, 4, 51)
    assert kernel.last.protocol == 51


def test_a_receive_buffer_of_another_size_is_set(kernel):
    opened = open_socket("eth0", 7, 4)
    opened.resize(4096)
    assert opened._socket.options[socket.SOL_SOCKET, sockets.SO_RCVBUFFORCE] == [1 << 20, 4096]
    kernel.refuses[sockets.SO_RCVBUFFORCE] = PermissionError(1, "Operation not permitted")
    opened.resize(8192)
    assert opened._socket.options[socket.SOL_SOCKET, socket.SO_RCVBUF] == [8192]


def test_without_the_right_to_the_highest_priority_the_interactive_one_is_set(kernel, monkeypatch):
    tried = []
    monkeypatch.setattr(kernel, "setsockopt", lambda self, level, option, value: tried.append((option, value)))
    original = kernel.setsockopt

    def only_interactive(self, level, option, value):
        original(self, level, option, value)
        if option == socket.SO_PRIORITY and value > sockets.PRIORITY_INTERACTIVE:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(kernel, "setsockopt", only_interactive)
    open_socket("eth0", 7, 4)
    set_to = [value for option, value in tried if option == socket.SO_PRIORITY]
    assert set_to == [sockets.PRIORITY_CONTROL, sockets.PRIORITY_INTERACTIVE] == [7, 6]


def test_an_ipv4_packet_is_received_whole(kernel, monkeypatch):
    waiting = [b"packet"]

    def recv(self, size):
        if not waiting:
            raise OSError(100, "Network is down")
        return waiting.pop(0)

    monkeypatch.setattr(kernel, "recv", recv, raising=False)
    opened = open_socket("eth0", 7, 4)
    assert (opened.receive(), opened.receive()) == (b"packet", None)
    opened.close()
    assert opened._socket.closed


def test_control_data_of_another_kind_is_skipped(kernel):
    opened = open_socket("eth0", 7, 6)
    other = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS, bytes(4))
    opened._socket.waiting = [(b"payload", [other, *ancillary(), other], 0, ("fe80::6", 0, 0, 7))]
    assert ip_headers.read(opened.receive()) == Received(PEER, GROUP, 255, b"payload")


def test_an_ipv4_packet_is_sent_as_it_is(kernel):
    opened = open_socket("eth0", 7, 4)
    assert opened.send(b"packet", "192.168.8.6") is None
    assert opened._socket.sent == [(b"packet", ("192.168.8.6", 0))]
