# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open raw VRRP sockets: one for each interface and IP version, for sending and receiving.

A packet is built once, IP header included (IP_HDRINCL, IPV6_HDRINCL), so that each instance can send from its own
address and sending is one system call on ready bytes. A raw IPv4 socket delivers the IP header too, with the TTL. A raw
IPv6 socket delivers none: the header is rebuilt from ancillary data, so that a reader gets whole packets of either
version.
"""

from __future__ import annotations

import abc
import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Iterable
from typing import Optional

from ...ip_types import Address
from ...protocol.constants import VRRP_MULTICAST_IPV4, VRRP_MULTICAST_IPV6, VRRP_PROTOCOL, VRRP_TTL
from .ip_headers import ipv6_header

IP_MULTICAST_ALL = 49  # linux/in.h: deliver only what this socket has joined
IPV6_MULTICAST_ALL = 29  # linux/in6.h: the same, since Linux 4.20
IPV6_HDRINCL = 36  # linux/in6.h, since Linux 4.5
IPV6_FREEBIND = 78  # linux/in6.h, since Linux 4.15
SO_RCVBUFFORCE = 33  # asm-generic/socket.h: with CAP_NET_ADMIN, beyond rmem_max
PRIORITY_CONTROL = 7  # linux/pkt_sched.h TC_PRIO_CONTROL: before everything else in the queue
PRIORITY_INTERACTIVE = 6  # the highest that needs no CAP_NET_ADMIN
RECEIVE_BUFFER = 1 << 20  # octets: after a delay the loop still finds every advertisement
PACKET_MAX = 2048  # octets: 255 IPv4 addresses fill 1,056, 90 IPv6 addresses 1,488

ANCILLARY_MAX = socket.CMSG_SPACE(20) + socket.CMSG_SPACE(4)  # struct in6_pktinfo; an int, the hop limit
UNKNOWN = bytes(16)
SOURCE = slice(8, 24)  # of an IPv6 header


class SocketError(RuntimeError):
    """A VRRP socket cannot be opened; the text says what is missing."""


class VrrpSocket(abc.ABC):
    """It sends and receives the VRRP traffic of one interface: the part that both IP versions share."""

    version = 0  # 4 or 6
    family: int
    group: Address  # the protocol's own

    def __init__(self, interface: str, index: int, protocol: int = VRRP_PROTOCOL) -> None:
        self.interface = interface
        self.index = index
        self._joined: set[Address] = set()
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        try:
            self._socket = socket.socket(self.family, kind, protocol)
        except PermissionError as error:
            raise SocketError("a raw socket needs root or CAP_NET_RAW") from error
        except OSError as error:
            missing = error.errno in (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)
            what = f"this system has no IPv{self.version}" if missing else "cannot open a raw socket"
            raise SocketError(f"{what}: {error.strerror or error}") from error
        try:
            self._configure_common()
            self._configure()
        except OSError as error:
            self._socket.close()
            raise SocketError(f"cannot use {interface} for VRRP: {error.strerror or error}") from error

    def _configure_common(self) -> None:
        sock = self._socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.interface.encode() + b"\0")
        self.resize(RECEIVE_BUFFER)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, PRIORITY_CONTROL)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, PRIORITY_INTERACTIVE)

    @abc.abstractmethod
    def _configure(self) -> None:
        """Set the options of the IP version."""

    @abc.abstractmethod
    def _membership(self, group: Address, join: bool) -> None:
        """Join or leave a group."""

    def join(self, group: Optional[Address] = None) -> None:
        """Listen to a multicast group on this interface, by default the protocol's own. Raises SocketError.

        A second call does nothing.
        """
        wanted = group if group is not None else self.group
        if wanted in self._joined:
            return
        try:
            self._membership(wanted, True)
        except OSError as error:
            which = "the multicast group" if wanted == self.group else f"the multicast group {wanted}"
            raise SocketError(f"cannot join {which} on {self.interface}: {error.strerror or error}") from error
        self._joined.add(wanted)

    def stay_in(self, groups: Iterable[Address]) -> None:
        """Leave every group but these."""
        for group in self._joined - set(groups):
            self._joined.discard(group)
            with contextlib.suppress(OSError):  # the interface has gone, and the membership with it
                self._membership(group, False)

    def resize(self, octets: int) -> None:
        """Set how many octets may wait to be read (``kernel_rx_buf_size``)."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, octets)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)

    def fileno(self) -> int:
        """Return the file descriptor, for the event loop."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket; the kernel then leaves its multicast groups."""
        self._socket.close()

    @abc.abstractmethod
    def receive(self) -> Optional[bytes]:
        """Return one whole IP packet, or None when none is waiting."""

    @abc.abstractmethod
    def send(self, packet: bytes, destination: str) -> Optional[str]:
        """Send ready bytes. Return None, or why it was not possible; never raise and never block."""


class VrrpSocketIPv4(VrrpSocket):
    """It sends and receives VRRP over IPv4 on one interface."""

    version = 4
    family = socket.AF_INET
    group = VRRP_MULTICAST_IPV4

    def _configure(self) -> None:
        sock = self._socket
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, self._request(b"\0\0\0\0"))

    def _request(self, group: bytes) -> bytes:
        return struct.pack("=4s4si", group, b"\0\0\0\0", self.index)  # struct ip_mreqn

    def _membership(self, group: Address, join: bool) -> None:
        option = socket.IP_ADD_MEMBERSHIP if join else socket.IP_DROP_MEMBERSHIP
        self._socket.setsockopt(socket.IPPROTO_IP, option, self._request(group.packed))

    def receive(self) -> Optional[bytes]:
        """Return one whole packet, IPv4 header included, or None when none is waiting."""
        try:
            return self._socket.recv(PACKET_MAX)
        except OSError:
            return None  # nothing there, or the interface went down: its fault comes through rtnetlink

    def send(self, packet: bytes, destination: str) -> Optional[str]:
        """Send a whole packet, IPv4 header included. Return None, or the text of the error."""
        try:
            self._socket.sendto(packet, (destination, 0))
        except OSError as error:
            return error.strerror or str(error)
        return None


class VrrpSocketIPv6(VrrpSocket):
    """It sends and receives VRRP over IPv6 on one interface.

    The kernel neither writes nor verifies the checksum: IPV6_CHECKSUM is off by itself but for ICMPv6 (RFC 3542
    section 3.1), and the packets come with theirs. Their reader has to verify it.
    """

    version = 6
    family = socket.AF_INET6
    group = VRRP_MULTICAST_IPV6

    def __init__(self, interface: str, index: int, protocol: int = VRRP_PROTOCOL) -> None:
        self._index = struct.pack("=i", index)  # the second half of struct in6_pktinfo
        super().__init__(interface, index, protocol)

    def _configure(self) -> None:
        sock = self._socket
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.index)
        # The header of each packet says 255 too. These options are for anything else that is sent through the socket.
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, VRRP_TTL)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, VRRP_TTL)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        with contextlib.suppress(OSError):  # on a macvlan the source is an address of the interface below it
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        with contextlib.suppress(OSError):  # an older kernel: the reader discards what goes to the group
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0)

    def _membership(self, group: Address, join: bool) -> None:
        option = socket.IPV6_JOIN_GROUP if join else socket.IPV6_LEAVE_GROUP
        request = struct.pack("=16si", group.packed, self.index)  # struct ipv6_mreq
        self._socket.setsockopt(socket.IPPROTO_IPV6, option, request)

    def receive(self) -> Optional[bytes]:
        """Return one whole IP packet, or None when none is waiting. Its traffic class and flow label are ours."""
        try:
            payload, ancillary, _flags, sender = self._socket.recvmsg(PACKET_MAX, ANCILLARY_MAX)
        except OSError:
            return None  # nothing there, or the interface went down: its fault comes through rtnetlink
        # Missing data becomes values that no reader accepts.
        hops, destination = 0, UNKNOWN
        for _level, kind, data in ancillary:
            if kind == socket.IPV6_HOPLIMIT:
                hops = int.from_bytes(data, sys.byteorder) & 0xFF
            elif kind == socket.IPV6_PKTINFO:
                destination = data[:16]
        source = socket.inet_pton(socket.AF_INET6, sender[0])
        return ipv6_header(source, destination, hops, len(payload)) + payload

    def send(self, packet: bytes, destination: str) -> Optional[str]:
        """Send a whole packet, IPv6 header included. Return None, or the text of the error."""
        # The source stands in the header. Without this the kernel would choose one for each packet all the same, among
        # all the addresses of the interface, which takes 20 times as long as sending when it has 255.
        source = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, packet[SOURCE] + self._index)
        try:
            self._socket.sendmsg((packet,), (source,), 0, (destination, 0, 0, self.index))
        except OSError as error:
            return error.strerror or str(error)
        return None


def open_socket(interface: str, index: int, version: int, protocol: int = VRRP_PROTOCOL) -> VrrpSocket:
    """Return the socket of an interface for one IP version, 4 or 6, and one IP protocol. Raises SocketError.

    That of VRRP sends everything; one of :data:`~...protocol.constants.AH_PROTOCOL` only listens.
    """
    return (VrrpSocketIPv6 if version == 6 else VrrpSocketIPv4)(interface, index, protocol)
