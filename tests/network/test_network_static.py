# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that static addresses, routes, rules and promote_secondaries are there from start to stop."""

from __future__ import annotations

import pytest

from lab.example_pair import VIP, pair
from lab.peers import Agent, poll

STATIC = """
track_group WITHOUT {
    group {
        VI_1
    }
}
static_ipaddress {
    10.9.9.9/24 dev eth0
    10.9.8.9/24 dev eth0 no_track
    fd09::9/64 dev eth0
}
static_routes {
    10.99.0.0/16 via 10.9.9.1 dev eth0
    fd99::/64 via fd09::1 dev eth0
}
static_rules {
    from 10.99.0.0/16 table 99 preference 99
}
"""
TRACKED = """
track_group WITH {
    group {
        VI_1
    }
}
static_routes {
    10.98.0.0/16 via 10.66.0.1 dev eth0 track_group WITH
}
"""
OURS = {"10.9.9.9/24", "10.9.8.9/24", "fd09::9/64"}
A, B = pair(version=3, advert_int=0.1, auth_pass=None)


def ways(host):
    """Return the destinations of routes and the preferences of rules that have our protocol number."""
    listed = host.ip("route", "show", "proto", "18") + host.ip("-6", "route", "show", "proto", "18")
    rules = [line.split(":")[0] for line in host.ip("rule").splitlines() if "proto keepalived" in line]
    return sorted([line.split()[0] for line in listed.splitlines()] + rules)


WAYS = ["10.99.0.0/16", "99", "fd99::/64"]


def wait_there(host):
    poll(
        lambda: host.addresses() >= OURS and ways(host) == WAYS,
        5,
        "all of it",
        lambda: f"{host.addresses()} {ways(host)}",
    )


def test_both_nodes_have_static_addresses_until_they_stop(wire):
    a, b = wire.start_pair(Agent, Agent, A.text("NodeA", STATIC), B.text("NodeB", STATIC))
    wait_there(wire.a)
    wait_there(wire.b)
    assert b.stop() == 0
    assert (wire.b.addresses() & OURS, ways(wire.b)) == (set(), [])
    wait_there(wire.a)
    assert a.stop() == 0
    assert (wire.a.addresses() & OURS, ways(wire.a)) == (set(), [])


def test_a_deleted_static_address_comes_back_unless_it_has_no_track(wire):
    a = wire.start(Agent, wire.a, A.text("NodeA", STATIC))
    wait_there(wire.a)
    wire.a.ip("addr", "del", "10.9.8.9/24", "dev", "eth0")
    wire.a.ip("rule", "del", "preference", "99")
    wire.a.ip("addr", "del", "10.9.9.9/24", "dev", "eth0")  # and with it the way to the gateway
    wire.a.ip("-6", "route", "del", "fd99::/64")
    poll(lambda: ways(wire.a) == WAYS, 5, "the ways", lambda: str(ways(wire.a)))
    poll(lambda: wire.a.addresses() & OURS == OURS - {"10.9.8.9/24"}, 5, "the addresses", a.tail)
    a.wait_log(r"\(static\) .*rule 99: .* put back")


def test_a_static_address_that_the_host_has_already_stays_its_own(wire):
    wire.a.ip("addr", "add", "10.9.9.9/24", "dev", "eth0")
    a = wire.start(Agent, wire.a, A.text("NodeA", STATIC))
    wait_there(wire.a)
    assert a.stop() == 0
    assert wire.a.addresses() & OURS == {"10.9.9.9/24"}


def test_static_addresses_survive_a_restart_and_a_cleanup_removes_them(wire):
    a = wire.start(Agent, wire.a, A.text("NodeA", STATIC))
    wait_there(wire.a)
    a.kill()
    assert (wire.a.addresses() & OURS, ways(wire.a)) == (OURS, WAYS)
    a.write(
        A.text("NodeA", STATIC.replace("    10.9.8.9/24 dev eth0 no_track\n", "").replace("from 10.99", "to 10.99"))
    )
    a.start()
    a.wait_state("MASTER")
    poll(lambda: wire.a.addresses() & OURS == OURS - {"10.9.8.9/24"}, 5, "two of three", a.tail)
    assert "to 10.99.0.0/16" in wire.a.ip("rule")
    assert "from 10.99.0.0/16" not in wire.a.ip("rule")
    a.kill()
    a.cli("cleanup", check=True)
    assert (wire.a.addresses() & OURS, ways(wire.a)) == (set(), [])


def test_a_reload_changes_static_addresses(wire):
    a = wire.start(Agent, wire.a, A)
    a.wait_state("MASTER")
    a.write(A.text("NodeA", STATIC))
    a.cli("reload", check=True)
    wait_there(wire.a)
    a.write(
        A.text(
            "NodeA", STATIC.replace("    fd09::9/64 dev eth0\n", "").replace("    fd99::/64 via fd09::1 dev eth0\n", "")
        )
    )
    a.cli("reload", check=True)
    poll(lambda: wire.a.addresses() & OURS == OURS - {"fd09::9/64"}, 5, "one less", a.tail)
    assert ways(wire.a) == ["10.99.0.0/16", "99"]
    assert a.state() == "MASTER"


def test_a_static_route_that_is_not_there_is_a_fault_of_its_group(wire):
    a = wire.start(Agent, wire.a, A.text("NodeA", TRACKED))
    poll(lambda: a.state() == "FAULT", 5, "the fault", a.tail)
    assert a.status()["faults"] == ["cannot set route 10.98.0.0/16 via 10.66.0.1 dev eth0: Network is unreachable"]
    wire.a.ip("addr", "add", "10.66.0.2/24", "dev", "eth0")
    a.wait_state("MASTER")


def promoted(host):
    return host.run(["cat", "/proc/sys/net/ipv4/conf/eth0/promote_secondaries"]).stdout.strip()


@pytest.mark.parametrize("before", ["0", "1"])
def test_promote_secondaries_is_on_as_long_as_an_instance_asks_for_it(wire, before):
    wire.a.sysctl("net.ipv4.conf.eth0.promote_secondaries", before)
    a = wire.start(Agent, wire.a, A.but(lines=("promote_secondaries",)))
    a.wait_state("MASTER")
    assert promoted(wire.a) == "1"
    a.kill()
    a.start()
    a.wait_state("MASTER")
    a.write(A.text("NodeA"))
    a.cli("reload", check=True)
    assert promoted(wire.a) == before
    a.write(A.but(lines=("promote_secondaries",)).text("NodeA"))
    a.cli("reload", check=True)
    assert promoted(wire.a) == "1"
    assert a.stop() == 0
    assert promoted(wire.a) == before


def test_a_cleanup_restores_promote_secondaries(wire):
    wire.a.sysctl("net.ipv4.conf.eth0.promote_secondaries", 0)
    a = wire.start(Agent, wire.a, A.but(lines=("promote_secondaries",)))
    a.wait_state("MASTER")
    poll(lambda: '"promoted": [' in (a.runtime_dir / "ledger.json").read_text(), 5, "the ledger")
    a.kill()
    a.cli("cleanup", check=True)
    assert promoted(wire.a) == "0"
    assert f"{VIP}/24" not in wire.a.addresses()
