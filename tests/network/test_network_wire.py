# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that groups, sources, TTLs and checksums of an instance are on the wire as in its file."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lab.capture import Capture
from lab.example_pair import (
    ADDRESS6_A,
    ADDRESS_A,
    ADDRESS_B,
    CLIENT,
    PREFIX,
    VIP,
    ipv6_pair,
    pair,
    unicast_pair,
    whole,
)
from lab.peers import PAIRS, Agent, assert_one_owner, poll
from lab.sender import send_vrrp
from vrrp.protocol.packet import Advertisement, encode

FAST = {"version": 3, "advert_int": 0.2}
OWN_GROUP = "224.0.0.99"


def discarded(agent):
    return agent.status()["counters"]["discarded"]


def life(wire, a, b):
    """Check that mastership moves to B and back: so they hear each other, or both would be MASTER."""
    a.stop()
    b.wait_state("MASTER")
    a.start()
    wire.settled(a, b)


def first(capture, source):
    """Return the first advertisement of this source that has not priority 0."""
    return capture.wait(lambda seen: [frame for _at, frame in seen.adverts(source=source) if frame.priority], 5)[0]


@pytest.mark.parametrize("a_kind, b_kind", PAIRS, ids=lambda kind: kind.kind)
def test_a_pair_speaks_on_a_multicast_group_of_its_own(wire, a_kind, b_kind):
    of_a, of_b = pair(lines=(f"mcast_dst_ip {OWN_GROUP}",), **FAST)
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(a_kind, b_kind, of_a, of_b)
        assert str(first(capture, ADDRESS_A).destination) == OWN_GROUP
    life(wire, a, b)


def test_two_multicast_groups_share_an_interface_and_change_by_reload(wire):
    """Each instance hears only its own group; both nodes change the group, the standby first."""
    of_a, of_b = pair(**FAST)
    second = {"name": "VI_2", "virtual_router_id": 52, "virtual_ipaddress": ("192.168.8.101" + PREFIX,)}
    lines = (f"mcast_dst_ip {OWN_GROUP}",)
    texts = [whole([each, each.but(lines=lines, **second)]) for each in (of_a, of_b)]
    a, b = wire.start_pair(Agent, Agent, *texts)
    poll(lambda: (a.state("VI_2"), b.state("VI_2")) == ("MASTER", "BACKUP"), 5, "VI_2 has no master", b.tail)
    forged = Advertisement(3, 52, 255, (ip_address("192.168.8.101"),), 20)
    send_vrrp(wire.client, encode(forged, ip_address(CLIENT), ip_address("224.0.0.18")), source=CLIENT)
    poll(
        lambda: b.status("VI_2")["counters"]["discarded"] == {"destination": 1}, 3, "another group is heard", b.log_text
    )
    assert a.state("VI_2") == "MASTER"
    groups = wire.b.run(["ip", "maddr", "show", "dev", "eth0"]).stdout
    assert OWN_GROUP in groups and "224.0.0.18" in groups
    b.write(whole([of_b]))
    b.cli("reload", check=True)
    groups = wire.b.run(["ip", "maddr", "show", "dev", "eth0"]).stdout
    assert OWN_GROUP not in groups and "224.0.0.18" in groups


def test_a_pair_speaks_on_an_ipv6_group_of_its_own(wire6):
    source = wire6.a.link_local()
    with Capture(wire6.client) as capture:
        a, b = wire6.start_pair(Agent, Agent, *ipv6_pair(advert_int=0.2, lines=("mcast_dst_ip ff02::99",)))
        assert str(first(capture, source).destination) == "ff02::99"
    life(wire6, a, b)


@pytest.mark.parametrize("a_kind, b_kind", PAIRS, ids=lambda kind: kind.kind)
def test_a_pair_speaks_from_sources_of_its_own(wire, a_kind, b_kind):
    of_a, of_b = pair(**FAST)
    wire.a.ip("addr", "add", "192.168.8.5" + PREFIX, "dev", "eth0")
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(a_kind, b_kind, of_a.but(lines=("mcast_src_ip 192.168.8.5",)), of_b)
        first(capture, "192.168.8.5")
    life(wire, a, b)


@pytest.mark.parametrize("a_kind, b_kind", PAIRS, ids=lambda kind: kind.kind)
def test_a_pair_speaks_from_one_source(wire, a_kind, b_kind):
    of_a, of_b = (each.but(lines=("mcast_src_ip 192.168.8.77",)) for each in pair(**FAST))
    a, b = wire.start_pair(a_kind, b_kind, of_a, of_b)
    assert_one_owner(wire.segment, VIP, "a")
    life(wire, a, b)
    assert_one_owner(wire.segment, VIP, "a")


def test_a_pair_speaks_from_its_virtual_address(wire):
    """A standby hears it. A MASTER would not: its kernel drops packets from its own address."""
    wire.start_pair(Agent, Agent, *(each.but(lines=(f"mcast_src_ip {VIP}",)) for each in pair(**FAST)))
    assert_one_owner(wire.segment, VIP, "a")


@pytest.mark.parametrize("a_kind, b_kind", PAIRS, ids=lambda kind: kind.kind)
def test_unicast_has_its_ttl_and_peers_have_limits(wire, a_kind, b_kind):
    of_a, of_b = unicast_pair(lines=("unicast_ttl 64",), **FAST)
    limit = " min_ttl 60 max_ttl 64"
    of_a, of_b = (each.but(unicast_peer=(each.unicast_peer[0] + limit,)) for each in (of_a, of_b))
    wire.segment.hub()
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(a_kind, b_kind, of_a, of_b)
        assert first(capture, ADDRESS_A).ttl == 64
    life(wire, a, b)


def test_a_ttl_outside_the_limits_is_refused(wire):
    of_a, of_b = unicast_pair(**FAST)
    a = wire.start(Agent, wire.a, of_a.but(lines=("unicast_ttl 59",)))
    b = wire.start(Agent, wire.b, of_b.but(unicast_peer=(f"{ADDRESS_A} min_ttl 60",)))
    b.wait_state("MASTER")
    poll(lambda: discarded(b).get("ttl", 0) > 3, 5, "it is heard", b.tail)
    told = b.status()
    clause = f"discards what {ADDRESS_A} sends: TTL/HL 59 from {ADDRESS_A} not in range [60, 255]"
    assert told["why"].endswith(f"; {clause}")
    assert [warning.startswith(clause) for warning in told["warnings"]] == [True]
    a.write(of_a.but(lines=("unicast_ttl 60",)).text())
    a.cli("reload", check=True)
    wire.settled(a, b)
    assert a.status()["warnings"] == b.status()["warnings"] == []


def test_ipv6_unicast_has_hop_limits(wire6):
    of_a, of_b = ipv6_pair(unicast=True, advert_int=0.2, lines=("unicast_ttl 64",))
    of_b = of_b.but(unicast_peer=(f"{ADDRESS6_A} min_ttl 64 max_ttl 64",))
    with Capture(wire6.client) as capture:
        a, b = wire6.start_pair(Agent, Agent, of_a, of_b)
        assert first(capture, ADDRESS6_A).ttl == 64
    life(wire6, a, b)
    a.write(of_a.but(lines=()).text())
    a.cli("reload", check=True)
    poll(lambda: discarded(b).get("ttl", 0), 5, "255 is heard too", b.tail)


def test_version_3_may_have_the_checksum_of_rfc_9568(wire):
    """A sends this checksum; B, which sends keepalived's, accepts both. keepalived 2.2.7 does not know the keyword."""
    of_a, of_b = pair(**FAST)
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(Agent, Agent, of_a.but(lines=("v3_checksum_as_v2 true",)), of_b)
        seen = first(capture, ADDRESS_A).decoded()
        assert seen.checksum_kind == "message_only"
        assert seen.addresses == (ip_address(VIP),)
        life(wire, a, b)
        assert first(capture, ADDRESS_B).decoded().checksum_kind == "pseudo_header"
        a.write(of_a.text())
        a.cli("reload", check=True)
        capture.wait(
            lambda frames: frames.adverts(source=ADDRESS_A)[-1][1].decoded().checksum_kind != "message_only", 5
        )
    assert discarded(b) == {}


def test_unknown_virtual_routers_are_told_where_the_file_says_so(wire):
    agent_text = pair(**FAST)[0].text("NodeA")
    agent = wire.start(Agent, wire.a, agent_text)
    agent.wait_state("MASTER")
    stranger = encode(Advertisement(3, 77, 255, (ip_address(VIP),), 20), ip_address(CLIENT), ip_address("224.0.0.18"))
    send_vrrp(wire.client, stranger, source=CLIENT)
    poll(lambda: agent.client().status()["discarded"].get("vrid") == 1, 3, "not counted", agent.tail)
    assert "VRID" not in agent.log_text()
    agent.write(agent_text.replace("script_user root", "script_user root\n    log_unknown_vrids"))
    agent.cli("reload", check=True)
    send_vrrp(wire.client, stranger, source=CLIENT)
    agent.wait_log(r"Unknown VRID\(77\)")
    assert_one_owner(wire.segment, VIP, "a")
