# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the interface looks: the address that we speak from, and what forbids taking part."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from agent_fakes import OWN, Bench, eth, instance, table

UNPLUGGED = eth(running=False)


def looked(config, filled=None):
    bench = Bench(config, filled=filled)
    return bench.instance.source, bench.instance.router.own_faults


def test_a_healthy_interface():
    assert looked(instance()) == (OWN, ())


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        (eth(up=False), "interface eth0 is down"),
        (UNPLUGGED, "interface eth0 has no carrier"),
        (eth("eth1"), "interface eth0 does not exist"),
    ],
)
def test_what_is_wrong_with_it(link, fault):
    assert fault in looked(instance(), table(link))[1]


def test_dont_track_primary_needs_no_carrier():
    assert looked(instance(dont_track_primary=True), table(UNPLUGGED)) == (OWN, ())


def test_dont_track_primary_needs_the_interface():
    assert "interface eth0 does not exist" in looked(instance(dont_track_primary=True), table(eth("eth1")))[1]


@pytest.mark.parametrize(
    ("peers", "faults"),
    [
        ((), ("there is no unicast_peer, and unicast_fault_no_peer forbids the multicast group",)),
        ((ip_address("192.168.8.6"),), ()),
    ],
)
def test_without_a_peer_it_does_not_speak_to_the_group(peers, faults):
    assert looked(instance(unicast_fault_no_peer=True, unicast_peers=peers))[1] == faults
