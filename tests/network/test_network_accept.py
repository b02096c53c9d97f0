# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that with ``no_accept`` the virtual addresses answer ARP and NDP and route, and accept no packet."""

from __future__ import annotations

import json

import pytest

from lab.example_pair import ADDRESS_A, VIP, pair
from lab.peers import Agent, Keepalived, poll, wait_owner

VIP6, LINK_LOCAL = "fd00:8::100", "fe80::8:100"
LINES = ("no_accept", "virtual_ipaddress_excluded {", f"    {VIP6}/64", f"    {LINK_LOCAL}/64", "}")
A, B = pair(version=3, advert_int=0.1, auth_pass=None, lines=LINES)
OPEN = A.but(lines=LINES[1:])
TABLE = "inet hotstandby"


@pytest.fixture
def segment(wire):
    for host, address in ((wire.a, "fd00:8::4/64"), (wire.b, "fd00:8::6/64"), (wire.client, "fd00:8::1/64")):
        host.ip("addr", "add", address, "dev", "eth0", "nodad")
    return wire


def connects(host, address):
    """Return "answer" where a TCP connection to a closed port is refused, else "silence"."""
    program = (
        "import socket, sys\n"
        "family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
        "target = socket.getaddrinfo(sys.argv[1], 9, family)[0][4]\n"
        "sock = socket.socket(family)\n"
        "sock.settimeout(0.7)\n"
        "try:\n"
        "    sock.connect(target)\n"
        "except ConnectionRefusedError:\n"
        "    print('answer')\n"
        "except OSError as error:\n"
        "    print('silence', error)\n"
    )
    return host.run(["python3", "-c", program, address]).stdout.split()[0]


def knows(host, address):
    """Return whether the host has learned the hardware address."""
    listed = json.loads(host.ip("-j", "neigh", "show", "to", address, "dev", "eth0") or "[]")
    return any("lladdr" in entry for entry in listed)


def tables(host):
    return host.run(["nft", "list", "tables"]).stdout


def elements(host):
    listed = host.run(["nft", "list", "ruleset"]).stdout
    return [word for word in (VIP, VIP6, LINK_LOCAL) if word in listed]


def test_no_packet_comes_in_but_arp_and_ndp_are_answered(segment):
    segment.start_pair(Agent, Agent, A, B)
    poll(lambda: f"{VIP6}/64" in segment.a.addresses(), 5, "the addresses")
    segment.client.ip("neigh", "flush", "dev", "eth0")
    for address in (VIP, VIP6):
        assert connects(segment.client, address) == "silence"
        assert knows(segment.client, address)
    assert connects(segment.client, f"{LINK_LOCAL}%eth0") == "silence"
    assert knows(segment.client, LINK_LOCAL)
    assert connects(segment.client, ADDRESS_A) == "answer"
    assert connects(segment.client, "fd00:8::4") == "answer"


def test_no_accept_does_what_keepalived_does(segment):
    segment.start(Keepalived, segment.a, A)
    wait_owner(segment.segment, VIP, "a")
    for address in (VIP, VIP6):
        assert connects(segment.client, address) == "silence"
        assert knows(segment.client, address)


def test_no_accept_moves_with_the_addresses_and_ends_with_the_agent(segment):
    a, b = segment.start_pair(Agent, Agent, A, B)
    assert elements(segment.a) == [VIP, VIP6, LINK_LOCAL]
    assert elements(segment.b) == []
    assert a.stop() == 0
    assert tables(segment.a) == ""
    b.wait_state("MASTER")
    assert elements(segment.b) == [VIP, VIP6, LINK_LOCAL]
    assert connects(segment.client, VIP) == "silence"


def test_a_reload_switches_no_accept_on_and_off(segment):
    a, _b = segment.start_pair(Agent, Agent, A, B)
    a.write(OPEN.text("NodeA"))
    a.cli("reload", check=True)
    assert [connects(segment.client, address) for address in (VIP, VIP6)] == ["answer", "answer"]
    a.write(A.text("NodeA"))
    a.cli("reload", check=True)
    assert [connects(segment.client, address) for address in (VIP, VIP6)] == ["silence", "silence"]
    a.write(A.but(lines=("no_accept",)).text("NodeA"))
    a.cli("reload", check=True)
    assert elements(segment.a) == [VIP]
    assert a.state() == "MASTER"


def test_the_owner_of_an_address_accepts_packets(segment):
    a = segment.start(Agent, segment.a, A.but(priority=255))
    a.wait_state("MASTER")
    assert connects(segment.client, VIP) == "answer"
    assert tables(segment.a) == ""


def test_a_dead_agent_leaves_nothing_behind(segment):
    a, b = segment.start_pair(Agent, Agent, A, B)
    poll(lambda: '"firewall": true' in (a.runtime_dir / "ledger.json").read_text(), 5, "the ledger")
    a.kill()
    b.wait_state("MASTER")
    assert TABLE in tables(segment.a)
    a.cli("cleanup", check=True)
    assert tables(segment.a) == ""


@pytest.mark.parametrize(("then", "found"), [(A, TABLE), (OPEN, "")], ids=["no_accept", "accept"])
def test_a_restarted_agent_accepts_as_its_file_says(segment, then, found):
    a = segment.start(Agent, segment.a, A.but(advert_int=1))
    a.wait_state("MASTER")
    a.kill()
    a.write(then.but(advert_int=1).text("NodeA"))
    a.start()
    a.wait_state("MASTER")
    assert found in tables(segment.a)
    assert connects(segment.client, VIP) == ("silence" if found else "answer")


def test_a_flushed_ruleset_does_not_open_the_next_master(segment):
    a, b = segment.start_pair(Agent, Agent, A, B)
    segment.b.run(["nft", "flush", "ruleset"])
    assert tables(segment.b) == ""
    assert a.stop() == 0
    b.wait_state("MASTER")
    assert elements(segment.b) == [VIP, VIP6, LINK_LOCAL]
