# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few messages of nf_tables that :mod:`.firewall` needs, over netlink(7), standard library only.

As nft(8) would print what they make:

    table inet hotstandby {
        set vips4 { type ipv4_addr }
        set vips6 { type ipv6_addr }
        set vips6_link { type ipv6_addr . iface_index }
        set macvlans { type iface_index }
        chain in {
            type filter hook input priority -1
            icmpv6 type 135-136 accept
            ip daddr @vips4 drop
            ip6 daddr @vips6 drop
            ip6 daddr . iif @vips6_link drop
        }
        chain out {
            type filter hook output priority -1
            oif @macvlans ip protocol igmp drop
            oif @macvlans icmpv6 type 131-132 drop
            oif @macvlans icmpv6 type 143 drop
            and the same as in chain in with saddr and oif
        }
    }

Numbers are those of linux/netfilter/nfnetlink.h and nf_tables.h; they travel in the network's order.
"""

from __future__ import annotations

import errno
import itertools
import socket
import struct
from collections.abc import Iterable, Sequence

from .interfaces import NETLINK_HEADER, NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR, RECEIVE_SIZE, messages

TABLE = "hotstandby"
NETLINK_NETFILTER, SUBSYSTEM = 12, 10 << 8  # NFNL_SUBSYS_NFTABLES
BATCH_BEGIN, BATCH_END = 0x10, 0x11
NEWTABLE, DELTABLE, NEWCHAIN, NEWRULE, NEWSET, NEWSETELEM, DELSETELEM = 0, 2, 3, 6, 9, 12, 14
NLM_F_CREATE, NLM_F_APPEND = 0x400, 0x800
NLA_F_NESTED = 0x8000
INET, IPV4, IPV6 = 1, 2, 10  # NFPROTO_*
LOCAL_IN, LOCAL_OUT = 1, 3  # NF_INET_*
PRIORITY = -1  # as keepalived: before the filter of the host
META_IIF, META_OIF, META_NFPROTO, META_L4PROTO = 4, 5, 15, 16
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
EQUAL, AT_MOST, AT_LEAST = 0, 3, 5  # NFT_CMP_*
DROP, ACCEPT = 0, 1  # NF_*
IGMP, ICMPV6 = 2, 58
NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT = 135, 136
LISTENER_REPORT, LISTENER_DONE, LISTENER_REPORT_2 = 131, 132, 143  # RFC 2710, RFC 3810
# Name, nft's number of the type, octets of a key.
SETS = (("vips4", 7, 4), ("vips6", 8, 16), ("vips6_link", 8 << 6 | 20, 20), ("macvlans", 20, 4))
ELEMENTS_MAX = 1000  # in one message: an attribute is 65,535 octets at most

Element = tuple[str, bytes]  # the set and the key


class NfTables:
    """A socket to nf_tables, which is opened for each change: they are rare."""

    def make(self, elements: Sequence[Element]) -> int:
        """Make the table anew, in one transaction. Returns an errno, 0 for success."""
        named = text(1, TABLE)
        steps = [(NEWTABLE, NLM_F_CREATE, named), (DELTABLE, 0, named), (NEWTABLE, NLM_F_CREATE, named)]
        for number, (name, kind, length) in enumerate(SETS, 1):
            body = text(1, TABLE) + text(2, name) + word(3, 0) + word(4, kind) + word(5, length) + word(10, number)
            steps.append((NEWSET, NLM_F_CREATE, body))
        for name, hook in (("in", LOCAL_IN), ("out", LOCAL_OUT)):
            hooked = nested(4, word(1, hook), word(2, PRIORITY & 0xFFFFFFFF))
            steps.append((NEWCHAIN, NLM_F_CREATE, text(1, TABLE) + text(3, name) + hooked + text(7, "filter")))
            for expressions in rules(hook == LOCAL_OUT):
                body = text(1, TABLE) + text(2, name) + nested(4, *expressions)
                steps.append((NEWRULE, NLM_F_CREATE | NLM_F_APPEND, body))
        return transact(steps + changes(NEWSETELEM, elements))

    def change(self, added: Sequence[Element], removed: Sequence[Element]) -> int:
        """Add and remove elements, in one transaction. Returns an errno, 0 for success."""
        return transact(changes(NEWSETELEM, added) + changes(DELSETELEM, removed))

    def delete(self) -> int:
        """Delete the table. Returns an errno, 0 for success; ENOENT is none."""
        code = transact([(DELTABLE, 0, text(1, TABLE))])
        return 0 if code == errno.ENOENT else code


def changes(kind: int, elements: Iterable[Element]) -> list[tuple[int, int, bytes]]:
    """The messages that add or remove these, which are sorted by their sets."""
    steps = []
    for name, group in itertools.groupby(elements, key=lambda element: element[0]):
        keys = [nested(1, nested(1, attribute(1, key))) for _set, key in group]
        for start in range(0, len(keys), ELEMENTS_MAX):
            body = text(1, TABLE) + text(2, name) + nested(3, *keys[start : start + ELEMENTS_MAX])
            steps.append((kind, NLM_F_CREATE if kind == NEWSETELEM else 0, body))
    return steps


def rules(leaving: bool) -> list[list[bytes]]:
    """The expressions of each rule of a chain, which looks at the source of what leaves and else at the destination."""
    neighbour = [*_icmpv6(NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT), verdict(ACCEPT)]
    four = payload(1, NETWORK_HEADER, 12 if leaving else 16, 4)
    six = payload(1, NETWORK_HEADER, 8 if leaving else 24, 16)
    interface = meta(2, META_OIF if leaving else META_IIF)
    silent = [meta(1, META_OIF), lookup("macvlans", 4)]
    multicast = [
        [*silent, *is_equal(META_L4PROTO, IGMP), verdict(DROP)],
        [*silent, *_icmpv6(LISTENER_REPORT, LISTENER_DONE), verdict(DROP)],
        [*silent, *_icmpv6(LISTENER_REPORT_2, LISTENER_REPORT_2), verdict(DROP)],
    ]
    return [
        *(multicast if leaving else ()),
        neighbour,
        [*is_equal(META_NFPROTO, IPV4), four, lookup("vips4", 1), verdict(DROP)],
        [*is_equal(META_NFPROTO, IPV6), six, lookup("vips6", 2), verdict(DROP)],
        [*is_equal(META_NFPROTO, IPV6), six, interface, lookup("vips6_link", 3), verdict(DROP)],
    ]


def _icmpv6(first: int, last: int) -> list[bytes]:
    """A message whose type is one of these."""
    kind = payload(1, TRANSPORT_HEADER, 0, 1)
    return [*is_equal(META_L4PROTO, ICMPV6), kind, compare(AT_LEAST, first), compare(AT_MOST, last)]


def meta(register: int, key: int) -> bytes:
    """Return an expression that loads into a register what the kernel knows of the packet (NFT_META_*)."""
    return expression("meta", word(1, register), word(2, key))


def is_equal(key: int, value: int) -> list[bytes]:
    """One octet of what the kernel knows of the packet."""
    return [meta(1, key), compare(EQUAL, value)]


def compare(operation: int, value: int) -> bytes:
    """Return an expression that compares register 1 with a value of one octet (NFT_CMP_*)."""
    return expression("cmp", word(1, 1), word(2, operation), nested(3, attribute(1, bytes([value]))))


def payload(register: int, base: int, offset: int, length: int) -> bytes:
    """Return an expression that loads octets of the packet into a register; ``offset`` counts from header ``base``."""
    return expression("payload", word(1, register), word(2, base), word(3, offset), word(4, length))


def lookup(name: str, number: int) -> bytes:
    """Return an expression that looks in a set for what begins at register 1; ``number`` is the id of the set."""
    return expression("lookup", text(1, name), word(2, 1), word(4, number))


def verdict(code: int) -> bytes:
    """Return an expression that decides about the packet: ``DROP`` or ``ACCEPT``."""
    return expression("immediate", word(1, 0), nested(2, nested(2, word(1, code))))


def expression(name: str, *attributes: bytes) -> bytes:
    """Return one element of a rule's list of expressions."""
    return nested(1, text(1, name), nested(2, *attributes))


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, as long as a multiple of four."""
    return struct.pack("=HH", len(value) + 4, kind) + value + b"\0" * (-len(value) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """Return one attribute that contains others."""
    return attribute(kind | NLA_F_NESTED, b"".join(attributes))


def text(kind: int, value: str) -> bytes:
    """Return one attribute that contains ASCII text with a NUL at its end."""
    return attribute(kind, value.encode("ascii") + b"\0")


def word(kind: int, value: int) -> bytes:
    """Return one attribute that contains a number of 32 bits in network byte order."""
    return attribute(kind, struct.pack("!I", value))


def transact(steps: Sequence[tuple[int, int, bytes]]) -> int:
    """Do all of these or none. Returns the first errno, 0 for success."""
    batch = [message(BATCH_BEGIN, 0, 0, socket.AF_UNSPEC, SUBSYSTEM >> 8, b"")]
    for number, (kind, flags, body) in enumerate(steps, 1):
        batch.append(message(SUBSYSTEM | kind, NLM_F_ACK | flags, number, INET, 0, body))
    batch.append(message(BATCH_END, 0, len(steps) + 1, socket.AF_UNSPEC, SUBSYSTEM >> 8, b""))
    try:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_NETLINK, kind, NETLINK_NETFILTER) as sock:
            sock.bind((0, 0))
            sock.send(b"".join(batch))
            return _first_error(sock)
    except OSError as error:
        return error.errno or errno.EIO


def message(kind: int, flags: int, sequence: int, family: int, resource: int, body: bytes) -> bytes:
    """One message with its nfgenmsg header."""
    length = NETLINK_HEADER.size + 4 + len(body)
    header = NETLINK_HEADER.pack(length, kind, NLM_F_REQUEST | flags, sequence, 0)
    return header + struct.pack("!BBH", family, 0, resource) + body


def _first_error(sock: socket.socket) -> int:
    """The kernel has answered everything inside send()."""
    while True:
        try:
            data = sock.recv(RECEIVE_SIZE)
        except BlockingIOError:
            return 0
        for kind, _flags, _sequence, start, _end in messages(data):
            if kind == NLMSG_ERROR:
                code: int = -struct.unpack_from("=i", data, start)[0]
                if code:
                    return code
