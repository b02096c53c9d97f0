# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a MASTER sets and announces entries with ``no_track`` when their interface comes."""

from __future__ import annotations

import pytest

from lab.capture import Capture
from lab.example_pair import pair
from lab.peers import Agent, poll
from lab.segment import Segment

A, _B = pair(version=3, advert_int=0.3)  # the kernel has one lock for all interfaces, and other tests hold it too
FOUR, SIX = "172.16.5.100/24", "fd00:5::100/64"
ROUTES = ("172.16.6.0/24", "fd00:6::/64")


def block(keyword, *entries):
    return (f"{keyword} {{", *(f"    {entry} dev eth1 no_track" for entry in entries), "}")


EXCLUDED = A.but(lines=block("virtual_ipaddress_excluded", FOUR, SIX) + block("virtual_routes", *ROUTES))
VIRTUAL = A.but(virtual_ipaddress=("192.168.8.100/24", f"{FOUR} dev eth1 no_track"))


@pytest.fixture
def far():
    """Yield a second segment, with a host that captures its packets."""
    with Segment() as segment:
        segment.host("far", "172.16.5.1/24")
        yield segment


def connect(far, host, link="eth1"):
    far.attach(host.namespace, host.name, link=link)


def routes(host):
    lines = (host.ip("-4", "route") + host.ip("-6", "route")).splitlines()
    return {line.split()[0] for line in lines if " proto keepalived " in line and " linkdown " not in line}


def wait_there(host, expected, explain):
    poll(lambda: host.addresses("eth1") >= expected, 5, str(expected), lambda: host.ip("addr") + explain())


def wait_routes(host, explain):
    poll(lambda: routes(host) == set(ROUTES), 5, "the routes", lambda: str(routes(host)) + explain())


COMES = {
    "created": (None, ()),
    "renamed": ("eth9", ("set", "eth9", "down", "name", "eth1", "up")),
    "up": ("eth1", ("set", "eth1", "up")),
}


@pytest.mark.parametrize("config", [EXCLUDED, VIRTUAL], ids=["excluded", "virtual"])
@pytest.mark.parametrize("how", COMES)
def test_untracked_addresses_come_with_their_interface(wire, far, how, config):
    before, come = COMES[how]
    if before is not None:
        connect(far, wire.a, before)
        wire.a.ip("link", "set", before, "down")
    a = wire.start(Agent, wire.a, config)
    a.wait_state("MASTER")
    with Capture(far.hosts["far"]) as capture:
        connect(far, wire.a) if before is None else wire.a.ip("link", *come)
        wait_there(wire.a, {FOUR, SIX} if config is EXCLUDED else {FOUR}, a.tail)
        capture.wait(lambda seen: seen.gratuitous_arps("172.16.5.100", wire.a.mac("eth1")), 5, "a gratuitous ARP")
        if config is EXCLUDED:
            capture.wait(lambda seen: seen.unsolicited_advertisements("fd00:5::100"), 5, "a neighbour advertisement")
    if config is EXCLUDED:
        wait_routes(wire.a, a.tail)
    assert (a.state(), "FAULT" in a.log_text()) == ("MASTER", False)


@pytest.mark.parametrize("how", ["made anew", "down and up", "carrier", "renamed and back"])
def test_untracked_addresses_are_back_each_time_their_interface_comes(wire, far, how):
    connect(far, wire.a)
    a = wire.start(Agent, wire.a, EXCLUDED)
    a.wait_state("MASTER")
    for _time in range(5):
        if how == "made anew":
            far.detach(wire.a.name)
            connect(far, wire.a)
        elif how == "down and up":
            wire.a.ip("link", "set", "eth1", "down")
            wire.a.ip("link", "set", "eth1", "up")
        elif how == "carrier":
            far.unplug("a")
            far.plug("a")
        else:
            wire.a.ip("link", "set", "eth1", "down", "name", "eth9", "up")
            wire.a.ip("link", "set", "eth9", "down", "name", "eth1", "up")
        with Capture(far.hosts["far"]) as capture:
            wait_there(wire.a, {FOUR, SIX}, a.tail)
            wait_routes(wire.a, a.tail)
            wire.a.ip("link", "set", "eth1", "address", f"02:00:00:00:0a:1{_time}")
            capture.wait(lambda seen: seen.gratuitous_arps("172.16.5.100", wire.a.mac("eth1")), 5, "gratuitous ARP")
    assert (a.state(), "FAULT" in a.log_text()) == ("MASTER", False)
    assert len(a.log_text().splitlines()) < 400


def test_an_interface_with_another_name_has_no_untracked_addresses(wire, far):
    connect(far, wire.a)
    a = wire.start(Agent, wire.a, EXCLUDED)
    a.wait_state("MASTER")
    wait_routes(wire.a, a.tail)
    wire.a.ip("link", "set", "eth1", "down", "name", "eth9", "up")
    poll(lambda: not {FOUR, SIX} & wire.a.addresses("eth9"), 5, "they go", a.tail)
    poll(lambda: not routes(wire.a), 5, "the routes go", lambda: str(routes(wire.a)) + a.tail())


def test_a_deleted_untracked_address_stays_away(wire, far):
    connect(far, wire.a)
    wire.a.ip("addr", "add", "172.16.5.2/24", "dev", "eth1")  # with the last IPv4 address all of its routes go
    a = wire.start(Agent, wire.a, EXCLUDED)
    a.wait_state("MASTER")
    wait_there(wire.a, {FOUR, SIX}, a.tail)
    wait_routes(wire.a, a.tail)
    wire.a.ip("addr", "del", FOUR, "dev", "eth1")
    wire.a.ip("route", "del", ROUTES[0])
    a.wait_log("IP 172.16.5.100 removed from eth1")
    for state in ("down", "up"):
        wire.a.ip("link", "set", "eth1", state)
    poll(lambda: routes(wire.a) == {ROUTES[1]}, 5, "the other route", lambda: str(routes(wire.a)) + a.tail())
    wait_there(wire.a, {SIX}, a.tail)
    assert wire.a.addresses("eth1") == {SIX, "172.16.5.2/24"}
