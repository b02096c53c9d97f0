# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build, send and list netlink(7) messages of any kind.

pyroute2's message classes make the body of a request and read the body of an answer. What stands here is around them:
the numbers, the header, the batch of requests in one datagram, the listing, the error in an answer. Links and
addresses alone are read by hand: :mod:`.links` says why.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Union

# linux/netlink.h
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP_INTR = 0x1, 0x4, 0x10
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND = 0x100, 0x200, 0x400, 0x800
NLM_F_DUMP = 0x300
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_GET_STRICT_CHK = 270, 1, 12
# linux/rtnetlink.h
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK = 16, 17, 18, 19
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
RTM_NEWRULE, RTM_DELRULE = 32, 33
GROUPS = 0x1 | 0x10 | 0x100  # RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR
ROUTE_GROUPS = (7, 8, 11, 19)  # RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE
FRA_PROTOCOL = 21  # linux/fib_rules.h
RTPROT_KEEPALIVED = 18  # it marks addresses, routes and rules as those of an agent or of keepalived

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence number, port
TYPE_AT, SEQUENCE_AT, PORT_AT = 4, 8, 12
ROUTE_PROTOCOL_AT = 21  # rtm_protocol in the message of a route
ROUTE_ATTRIBUTES_AT = 28  # in the message of a route or a rule, as both headers have 12 octets
RECEIVE_SIZE = 1 << 18  # octets; the kernel fills at most 32 KiB of one datagram of a listing
BATCH = 64  # requests in one datagram: their answers must fit into the socket's default buffer
DUMP_TRIES = 5  # for a listing during which nothing changes
REFUSED = "the kernel refused to list its interfaces"
UNSTEADY = "the interfaces or addresses changed each time while they were listed"


class DumpError(OSError):
    """The kernel did not list its links, addresses or routes."""


def open_socket(flags: int = 0, protocol: int = 0) -> socket.socket:
    """Open a netlink socket. ``flags`` go with its type (SOCK_NONBLOCK). Raises OSError."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | flags, protocol)


def encode(
    message_class: Any, kind: int, flags: int, fields: Mapping[str, int], attributes: Iterable[Sequence[Any]] = ()
) -> bytes:
    """Return a request as octets, built by a message class of pyroute2. Its sequence number is 0: see :func:`batch`."""
    message = message_class()
    message.update(fields)
    message["attrs"] = [list(each) for each in attributes]
    message["header"].update(type=kind, flags=NLM_F_REQUEST | flags)
    message.encode()
    return bytes(message.data)


def decode(message_class: Any, data: bytes, start: int) -> Any:
    """Return the message whose body begins at ``start``, read by a message class of pyroute2."""
    message = message_class(data, start - HEADER.size)
    message.decode()
    return message


def kind_of(message: bytes) -> int:
    """Return the type of a message, such as RTM_NEWADDR; 0, which is none, where it has no whole header."""
    return int(HEADER.unpack_from(message)[1]) if len(message) >= HEADER.size else 0


def with_header(kind: int, flags: int, body: bytes) -> bytes:
    """Return a request with the encoded ``body``."""
    return HEADER.pack(HEADER.size + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body


def without_ack(request: bytes) -> bytes:
    """Return the same request, to which the kernel answers with errors only."""
    length, kind, flags, sequence, port = HEADER.unpack_from(request)
    return HEADER.pack(length, kind, flags & ~NLM_F_ACK, sequence, port) + request[HEADER.size :]


def batch(requests: Iterable[bytes], first: int = 0) -> bytearray:
    """Return requests as one datagram, numbered from ``first`` on."""
    data = bytearray()
    for number, request in enumerate(requests, first):
        offset = len(data)
        data += request
        data += bytes(-len(request) % 4)
        struct.pack_into("=I", data, offset + SEQUENCE_AT, number)
    return data


def messages(data: Union[bytes, memoryview]) -> Iterator[tuple[int, int, int, int, int]]:
    """Split one datagram: (type, flags, sequence number, start of body, end) of each message."""
    offset = 0
    while offset + HEADER.size <= len(data):
        length, kind, flags, sequence, _port = HEADER.unpack_from(data, offset)
        if length < HEADER.size or offset + length > len(data):
            return
        yield kind, flags, sequence, offset + HEADER.size, offset + length
        offset += (length + 3) & ~3


def error_of(data: Union[bytes, memoryview], start: int) -> int:
    """Return the errno in the body of an NLMSG_ERROR, 0 for success."""
    code: int = struct.unpack_from("=i", data, start)[0]
    return -code


def dump_one(sock: socket.socket, request: bytes) -> list[bytes]:
    """Return the datagrams of the listing that a request with NLM_F_DUMP asks for. Raises :class:`DumpError`."""
    for _try in range(DUMP_TRIES):
        sock.send(request)
        answers, whole = _read_dump(sock)
        if whole:
            return answers
    raise DumpError(errno.EAGAIN, UNSTEADY)


def _read_dump(sock: socket.socket) -> tuple[list[bytes], bool]:
    """Return the datagrams of one listing, and whether it is consistent: else entries may be missing or doubled."""
    answers, whole = [], True
    while True:
        data = sock.recv(RECEIVE_SIZE)
        answers.append(data)
        for answer, flags, _sequence, start, _end in messages(data):
            whole = whole and not flags & NLM_F_DUMP_INTR
            if answer == NLMSG_DONE:
                return answers, whole
            if answer == NLMSG_ERROR:
                raise DumpError(error_of(data, start), REFUSED)
