# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is told, kept and closed when the kernel refuses, is interrupted or loses events."""

from __future__ import annotations

import errno
import os
from ipaddress import ip_interface, ip_network

import pytest
from agent_fakes import table, want
from netlink_scripts import OVERRUN, Answers, FakeListing, address, told, with_events

from vrrp.agent.netlink import kernel as netlink
from vrrp.agent.netlink.kernel import RTM_DELADDR, RTM_NEWADDR
from vrrp.agent.netlink.links import ActualAddress
from vrrp.agent.netlink.messages import DumpError
from vrrp.agent.netlink.routes import ANY, resolve
from vrrp.config.model.routes import Route

RTM_DELROUTE = 25


@pytest.fixture
def kernel(kernel):
    kernel.table = table()
    return kernel


def with_answers(kernel, *codes):
    kernel.sockets.requests.script = Answers(codes)


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_failed_listing_is_told_and_leaves_no_descriptor_open(monkeypatch):
    def fails(filled):
        raise DumpError("the kernel did not answer")

    monkeypatch.setattr(netlink, "dump", fails)
    before = descriptors()
    with pytest.raises(netlink.NetlinkUnavailable) as caught:
        netlink.Kernel()
    assert str(caught.value) == "cannot watch interfaces and addresses: the kernel did not answer"
    assert descriptors() == before


def test_without_pyroute2_it_says_what_to_do(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(netlink, "message_class", missing)
    with pytest.raises(netlink.NetlinkUnavailable, match=r"the Python library pyroute2 \(0\.9 or later\) is missing"):
        netlink.Kernel()


def test_a_signal_during_the_reading_loses_no_event(kernel):
    with_events(kernel, address(RTM_NEWADDR, 5), InterruptedError(), address(RTM_NEWADDR, 6))
    assert told(kernel.read_events()) == [("192.168.8.5/24", True), ("192.168.8.6/24", True)]
    assert not kernel.stale


def test_another_error_of_the_socket_is_not_hidden(kernel):
    with_events(kernel, OSError(errno.EBADF, "Bad file descriptor"))
    with pytest.raises(OSError, match="Bad file descriptor"):
        kernel.read_events()


def test_deleted_routes_are_kept_until_they_are_taken(kernel):
    (way,), _faults = resolve([Route(ip_network("10.0.0.0/8"), kind="blackhole")], [], kernel.table)
    event = bytearray(way.add)
    event[4:6] = RTM_DELROUTE.to_bytes(2, "little")
    with_events(kernel, bytes(event), address(RTM_DELADDR, 4))
    assert told(kernel.read_events()) == [("192.168.8.4/24", False)]
    assert (kernel.take_routes_gone(), kernel.take_routes_gone()) == ({way.key}, set())


def test_a_listing_that_cannot_take_an_event_is_begun_again(kernel, monkeypatch):
    """Test that the address of the event is in the table all the same, and that the second listing ends the loss."""
    now, ticks = [100.0], iter(range(1000))
    monkeypatch.setattr(netlink, "PORTION_S", netlink.LISTED_EVERY_S / 100)
    monkeypatch.setattr(netlink.time, "monotonic", lambda: now[0] + next(ticks) * netlink.PORTION_S)
    first, second = FakeListing(table(), portions=2), FakeListing(table(addresses=("192.168.8.4/24", "192.168.8.7/24")))
    first.advance = lambda: None  # it takes longer than one portion
    waiting = [first, second]
    monkeypatch.setattr(netlink, "Listing", lambda: waiting.pop(0))

    def refuses(data):
        raise OSError(errno.EINVAL, "Invalid argument")

    first.event = refuses
    with_events(kernel, OVERRUN)
    kernel.read_events()  # it ends with the portion
    kernel.read_events()
    assert kernel.stale and not first.closed and waiting == [second]
    kernel.sockets.events.script.answers.append(address(RTM_NEWADDR, 5))
    assert told(kernel.read_events()) == [("192.168.8.5/24", True)]
    assert first.closed and kernel.stale
    now[0] += netlink.LISTED_EVERY_S
    assert told(kernel.read_events()) == [("192.168.8.5/24", False), ("192.168.8.7/24", True)]
    assert (kernel.stale, kernel.take_routes_gone(), second.closed) == (False, {ANY}, True)


def test_an_address_that_cannot_be_removed_stays_in_the_table(kernel):
    kernel.table = table(addresses=("192.168.8.4/24", "192.168.8.100/24"))
    with_answers(kernel, errno.EPERM)
    text = "cannot remove 192.168.8.100/24 from eth0: Operation not permitted"
    assert kernel.release([want("192.168.8.100/24")]) == [text]
    assert [str(entry.address) for entry in kernel.table.on("eth0")] == ["192.168.8.4/24", "192.168.8.100/24"]


def test_an_address_that_cannot_be_put_back_is_told(kernel):
    kernel.table = table(addresses=())
    kernel.table.remember(ActualAddress(2, ip_interface("192.168.8.100/24")))
    kernel.table.remember(ActualAddress(2, ip_interface("192.168.8.4/24"), secondary=True, message=b"as it was.."))
    with_answers(kernel, 0, errno.ENOMEM)
    text = "cannot put 192.168.8.4/24 back on eth0: Cannot allocate memory"
    assert kernel.release([want("192.168.8.100/24")]) == [text]


def test_a_late_answer_to_an_earlier_batch_is_no_answer_to_this_one(kernel):
    with_answers(kernel, errno.EPERM)
    late = Answers([errno.EEXIST])
    late.send(bytes(netlink.batch([b"\x10\0\0\0" + bytes(12)], kernel._sequence)))
    send = kernel.sockets.requests.script.send

    def send_behind_it(data):
        kernel.sockets.requests.script.answers += late.answers
        send(data)

    kernel.sockets.requests.script.send = send_behind_it
    assert kernel.install([want("192.168.8.100/24")]) == [
        "cannot set 192.168.8.100/24 on eth0: Operation not permitted"
    ]
