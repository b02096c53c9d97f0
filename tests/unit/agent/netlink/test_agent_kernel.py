# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check the requests to the kernel, octet for octet, and the handling of its answers."""

from __future__ import annotations

import errno
import importlib
import os
import socket
import struct
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from agent_fakes import table, want

from vrrp.agent.netlink import kernel as netlink
from vrrp.agent.netlink import local_table
from vrrp.agent.netlink.links import ActualAddress, InterfaceTable
from vrrp.agent.netlink.messages import DumpError, messages
from vrrp.agent.netlink.routes import resolve
from vrrp.config.model.routes import Route, Rule

RTM_NEWADDR, RTM_DELADDR = 20, 21


def test_an_address_is_added_as_ip_would_add_it():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = netlink.address_request(RTM_NEWADDR, wanted, "eth0", lifetime_s=3)
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
    request = netlink.address_request(RTM_NEWADDR, want("192.168.8.100/32", scope=254), "eth0")
    assert request.hex()[32:] == (
        "022000fe0200000008000200c0a8086408000100c0a80864090003006574683000000000"
        "14000600ffffffffffffffff0000000000000000"  # for ever
        "05000b0012000000"
    )


@pytest.mark.parametrize(
    ("prefix", "length", "preferred_s"),
    [(64, "40", "02000000"), (128, "80", "00000000")],  # keepalived: one without a subnet is no source
)
def test_an_ipv6_address_is_usable_at_once(prefix, length, preferred_s):
    request = netlink.address_request(RTM_NEWADDR, want(f"2001:db8::100/{prefix}"), "eth0", lifetime_s=2)
    assert request.hex()[32:] == (
        f"0a{length}020002000000"  # AF_INET6, IFA_F_NODAD, scope global, interface 2
        "1400020020010db8000000000000000000000100"  # IFA_LOCAL
        "1400010020010db8000000000000000000000100"  # IFA_ADDRESS
        f"14000600{preferred_s}020000000000000000000000"
        "05000b0012000000"
    )


def test_exactly_one_address_is_deleted():
    wanted = want("192.168.8.100/24", broadcast=ip_address("192.168.8.255"), label="eth0:vip")
    request = netlink.address_request(RTM_DELADDR, wanted, "eth0", lifetime_s=3)
    assert request.hex() == ("28000000150005000000000000000000021800000200000008000200c0a8086408000100c0a80864")


class FakeSocket:
    """It answers each request of a datagram, as rtnetlink does inside send()."""

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


def test_a_takeover_finds_its_requests_encoded(kernel, monkeypatch):
    wanted = [want("192.168.8.100/24"), want("fd00:8::100/64")]
    kernel.prepare(wanted, 3)
    for module in (netlink, local_table):
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


def test_what_hangs_on_an_address_is_put_back_in_the_same_batch(kernel):
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
    return kernel._events


class FakeListing:
    """A listing of so many portions, at whose end there is ``found``; ``error`` instead of the last one."""

    def __init__(self, found, portions=1, error=None):
        self.found, self.left, self.error, self.events, self.closed = found, portions, error, [], False
        self.done = False
        self._pipe = os.pipe()

    def fileno(self):
        return self._pipe[0]

    def advance(self):
        self.left -= 1
        if not self.left and self.error is not None:
            raise self.error
        self.done = not self.left

    def event(self, data):
        self.events.append(data)

    def finish(self):
        for data in self.events:
            self.found.feed(data)
        return self.found

    def close(self):
        self.closed = True
        for end in self._pipe:
            os.close(end)


@pytest.fixture
def clock(monkeypatch):
    """Time stands still until a test moves it."""
    now = [100.0]
    monkeypatch.setattr(netlink.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def listings(monkeypatch):
    """The listings that are begun, one after the other; those that were, in ``begun``."""
    waiting, begun = [], []
    monkeypatch.setattr(netlink, "Listing", lambda: begun.append(waiting.pop(0)) or begun[-1])
    return waiting, begun


def link_down(name=b"eth0", index=2):
    attribute = struct.pack("=HH", 4 + len(name) + 1, 3) + name + b"\0"
    body = struct.pack("=BxHiII", 0, 1, index, 0, 0) + attribute + b"\0" * (-len(attribute) % 4)
    return struct.pack("=IHHII", 16 + len(body), 16, 0, 0, 0) + body


def address(kind, host, index=2):
    octets = socket.inet_aton(f"192.168.8.{host}")
    body = struct.pack("=BBBBI", 2, 24, 0, 0, index) + struct.pack("=HH", 8, 2) + octets
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def told(changes):
    return [(str(change.present.address), change.added) for change in changes]


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
        clock[0] += netlink.PORTION_S / 4
        return receive(size)

    events.recv = slow
    assert len(kernel.read_events()) == 5


def test_whoever_is_as_fast_as_we_are_does_not_keep_the_loop(kernel, clock):
    """It always has one more event."""
    kernel.table = table()
    events = with_events(kernel)
    read = []

    def endless(size):
        read.append(size)
        return address(RTM_NEWADDR if len(read) % 2 else RTM_DELADDR, 9)

    events.recv = endless
    kernel.read_events()
    assert len(read) == netlink.EVENTS_AT_ONCE


def test_what_is_left_wakes_the_loop_again():
    kernel = netlink.Kernel()
    try:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ours, theirs:
            theirs.setblocking(False)
            kernel._events.close()
            kernel._events = theirs
            kernel._waiting.register(theirs.fileno(), netlink.select.EPOLLIN)
            for _number in range(netlink.EVENTS_AT_ONCE + 1):
                ours.setblocking(False)
                try:
                    ours.send(address(RTM_NEWADDR, 9, index=1))
                except BlockingIOError:
                    break
            readable, _, _ = netlink.select.select([kernel], [], [], 0)
            assert readable == [kernel]
            while netlink.select.select([kernel], [], [], 0)[0]:
                kernel.read_events()
            with pytest.raises(BlockingIOError):
                theirs.recv(100)
    finally:
        kernel.close()


@pytest.mark.usefixtures("clock")
def test_lost_events_lead_to_a_new_listing(kernel, listings):
    kernel.table = table()
    listings[0].append(FakeListing(table(addresses=("192.168.8.5/24",))))
    with_events(kernel, OVERRUN)
    changes = kernel.read_events()
    assert not kernel.stale
    assert told(changes) == [("192.168.8.4/24", False), ("192.168.8.5/24", True)]
    assert listings[1][0].closed


@pytest.mark.usefixtures("clock")
def test_what_still_waited_is_older_than_the_new_listing(kernel, listings):
    kernel.table = table()
    listings[0].append(FakeListing(table()))
    with_events(kernel, OVERRUN, *[link_down()] * (netlink.EVENTS_AT_ONCE + 1))
    kernel.read_events()
    assert (kernel.stale, listings[1]) == (True, []), "not all of it has been read"
    kernel.read_events()
    assert kernel.table.names["eth0"].usable


def test_a_long_listing_is_read_in_portions(kernel, listings, clock):
    kernel.table = table()
    listing = FakeListing(table(addresses=("192.168.8.5/24",)), portions=10)
    advance = listing.advance

    def slow():
        clock[0] += netlink.PORTION_S / 2
        advance()

    listing.advance = slow
    listings[0].append(listing)
    with_events(kernel, OVERRUN)
    left = []
    while not kernel.read_events():
        left.append(listing.left)
        assert kernel.stale
    assert left == [7, 4, 1]
    assert not kernel.stale


@pytest.mark.usefixtures("clock")
def test_what_happens_while_it_is_listed_counts_at_once_and_afterwards(kernel, listings):
    kernel.table = table()
    listing = FakeListing(table(addresses=("192.168.8.4/24", "192.168.8.5/24")), portions=2)
    listings[0].append(listing)
    events = with_events(kernel, OVERRUN)
    listing.advance = lambda: setattr(netlink.time, "monotonic", later)
    later = iter([200.0] * 50).__next__
    assert kernel.read_events() == []
    events.answers += [address(RTM_DELADDR, 4), address(RTM_DELADDR, 5)]
    listing.done = True
    assert told(kernel.read_events()) == [("192.168.8.4/24", False)]
    assert kernel.table.on("eth0") == (), "both are gone, although the listing had seen them"


@pytest.mark.usefixtures("clock")
def test_events_that_are_lost_once_more_end_the_listing(kernel, listings):
    kernel.table = table()
    first = FakeListing(table(addresses=()), portions=2)
    first.advance = lambda: setattr(netlink.time, "monotonic", iter([200.0] * 50).__next__)
    listings[0].extend([first, FakeListing(table())])
    events = with_events(kernel, OVERRUN)
    kernel.read_events()
    first.done = True
    events.answers.append(OVERRUN)
    assert kernel.read_events() == []
    assert first.closed and not kernel.stale, "the second one counted"


def test_a_listing_that_fails_is_tried_again_and_not_at_once(kernel, listings, clock):
    kernel.table = table()
    listings[0].append(FakeListing(table(), error=DumpError(errno.EBUSY, "not now")))
    listings[0].append(FakeListing(table(addresses=("192.168.8.5/24",))))
    with_events(kernel, OVERRUN)
    assert (kernel.read_events(), kernel.stale) == ([], True)
    assert (kernel.read_events(), kernel.stale) == ([], True)
    assert len(listings[1]) == 1, "so often that it would keep the loop"
    clock[0] += netlink.LISTED_EVERY_S
    assert len(kernel.read_events()) == 2
    assert not kernel.stale


def test_without_pyroute2_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(netlink, "message_class", importlib.import_module)  # of a name that no module has
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
    installed = netlink.address_request(RTM_NEWADDR, want("192.168.8.100/24"), "eth0", 3)
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
    request = netlink.address_request(RTM_NEWADDR, want("fd00:8::100/64", flags=0x210), "eth0", lifetime_s=3).hex()
    assert request[32:40] == "0a401200"  # home and nodad
    assert "0800080012020000" in request  # IFA_FLAGS: noprefixroute besides
    assert netlink.address_request(RTM_NEWADDR, want("fd00:8::100/64", dad=True), "eth0").hex()[32:40] == "0a400000"


def test_a_peer_is_where_the_address_would_be():
    request = netlink.address_request(RTM_NEWADDR, want("10.8.0.1/32", peer=ip_address("10.8.0.2")), "eth0").hex()
    assert "080002000a080001080001000a080002" in request  # IFA_LOCAL, IFA_ADDRESS


@pytest.mark.parametrize(("written_s", "lifetime_s", "hexadecimal"), [(1, 3, "01"), (30, 3, "03"), (0, 3, "00")])
def test_nothing_is_preferred_for_longer_than_it_is_valid(written_s, lifetime_s, hexadecimal):
    request = netlink.address_request(
        RTM_NEWADDR, want("fd00:8::100/64", preferred_s=written_s), "eth0", lifetime_s
    ).hex()
    assert request.endswith(f"14000600{hexadecimal}00000003000000000000000000000005000b0012000000")
