# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of nf_tables are built octet for octet, and the first error of an answer counts."""

from __future__ import annotations

import errno
import socket
import struct
import subprocess
import sys

import pytest

from vrrp.agent.netlink import nftables
from vrrp.agent.netlink.nftables import NfTables

TABLE = "0f000100" + "686f747374616e64627900" + "00"  # the name hotstandby, its zero, and one octet of padding


class FakeSocket:
    """It answers as the kernel, one datagram after the other; ``sent`` is what it got."""

    def __init__(self, answers=(), refuses=None):
        self.answers, self.refuses = list(answers), refuses
        self.sent, self.bound, self.closed = b"", None, False

    def opened(self, flags, protocol):
        assert (flags, protocol) == (socket.SOCK_NONBLOCK, 12)  # NETLINK_NETFILTER
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.closed = True

    def bind(self, address):
        self.bound = address

    def send(self, data):
        if self.refuses is not None:
            raise self.refuses
        self.sent += data

    def recv(self, size):
        if not self.answers:
            raise BlockingIOError
        return self.answers.pop(0)


def answer(code, kind=2):
    """One message as netlink(7) has it: the header, the error, and nothing of what was asked."""
    return struct.pack("=IHHIIi", 20, kind, 0, 1, 0, code)


@pytest.fixture
def kernel(monkeypatch):
    def make(*answers, refuses=None):
        made = FakeSocket(answers, refuses)
        monkeypatch.setattr(nftables, "open_socket", made.opened)
        return made

    return make


def sent_messages(data):
    """(type, flags, family and resource, body) of each message."""
    found = []
    while data:
        length, kind, flags = struct.unpack_from("=IHH", data)
        found.append((kind, flags, data[16:20].hex(), data[20:length].hex()))
        data = data[length:]
    return found


def rule(*expressions):
    """The octets of the expressions in a request for a rule."""
    made = nftables.request(nftables.NEWRULE, 0, "rule", CHAIN="in", EXPRESSIONS=list(expressions))
    before = f"{TABLE}07000200696e0000"
    assert made[20:].hex().startswith(before)
    length, kind = struct.unpack_from("=HH", made, 20 + len(before) // 2)
    body = made[24 + len(before) // 2 :]
    assert (length, kind) == (4 + len(body), 4)  # NFTA_RULE_EXPRESSIONS
    return body.hex()


class TestExpressions:
    @pytest.mark.parametrize(
        ("made", "name", "data"),
        [
            (nftables.meta(1, 15), "6d657461", "0800010000000001" "080002000000000f"),
            (nftables.compare(0, 2), "636d70", "0800010000000001" "0800020000000000" "0c000300" "0500010002000000"),
            (
                nftables.payload(1, 2, 0, 1),
                "7061796c6f6164",
                "0800010000000001" "0800020000000002" "0800030000000000" "0800040000000001",
            ),
            (
                nftables.lookup("vips4", 1),
                "6c6f6f6b7570",
                "0a000100" "7669707334000000" "0800020000000001" "0800040000000001",
            ),
            (nftables.verdict(0), "696d6d656469617465", "0800010000000000" "10000200" "0c000200" "0800010000000000"),
            (nftables.verdict(1), "696d6d656469617465", "0800010000000000" "10000200" "0c000200" "0800010000000001"),
        ],
    )  # fmt: skip
    def test_an_expression_is_a_name_and_its_data(self, made, name, data):
        octets = bytes.fromhex(name) + b"\0"
        named = struct.pack("=HH", len(octets) + 4, 1) + octets + bytes(-len(octets) % 4)
        inner = struct.pack("=HH", len(data) // 2 + 4, 2) + bytes.fromhex(data)
        assert rule(made) == (struct.pack("=HH", 4 + len(named) + len(inner), 1) + named + inner).hex()
        assert rule(made, made) == 2 * rule(made)

    def test_one_octet_of_a_packet_is_compared(self):
        assert nftables.is_equal(16, 58) == [nftables.meta(1, 16), nftables.compare(0, 58)]

    @pytest.mark.parametrize(("leaving", "count", "dropped"), [(False, 4, 3), (True, 7, 6)])
    def test_a_chain_has_its_rules(self, leaving, count, dropped):
        rules = nftables.rules(leaving)
        assert len(rules) == count
        assert [rule[-1] for rule in rules].count(nftables.verdict(0)) == dropped

    def test_the_rules_for_packets_from_a_macvlan_come_first(self):
        igmp, done, report, neighbour = nftables.rules(True)[:4]
        on_macvlan = [nftables.meta(1, 5), nftables.lookup("macvlans", 4)]
        assert igmp == [*on_macvlan, nftables.meta(1, 16), nftables.compare(0, 2), nftables.verdict(0)]
        for rule, first, last in ((done, 131, 132), (report, 143, 143)):
            assert rule[:2] == on_macvlan
            assert rule[-3:] == [nftables.compare(5, first), nftables.compare(3, last), nftables.verdict(0)]
        assert neighbour[-3:] == [nftables.compare(5, 135), nftables.compare(3, 136), nftables.verdict(1)]

    @pytest.mark.parametrize(("leaving", "at4", "at6"), [(False, 16, 24), (True, 12, 8)])
    def test_an_address_is_looked_up_where_it_stands_in_the_header(self, leaving, at4, at6):
        four, six = nftables.rules(leaving)[-3:-1]
        assert four == [
            nftables.meta(1, 15),
            nftables.compare(0, 2),
            nftables.payload(1, 1, at4, 4),
            nftables.lookup("vips4", 1),
            nftables.verdict(0),
        ]
        assert six == [
            nftables.meta(1, 15),
            nftables.compare(0, 10),
            nftables.payload(1, 1, at6, 16),
            nftables.lookup("vips6", 2),
            nftables.verdict(0),
        ]

    @pytest.mark.parametrize("leaving", [False, True])
    def test_the_neighbour_is_asked_by_the_type_behind_the_network_header(self, leaving):
        neighbour = nftables.rules(leaving)[3 if leaving else 0]
        assert neighbour[:3] == [nftables.meta(1, 16), nftables.compare(0, 58), nftables.payload(1, 2, 0, 1)]

    @pytest.mark.parametrize(("leaving", "key"), [(False, 4), (True, 5)])
    def test_a_link_local_address_counts_with_its_interface(self, leaving, key):
        six = nftables.payload(1, 1, 8 if leaving else 24, 16)
        assert nftables.rules(leaving)[-1] == [
            nftables.meta(1, 15),
            nftables.compare(0, 10),
            six,
            nftables.meta(2, key),
            nftables.lookup("vips6_link", 3),
            nftables.verdict(0),
        ]


def test_a_request_has_two_headers():
    made = nftables.request(nftables.DELTABLE, 0, "table")
    assert made.hex() == "24000000020a0500000000000000000001000000" + TABLE


class TestTransact:
    def test_everything_is_one_batch_with_a_number_each(self, kernel):
        made = kernel(answer(0))
        first = nftables.with_header(0x0A00, 4, bytes.fromhex("01000000"))
        second = nftables.with_header(0x0A06, 0xC04, bytes.fromhex("0100000001020304"))
        assert nftables.transact([first, second]) == 0
        assert sent_messages(made.sent) == [
            (0x10, 1, "0000000a", ""),
            (0x0A00, 5, "01000000", ""),
            (0x0A06, 0xC05, "01000000", "01020304"),
            (0x11, 1, "0000000a", ""),
        ]
        assert [made.sent[at + 8] for at in (0, 20, 40, 64)] == [0, 1, 2, 3]
        assert (made.bound, made.closed) == ((0, 0), True)

    @pytest.mark.parametrize(
        ("answers", "code"),
        [
            ((), 0),
            ((answer(0), answer(0)), 0),
            ((answer(0) + answer(-17), answer(-2)), 17),
            ((answer(0), answer(-2)), 2),
            ((answer(-17, kind=3),), 0),  # a message of another type says nothing
            ((b"\x01\x02",), 0),
        ],
    )
    def test_the_first_error_of_the_kernel_counts(self, kernel, answers, code):
        kernel(*answers)
        assert nftables.transact([bytes(20)]) == code

    @pytest.mark.parametrize(("error", "code"), [(OSError(errno.EPERM, "x"), 1), (OSError("without a number"), 5)])
    def test_a_failed_send_returns_its_error_code_and_closes_the_socket(self, kernel, error, code):
        made = kernel(refuses=error)
        assert nftables.transact([]) == code
        assert made.closed


class TestTables:
    def test_the_table_is_made_anew_with_sets_and_chains_and_rules(self, kernel):
        made = kernel()
        assert NfTables().make([("vips4", bytes([192, 168, 8, 100]))]) == 0
        steps = sent_messages(made.sent)[1:-1]
        kinds = [0, 2, 0, 9, 9, 9, 9, 3, 6, 6, 6, 6, 3, 6, 6, 6, 6, 6, 6, 6, 12]
        assert [kind - 0x0A00 for kind, _flags, _header, _body in steps] == kinds
        flags = {0: 0x405, 2: 5, 9: 0x405, 3: 0x405, 6: 0xC05, 12: 0x405}
        assert [each[1] for each in steps] == [flags[kind] for kind in kinds]
        assert [each[3] for each in steps[:3]] == [TABLE] * 3

    def test_a_set_has_the_type_and_the_length_of_its_keys(self, kernel):
        made = kernel()
        NfTables().make([])
        sets = [body[len(TABLE) :] for kind, _flags, _header, body in sent_messages(made.sent) if kind == 0x0A09]
        flags = "0800030000000000"
        assert sets == [
            "0a000200" "7669707334000000" + flags + "0800040000000007" "0800050000000004" "08000a0000000001",
            "0a000200" "7669707336000000" + flags + "0800040000000008" "0800050000000010" "08000a0000000002",
            "0f000200" "76697073365f6c696e6b0000" + flags + "0800040000000214" "0800050000000014" "08000a0000000003",
            "0d000200" "6d6163766c616e7300000000" + flags + "0800040000000014" "0800050000000004" "08000a0000000004",
        ]  # fmt: skip

    def test_a_chain_is_hooked_before_the_filter_of_the_host(self, kernel):
        made = kernel()
        NfTables().make([])
        chains = [body[len(TABLE) :] for kind, _flags, _header, body in sent_messages(made.sent) if kind == 0x0A03]
        kind = "0b00070066696c7465720000"
        assert chains == [
            "07000300" "696e0000" "14000400" "0800010000000001" "08000200ffffffff" + kind,
            "08000300" "6f757400" "14000400" "0800010000000003" "08000200ffffffff" + kind,
        ]  # fmt: skip

    def test_elements_are_added_before_others_are_removed(self, kernel):
        made = kernel(answer(-2))
        assert NfTables().change([("vips4", b"\x01\x02\x03\x04")], [("macvlans", b"\x09\0\0\0")]) == 2
        assert [(kind, flags) for kind, flags, _header, _body in sent_messages(made.sent)[1:-1]] == [
            (0x0A0C, 0x405),
            (0x0A0E, 5),
        ]

    @pytest.mark.parametrize(("code", "expected"), [(0, 0), (-errno.ENOENT, 0), (-errno.EPERM, errno.EPERM)])
    def test_a_table_that_is_not_there_is_deleted(self, kernel, code, expected):
        kernel(answer(code))
        assert NfTables().delete() == expected


def test_a_message_has_at_most_1000_elements():
    keys = [("vips4", number.to_bytes(4, "big")) for number in range(2001)]
    steps = nftables.changes(nftables.NEWSETELEM, keys)
    assert [step.hex().count("0c0001000800010000") for step in steps] == [1000, 1000, 1]
    assert nftables.changes(nftables.NEWSETELEM, []) == []


def test_prepared_elements_are_not_encoded_again(monkeypatch):
    elements = [("vips4", bytes([10, 0, 0, 1])), ("vips6", bytes(16))]
    NfTables().prepare(elements)
    monkeypatch.setattr(nftables, "encode", lambda *arguments: pytest.fail("encoded again"))
    for kind in (nftables.NEWSETELEM, nftables.DELSETELEM):
        assert len(nftables.changes(kind, elements)) == 2


LISTED = """
    type ipv4_addr
    elements = { 192.168.8.100 }
    type ipv6_addr
    elements = { fd00:8::100 }
    type ipv6_addr . iface_index
    elements = { fe80::8:100 . "lo" }
    type iface_index
    type filter hook input
    icmpv6 type 135-136 accept
    ip daddr @vips4 drop
    ip6 daddr @vips6 drop
    ip6 daddr . iif @vips6_link drop
    type filter hook output
    oif @macvlans meta l4proto igmp drop
    oif @macvlans icmpv6 type 131-132 drop
    oif @macvlans icmpv6 type 143-143 drop
    icmpv6 type 135-136 accept
    ip saddr @vips4 drop
    ip6 saddr @vips6 drop
    ip6 saddr . oif @vips6_link drop
"""
PROGRAM = """
import subprocess, sys
from ipaddress import ip_address
from vrrp.agent.netlink.nftables import NfTables
lo = (1).to_bytes(4, sys.byteorder)
elements = [
    ("vips4", ip_address("192.168.8.100").packed),
    ("vips6", ip_address("fd00:8::100").packed),
    ("vips6_link", ip_address("fe80::8:100").packed + lo),
]
tables = NfTables()
assert tables.make(elements) == 0
subprocess.run(["nft", "list", "table", "inet", "hotstandby"], check=True)
assert tables.change([("vips4", bytes(4))], elements) == 0
assert tables.change([], elements) == 2
assert tables.delete() == tables.delete() == 0
"""


def test_nft_lists_the_expected_table_in_a_separate_network_namespace():
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-B", "-c", PROGRAM],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    said = [line for line in lines if line.startswith(("type", "elements")) or line.endswith(("drop", "accept"))]
    assert [line.partition(" priority")[0] for line in said] == [line.strip() for line in LISTED.splitlines() if line]
