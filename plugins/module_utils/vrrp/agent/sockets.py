# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw VRRP sockets: one for each interface, for sending and receiving.

A packet is built once, IP header included (IP_HDRINCL), so that each instance can speak from its own address and
sending is one system call on ready bytes. A raw IPv4 socket delivers the IP header too: that is where the TTL is.
"""

from __future__ import annotations

import socket
import struct
from ipaddress import IPv4Address
from typing import Optional

from ..protocol.constants import VRRP_MULTICAST_IPV4, VRRP_PROTOCOL, VRRP_TTL

IP_MULTICAST_ALL = 49  # linux/in.h: deliver only what this socket has joined
SO_RCVBUFFORCE = 33  # asm-generic/socket.h: with CAP_NET_ADMIN, beyond rmem_max
TOS_INTERNETWORK_CONTROL = 0xC0  # RFC 791: what routing protocols use; keepalived too
PRIORITY_CONTROL = 7  # linux/pkt_sched.h TC_PRIO_CONTROL: past whatever else waits in the queue
PRIORITY_INTERACTIVE = 6  # the highest that needs no CAP_NET_ADMIN
RECEIVE_BUFFER = 1 << 20  # octets: a loop that was held up finds every advertisement that came meanwhile
PACKET_MAX = 2048  # octets: 255 addresses fill 1,056
IPV4_HEADER = struct.Struct("!BBHHHBBH4s4s")


class SocketError(RuntimeError):
    """A VRRP socket cannot be opened; the text says what is missing."""


def ipv4_packet(source: IPv4Address, destination: IPv4Address, payload: bytes) -> bytes:
    """Return the whole IP packet. Identification and checksum are 0: the kernel fills them in (raw(7))."""
    length = IPV4_HEADER.size + len(payload)
    header = IPV4_HEADER.pack(
        0x45,
        TOS_INTERNETWORK_CONTROL,
        length,
        0,
        0,
        VRRP_TTL,
        VRRP_PROTOCOL,
        0,
        source.packed,
        destination.packed,
    )
    return header + payload


class VrrpSocket:
    """The VRRP traffic of one interface. ``family`` is AF_INET; AF_INET6 needs another header and is not there yet."""

    def __init__(self, interface: str, index: int, family: int = socket.AF_INET) -> None:
        if family != socket.AF_INET:
            raise SocketError("VRRP over IPv6 is not supported yet")
        self.interface = interface
        self.index = index
        self._joined = False
        try:
            self._socket = socket.socket(
                family, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, VRRP_PROTOCOL
            )
        except PermissionError as error:
            raise SocketError("a raw socket needs root or CAP_NET_RAW") from error
        try:
            self._configure()
        except OSError as error:
            self._socket.close()
            raise SocketError(f"cannot use {interface} for VRRP: {error.strerror or error}") from error

    def _configure(self) -> None:
        sock = self._socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.interface.encode() + b"\0")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, self._request(b"\0\0\0\0"))
        for option, value, otherwise in (
            (socket.SO_PRIORITY, PRIORITY_CONTROL, (socket.SO_PRIORITY, PRIORITY_INTERACTIVE)),
            (SO_RCVBUFFORCE, RECEIVE_BUFFER, (socket.SO_RCVBUF, RECEIVE_BUFFER)),
        ):
            try:
                sock.setsockopt(socket.SOL_SOCKET, option, value)
            except PermissionError:
                sock.setsockopt(socket.SOL_SOCKET, *otherwise)

    def _request(self, group: bytes) -> bytes:
        return struct.pack("=4s4si", group, b"\0\0\0\0", self.index)  # struct ip_mreqn

    def join(self) -> None:
        """Listen to 224.0.0.18 on this interface; harmless when it does already."""
        if not self._joined:
            request = self._request(VRRP_MULTICAST_IPV4.packed)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
            self._joined = True

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def receive(self) -> Optional[bytes]:
        """Return one whole IP packet, or None when none is waiting."""
        try:
            return self._socket.recv(PACKET_MAX)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return None  # the interface went down: its fault comes through rtnetlink

    def send(self, packet: bytes, destination: str) -> Optional[str]:
        """Send ready bytes. Returns None, or why it was not possible; never raises and never blocks."""
        try:
            self._socket.sendto(packet, (destination, 0))
        except OSError as error:
            return error.strerror or str(error)
        return None
