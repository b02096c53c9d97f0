# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the requests to the kernel, octet for octet, and the handling of its answers."""

from __future__ import annotations

import errno
import importlib
import os
import socket
from ipaddress import ip_interface, ip_network

import pytest
from agent_fakes import table, want
from netlink_scripts import Answers, address, with_events

from vrrp.agent.netlink import kernel as kernel_module
from vrrp.agent.netlink import local_table
from vrrp.agent.netlink.kernel import RTM_DELADDR, RTM_NEWADDR
from vrrp.agent.netlink.links import ActualAddress, InterfaceTable
from vrrp.agent.netlink.messages import messages, open_socket
from vrrp.agent.netlink.routes import resolve
from vrrp.config.model.routes import Route, Rule


def rig(kernel, filled, *codes):
    kernel.sockets.requests.script = Answers(codes)
    kernel.table = filled
    return kernel.sockets.requests.script


def test_a_takeover_finds_its_requests_encoded(kernel, monkeypatch):
    wanted = [want("192.168.8.100/24"), want("fd00:8::100/64")]
    kernel.prepare(wanted, 3)
    for module in (kernel_module, local_table):
        monkeypatch.setattr(module, "encode", lambda *arguments: pytest.fail("encoded again"))
    rig(kernel, table())
    assert (kernel.install(wanted, 3), kernel.release(wanted)) == ([], [])
    assert local_table.question(2, wanted[1].address)


def test_routes_and_rules_are_set_and_deleted_in_batches(kernel):
    wire = rig(kernel, table(), 0, errno.EEXIST, 0, errno.ESRCH)
    ways, _faults = resolve([Route(ip_network("10.0.0.0/8"), kind="blackhole")], [Rule(4, table=100)], kernel.table)
    assert kernel.add_routes(ways) == [0, errno.EEXIST]
    assert kernel.remove_routes([way.remove for way in ways]) == [0, errno.ESRCH]
    assert [kind for kind, _body in wire.requests] == [24, 32, 25, 33]
    assert [body for _kind, body in wire.requests] == [
        *(way.add[16:] for way in ways),
        *(way.remove[16:] for way in ways),
    ]


def test_installing_is_one_batch_and_updates_the_picture(kernel):
    wire = rig(kernel, table())
    wanted = [want(f"192.168.8.{host}/24") for host in range(100, 200)]
    assert kernel.install(wanted) == []
    assert [kind for kind, _body in wire.requests] == [RTM_NEWADDR] * 100
    assert len(kernel.table.on("eth0")) == 101


def test_an_address_that_exists_already_counts_as_installed(kernel):
    rig(kernel, table(), errno.EEXIST)
    assert kernel.install([want("192.168.8.100/24")]) == []


def test_a_failure_is_told_for_the_address_that_failed(kernel):
    rig(kernel, table(), 0, errno.EPERM)
    failed = kernel.install([want("192.168.8.100/24"), want("192.168.8.101/24")])
    assert failed == [f"cannot set 192.168.8.101/24 on eth0: {os.strerror(errno.EPERM)}"]
    assert [str(entry.address) for entry in kernel.table.on("eth0")] == ["192.168.8.4/24", "192.168.8.100/24"]


@pytest.mark.parametrize("code", [0, errno.EADDRNOTAVAIL, errno.ENODEV])
def test_an_address_that_is_already_gone_counts_as_released(kernel, code):
    rig(kernel, table(addresses=("192.168.8.4/24", "192.168.8.100/24")), code)
    assert kernel.release([want("192.168.8.100/24")]) == []
    assert [str(entry.address) for entry in kernel.table.on("eth0")] == ["192.168.8.4/24"]


@pytest.mark.parametrize(
    ("index", "failed"), [(999_999, []), (1, ["cannot set 192.168.8.100/24 on interface 1: No such device"])]
)
def test_an_interface_that_is_deleted_is_no_failure(kernel, index, failed):
    """Index 1 is the loopback interface of this machine; where that is refused so, there is another reason."""
    rig(kernel, table(), errno.ENODEV)
    entry = want("192.168.8.100/24", index)
    assert kernel.install([entry]) == failed
    assert entry.address not in kernel.table.addresses.get(index, {})
    assert kernel.is_deleted(index) is (not failed)


def test_another_refusal_of_a_deleted_interface_is_told(kernel):
    rig(kernel, table(), errno.EACCES)
    assert kernel.install([want("192.168.8.100/24", 999_999)]) == [
        f"cannot set 192.168.8.100/24 on interface 999999: {os.strerror(errno.EACCES)}"
    ]


def test_a_deleted_secondary_address_is_put_back_in_the_same_batch(kernel):
    filled = table(addresses=())
    filled.remember(ActualAddress(2, ip_interface("192.168.8.100/24")))
    filled.remember(ActualAddress(2, ip_interface("192.168.8.4/24"), secondary=True, message=b"as it was.."))
    wire = rig(kernel, filled, 0, errno.EEXIST)
    assert kernel.release([want("192.168.8.100/24")]) == []
    assert [kind for kind, _body in wire.requests] == [RTM_DELADDR, RTM_NEWADDR]
    assert wire.requests[1][1] == b"as it was.."


def test_a_kernel_that_does_not_answer_is_not_waited_for(kernel):
    wire = rig(kernel, table())
    wire.recv_into = lambda buffer: (_unused for _unused in ()).throw(socket.timeout("timed out"))
    (failed,) = kernel.install([want("192.168.8.100/24")])
    assert failed.startswith("cannot set 192.168.8.100/24 on eth0: ")


@pytest.mark.usefixtures("clock")
def test_events_are_read_in_portions_and_none_is_left_behind(kernel):
    kernel.table = table()
    events = with_events(kernel, *(address(RTM_NEWADDR, host % 250 + 5) for host in range(300)))
    left = []
    for _turn in range(4):
        kernel.read_events()
        left.append(len(events.answers))
    assert left == [172, 44, 0, 0]
    assert len(kernel.table.on("eth0")) == 251


def test_a_slow_machine_reads_fewer_of_them(kernel, clock):
    kernel.table = table()
    events = with_events(kernel, *(address(RTM_NEWADDR, host) for host in range(5, 50)))
    receive = events.recv

    def slow(size):
        clock[0] += kernel_module.PORTION_S / 4
        return receive(size)

    events.recv = slow
    assert len(kernel.read_events()) == 5


def test_a_sender_as_fast_as_the_reader_does_not_keep_the_loop(kernel, clock):
    """It always has one more event."""
    kernel.table = table()
    events = with_events(kernel)
    read = []

    def endless(size):
        read.append(size)
        return address(RTM_NEWADDR if len(read) % 2 else RTM_DELADDR, 9)

    events.recv = endless
    kernel.read_events()
    assert len(read) == kernel_module.EVENTS_AT_ONCE


def test_events_left_unread_keep_the_kernel_readable(monkeypatch):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:

        class Piped(socket.socket):
            """Its events come from ``ours``."""

            def fileno(self):
                return theirs.fileno()

            def recv(self, size):
                return theirs.recv(size)

        kinds = iter([Piped, socket.socket, socket.socket])
        monkeypatch.setattr(kernel_module, "dump", lambda filled: filled)
        monkeypatch.setattr(kernel_module, "open_socket", lambda kind=0: next(kinds)(fileno=open_socket(kind).detach()))
        kernel = kernel_module.Kernel()
        try:
            for _number in range(kernel_module.EVENTS_AT_ONCE + 1):
                try:
                    ours.send(address(RTM_NEWADDR, 9, index=1))
                except BlockingIOError:
                    break
            readable, _, _ = kernel_module.select.select([kernel], [], [], 0)
            assert readable == [kernel]
            while kernel_module.select.select([kernel], [], [], 0)[0]:
                kernel.read_events()
            with pytest.raises(BlockingIOError):
                theirs.recv(100)
        finally:
            kernel.close()


def test_without_pyroute2_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(kernel_module, "message_class", importlib.import_module)  # of a name that no module has
    with pytest.raises(kernel_module.NetlinkUnavailable, match="pip install pyroute2"):
        kernel_module.Kernel()


def test_the_kernel_of_this_machine_can_be_asked():
    kernel = kernel_module.Kernel()
    try:
        assert "lo" in kernel.table.names
        assert isinstance(kernel.table, InterfaceTable)
    finally:
        kernel.close()


def test_renewals_are_answered_only_where_they_fail(kernel):
    kernel.table = table()
    leases = [(want(f"192.168.8.{host}/24"), 3) for host in range(100, 170)]
    batches = kernel.renewals(leases)
    assert [len(list(messages(batch))) for batch in batches] == [64, 6]
    for batch in batches:
        kinds = {(kind, flags) for kind, flags, _sequence, _start, _end in messages(batch)}
        assert kinds == {(RTM_NEWADDR, 0x501)}  # request, replace, create; no acknowledgement
    (batch,) = kernel.renewals([(want("192.168.8.100/24"), 3)])
    installed = kernel_module.address_request(RTM_NEWADDR, want("192.168.8.100/24"), "eth0", 3)
    assert batch[16:] == installed[16:]


class Renewals:
    """It accepts everything, or nothing; it has ``waiting`` answers."""

    def __init__(self, waiting, error=None):
        self.waiting, self.error, self.sent = list(waiting), error, []

    def send(self, data):
        if self.error:
            raise self.error
        self.sent.append(data)

    def recv(self, size):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)


@pytest.mark.parametrize("error", [None, OSError(errno.ENOBUFS, "no room")])
def test_answers_to_renewals_do_not_pile_up(kernel, error):
    script = kernel.sockets.renewals.script = Renewals([b"no such device"] * 3, error)
    kernel.renew([b"one", b"two"])
    assert script.sent == ([] if error else [b"one", b"two"])
    assert script.waiting == []
