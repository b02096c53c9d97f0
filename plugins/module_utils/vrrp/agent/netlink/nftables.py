# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It sends the few nf_tables messages that :mod:`~..addresses.no_accept` needs, over netlink(7).

nft(8) prints the table like this:

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

Numbers are those of linux/netfilter/nfnetlink.h and nf_tables.h.
"""

from __future__ import annotations

import errno
import functools
import itertools
import socket
from collections.abc import Iterable, Sequence
from typing import Any

from .messages import (
    NLM_F_ACK,
    NLM_F_APPEND,
    NLM_F_CREATE,
    NLMSG_ERROR,
    RECEIVE_SIZE,
    batch,
    encode,
    error_of,
    messages,
    open_socket,
    with_header,
)
from .pyroute2_import import message_class

TABLE = "hotstandby"
NETLINK_NETFILTER, SUBSYSTEM = 12, 10  # NFNL_SUBSYS_NFTABLES
# A transaction is between these two messages: struct nfgenmsg with the subsystem, and nothing after it.
BATCH_BEGIN, BATCH_END = (with_header(kind, 0, bytes([socket.AF_UNSPEC, 0, 0, SUBSYSTEM])) for kind in (0x10, 0x11))
NEWTABLE, DELTABLE, NEWCHAIN, NEWRULE, NEWSET, NEWSETELEM, DELSETELEM = 0, 2, 3, 6, 9, 12, 14
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
CACHED = 2048  # requests that add or remove elements: two for each instance and set

Element = tuple[str, bytes]  # the set and the key
Value = Any  # what pyroute2 makes an attribute of: a number, a text, octets, or {"attrs": [[name, value], ...]}


class NfTables:
    """It changes the table of the agent. Changes are rare, so each one opens a socket."""

    def make(self, elements: Sequence[Element]) -> int:
        """Make the table again from the start, in one transaction. Returns an errno, 0 for success."""
        create = NLM_F_CREATE
        steps = [
            request(kind, flags, "table") for kind, flags in ((NEWTABLE, create), (DELTABLE, 0), (NEWTABLE, create))
        ]
        for number, (name, kind, length) in enumerate(SETS, 1):
            steps.append(request(NEWSET, create, "set", NAME=name, FLAGS=(), KEY_TYPE=kind, KEY_LEN=length, ID=number))
        for name, hook in (("in", LOCAL_IN), ("out", LOCAL_OUT)):
            hooked = nested(NFTA_HOOK_HOOKNUM=hook, NFTA_HOOK_PRIORITY=PRIORITY)
            steps.append(request(NEWCHAIN, create, "chain", NAME=name, HOOK=hooked, TYPE="filter"))
            for each in rules(hook == LOCAL_OUT):
                steps.append(request(NEWRULE, create | NLM_F_APPEND, "rule", CHAIN=name, EXPRESSIONS=each))
        return transact(steps + changes(NEWSETELEM, elements))

    def prepare(self, elements: Sequence[Element]) -> None:
        """Encode the requests that add and remove these, as a takeover of many instances has no time for it."""
        for kind in (NEWSETELEM, DELSETELEM):
            changes(kind, elements)

    def change(self, added: Sequence[Element], removed: Sequence[Element]) -> int:
        """Add and remove elements, in one transaction. Returns an errno, 0 for success."""
        return transact(changes(NEWSETELEM, added) + changes(DELSETELEM, removed))

    def delete(self) -> int:
        """Delete the table. Returns an errno, 0 for success; ENOENT is none."""
        code = transact([request(DELTABLE, 0, "table")])
        return 0 if code == errno.ENOENT else code


def changes(kind: int, elements: Iterable[Element]) -> list[bytes]:
    """Return the messages that add or remove these elements, which must be sorted by their sets."""
    steps = []
    for name, group in itertools.groupby(elements, key=lambda element: element[0]):
        keys = tuple(key for _set, key in group)
        steps += [_change(kind, name, keys[at : at + ELEMENTS_MAX]) for at in range(0, len(keys), ELEMENTS_MAX)]
    return steps


@functools.lru_cache(maxsize=CACHED)
def _change(kind: int, name: str, keys: tuple[bytes, ...]) -> bytes:
    elements = [nested(NFTA_SET_ELEM_KEY=nested(NFTA_DATA_VALUE=key)) for key in keys]
    flags = NLM_F_CREATE if kind == NEWSETELEM else 0
    return request(kind, flags, "set_elem_list", SET=name, ELEMENTS=elements)


def rules(leaving: bool) -> list[list[Value]]:
    """Return the expressions of each rule of a chain: ``leaving`` matches source addresses, else destinations."""
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


def _icmpv6(first: int, last: int) -> list[Value]:
    """Return expressions that match ICMPv6 messages with a type from ``first`` to ``last``."""
    kind = payload(1, TRANSPORT_HEADER, 0, 1)
    return [*is_equal(META_L4PROTO, ICMPV6), kind, compare(AT_LEAST, first), compare(AT_MOST, last)]


def meta(register: int, key: int) -> Value:
    """Return an expression that loads into a register what the kernel knows of the packet (NFT_META_*)."""
    return expression("META", DREG=register, KEY=key)


def is_equal(key: int, value: int) -> list[Value]:
    """Return expressions that compare one octet of what the kernel knows of the packet (NFT_META_*)."""
    return [meta(1, key), compare(EQUAL, value)]


def compare(operation: int, value: int) -> Value:
    """Return an expression that compares register 1 with a value of one octet (NFT_CMP_*)."""
    return expression("CMP", SREG=1, OP=operation, DATA=nested(NFTA_DATA_VALUE=bytes([value])))


def payload(register: int, base: int, offset: int, length: int) -> Value:
    """Return an expression that loads octets of the packet into a register; ``offset`` counts from header ``base``."""
    return expression("PAYLOAD", DREG=register, BASE=base, OFFSET=offset, LEN=length)


def lookup(name: str, number: int) -> Value:
    """Return an expression that looks in a set for what begins at register 1; ``number`` is the id of the set."""
    return expression("LOOKUP", SET=name, SREG=1, SET_ID=number)


def verdict(code: int) -> Value:
    """Return an expression that decides about the packet: ``DROP`` or ``ACCEPT``."""
    return expression("IMMEDIATE", DREG=0, DATA=nested(NFTA_DATA_VERDICT=nested(NFTA_VERDICT_CODE=code)))


def expression(name: str, **values: Value) -> Value:
    """Return one element of a rule's list of expressions."""
    data = nested(**{f"NFTA_{name}_{key}": value for key, value in values.items()})
    return nested(NFTA_EXPR_NAME=name.lower(), NFTA_EXPR_DATA=data)


def nested(**values: Value) -> Value:
    """Return the value of an attribute that contains others."""
    return {"attrs": [[name, value] for name, value in values.items()]}


def request(kind: int, flags: int, what: str, **values: Value) -> bytes:
    """Return a request of a transaction, about our table or something in it."""
    values = {"NAME": TABLE} if what == "table" else {"TABLE": TABLE, **values}
    attributes = [(f"NFTA_{what}_{name}".upper(), value) for name, value in values.items()]
    fields = {"nfgen_family": INET, "version": 0, "res_id": 0}
    return encode(message_class(f"nft_{what}_msg"), SUBSYSTEM << 8 | kind, NLM_F_ACK | flags, fields, attributes)


def transact(steps: Sequence[bytes]) -> int:
    """Do all of these or none. Returns the first errno, 0 for success."""
    try:
        with open_socket(socket.SOCK_NONBLOCK, NETLINK_NETFILTER) as sock:
            sock.bind((0, 0))
            sock.send(batch((BATCH_BEGIN, *steps, BATCH_END)))
            return _first_error(sock)
    except OSError as error:
        return error.errno or errno.EIO


def _first_error(sock: socket.socket) -> int:
    """Return the first errno of the answers, which the kernel has given inside send(); 0 for success."""
    while True:
        try:
            data = sock.recv(RECEIVE_SIZE)
        except BlockingIOError:
            return 0
        for kind, _flags, _sequence, start, _end in messages(data):
            if kind == NLMSG_ERROR:
                code = error_of(data, start)
                if code:
                    return code
