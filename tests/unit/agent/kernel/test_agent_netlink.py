# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel is asked, octet for octet, and what its answers are taken for."""

from __future__ import annotations

import errno
import os
import socket
import struct
from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import table, want

from vrrp.agent.kernel import netlink
from vrrp.agent.kernel.interfaces import DumpError, InterfaceTable, Present, messages

RTM_NEWADDR, RTM_DELADDR = 20, 21


def test_an_address_is_added_as_ip_would_add_it():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = netlink.encode(RTM_NEWADDR, wanted, "eth0", lifetime_s=3)
    assert request.hex() == (
        "5c000000140005050000000000000000"  # length 92, RTM_NEWADDR, request ack replace create; sequence 0
        "0218000002000000"  # AF_INET, /24, scope global, interface 2
        "08000200c0a80864"  # IFA_LOCAL
        "08000100c0a80864"  # IFA_ADDRESS
        "08000400c0a808ff"  # IFA_BROADCAST
        "0d000300657468303a76697000000000"  # IFA_LABEL
        "1400060003000000030000000000000000000000"  # IFA_CACHEINFO: preferred and valid for 3 s
        "05000b0012000000"  # IFA_PROTO: keepalived's number, 18
    )


def test_an_address_without_label_gets_the_name_of_its_interface():
    request = netlink.encode(RTM_NEWADDR, want("192.168.8.100/32", scope=254), "eth0")
    assert request.hex()[32:] == (
        "022000fe0200000008000200c0a8086408000100c0a80864090003006574683000000000"
        "14000600ffffffffffffffff0000000000000000"  # for ever
        "05000b0012000000"
    )


@pytest.mark.parametrize(
    ("prefix", "length", "preferred_s"),
    [(64, "40", "02000000"), (128, "80", "00000000")],  # keepalived: nobody connects from one without a subnet
)
def test_an_ipv6_address_is_usable_at_once(prefix, length, preferred_s):
    request = netlink.encode(RTM_NEWADDR, want(f"2001:db8::100/{prefix}"), "eth0", lifetime_s=2)
    assert request.hex()[32:] == (
        f"0a{length}020002000000"  # AF_INET6, IFA_F_NODAD, scope global, interface 2
        "1400020020010db8000000000000000000000100"  # IFA_LOCAL
        "1400010020010db8000000000000000000000100"  # IFA_ADDRESS
        f"14000600{preferred_s}020000000000000000000000"
        "05000b0012000000"
    )


def test_exactly_one_address_is_deleted():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = netlink.encode(RTM_DELADDR, wanted, "eth0", lifetime_s=3)
    assert request.hex() == ("28000000150005000000000000000000021800000200000008000200c0a8086408000100c0a80864")


class FakeSocket:
    """Answers each request of a datagram, as rtnetlink does inside send()."""

    def __init__(self, codes=()):
        self.codes = list(codes)
        self.requests = []
        self.answers = []

    def send(self, data):
        offset = 0
        while offset < len(data):
            length, kind, _flags, sequence, _port = struct.unpack_from("=IHHII", data, offset)
            self.requests.append((kind, bytes(data[offset + 16 : offset + length])))
            code = self.codes.pop(0) if self.codes else 0
            self.answers.append(struct.pack("=IHHIIi", 36, 2, 0, sequence, 0, -code) + bytes(16))
            offset += (length + 3) & ~3

    def recv_into(self, buffer):
        answer = self.answers.pop(0)
        buffer[: len(answer)] = answer
        return len(answer)

    def close(self):
        pass


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setattr(netlink, "dump", lambda filled: filled)
    made = netlink.Kernel()
    yield made
    made.close()


def rig(kernel, filled, *codes):
    kernel._requests.close()
    kernel._requests = FakeSocket(codes)
    kernel.table = filled
    return kernel._requests


def test_installing_is_one_batch_and_updates_the_picture(kernel):
    wire = rig(kernel, table())
    wanted = [want(f"192.168.8.{host}/24") for host in range(100, 200)]
    assert kernel.install(wanted) == []
    assert [kind for kind, _body in wire.requests] == [RTM_NEWADDR] * 100
    assert len(kernel.table.on("eth0")) == 101


def test_what_is_there_already_is_as_good(kernel):
    rig(kernel, table(), errno.EEXIST)
    assert kernel.install([want("192.168.8.100/24")]) == []


def test_a_failure_is_told_for_the_address_that_failed(kernel):
    rig(kernel, table(), 0, errno.EPERM)
    failed = kernel.install([want("192.168.8.100/24"), want("192.168.8.101/24")])
    assert failed == [f"cannot set 192.168.8.101/24 on eth0: {os.strerror(errno.EPERM)}"]
    assert [str(entry.address) for entry in kernel.table.on("eth0")] == ["192.168.8.4/24", "192.168.8.100/24"]


@pytest.mark.parametrize("code", [0, errno.EADDRNOTAVAIL, errno.ENODEV])
def test_what_is_gone_already_need_not_go(kernel, code):
    rig(kernel, table(addresses=("192.168.8.4/24", "192.168.8.100/24")), code)
    assert kernel.release([want("192.168.8.100/24")]) == []
    assert [str(entry.address) for entry in kernel.table.on("eth0")] == ["192.168.8.4/24"]


def test_what_hangs_on_an_address_is_put_back_in_the_same_batch(kernel):
    filled = table(addresses=())
    filled.remember(Present(2, ip_interface("192.168.8.100/24")))
    filled.remember(Present(2, ip_interface("192.168.8.4/24"), secondary=True, message=b"as it was.."))
    wire = rig(kernel, filled, 0, errno.EEXIST)
    assert kernel.release([want("192.168.8.100/24")]) == []
    assert [kind for kind, _body in wire.requests] == [RTM_DELADDR, RTM_NEWADDR]
    assert wire.requests[1][1] == b"as it was.."


def test_a_kernel_that_does_not_answer_is_not_waited_for(kernel):
    wire = rig(kernel, table())
    wire.recv_into = lambda buffer: (_unused for _unused in ()).throw(socket.timeout("timed out"))
    (failed,) = kernel.install([want("192.168.8.100/24")])
    assert failed.startswith("cannot set 192.168.8.100/24 on eth0: ")


class Events:
    """An event socket: datagrams to read and errors to raise, then nothing."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def recv(self, size):
        answer = self.answers.pop(0) if self.answers else BlockingIOError()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        pass


OVERRUN = OSError(errno.ENOBUFS, "no buffer space")


def with_events(kernel, *answers):
    kernel._events.close()
    kernel._events = Events(*answers)


def test_lost_events_lead_to_a_new_listing(kernel, monkeypatch):
    kernel.table = table()
    monkeypatch.setattr(netlink, "dump", lambda filled: table(addresses=("192.168.8.5/24",)))
    with_events(kernel, OVERRUN)
    changes = kernel.read_events()
    assert not kernel.stale
    assert [(str(change.present.address), change.added) for change in changes] == [
        ("192.168.8.4/24", False),
        ("192.168.8.5/24", True),
    ]


def test_what_still_waited_is_older_than_the_new_listing(kernel, monkeypatch):
    kernel.table = table()
    monkeypatch.setattr(netlink, "dump", lambda filled: table())
    link_down = struct.pack("=IHHII", 44, 16, 0, 0, 0) + struct.pack("=BxHiII", 0, 1, 2, 0, 0)
    with_events(kernel, OVERRUN, link_down + b"\x09\0\x03\0eth0\0\0\0\0")
    kernel.read_events()
    assert kernel.table.names["eth0"].usable


def test_a_listing_that_fails_is_tried_again(kernel, monkeypatch):
    kernel.table = table()

    def refuse(filled):
        raise DumpError(errno.EBUSY, "not now")

    monkeypatch.setattr(netlink, "dump", refuse)
    with_events(kernel, OVERRUN)
    assert (kernel.read_events(), kernel.stale) == ([], True)
    monkeypatch.setattr(netlink, "dump", lambda filled: table(addresses=("192.168.8.5/24",)))
    assert len(kernel.read_events()) == 2
    assert not kernel.stale


def test_without_pyroute2_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(netlink, "HAS_PYROUTE2", False)
    with pytest.raises(netlink.NetlinkUnavailable, match="pip install pyroute2"):
        netlink.Kernel()


def test_the_kernel_of_this_machine_can_be_asked():
    kernel = netlink.Kernel()
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
    installed = netlink.encode(RTM_NEWADDR, want("192.168.8.100/24"), "eth0", 3)
    assert batch[16:] == installed[16:]


class Renewals:
    """Takes everything, or nothing; has ``waiting`` answers."""

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

    def close(self):
        pass


@pytest.mark.parametrize("error", [None, OSError(errno.ENOBUFS, "no room")])
def test_answers_to_renewals_do_not_pile_up(kernel, error):
    kernel._renewals.close()
    kernel._renewals = Renewals([b"no such device"] * 3, error)
    kernel.renew([b"one", b"two"])
    assert kernel._renewals.sent == ([] if error else [b"one", b"two"])
    assert kernel._renewals.waiting == []


def test_options_that_do_not_fit_into_the_header_have_an_attribute():
    request = netlink.encode(RTM_NEWADDR, want("fd00:8::100/64", flags=0x210), "eth0", lifetime_s=3).hex()
    assert request[32:40] == "0a401200"  # home and nodad
    assert "0800080012020000" in request  # IFA_FLAGS: noprefixroute besides
    assert netlink.encode(RTM_NEWADDR, want("fd00:8::100/64", dad=True), "eth0").hex()[32:40] == "0a400000"


def test_a_peer_is_where_the_address_would_be():
    request = netlink.encode(RTM_NEWADDR, want("10.8.0.1/32", peer=ip_address("10.8.0.2")), "eth0").hex()
    assert "080002000a080001080001000a080002" in request  # IFA_LOCAL, IFA_ADDRESS


@pytest.mark.parametrize(("written_s", "lifetime_s", "hexadecimal"), [(1, 3, "01"), (30, 3, "03"), (0, 3, "00")])
def test_nothing_is_preferred_for_longer_than_it_is_valid(written_s, lifetime_s, hexadecimal):
    request = netlink.encode(RTM_NEWADDR, want("fd00:8::100/64", preferred_s=written_s), "eth0", lifetime_s).hex()
    assert request.endswith(f"14000600{hexadecimal}00000003000000000000000000000005000b0012000000")
