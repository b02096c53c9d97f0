# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check what is around each netlink message: its header, the batch, the listing, the error."""

from __future__ import annotations

import errno
import socket
import struct

import pytest

from vrrp.agent.netlink import messages
from vrrp.agent.netlink.messages import DumpError
from vrrp.agent.netlink.pyroute2_import import message_class

# The first request of `ip addr add 192.0.2.1/24 dev lo`, as strace shows it, without its sequence number.
ADDED = bytes.fromhex("28000000140005060000000000000000021800000100000008000200c000020108000100c0000201")
DONE = struct.pack("=IHHIIi", 20, 3, 2, 1, 0, 0)


def test_a_message_class_makes_the_octets_that_ip_makes():
    made = messages.encode(
        message_class("ifaddrmsg"),
        messages.RTM_NEWADDR,
        messages.NLM_F_ACK | messages.NLM_F_CREATE | messages.NLM_F_EXCL,
        {"family": 2, "prefixlen": 24, "index": 1},
        [("IFA_LOCAL", "192.0.2.1"), ("IFA_ADDRESS", "192.0.2.1")],
    )
    assert made == ADDED


def test_encoding_does_not_change_the_attributes():
    attributes = [["RTA_MULTIPATH", [{"oif": 2, "flags": 0, "hops": 0, "attrs": [["RTA_GATEWAY", "192.0.2.1"]]}]]]
    one, two = (
        messages.encode(message_class("rtmsg"), messages.RTM_NEWROUTE, 0, {"family": 2}, attributes)
        for _time in range(2)
    )
    assert one == two


def test_a_message_class_reads_one_of_several():
    second = messages.decode(message_class("ifaddrmsg"), DONE + ADDED, len(DONE) + 16)
    assert (second["prefixlen"], second.get_attr("IFA_LOCAL")) == (24, "192.0.2.1")


def test_a_body_that_is_there_gets_a_header():
    assert messages.with_header(20, 0x604, ADDED[16:]) == ADDED


def test_without_an_answer():
    assert messages.without_ack(ADDED) == ADDED.replace(b"\x14\x00\x05\x06", b"\x14\x00\x01\x06")


def test_a_batch_is_aligned_and_numbered():
    odd = messages.with_header(20, 0, b"abcde")
    data = messages.batch([odd, ADDED], first=7)
    assert len(data) == 24 + len(ADDED)
    assert [each[:3] for each in messages.messages(data)] == [(20, 1, 7), (20, 0x605, 8)]
    assert messages.batch([]) == b""


@pytest.mark.parametrize("cut", [b"", ADDED[:15], ADDED[:-1], bytes(16)])
def test_an_incomplete_message_is_ignored(cut):
    assert list(messages.messages(cut)) == []
    assert [(start, end) for _kind, _flags, _number, start, end in messages.messages(ADDED + cut)] == [(16, 40)]


def test_an_error_is_a_positive_errno():
    refused = messages.with_header(messages.NLMSG_ERROR, 0, struct.pack("=i", -errno.EPERM))
    assert [messages.error_of(refused, start) for *_head, start, _end in messages.messages(refused)] == [errno.EPERM]


def test_a_socket_of_each_kind():
    with messages.open_socket(socket.SOCK_NONBLOCK, 12) as sock:
        assert (sock.family, sock.proto, sock.gettimeout()) == (socket.AF_NETLINK, 12, 0.0)
        assert not sock.get_inheritable()


class Kernel:
    """A socket with the datagrams of each listing."""

    def __init__(self, *listings):
        self.listings, self.asked = list(listings), []
        self.waiting: list = []

    def send(self, request):
        self.asked.append(request)
        self.waiting = list(self.listings.pop(0))

    def recv(self, size):
        return self.waiting.pop(0)


TORN = struct.pack("=IHHIIi", 20, 3, 2 | messages.NLM_F_DUMP_INTR, 1, 0, 0)


def test_a_listing_is_asked_for_again_when_it_changed_meanwhile():
    kernel = Kernel([ADDED, TORN], [ADDED, ADDED, DONE])
    assert messages.dump_one(kernel, b"the request") == [ADDED, ADDED, DONE]
    assert kernel.asked == [b"the request"] * 2


def test_a_listing_that_changes_each_time_is_given_up():
    kernel = Kernel(*([TORN] for _try in range(100)))
    with pytest.raises(DumpError, match="changed each time"):
        messages.dump_one(kernel, b"")
    assert len(kernel.asked) == messages.DUMP_TRIES


def test_a_listing_that_is_refused():
    refused = messages.with_header(messages.NLMSG_ERROR, 0, struct.pack("=i", -errno.EPERM))
    with pytest.raises(DumpError) as caught:
        messages.dump_one(Kernel([refused]), b"")
    assert caught.value.errno == errno.EPERM
