# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rtnetlink messages of a real kernel are decoded."""

from __future__ import annotations

import random
import socket
import struct
from ipaddress import ip_interface

import pytest
from agent_fakes import eth, table

from vrrp.agent.netlink import links
from vrrp.agent.netlink.links import ActualAddress, AddressChanged, InterfaceTable, Link, LinkChanged, dump
from vrrp.agent.netlink.messages import DUMP_TRIES, DumpError

UP_RUNNING = 0x11043


def attribute(kind, octets):
    return struct.pack("=HH", 4 + len(octets), kind) + octets + bytes(-len(octets) % 4)


def message(kind, body, flags=0):
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body


def link_message(index=2, name="eth0", flags=UP_RUNNING, mac="020000000004", kind=16, family=0, mtu=None):
    body = struct.pack("=BxHiII", family, 1, index, flags, 0)
    body += attribute(3, name.encode() + b"\0") + attribute(1, bytes.fromhex(mac))
    return message(kind, body + (attribute(4, struct.pack("=I", mtu)) if mtu else b""))


def address_message(address="192.168.8.4/24", index=2, kind=20, label="eth0", flags=0x80):
    interface = ip_interface(address)
    family = socket.AF_INET if interface.version == 4 else socket.AF_INET6
    body = struct.pack("=BBBBI", family, interface.network.prefixlen, flags & 0xFF, 0, index)
    body += attribute(1, interface.ip.packed)
    if interface.version == 4:
        body += attribute(2, interface.ip.packed) + attribute(3, label.encode() + b"\0")
    return message(kind, body + attribute(8, struct.pack("=I", flags)))


# `ip addr add 192.168.8.100/24 dev eth0 label eth0:vip` beside 192.168.8.4/24, read from a bound rtnetlink socket.
RECORDED = bytes.fromhex(
    "540000001400000092e6026bb61d0000"
    "0218810002000000"
    "08000100c0a80864"
    "08000200c0a80864"
    "0d000300657468303a76697000000000"
    "0800080081000000"
    "14000600ffffffffffffffff542f0400542f0400"
)


def test_an_address_event():
    (change,) = InterfaceTable().feed(RECORDED)
    assert change.added
    assert change.present == ActualAddress(2, ip_interface("192.168.8.100/24"), "eth0:vip", secondary=True, scope=0)
    assert change.present.message == RECORDED[16:]


def test_a_link_is_usable_when_it_is_up_and_running():
    known = InterfaceTable()
    assert known.feed(link_message()) == [LinkChanged(None, eth())]
    for flags in (0x1, 0x40, 0x0):
        (change,) = known.feed(link_message(flags=flags))
        assert not change.new.usable
    assert known.feed(link_message(flags=0)) == []  # the same news again is no news


def test_the_other_end_of_a_tunnel_is_not_our_address():
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0x80, 0, 3)
    body += attribute(1, bytes([10, 0, 0, 2])) + attribute(2, bytes([10, 0, 0, 1]))
    (change,) = InterfaceTable().feed(message(20, body))
    assert change.present.address == ip_interface("10.0.0.1/32")


def test_an_ipv6_address_is_read():
    (change,) = InterfaceTable().feed(address_message("2001:db8::1/64"))
    assert change.present.address == ip_interface("2001:db8::1/64")
    assert not change.present.secondary


def test_duplicate_address_detection_is_followed():
    known = InterfaceTable()
    (change,) = known.feed(address_message("fe80::4/64", flags=0xC0))
    assert (change.added, change.present.tentative, change.present.usable) == (True, True, False)
    assert not known.has(change.present.address.ip)
    assert known.feed(address_message("fe80::4/64", flags=0xC0)) == []
    (change,) = known.feed(address_message("fe80::4/64", flags=0x80))
    assert (change.added, change.present.tentative, change.present.usable) == (True, False, True)
    assert known.has(change.present.address.ip)
    (change,) = known.feed(address_message("fe80::4/64", flags=0xC8))
    assert (change.added, change.present.dad_failed, change.present.usable) == (True, True, False)
    assert known.entries(change.present.address.ip) == [change.present]


# `ip addr add fd00:8::100/64 dev eth0 nodad valid_lft 3 preferred_lft 3` and its renewal a moment later, read from a
# bound rtnetlink socket.
RENEWED = [
    bytes.fromhex(
        "480000001400000000000000000000000a40020002000000"
        "14000100fd000008000000000000000000000100"
        "14000600" + times + "0800080002000000"
    )
    for times in ("03000000030000001cd013001cd01300", "03000000030000001cd013003bd01300")
]


def test_a_renewed_lease_is_no_news_and_is_not_even_taken_apart(monkeypatch):
    known = InterfaceTable()
    (change,) = known.feed(RENEWED[0])
    assert change.present == ActualAddress(2, ip_interface("fd00:8::100/64"))
    with monkeypatch.context() as patch:
        patch.setattr(links, "decode_address", lambda *arguments: pytest.fail("decoded again"))
        assert known.feed(RENEWED[1]) == []


GONE = RENEWED[0][:4] + struct.pack("=H", 21) + RENEWED[0][6:]


@pytest.mark.parametrize(
    "happen",
    [
        lambda known: known.feed(GONE),
        lambda known: known.forget(2, ip_interface("fd00:8::100/64")),
        lambda known: known.feed(link_message(kind=17)),
    ],
    ids=["deleted", "deleted by us", "its link has gone"],
)
def test_an_address_that_comes_back_as_it_was_is_news(happen):
    known = InterfaceTable()
    known.feed(link_message())
    known.feed(RENEWED[0])
    happen(known)
    (change,) = known.feed(RENEWED[1])
    assert change.added
    assert [str(entry.address) for entry in known.on("eth0") or known.addresses[2].values()] == ["fd00:8::100/64"]


def test_an_address_that_was_only_accepted_is_at_work_when_its_event_comes():
    known = InterfaceTable()
    known.feed(RENEWED[0])
    known.forget(2, ip_interface("fd00:8::100/64"))
    known.remember(ActualAddress(2, ip_interface("fd00:8::100/64"), tentative=True))
    (change,) = known.feed(RENEWED[1])
    assert (change.added, change.present.usable) == (True, True)


def test_the_difference_of_two_tables_shows_that_dad_has_finished():
    before, after = InterfaceTable(), InterfaceTable()
    before.feed(address_message("fe80::4/64", flags=0xC0))
    after.feed(address_message("fe80::4/64", flags=0x80))
    (change,) = before.difference(after)
    assert (change.added, change.present.tentative) == (True, False)


def test_another_mtu_is_a_change():
    known = InterfaceTable()
    known.feed(link_message(mtu=1500))
    (change,) = known.feed(link_message(mtu=1280))
    assert (change.old.mtu, change.new.mtu) == (1500, 1280)


def test_an_address_goes():
    known = table(addresses=("192.168.8.4/24",))
    (change,) = known.feed(address_message(kind=21))
    assert change == AddressChanged(ActualAddress(2, ip_interface("192.168.8.4/24"), "eth0"), added=False)
    assert known.on("eth0") == ()
    assert known.feed(address_message(kind=21)) == []


def test_a_link_that_goes_takes_its_addresses_along():
    known = table()
    assert known.feed(link_message(kind=17)) == [LinkChanged(eth(), None)]
    assert (known.on("eth0"), known.links, known.addresses) == ((), {}, {})


def test_the_entries_of_a_host_follow_every_change():
    """They have an index of their own, for hundreds of instances ask: it is as what the table has of each address."""
    texts = ["192.168.8.4/24", "192.168.8.4/32", "192.168.8.6/24"]
    known, chance = InterfaceTable(), random.Random(8)
    steps = (
        lambda index, text: known.remember(ActualAddress(index, ip_interface(text))),
        lambda index, text: known.forget(index, ip_interface(text)),
        lambda index, text: known.feed(address_message(text)),
        lambda index, text: known.feed(address_message(text, kind=21)),
        lambda index, text: known.feed(link_message()),
        lambda index, text: known.feed(link_message(kind=17)),
    )
    for _step in range(400):
        (step,) = chance.choices(steps, weights=(4, 2, 4, 2, 1, 1))
        step(chance.choice((2, 3)), chance.choice(texts))
        all_of_them = [entry for each in known.addresses.values() for entry in each.values()]
        for host in {ip_interface(text).ip for text in texts}:
            expected = [entry for entry in all_of_them if entry.address.ip == host]
            assert sorted(known.entries(host), key=str) == sorted(expected, key=str)
            assert known.has(host) == bool(expected)


def test_a_link_gets_another_name():
    known = table()
    known.feed(link_message(name="lan0"))
    assert list(known.names) == ["lan0"]
    assert [str(entry.address) for entry in known.on("lan0")] == ["192.168.8.4/24"]


def test_two_links_swap_their_names():
    known = table(eth("a", 2), eth("b", 3))
    for name, index in (("c", 2), ("a", 3), ("b", 2)):
        known.feed(link_message(index, name))
    assert {name: link.index for name, link in known.names.items()} == {"a": 3, "b": 2}


def test_a_port_that_leaves_its_bridge_is_not_gone():
    known = table()
    assert known.feed(link_message(kind=17, family=7)) == []
    assert "eth0" in known.names


def test_several_messages_in_one_datagram():
    known = InterfaceTable()
    changes = known.feed(link_message() + address_message() + address_message("192.168.8.100/24"))
    assert len(changes) == 3
    assert [str(entry.address) for entry in known.on("eth0")] == ["192.168.8.4/24", "192.168.8.100/24"]


@pytest.mark.parametrize("cut", range(1, len(RECORDED)))
def test_half_a_message_says_nothing(cut):
    assert InterfaceTable().feed(RECORDED[:cut]) == []


def test_attributes_that_lie_about_their_length_end_the_message():
    data = bytearray(RECORDED)
    struct.pack_into("=H", data, 24, 400)  # IFA_ADDRESS longer than the message
    assert InterfaceTable().feed(bytes(data)) == []


def test_the_difference_to_a_new_listing():
    before, after = table(), table(eth(running=False), addresses=("192.168.8.5/24",))
    assert before.difference(after) == [
        LinkChanged(eth(), eth(running=False)),
        AddressChanged(ActualAddress(2, ip_interface("192.168.8.4/24")), added=False),
        AddressChanged(ActualAddress(2, ip_interface("192.168.8.5/24")), added=True),
    ]


def test_this_machine_has_a_loopback():
    known = dump(InterfaceTable())
    loopback = known.names["lo"]
    assert isinstance(loopback, Link)
    assert loopback.loopback


class Lister:
    """A netlink socket that answers each request with the next of ``listings``, a list of datagrams."""

    def __init__(self, *listings):
        self.listings, self.waiting = list(listings), []

    def __call__(self, *kind):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def settimeout(self, timeout_s):
        pass

    def bind(self, address):
        pass

    def send(self, data):
        self.waiting = self.listings.pop(0)

    def recv(self, size):
        return self.waiting.pop(0)


NLM_F_DUMP_INTR = 0x10
DONE, TORN = message(3, b"\0\0\0\0"), message(3, b"\0\0\0\0", NLM_F_DUMP_INTR)


def test_a_listing_that_a_change_interrupted_is_made_again(monkeypatch):
    gone, here = link_message(7, "gone"), link_message()
    lister = Lister([gone, TORN], [here, DONE], [address_message(), DONE])
    monkeypatch.setattr(links.socket, "socket", lister)
    known = dump(InterfaceTable())
    assert list(known.names) == ["eth0"]
    assert [str(entry.address) for entry in known.on("eth0")] == ["192.168.8.4/24"]


def test_a_machine_that_never_holds_still_is_not_listed_for_ever(monkeypatch):
    lister = Lister(*([TORN] for _try in range(100)))
    monkeypatch.setattr(links.socket, "socket", lister)
    with pytest.raises(DumpError, match="changed each time"):
        dump(InterfaceTable())
    assert len(lister.listings) == 100 - DUMP_TRIES
