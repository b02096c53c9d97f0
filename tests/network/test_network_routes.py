# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that routes and rules of an instance are where it is MASTER, and nowhere else."""

from __future__ import annotations

import json

import pytest

from lab.example_pair import VIP, pair
from lab.host import Host
from lab.peers import Agent, Keepalived, poll

ROUTES = (
    "virtual_routes {",
    "    192.168.110.0/24 via 192.168.8.254",
    "    192.168.111.0/24 dev eth0 metric 7",
    "    192.168.112.0/24 via 192.168.8.254 dev eth0 table 100 src 192.168.8.100",
    "    192.168.113.0/24 table 1000 metric 5 nexthop via 192.168.8.253 dev eth0 weight 2"
    " nexthop via 192.168.8.252 dev eth0 weight 3",
    "    192.168.115.0/24 via 192.168.8.254 mtu 1400 advmss 1300",
    "    192.168.116.0/24 via 192.168.8.254 tos 0x10",
    "    192.168.117.0/24 via 10.77.0.1 dev eth0 onlink",
    "    0.0.0.0/0 via 192.168.8.254 table 101",
    "    blackhole 192.168.120.0/24",
    "    unreachable 192.168.121.0/24",
    "    prohibit 192.168.122.0/24",
    "    throw 192.168.123.0/24 table 100",
    "    2001:db8:1::/64 via fd00:8::254",
    "    2001:db8:2::/64 via fd00:8::254 metric 77 table 100",
    "    2001:db8:3::/64 nexthop via fd00:8::253 dev eth0 nexthop via fd00:8::252 dev eth0",
    "    unreachable 2001:db8:4::/64",
    "}",
)
RULES = (
    "virtual_rules {",
    "    from 192.168.2.0/24 table 100 preference 100",
    "    to 192.168.2.0/24 table 1000 preference 101",
    "    from 192.168.3.0/24 to 192.168.4.0/24 iif eth0 table 100 preference 102",
    "    from 192.168.5.0/24 fwmark 24/12 table 100 preference 103",
    "    from 192.168.6.0/24 tos 0x10 table 100 preference 104",
    "    to 192.168.7.0/24 blackhole preference 105",
    "    from 192.168.7.0/24 unreachable preference 106",
    "    from 192.168.9.0/24 table 100 suppress_prefixlength 0 preference 107",
    "    from 192.168.10.0/24 goto 32766 preference 108",
    "    from 2001:db8:9::/64 table 100 preference 109",
    "    to 2001:db8:9::/64 oif eth0 prohibit preference 110",
    "}",
)
EXCLUDED = ("virtual_ipaddress_excluded {", "    fd00:8::100/64", "}")
A, B = pair(version=3, advert_int=0.1, auth_pass=None, lines=EXCLUDED + ROUTES + RULES)
SLOWER = {"advert_int": 1}


def routes(host: Host) -> list[str]:
    """Return the routes with the protocol number of keepalived and of our agent, sorted."""
    found = []
    for family in ("-4", "-6"):
        listed = host.ip(family, "-j", "-d", "route", "show", "table", "all", "proto", "18")
        found += [json.dumps(each, sort_keys=True) for each in json.loads(listed or "[]")]
    return sorted(found)


def rules(host: Host) -> list[str]:
    """Return all rules except the kernel's own."""
    found = []
    for family in ("-4", "-6"):
        listed = json.loads(host.ip(family, "-j", "rule"))
        found += [json.dumps(each, sort_keys=True) for each in listed if each["priority"] not in (0, 32766, 32767)]
    return sorted(found)


def has_all(host: Host) -> bool:
    # iproute2 lists each IPv6 route of "table all" twice
    return len(set(routes(host))) == 16 and len(rules(host)) == 11


def has_none(host: Host) -> bool:
    return not routes(host) and not rules(host)


@pytest.fixture
def ways(wire):
    """Return the segment; both hosts know an IPv6 subnet."""
    for host, address in ((wire.a, "fd00:8::4/64"), (wire.b, "fd00:8::6/64")):
        host.ip("addr", "add", address, "dev", "eth0", "nodad")
    return wire


def said(host: Host) -> str:
    return "\n".join(routes(host) + rules(host))


def wait_all(host: Host) -> None:
    poll(lambda: has_all(host), 5, "all routes and rules", lambda: said(host))


def wait_none(host: Host) -> None:
    poll(lambda: has_none(host), 5, "no route and no rule", lambda: said(host))


def test_routes_and_rules_move_with_a_takeover(ways):
    a, _b = ways.start_pair(Agent, Agent, A, B)
    wait_all(ways.a)
    wait_none(ways.b)
    status = a.status()
    assert [entry["present"] for entry in status["routes"]] == [True] * 16
    assert status["routes"][0]["text"] == "192.168.110.0/24 via 192.168.8.254"
    there = {"present": True, "no_track": False}
    assert status["rules"][3] == {"text": "103: from 192.168.5.0/24 fwmark 0x18/0xc lookup 100", **there}
    assert status["excluded"] == [{"text": "fd00:8::100/64", **there}]
    assert status["addresses_present"] == [f"{VIP}/24"]
    assert a.stop() == 0
    wait_all(ways.b)
    wait_none(ways.a)


def test_routes_and_rules_are_those_of_keepalived(ways):
    a = ways.start(Agent, ways.a, A)
    wait_all(ways.a)
    ours = routes(ways.a), rules(ways.a)
    assert a.stop() == 0
    wait_none(ways.a)
    ways.start(Keepalived, ways.a, A)
    poll(lambda: len(rules(ways.a)) == 11, 10, "keepalived's rules", lambda: said(ways.a))
    assert (routes(ways.a), rules(ways.a)) == ours


def test_a_deleted_route_or_rule_comes_back(ways):
    a, _b = ways.start_pair(Agent, Agent, A, B)
    wait_all(ways.a)
    ways.a.ip("route", "del", "192.168.113.0/24", "table", "1000")
    ways.a.ip("-6", "route", "del", "2001:db8:3::/64")
    ways.a.ip("rule", "del", "preference", "103")
    ways.a.ip("-6", "rule", "del", "preference", "110")
    wait_all(ways.a)
    assert a.state() == "MASTER"
    a.wait_log(r"rule 103: .* was not there as it should be and was put back")
    ways.a.ip("addr", "del", f"{VIP}/24", "dev", "eth0")  # the kernel deletes the routes with this source
    poll(lambda: f"{VIP}/24" in ways.a.addresses(), 5, "the address")
    wait_all(ways.a)


def test_a_deleted_route_with_no_track_stays_away(ways):
    lines = (
        "virtual_routes {",
        "    192.168.110.0/24 via 192.168.8.254 no_track",
        "    blackhole 192.168.120.0/24",
        "}",
    )
    a = ways.start(Agent, ways.a, A.but(lines=lines))
    poll(lambda: len(routes(ways.a)) == 2, 5, "both", lambda: said(ways.a))
    ways.a.ip("route", "del", "192.168.110.0/24")
    ways.a.ip("route", "del", "blackhole", "192.168.120.0/24")
    poll(lambda: len(routes(ways.a)) == 1, 5, "the tracked one alone", lambda: said(ways.a))
    poll(lambda: [each["present"] for each in a.status()["routes"]] == [False, True], 5, "the status")
    assert a.stop() == 0
    wait_none(ways.a)


def test_routes_of_the_host_stay(ways):
    own = ("192.168.110.0/24", "via", "192.168.8.254")
    ways.a.ip("route", "add", *own)
    ways.a.ip("-6", "route", "add", "2001:db8:1::/64", "via", "fd00:8::254")
    ways.a.ip("rule", "add", "from", "192.168.2.0/24", "table", "100", "preference", "100")
    before = ways.a.ip("route", "show", "192.168.110.0/24"), ways.a.ip("-6", "route", "show", "2001:db8:1::/64")
    lines = ("virtual_routes {", ROUTES[1], ROUTES[13], "}", "virtual_rules {", RULES[1], "}")
    a = ways.start(Agent, ways.a, A.but(lines=EXCLUDED + lines))
    a.wait_state("MASTER")
    poll(lambda: [each["present"] for each in a.status()["routes"]] == [True, True], 5, "the routes")
    assert a.stop() == 0
    assert not routes(ways.a)
    assert (
        ways.a.ip("route", "show", "192.168.110.0/24"),
        ways.a.ip("-6", "route", "show", "2001:db8:1::/64"),
    ) == before
    assert len(rules(ways.a)) == 1


def test_a_restart_keeps_routes_and_rules(ways):
    a, b = ways.start_pair(Agent, Agent, A.but(**SLOWER), B.but(**SLOWER))
    wait_all(ways.a)
    before = routes(ways.a), rules(ways.a)
    a.kill()
    assert (routes(ways.a), rules(ways.a)) == before
    a.start()
    a.wait_state("MASTER")
    assert (routes(ways.a), rules(ways.a)) == before
    assert b.state() == "BACKUP"
    assert a.stop() == 0
    wait_none(ways.a)


def test_a_restart_with_another_file_removes_other_routes(ways):
    a = ways.start(Agent, ways.a, A.but(**SLOWER))
    wait_all(ways.a)
    a.kill()
    lines = EXCLUDED + (*ROUTES[:2], "}", *RULES[:2], "}")
    a.write(A.but(lines=lines, **SLOWER).text("NodeA"))
    a.start()
    a.wait_state("MASTER")
    poll(lambda: (len(routes(ways.a)), len(rules(ways.a))) == (1, 1), 5, "one of each", lambda: said(ways.a))


def test_an_agent_that_restarts_after_a_takeover_removes_its_routes(ways):
    a, b = ways.start_pair(Agent, Agent, A, B.but(nopreempt=True))
    a.kill()
    b.wait_state("MASTER")
    a.write(A.but(nopreempt=True, state="BACKUP").text("NodeA"))
    a.start()
    a.wait_state("BACKUP")
    wait_none(ways.a)
    wait_all(ways.b)


def test_cleanup_removes_routes_and_rules_of_a_dead_agent(ways):
    a, _b = ways.start_pair(Agent, Agent, A, B)
    wait_all(ways.a)
    a.kill()
    done = a.cli("cleanup", check=True)
    assert "removed 27 routes and rules that a dead agent has left behind" in done.stdout
    assert has_none(ways.a)


def test_routes_of_a_dead_agent_go_with_its_addresses(ways):
    """Without cleanup only routes of the main table with the address as their source go with it."""
    lines = (
        "virtual_routes {",
        "    192.168.110.0/24 via 192.168.8.254 src 192.168.8.100",
        "    192.168.112.0/24 via 192.168.8.254 src 192.168.8.100 table 100",
        "    192.168.113.0/24 via 192.168.8.254",
        "}",
    )
    a, b = ways.start_pair(Agent, Agent, A.but(lines=lines), B.but(lines=()))
    poll(lambda: len(routes(ways.a)) == 3, 5, "all routes", lambda: said(ways.a))
    a.kill()
    b.wait_state("MASTER")
    poll(lambda: f"{VIP}/24" not in ways.a.addresses(), 5, "the lease")
    poll(lambda: len(routes(ways.a)) == 2, 5, "two routes", lambda: said(ways.a))
    assert not any("192.168.110.0" in each for each in routes(ways.a))
    a.start()  # the next agent removes the rest
    a.wait_state("MASTER")
    poll(lambda: len(routes(ways.a)) == 3, 5, "all routes", lambda: said(ways.a))
    a.kill()
    left = "removed 3 routes and rules", "removed 2 routes and rules"  # the lease may be quicker for the one with src
    said_at_the_end = a.cli("cleanup", check=True).stdout
    assert any(each in said_at_the_end for each in left), said_at_the_end
    assert has_none(ways.a)


def test_a_reload_changes_only_the_routes_that_differ(ways):
    a, _b = ways.start_pair(Agent, Agent, A, B)
    wait_all(ways.a)
    lines = EXCLUDED + tuple(line for line in ROUTES + RULES if "110.0" not in line and "preference 100" not in line)
    more = ("virtual_routes {", "    192.168.130.0/24 via 192.168.8.254", "}")
    a.write(A.but(lines=lines + more).text("NodeA"))
    a.cli("reload", check=True)
    poll(lambda: any("192.168.130.0/24" in each for each in routes(ways.a)), 5, "the new route")
    assert not any("192.168.110.0/24" in each for each in routes(ways.a))
    assert (len(set(routes(ways.a))), len(rules(ways.a))) == (16, 10)
    assert a.state() == "MASTER"


def test_a_route_that_the_kernel_refuses_is_a_fault(ways):
    lines = ("virtual_routes {", "    192.168.110.0/24 via 10.66.0.1", "}")
    a, b = ways.start(Agent, ways.a, A.but(lines=lines)), ways.start(Agent, ways.b, B.but(lines=()))
    b.wait_state("MASTER")
    poll(lambda: a.state() == "FAULT", 5, "the fault", a.tail)
    assert a.status()["faults"] == ["cannot set route 192.168.110.0/24 via 10.66.0.1: Network is unreachable"]
    ways.a.ip("addr", "add", "10.66.0.2/24", "dev", "eth0")
    a.cli("reload", check=True)
    a.wait_state("MASTER")


def test_an_interface_that_a_route_needs_is_tracked(ways):
    ways.a.ip("link", "add", "far0", "type", "veth", "peer", "name", "far1")
    ways.a.ip("link", "set", "far1", "up")
    lines = ("virtual_routes {", "    192.168.110.0/24 dev far0", "}")
    a, b = ways.start(Agent, ways.a, A.but(lines=lines)), ways.start(Agent, ways.b, B.but(lines=()))
    b.wait_state("MASTER")
    a.wait_state("FAULT")
    assert a.status()["faults"] == ["interface far0 is down"]
    ways.a.ip("link", "set", "far0", "up")
    a.wait_state("MASTER")
    poll(lambda: len(routes(ways.a)) == 1, 5, "the route")
    ways.a.ip("link", "set", "far0", "down")
    a.wait_state("FAULT")
    b.wait_state("MASTER")


def test_an_ipv6_route_may_speak_from_the_virtual_address(ways):
    lines = ("virtual_routes {", "    2001:db8:1::/64 via fd00:8::254 src fd00:8::100", "}")
    a = ways.start(Agent, ways.a, A.but(lines=EXCLUDED + lines))
    a.wait_state("MASTER")
    poll(lambda: any("fd00:8::100" in each for each in routes(ways.a)), 5, "the route", a.tail)
    poll(lambda: a.status()["routes"][0]["present"], 5, "the status")
    assert "FAULT" not in a.log_text()
