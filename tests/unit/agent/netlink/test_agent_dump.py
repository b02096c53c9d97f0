# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listing in portions is equal to one in one go, is consistent, and is bounded."""

from __future__ import annotations

import errno
import select
import socket
import struct

import pytest

from vrrp.agent.netlink import dump as dump_module
from vrrp.agent.netlink.dump import Listing
from vrrp.agent.netlink.links import InterfaceTable, dump
from vrrp.agent.netlink.messages import DumpError

DONE, ERROR, INTERRUPTED = 3, 2, 0x10


def link(index=2, flags=0):
    body = struct.pack("=BxHiII", 0, 1, index, 0x41, 0) + struct.pack("=HH", 9, 3) + b"eth0\0\0\0\0"
    return struct.pack("=IHHII", 16 + len(body), 16, flags, 1, 0) + body


def address(host, kind=20):
    body = struct.pack("=BBBBI", 2, 24, 0, 0, 2) + struct.pack("=HH", 8, 2) + socket.inet_aton(f"192.168.8.{host}")
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 1, 0) + body


def end(kind=DONE, code=0):
    return struct.pack("=IHHIIi", 20, kind, 0, 1, 0, code)


class Kernel:
    """It answers each request with the next list of datagrams."""

    def __init__(self, *answers):
        self.answers, self.waiting, self.asked, self.closed = list(answers), [], [], False

    def __call__(self, *_arguments):
        return self

    def bind(self, _address):
        pass

    def send(self, request):
        self.asked.append(struct.unpack_from("=IHHII", request)[1])
        self.waiting += self.answers.pop(0)

    def recv(self, _size):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)

    def close(self):
        self.closed = True


@pytest.fixture
def made(monkeypatch):
    def make(*answers):
        kernel = Kernel(*answers)
        monkeypatch.setattr(dump_module.socket, "socket", kernel)
        return Listing(), kernel

    return make


def hosts(table):
    return [str(present.address.ip) for present in table.on("eth0")]


def test_each_step_reads_one_datagram(made):
    whole, kernel = made([link(), end()], [address(4), address(5) + end()])
    steps = 0
    while not whole.done:
        whole.advance()
        steps += 1
    assert (steps, kernel.asked) == (4, [18, 22])
    assert hosts(whole.finish()) == ["192.168.8.4", "192.168.8.5"]


def test_a_listing_does_not_wait_for_a_missing_message(made):
    whole, kernel = made([link()], [])
    for _step in range(3):
        whole.advance()
    assert not whole.done


def test_a_listing_that_is_not_of_one_moment_is_begun_anew(made):
    whole, kernel = made([link(), end()], [link(flags=INTERRUPTED), address(4), end()], [link(), end()], [end()])
    while not whole.done:
        whole.advance()
    assert kernel.asked == [18, 22, 18, 22]
    assert hosts(whole.finish()) == []


def test_a_listing_that_is_never_of_one_moment_ends(made):
    whole, kernel = made(*[[link(flags=INTERRUPTED), end()]] * 5)
    with pytest.raises(DumpError, match="changed each time"):
        for _step in range(20):
            whole.advance()
    assert len(kernel.asked) == 5


def test_a_refusal_is_an_error(made):
    whole, _kernel = made([end(ERROR, -errno.EPERM)])
    with pytest.raises(DumpError) as caught:
        whole.advance()
    assert caught.value.errno == errno.EPERM


def test_events_during_a_listing_are_applied_after_it(made):
    whole, _kernel = made([link(), end()], [address(4), address(5) + end()])
    whole.event(address(5, kind=21))
    whole.event(address(6))
    while not whole.done:
        whole.advance()
    assert hosts(whole.finish()) == ["192.168.8.4", "192.168.8.6"]


def test_too_many_events_meanwhile_end_a_listing(made, monkeypatch):
    monkeypatch.setattr(dump_module, "EVENTS_KEPT", 3)
    whole, _kernel = made([link(), end()])
    for _number in range(3):
        whole.event(address(6))
    with pytest.raises(DumpError):
        whole.event(address(6))


def test_without_a_socket_nothing_is_left_open(monkeypatch):
    kernel = Kernel()
    kernel.bind = lambda address: (_unused for _unused in ()).throw(OSError(errno.ENOBUFS, "no room"))
    monkeypatch.setattr(dump_module.socket, "socket", kernel)
    with pytest.raises(OSError, match="no room"):
        Listing()
    assert kernel.closed


def test_of_this_machine_it_is_the_same_as_in_one_go():
    whole = Listing()
    try:
        while not whole.done:
            assert select.select([whole], [], [], 10)[0] == [whole], "it wakes whoever waits for more"
            whole.advance()
        assert whole.finish().difference(dump(InterfaceTable())) == []
    finally:
        whole.close()
