# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that excluded addresses and options of addresses are as in keepalived."""

from __future__ import annotations

import json

from lab.capture import Capture
from lab.example_pair import pair
from lab.peers import Agent, Keepalived, poll, wait_owner

EXCLUDED = (
    "virtual_ipaddress_excluded {",
    "    192.168.8.101/24",
    "    192.168.8.102/24 no_track",
    "    fd00:8::100/64",
    "    fd00:8::101/128",
    "    fd00:8::102/128 preferred_lft forever",
    "    fd00:8::103/64 -nodad noprefixroute",
    "    fd00:8::104/64 home mngtmpaddr",
    "    10.8.0.1 peer 10.8.0.2",
    "}",
)
A, B = pair(version=3, advert_int=0.1, auth_pass=None, lines=EXCLUDED)
ALL = {"192.168.8.101/24", "192.168.8.102/24", "10.8.0.1/32", "fd00:8::100/64", "fd00:8::101/128"}
ALL |= {"fd00:8::102/128", "fd00:8::103/64", "fd00:8::104/64"}


def described(host):
    """Return every address except the host's own, without counters and without what depends on a lifetime."""
    found = json.loads(host.ip("-j", "-d", "addr", "show", "dev", "eth0"))[0]["addr_info"]
    left_out = ("valid_life_time", "preferred_life_time", "dynamic", "tentative", "protocol")
    return sorted(
        json.dumps({key: value for key, value in entry.items() if key not in left_out}, sort_keys=True)
        for entry in found
        if entry["scope"] != "link" and entry["local"] not in ("192.168.8.4", "192.168.8.6")
    )


def wait_all(host):
    poll(lambda: host.addresses() >= ALL, 5, "all of them", lambda: str(host.addresses()))


def test_excluded_addresses_move_with_the_master_and_are_not_advertised(wire):
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(Agent, Agent, A, B)
        wait_all(wire.a)
        adverts = capture.wait(lambda seen: seen.adverts(), 5, "an advertisement")
        capture.wait(lambda seen: seen.gratuitous_arps("192.168.8.101", wire.a.mac()), 5, "a gratuitous ARP")
    assert {vrrp.payload[3] for _at, vrrp in adverts} == {1}  # so many addresses
    assert {vrrp.payload[8:].hex() for _at, vrrp in adverts} == {"c0a80864"}
    assert not wire.b.addresses() & ALL
    assert a.stop() == 0
    wait_all(wire.b)
    assert not wire.a.addresses() & ALL
    assert {entry["present"] for entry in b.status()["excluded"]} == {True}


def test_addresses_with_options_are_as_keepalived_sets_them(wire):
    a = wire.start(Agent, wire.a, A)
    wait_all(wire.a)
    poll(lambda: "tentative" not in wire.a.ip("addr"), 5, "detection of duplicates")
    ours = described(wire.a)
    assert a.stop() == 0
    wire.start(Keepalived, wire.a, A)
    wait_all(wire.a)
    poll(lambda: "tentative" not in wire.a.ip("addr"), 5, "detection of duplicates")
    assert described(wire.a) == ours


def test_a_deleted_address_comes_back_unless_it_has_no_track(wire):
    a, _b = wire.start_pair(Agent, Agent, A, B)
    wait_all(wire.a)
    wire.a.ip("addr", "del", "192.168.8.102/24", "dev", "eth0")
    wire.a.ip("addr", "del", "192.168.8.101/24", "dev", "eth0")
    wire.a.ip("addr", "del", "fd00:8::100/64", "dev", "eth0")
    poll(lambda: wire.a.addresses() >= ALL - {"192.168.8.102/24"}, 5, "the tracked ones")
    a.wait_log("put back", count=2)
    sent = a.status()["counters"]["sent"]
    poll(lambda: a.status()["counters"]["sent"] > sent + 10, 5, "two renewals of the leases")
    assert "192.168.8.102/24" not in wire.a.addresses()


def test_addresses_of_a_dead_agent_go_with_their_lease_or_by_cleanup(wire):
    a, b = wire.start_pair(Agent, Agent, A, B)
    wait_all(wire.a)
    a.kill()
    wait_owner(wire.segment, "192.168.8.101", "b")
    poll(lambda: not wire.a.addresses() & ALL, 5, "the end of the leases")
    b.kill()
    b.cli("cleanup", check=True)
    assert not wire.b.addresses() & ALL


def test_a_preferred_lifetime_ends_although_the_lease_is_renewed(wire):
    lines = ("virtual_ipaddress_excluded {", "    fd00:8::100/64 preferred_lft 2", "    fd00:8::101/64", "}")
    a = wire.start(Agent, wire.a, A.but(lines=lines))
    a.wait_state("MASTER")

    def deprecated(address):
        entry = next(line for line in wire.a.ip("-6", "-o", "addr").splitlines() if address in line)
        return "deprecated" in entry

    assert not deprecated("fd00:8::100/64")
    poll(lambda: deprecated("fd00:8::100/64"), 5, "the end of its preferred lifetime")
    sent = a.status()["counters"]["sent"]
    poll(lambda: a.status()["counters"]["sent"] > sent + 10, 5, "two renewals of the leases")
    assert deprecated("fd00:8::100/64")
    assert not deprecated("fd00:8::101/64")


def test_a_reload_changes_options_without_taking_the_address_off(wire):
    lines = ("virtual_ipaddress_excluded {", "    fd00:8::100/64", "}")
    a = wire.start(Agent, wire.a, A.but(lines=lines))
    a.wait_state("MASTER")
    a.write(A.but(lines=(lines[0], "    fd00:8::100/64 preferred_lft 0", lines[2])).text("NodeA"))
    a.cli("reload", check=True)
    poll(lambda: "deprecated" in wire.a.ip("-6", "-o", "addr"), 5, "deprecated", a.tail)
    assert "removing VIPs" not in a.log_text()
