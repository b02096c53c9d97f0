# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a change of both nodes: the standby listens for the new master, and hears the old one until it comes."""

from __future__ import annotations

from hashlib import sha256

import pytest

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, ADDRESS_B, VIP, Instance, pair, whole
from lab.peers import Agent, Keepalived, assert_one_owner, poll, wait_owner

A, B = pair(version=3, advert_int=0.1)
A2, B2 = pair(version=2, advert_int=1)


def unicast(node: Instance, own: str, peer: str) -> Instance:
    return node.but(unicast_src_ip=own, unicast_peer=(peer,))


# Each is the files of both nodes before, and after.
OTHER = {"virtual_ipaddress": ("192.168.8.102/24",)}
MORE = f"{VIP}/24", "192.168.8.101/24"
CHANGES = {
    "virtual router id": ((A, B), (A.but(virtual_router_id=77), B.but(virtual_router_id=77))),
    "interval": ((A, B), (A.but(advert_int=0.3), B.but(advert_int=0.3))),
    "an address more": ((A, B), tuple(node.but(virtual_ipaddress=MORE) for node in (A, B))),
    "unicast": ((A, B), (unicast(A, ADDRESS_A, ADDRESS_B), unicast(B, ADDRESS_B, ADDRESS_A))),
    "multicast": ((unicast(A, ADDRESS_A, ADDRESS_B), unicast(B, ADDRESS_B, ADDRESS_A)), (A, B)),
    "password": ((A2, B2), (A2.but(auth_pass="2222"), B2.but(auth_pass="2222"))),
    "version": ((A2, B2), (A, B)),
    "VMAC": ((A, B), (A.but(lines=("use_vmac", "vmac_xmit_base")), B.but(lines=("use_vmac", "vmac_xmit_base")))),
}  # fmt: skip


def text(peer: Agent, instance: Instance) -> str:
    return instance.text(f"Node{peer.host.name.upper()}")


def try_on(standby: Agent, instance: Instance, confirm_s: float) -> None:
    standby.client().confirmed_reload(text(standby, instance), confirm_s)


def change(peer: Agent, instance: Instance) -> None:
    peer.write(text(peer, instance))
    peer.cli("reload", check=True)


def discarded(*peers: Agent):
    return [peer.status()["counters"]["discarded"] for peer in peers]


@pytest.mark.timing
@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_change_in_step_loses_nothing(wire, figure, before, after):
    a, b = wire.start_pair(Agent, Agent, *before)
    with wire.probe() as probe:
        try_on(b, after[1], 30)
        # Much longer than the standby would wait for a silent master.
        assert_one_owner(wire.segment, VIP, "a", samples=30)
        change(a, after[0])
        poll(lambda: b.status()["master"], 10, "b hears no master")
        change(b, after[1])
        wire.settled(a, b)
        report = probe.report()
    figure(f"{report.lost} lost, discarded {discarded(a, b)}")
    assert (report.lost, discarded(a, b)) == (0, [{}, {}])


@pytest.mark.parametrize("name", ["virtual router id", "password", "version", "unicast", "an address more"])
def test_a_change_that_ends_in_the_middle_changes_nothing(wire, name):
    before, after = CHANGES[name]
    a, b = wire.start_pair(Agent, Agent, *before)
    moves = b.status()["transitions"]
    try_on(b, after[1], 2)
    b.wait_log("no master was heard with the new configuration: the one before stays in force")
    wire.settled(a, b)
    assert b.client().status()["config_sha256"] == sha256(b.config.read_bytes()).hexdigest()
    assert b.status()["addresses"] == a.status()["addresses"]
    assert (b.status()["transitions"], b.status()["counters"]["discarded"]) == (moves, {})


@pytest.mark.parametrize("name", ["virtual router id", "unicast"])
def test_a_master_that_dies_meanwhile_is_replaced_long_before_the_wait_ends(wire, name):
    before, after = CHANGES[name]
    a, b = wire.start_pair(Agent, Agent, *before)
    try_on(b, after[1], 60)
    a.kill()
    wire.a.ip("addr", "flush", "dev", "eth0", "to", f"{VIP}/32")
    wait_owner(wire.segment, VIP, "b", timeout_s=10)
    assert_one_owner(wire.segment, VIP, "b")
    a.start()
    wire.settled(a, b)
    assert b.status()["virtual_router_id"] == 51


@pytest.mark.timing
def test_a_master_that_stops_meanwhile_loses_nothing(wire, figure):
    a, b = wire.start_pair(Agent, Agent, A, B)
    try_on(b, B.but(virtual_router_id=77), 60)
    with wire.probe() as probe:
        a.stop()
        wait_owner(wire.segment, VIP, "b")
        report = probe.report()
    figure(f"{report.lost} lost")
    assert report.lost == 0


def test_the_standby_of_a_changed_master_that_died_takes_the_new_file(wire):
    """The play has ended behind its step: the file of B is still the old one."""
    a, b = wire.start_pair(Agent, Agent, A, B)
    after = A.but(virtual_router_id=77), B.but(virtual_router_id=77)
    try_on(b, after[1], 60)
    change(a, after[0])
    b.wait_log("The new configuration is confirmed: the master is heard with it")
    a.kill()
    wire.a.ip("addr", "flush", "dev", "eth0", "to", f"{VIP}/32")
    wait_owner(wire.segment, VIP, "b")
    a.start()
    wire.settled(a, b)
    change(b, after[1])
    wire.settled(a, b)
    assert b.status()["virtual_router_id"] == 77


@pytest.mark.timing
def test_two_instances_that_swap_their_virtual_router_ids_lose_nothing(wire, figure):
    """The client asks the address of the first one. Both addresses stay on A."""

    def files(first, second):
        return [
            whole([node.but(virtual_router_id=first), node.but(name="VI_2", virtual_router_id=second, **OTHER)], name)
            for node, name in ((A, "NodeA"), (B, "NodeB"))
        ]

    def reload(peer, file):
        peer.write(file)
        peer.cli("reload", check=True)

    a, b = wire.start_pair(Agent, Agent, A, B)
    for peer, file in zip((b, a), reversed(files(51, 52))):
        reload(peer, file)
    wire.settled(a, b)
    poll(lambda: (a.state("VI_2"), b.state("VI_2")) == ("MASTER", "BACKUP"), 10, "VI_2 has no master")
    swapped = files(52, 51)
    with Capture(wire.client) as capture, wire.probe() as probe:
        b.client().confirmed_reload(swapped[1], 30)
        assert_one_owner(wire.segment, VIP, "a", samples=20)
        reload(a, swapped[0])
        b.wait_log("The new configuration is confirmed")
        reload(b, swapped[1])
        assert_one_owner(wire.segment, VIP, "a", samples=20)
        report = probe.report()
        senders = {str(frame.source) for _at, frame in capture.adverts()}
    figure(f"{report.lost} lost, senders {senders}")
    assert (report.lost, senders) == (0, {ADDRESS_A})
    wire.settled(a, b)
    assert [peer.state("VI_2") for peer in (a, b)] == ["MASTER", "BACKUP"]
    log = a.log_text()
    assert "removing VIPs" not in log


@pytest.mark.timing
def test_a_standby_follows_a_keepalived_that_changes_its_password(wire, figure):
    """Nothing tells the agent when: it hears keepalived with the old password, then with the new one."""
    before, after = CHANGES["password"]
    a, b = wire.start_pair(Keepalived, Agent, *before)
    moves = b.status()["transitions"]
    with wire.probe() as probe:
        try_on(b, after[1], 60)
        a.write(text(a, after[0]))
        a.reload()
        b.wait_log("The new configuration is confirmed")
        change(b, after[1])
        wire.settled(a, b)
        report = probe.report()
    figure(f"{report.lost} lost, discarded {discarded(b)}")
    assert (report.lost, discarded(b), b.status()["transitions"]) == (0, [{}], moves)
