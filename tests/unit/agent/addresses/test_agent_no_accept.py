# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``no_accept`` sends the right requests to nf_tables at the right time. tests/network checks their effect."""

from __future__ import annotations

import errno
from ipaddress import ip_interface

import pytest
from agent_fakes import Bench, instance, want

from vrrp.agent.addresses import no_accept
from vrrp.agent.addresses.no_accept import NoAcceptTable
from vrrp.agent.netlink import nftables
from vrrp.config.model.configuration import Globals, VirtualAddress

VIP, VIP6, LINK_LOCAL = "192.168.8.100/24", "fd00:8::100/64", "fe80::8:100/64"


class FakeTables:
    """It keeps the requests in ``told``; ``answers`` are its next errnos."""

    def __init__(self):
        self.told: list = []
        self.answers: list = []

    def _answer(self, *words):
        self.told.append(words)
        return self.answers.pop(0) if self.answers else 0

    def prepare(self, elements):
        pass

    def make(self, elements):
        return self._answer("make", *names(elements))

    def change(self, added, removed):
        return self._answer("change", names(added), names(removed))

    def delete(self):
        return self._answer("delete")


def names(elements):
    return [f"{name} {key.hex()}" for name, key in elements]


@pytest.fixture
def tables(monkeypatch):
    made = FakeTables()
    monkeypatch.setattr(no_accept, "open_tables", lambda: made)
    return made


def test_nothing_is_asked_for_before_somebody_wants_it(tables):
    firewall = NoAcceptTable()
    firewall.release("VI_1")
    firewall.close()
    assert (tables.told, firewall.used) == ([], False)


def test_elements_come_and_go(tables):
    firewall = NoAcceptTable()
    assert firewall.prepare() == ""
    assert firewall.hold("VI_1", [want(VIP), want(VIP6), want(LINK_LOCAL, 3)]) == ""
    assert firewall.hold("VI_2", [want(VIP)]) == ""
    firewall.release("VI_1")
    firewall.release("VI_2")
    six, link = "fd000008000000000000000000000100", "fe800000000000000000000000080100"
    elements = ["vips4 c0a80864", f"vips6 {six}", f"vips6_link {link}03000000"]
    assert (
        tables.told
        == [
            ("make",),
            ("change", elements, []),
            ("change", [], elements[1:]),  # the first one is shared
            ("change", [], elements[:1]),
        ]
    )
    firewall.close()
    assert tables.told[-1] == ("delete",)
    assert not firewall.used


def test_a_successor_finds_the_table(tables):
    firewall = NoAcceptTable()
    firewall.hold("VI_1", [want(VIP)])
    firewall.close(leave=True)
    assert ("delete",) not in tables.told


def test_a_table_that_somebody_has_flushed_is_made_anew(tables):
    firewall = NoAcceptTable()
    firewall.hold("VI_1", [want(VIP)])
    tables.answers = [errno.ENOENT, 0]
    assert firewall.hold("VI_2", [want("192.168.8.101/24")]) == ""
    assert tables.told[-1] == ("make", "vips4 c0a80864", "vips4 c0a80865")


@pytest.mark.parametrize(
    ("code", "why"),
    [(errno.EOPNOTSUPP, "this kernel has no nf_tables"), (errno.EPERM, "Operation not permitted")],
)
def test_where_it_cannot_be_had_it_says_why(tables, code, why):
    tables.answers = [code, code]
    firewall = NoAcceptTable()
    text = f"cannot filter packets: {why}"
    assert (firewall.prepare(), firewall.hold("VI_1", [want(VIP)]), firewall.used) == (text, text, False)


def bench(tables, **fields):
    """An instance of a host whose table is there."""
    made = Bench(instance(accept=False, **fields))
    made.ports.firewall.prepare()
    tables.told.clear()
    return made


def test_the_filter_closes_before_the_addresses_come_and_opens_after_them(tables):
    made = bench(tables).start(6.0)
    tables.told = made.done
    made.done.clear()
    made.instance.expire(10.0)
    assert made.done[:2] == [("change", ["vips4 c0a80864"], []), ("install", VIP)]
    made.instance.abort(20.0)
    assert made.done[-2:] == [("release", VIP), ("change", [], ["vips4 c0a80864"])]


def test_an_instance_that_cannot_close_does_not_take_part(tables):
    tables.answers = [errno.EOPNOTSUPP] * 9
    made = Bench(instance(accept=False)).start()
    text = "no_accept: cannot filter packets: this kernel has no nf_tables"
    assert (made.state, made.instance.router.faults) == ("FAULT", (text,))


def test_the_owner_of_an_address_takes_what_comes(tables):
    made = bench(tables, priority=255)
    made.start()
    assert made.state == "MASTER"
    assert tables.told == []


def test_a_reload_opens_and_closes(tables):
    made = bench(tables).master()
    tables.told.clear()
    made.instance.reconfigure(instance(), Globals(), 11.0)
    made.instance.reconfigure(instance(accept=False), Globals(), 12.0)
    excluded = (VirtualAddress(ip_interface(VIP6)),)
    made.instance.reconfigure(instance(accept=False, excluded=excluded), Globals(), 13.0)
    six = "vips6 fd000008000000000000000000000100"
    assert [each for each in tables.told if any(each[1:])] == [
        ("change", [], ["vips4 c0a80864"]),
        ("change", ["vips4 c0a80864"], []),
        ("change", [six], []),
    ]
    assert made.state == "MASTER"


class TestMessages:
    def test_an_element_is_four_attributes_deep(self):
        (made,) = nftables.changes(nftables.NEWSETELEM, [("vips4", bytes([192, 168, 8, 100]))])
        assert made.hex() == (
            "44000000" "0c0a0504" "00000000" "00000000" "01000000"
            "0f000100" + b"hotstandby\0\0".hex() + "0a000200" + b"vips4\0\0\0".hex() + "14000300"
            "10000100" "0c000100" "08000100" "c0a80864"
        )  # fmt: skip

    def test_each_set_has_its_own_message_and_none_is_too_long(self):
        many = [("vips4", number.to_bytes(4, "big")) for number in range(2500)] + [("vips6", bytes(16))]
        steps = nftables.changes(nftables.DELSETELEM, many)
        assert [step[4] for step in steps] == [14] * 4
        assert max(len(step) for step in steps) < 65535

    def test_a_transaction_is_one_batch(self, monkeypatch):
        sent = []

        class FakeSocket:
            def __enter__(self):
                return self

            def __exit__(self, *exc):
                pass

            def bind(self, address):
                pass

            def send(self, data):
                sent.append(data)

            def recv(self, size):
                raise BlockingIOError

        monkeypatch.setattr(nftables, "open_socket", lambda *arguments: FakeSocket())
        assert nftables.NfTables().delete() == 0
        assert sent[0].hex() == (
            "14000000" "10000100" "00000000" "00000000" "0000000a"
            "24000000" "020a0500" "01000000" "00000000" "01000000" "0f000100" + b"hotstandby\0\0".hex() +
            "14000000" "11000100" "02000000" "00000000" "0000000a"
        )  # fmt: skip


class TestSilence:
    """Multicast group reports of macvlans are dropped: they have the MAC address that the MASTER has."""

    def test_without_a_macvlan_no_table_is_made(self, tables):
        wall = NoAcceptTable()
        assert wall.silence([]) == ""
        assert (tables.told, wall.used) == ([], False)

    def test_macvlans_come_and_go_beside_the_addresses_of_instances(self, tables):
        wall = NoAcceptTable()
        assert wall.hold("VI_1", [want(VIP)]) == ""
        assert wall.silence([9, 10]) == ""
        assert wall.silence([10]) == ""
        assert wall.silence([]) == ""
        assert tables.told[-3:] == [
            ("change", ["macvlans 09000000", "macvlans 0a000000"], []),
            ("change", [], ["macvlans 09000000"]),
            ("change", [], ["macvlans 0a000000"]),
        ]
        assert tables.told[0][0] == "make" and wall.used

    def test_where_it_cannot_be_had_it_says_why(self, tables):
        tables.answers = [errno.EPROTONOSUPPORT]
        wall = NoAcceptTable()
        assert wall.silence([9]) == "cannot filter packets: this kernel has no nf_tables"
        assert tables.told == [("make",)] and not wall.used

    def test_a_refused_change_is_tried_again_with_the_next_one(self, tables):
        wall = NoAcceptTable()
        wall.prepare()
        tables.answers = [errno.ENOMEM]
        assert wall.silence([9]) == "cannot filter packets: Cannot allocate memory"
        assert wall.silence([9, 10]) == ""
        assert tables.told[-1] == ("change", ["macvlans 09000000", "macvlans 0a000000"], [])


def test_the_table_of_a_dead_agent_is_deleted(tables):
    no_accept.remove_leftover()
    assert tables.told == [("delete",)]
