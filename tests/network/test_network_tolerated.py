# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a mistake that keepalived accepts has keepalived's meaning on a real segment, too."""

from __future__ import annotations

import pytest

from lab.example_pair import (
    ADDRESS_A,
    ADDRESS_B,
    CLIENT,
    NODE_A,
    NODE_B,
    PREFIX,
    VIP,
    Instance,
    pair,
    script,
    unicast_pair,
    whole,
)
from lab.peers import PAIRS, Agent, Keepalived, assert_one_owner, owners, poll

NAMES = ["-".join(kind.kind for kind in kinds) for kinds in PAIRS]
VIP2 = "192.168.8.101"


@pytest.mark.parametrize("kinds", PAIRS, ids=NAMES)
def test_a_long_password_is_cut_as_keepalived_cuts_it(wire, kinds):
    wire.start_pair(*kinds, *pair(auth_pass="something-much-longer"))


@pytest.mark.parametrize("kinds", PAIRS, ids=NAMES)
def test_a_node_does_not_speak_to_itself(wire, kinds):
    a, b = (each.but(unicast_peer=(ADDRESS_A, ADDRESS_B), state="BACKUP") for each in unicast_pair())
    master, backup = wire.start_pair(*kinds, a, b)
    for peer in (master, backup):
        if isinstance(peer, Agent):
            assert peer.status()["unicast_peers"] == [ADDRESS_B if peer is master else ADDRESS_A]


@pytest.mark.parametrize("head", [b"", b"#!/bin/sh\r\n", b"\xef\xbb\xbf#!/bin/sh\n"], ids=["none", "windows", "bom"])
def test_a_check_that_needs_a_shell_does_not_move_the_address(wire, tmp_path, head):
    check = tmp_path / "check"
    check.write_bytes(head + b"true\n" if b"\r" not in head else head + b"true #\r\n")
    check.chmod(0o755)
    a, b = pair(track_script=("chk",))
    wire.start_pair(Agent, Agent, a, b, script("chk", str(check), interval=1))


def test_an_address_of_two_instances_goes_with_the_last_one(wire):
    def both(node):
        return whole([node, node.but(name="VI_2", virtual_router_id=52)])

    a, b = (wire.start(Agent, host, both(node)) for host, node in ((wire.a, NODE_A), (wire.b, NODE_B)))
    for name in ("VI_1", "VI_2"):
        a.wait_state("MASTER", instance=name)
        b.wait_state("BACKUP", instance=name)
    a.cli("demote", "VI_1", check=True)
    b.wait_state("MASTER", instance="VI_1")
    a.wait_state("BACKUP", instance="VI_1")
    assert sorted(owners(wire.segment, VIP)) == ["a", "b"]  # as in keepalived: their masters differ
    a.cli("demote", "VI_2", check=True)
    b.wait_state("MASTER", instance="VI_2")
    poll(lambda: owners(wire.segment, VIP) == ["b"], 10, "the address is gone from A")
    assert_one_owner(wire.segment, VIP, "b")


def test_one_virtual_router_id_for_two_peers(wire):
    """A is the master for B and the backup of the third host, with one VRID on one link."""

    def node(peer, priority, name="VI_1", vip=VIP):
        return Instance(name=name, priority=priority, unicast_peer=(peer,), virtual_ipaddress=(vip + PREFIX,))

    two = whole([node(ADDRESS_B, 110), node(CLIENT, 90, "VI_2", VIP2)])
    a = wire.start(Agent, wire.a, two)
    b = wire.start(Agent, wire.b, node(ADDRESS_A, 90))
    third = wire.start(Keepalived, wire.client, node(ADDRESS_A, 110, "VI_1", VIP2))
    a.wait_state("MASTER")
    b.wait_state("BACKUP")
    third.wait_state("MASTER")
    a.wait_state("BACKUP", instance="VI_2")
    assert_one_owner(wire.segment, VIP, "a")
    assert_one_owner(wire.segment, VIP2, "client")
    b.cli("promote", "VI_1", check=True)
    a.wait_state("BACKUP")
    assert a.status("VI_2")["master"]["address"] == CLIENT
    assert a.status("VI_1")["master"]["address"] == ADDRESS_B
    a.cli("reload", check=True)
    a.wait_log("nothing has changed")
    assert [a.state(instance=name) for name in ("VI_1", "VI_2")] == ["BACKUP", "BACKUP"]
