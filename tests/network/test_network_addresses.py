# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the kernel has the addresses of the master, and that they are announced on the segment."""

from __future__ import annotations

import json

import pytest

from lab.capture import Capture
from lab.example_pair import ADDRESS_B, VIP, pair
from lab.peers import Agent, assert_one_owner, poll, wait_owner

A, B = pair(version=3, advert_int=0.1)


def test_a_deleted_address_comes_back_and_is_announced(wire):
    wire.start_pair(Agent, Agent, A, B)
    with Capture(wire.client) as capture:
        wire.a.ip("addr", "del", VIP + "/24", "dev", "eth0")
        wait_owner(wire.segment, VIP, "a", timeout_s=2)
        capture.wait(lambda seen: seen.gratuitous_arps(VIP, wire.a.mac()), 2, "a gratuitous ARP of A")
    assert_one_owner(wire.segment, VIP, "a")


def test_addresses_are_installed_as_written(wire):
    addresses = (
        "192.168.8.100/24 brd 192.168.8.255 dev eth0 label eth0:1",
        "192.168.8.101",
        "192.168.8.102/32 scope host",
    )
    a, b = (instance.but(virtual_ipaddress=addresses) for instance in (A, B))
    peer, _unused = wire.start_pair(Agent, Agent, a, b)
    poll(lambda: len(wire.a.addresses()) == 4, 5, "three addresses beside its own", lambda: str(wire.a.addresses()))
    found = {
        entry["local"]: entry
        for entry in json.loads(wire.a.ip("-j", "addr", "show", "dev", "eth0"))[0]["addr_info"]
        if entry["family"] == "inet"
    }
    first, second, third = (found[f"192.168.8.10{n}"] for n in range(3))
    assert (first["prefixlen"], first["broadcast"], first["label"]) == (24, "192.168.8.255", "eth0:1")
    assert (second["prefixlen"], second["scope"]) == (32, "global")
    assert (third["prefixlen"], third["scope"]) == (32, "host")
    assert peer.stop() == 0
    for address in found.keys() - {"192.168.8.4"}:
        wait_owner(wire.segment, address, "b")


def test_an_address_that_was_there_before_is_taken_over(wire):
    """The agent takes over an address of a crashed agent when it becomes master, and removes it as backup.

    Its lifetime shows that an agent has set it. Without one it would be the host's own, which stays.
    """
    wire.b.ip("addr", "add", VIP + "/24", "dev", "eth0", "valid_lft", "60", "preferred_lft", "60")
    wire.start_pair(Agent, Agent, A, B)


@pytest.mark.timing
def test_gratuitous_arp_is_sent_at_once_and_after_the_delay(wire):
    delay_s, repeat = 1, 4
    lines = (f"garp_master_delay {delay_s}", f"garp_master_repeat {repeat}")
    with Capture(wire.client) as capture:
        wire.start(Agent, wire.a, A.but(lines=lines))
        frames = capture.wait(
            lambda seen: seen.gratuitous_arps(VIP) if len(seen.gratuitous_arps(VIP)) >= 2 * repeat else None,
            5,
            "two bursts",
        )
        mastered = capture.adverts()[0][0]
    times = [at for at, _unused in frames]
    assert max(abs(at - mastered) for at in times[:repeat]) < 0.3, "the first burst comes with the first advertisement"
    assert all(abs(at - times[0] - delay_s) < 0.3 for at in times[repeat:]), "the second burst after garp_master_delay"
    assert {arp.sender_mac for _unused, arp in frames} == {wire.a.mac()}
    assert {arp.operation for _unused, arp in frames} <= {1, 2}


@pytest.mark.timing
def test_gratuitous_arp_is_sent_again_for_garp_master_refresh(wire):
    lines = ("garp_master_repeat 1", "garp_master_delay 0", "garp_master_refresh 1", "garp_master_refresh_repeat 2")
    with Capture(wire.client) as capture:
        wire.start(Agent, wire.a, A.but(lines=lines))
        capture.wait(lambda seen: len(seen.gratuitous_arps(VIP)) >= 5, 6, "one burst and two refreshes of two")
        times = [at for at, _unused in capture.gratuitous_arps(VIP)]
    assert 0.8 < times[1] - times[0] < 1.3
    assert 0.8 < times[3] - times[1] < 1.3
    assert times[2] - times[1] < 0.1


def test_the_backup_sends_nothing(wire):
    a = wire.start(Agent, wire.a, A)
    wait_owner(wire.segment, VIP, "a")
    with Capture(wire.client) as capture:
        b = wire.start(Agent, wire.b, B)
        wire.settled(a, b)
        seen = len(capture.adverts())
        capture.wait(lambda c: len(c.adverts()) >= seen + 10, 5, "ten more advertisements")
        assert capture.adverts(source=ADDRESS_B) == []
        assert capture.gratuitous_arps(mac=wire.b.mac()) == []
