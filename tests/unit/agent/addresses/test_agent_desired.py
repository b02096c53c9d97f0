# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which address must be on which interface, with which options, and which one is the source."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from agent_fakes import eth, instance, table, want

from vrrp.agent.addresses import desired
from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import VirtualAddress


def virtual(address, **fields):
    return VirtualAddress(ip_interface(address), **fields)


def test_an_address_lives_on_the_interface_of_its_instance_or_on_its_own():
    machine = table(eth("eth0", 2), eth("eth1", 3))
    entries = (virtual("192.168.8.100/24"), virtual("10.0.0.1/32", device="eth1", label="eth1:v", scope="link"))
    wanted, missing = desired.resolve(entries, "eth0", machine)
    assert wanted == (want("192.168.8.100/24"), want("10.0.0.1/32", 3, label="eth1:v", scope=253))
    assert missing == ()


def test_an_address_without_an_interface_is_named_once():
    entries = (virtual("192.168.8.100/24"), virtual("10.0.0.1/32", device="no1"), virtual("10.0.0.2/32", device="no1"))
    wanted, missing = desired.resolve(entries, "eth0", table())
    assert wanted == (want("192.168.8.100/24"),)
    assert missing == ("no1",)


@pytest.mark.parametrize(
    ("written", "broadcast"),
    [(None, None), ("-", None), ("+", "192.168.8.255"), ("192.168.8.127", "192.168.8.127")],
)
def test_the_broadcast_address_follows_from_the_option(written, broadcast):
    expected = ip_address(broadcast) if broadcast else None
    assert desired.broadcast_of(virtual("192.168.8.100/24", broadcast=written)) == expected


def test_an_address_with_another_prefix_is_absent():
    machine = table(addresses=("192.168.8.4/24", "192.168.8.100/24"))
    wanted = (want("192.168.8.100/24"), want("192.168.8.101/24"), want("192.168.8.100/32"))
    assert desired.present(wanted, machine) == wanted[:1]
    assert desired.absent(wanted, machine) == wanted[1:]


def on(machine, *entries):
    machine.addresses[2] = {}
    for address, secondary in entries:
        machine.remember(ActualAddress(2, ip_interface(address), secondary=secondary))
    return machine


@pytest.mark.parametrize(
    ("entries", "source"),
    [
        ([("192.168.8.4/24", False)], "192.168.8.4"),
        ([("192.168.8.100/24", False), ("192.168.8.4/24", True)], "192.168.8.4"),  # the first one is virtual
        ([("192.168.8.100/32", False), ("192.168.8.4/24", True)], "192.168.8.4"),  # with any prefix length
        ([("192.168.8.5/24", True), ("192.168.8.4/24", False)], "192.168.8.4"),
        ([("2001:db8::1/64", False)], None),
        ([("192.168.8.100/24", False)], None),
        ([], None),
    ],
)
def test_the_source_is_an_address_that_is_not_virtual(entries, source):
    machine = on(table(), *entries)
    virtual_ones = frozenset([ip_interface("192.168.8.100/24")])
    expected = ip_address(source) if source else None
    assert desired.source_address("eth0", virtual_ones, machine) == expected


def test_a_wide_scope_is_preferred():
    machine = on(table())
    machine.remember(ActualAddress(2, ip_interface("169.254.1.1/16"), scope=253))
    machine.remember(ActualAddress(2, ip_interface("192.168.8.4/24")))
    assert desired.source_address("eth0", frozenset(), machine) == ip_address("192.168.8.4")


def test_a_link_local_virtual_address_has_the_scope_that_the_kernel_gives_it():
    entries = (virtual("fe80::8:100/64"), virtual("fd00:8::100/64"), virtual("169.254.8.100/16"))
    wanted, _missing = desired.resolve(entries, "eth0", table())
    assert [want.scope for want in wanted] == [253, 0, 0]
    assert [want.index for want in wanted] == [2, 2, 2]


def six(*entries):
    """Return a machine with these IPv6 addresses; each with words for what is wrong with it."""
    machine = table()
    for address, *words in entries:
        flags = dict.fromkeys(words, True)
        machine.remember(
            ActualAddress(2, ip_interface(address), scope=253 if address.startswith("fe80") else 0, **flags)
        )
    return machine


VIRTUAL6 = frozenset([ip_interface("fe80::8:100/64"), ip_interface("fd00:8::100/64")])


@pytest.mark.parametrize(
    ("entries", "source"),
    [
        ([("fd00:8::4/64",), ("fe80::4/64",)], "fe80::4"),
        ([("fe80::8:100/64",), ("fe80::4/64",)], "fe80::4"),  # the first one is virtual
        ([("fe80::8:100/128",), ("fe80::4/64",)], "fe80::4"),  # with any prefix length
        ([("fe80::5/64",), ("fe80::4/64",)], "fe80::5"),
        ([("fe80::5/64", "tentative"), ("fe80::4/64",)], "fe80::4"),
        ([("fe80::5/64", "tentative", "dad_failed"), ("fe80::4/64",)], "fe80::4"),
        ([("fe80::4/64", "tentative")], None),
        ([("fe80::4/64", "dad_failed")], None),
        ([("fd00:8::4/64",)], None),  # RFC 9568 5.1.2.1: the link-local one
        ([], None),
    ],
)
def test_the_ipv6_address_that_we_speak_from(entries, source):
    expected = ip_address(source) if source else None
    assert desired.source_address("eth0", VIRTUAL6, six(*entries), 6) == expected
    assert desired.source_address("eth0", VIRTUAL6, six(*entries)) == ip_address("192.168.8.4")


IPV6 = {"version": 3, "addresses": ("fd00:8::100/64", "fe80::8:100/64")}
UNICAST = {"unicast_src_ip": ip_address("fd00:8::4"), "unicast_peers": (ip_address("fd00:8::6"),)}


@pytest.mark.parametrize(
    ("fields", "entries", "clause"),
    [
        ({}, [], "interface eth0 has no IPv4 address"),
        (IPV6, [("fd00:8::4/64",)], "interface eth0 has no link-local IPv6 address"),
        (
            IPV6,
            [("fd00:8::4/64",), ("fe80::8:100/64",)],
            "the only link-local IPv6 address of eth0, fe80::8:100, is virtual",
        ),
        (
            IPV6,
            [("fe80::4/64", "tentative")],
            "source address fe80::4 is tentative: duplicate address detection is under way",
        ),
        (
            IPV6,
            [("fe80::5/64", "tentative"), ("fe80::4/64", "tentative", "dad_failed")],
            "source address fe80::4 failed duplicate address detection: another host has it",
        ),
        ({**IPV6, **UNICAST}, [("fe80::4/64",)], "unicast_src_ip fd00:8::4 is not on this host"),
        (
            {**IPV6, **UNICAST},
            [("fe80::4/64",), ("fd00:8::4/64", "tentative")],
            "source address fd00:8::4 is tentative: duplicate address detection is under way",
        ),
    ],
)
def test_why_there_is_no_address_to_speak_from(fields, entries, clause):
    machine = six(*entries)
    if not fields:
        machine.addresses.clear()
    assert desired.no_source(instance(**fields), VIRTUAL6, machine) == clause


def test_a_tentative_address_is_a_duplicate_only_after_dad_has_failed():
    machine = six(("fd00:8::100/64", "tentative", "dad_failed"), ("fd00:8::101/64", "tentative"), ("fd00:8::102/64",))
    wanted = tuple(want(f"fd00:8::10{last}/64") for last in range(4))
    assert desired.duplicated(wanted, machine) == wanted[:1]
    assert desired.absent(wanted, machine) == wanted[3:]


def resolved(*entries):
    return desired.resolve(entries, "eth0", table())[0]


@pytest.mark.parametrize(
    ("fields", "flags", "dad"),
    [
        ({}, 0, False),
        ({"nodad": False}, 0, True),
        ({"home": True}, 0x10, False),
        ({"mngtmpaddr": True}, 0x100, False),
        ({"noprefixroute": True}, 0x200, False),
        ({"autojoin": True, "home": True}, 0x410, False),
    ],
)
def test_options_are_the_kernels_flags(fields, flags, dad):
    (found,) = resolved(virtual("fd00:8::100/64", **fields))
    assert (found.flags, found.dad) == (flags, dad)


@pytest.mark.parametrize(
    ("address", "peer", "listed"),
    [
        ("10.8.0.1/32", "10.8.0.2/32", "10.8.0.1/32"),
        ("10.8.0.1/32", "10.8.0.2/24", "10.8.0.1/24"),
        ("fd00::1/64", "fd00::2/128", "fd00::1/128"),
    ],
)
def test_beside_a_peer_the_prefix_is_the_peers(address, peer, listed):
    (found,) = resolved(virtual(address, peer=ip_interface(peer)))
    assert (found.address, found.peer) == (ip_interface(listed), ip_interface(peer).ip)


def test_an_address_that_is_not_tracked_is_the_same_address():
    tracked, loose = resolved(virtual("192.168.8.100/24"), virtual("192.168.8.100/24", no_track=True))
    assert (tracked.track, loose.track) == (True, False)
    assert tracked == loose


def test_the_excluded_ones_are_installed_as_well():
    config = instance(excluded=(virtual("fd00:8::100/64"),))
    assert [str(entry.address) for entry in desired.installed_by(config)] == ["192.168.8.100/24", "fd00:8::100/64"]
