# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a sync group over two segments keeps both addresses on one node, after a cut, a stop or a promotion."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable

import pytest

from lab.example_pair import VIP, Instance, whole
from lab.peers import PAIRS, Agent, Keepalived, Peer, assert_one_owner, poll, wait_owner
from lab.probe_process import Probe, Responder
from lab.segment import Segment

VIP2 = "192.168.9.100"
OTHER = {"a": "192.168.9.4/24", "b": "192.168.9.6/24", "client": "192.168.9.1/24"}
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
DOWN_S = 0.3 + 166 / 256 * 0.1  # Master_Down_Interval of B
KINDS = [Agent, Keepalived]


def named(kinds: tuple[type, type]) -> str:
    return "-".join(kind.kind for kind in kinds)


def file_of(priority: int, state: str, **changes: Any) -> str:
    one = Instance(priority=priority, state=state, version=3, advert_int=0.1, **changes)
    two = one.but(name="VI_2", interface="eth1", virtual_router_id=52, virtual_ipaddress=(VIP2 + "/24",))
    return whole([one, two], "node", GROUP)


@dataclass
class Two:
    """It holds the first segment with its hosts, and the second one with the same hosts."""

    wire: Any
    second: Segment

    def start_pair(self, a_kind: type, b_kind: type) -> tuple[Any, Any]:
        peers = (
            self.wire.start(a_kind, self.wire.a, file_of(100, "MASTER")),
            self.wire.start(b_kind, self.wire.b, file_of(90, "BACKUP")),
        )
        self.settled(*peers)
        return peers

    def settled(self, master: Peer, backup: Peer, timeout_s: float = 10) -> None:
        """Check that both addresses are on one node alone, in every one of several samples."""
        try:
            wait_owner(self.wire.segment, VIP, master.host.name, timeout_s)
            wait_owner(self.second, VIP2, master.host.name, timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{master}: {master.tail()}\n{backup}: {backup.tail()}") from None
        assert_one_owner(self.wire.segment, VIP, master.host.name)
        assert_one_owner(self.second, VIP2, master.host.name)

    @contextlib.contextmanager
    def probes(self) -> Iterator[tuple[Probe, Probe]]:
        """Probe both addresses from the client."""
        client = self.wire.client
        for link in ("eth0", "eth1"):
            client.ip("neigh", "flush", "dev", link)
        answering = Responder(self.wire.a, realtime=True), Responder(self.wire.b, realtime=True)
        asking = Probe(client, VIP, realtime=True), Probe(client, VIP2, realtime=True)
        with answering[0], answering[1], asking[0], asking[1]:
            yield asking

    def lost(self, cause: Callable[[], Any], answers_then: Peer) -> tuple[int, int]:
        """Return how many probes of each address are lost from before ``cause`` until shortly after both have moved."""
        with self.probes() as probes:
            cause()
            for probe in probes:
                probe.wait_answered_by(answers_then.host.name, 15)
            time.sleep(0.2)  # no condition to wait for: a loss right after the move counts, too
            reports = [probe.report() for probe in probes]
        return reports[0].lost, reports[1].lost


@pytest.fixture
def two(wire) -> Iterator[Two]:
    with Segment() as second:
        for name, address in OTHER.items():
            second.attach(getattr(wire, name).namespace, name, (address,), link="eth1")
        yield Two(wire, second)


@pytest.mark.timing
@pytest.mark.parametrize("kinds", PAIRS, ids=named)
@pytest.mark.parametrize("which", ["first", "second"])
def test_a_cut_on_one_segment_moves_both_addresses(two, figure, kinds, which):
    a, b = two.start_pair(*kinds)
    segment, other = (two.wire.segment, two.second) if which == "first" else (two.second, two.wire.segment)
    vip, other_vip, link = (VIP, VIP2, "eth0") if which == "first" else (VIP2, VIP, "eth1")
    segment.unplug("a")
    # The kernel reports a lost carrier at most once a second, and the cables of this test have just been plugged in.
    a.wait_log(f"Netlink reports {link} down")
    began = time.monotonic()
    wait_owner(segment, vip, "b")
    wait_owner(other, other_vip, "b")
    took_s = time.monotonic() - began
    figure(f"sync group, {a.kind} to {b.kind}: both on the other node {took_s * 1000:.0f} ms after a link was cut")
    two.settled(b, a)
    if isinstance(a, Agent):
        assert took_s < DOWN_S + 0.1 + 0.3  # its skew, and the delays of a loaded machine and of the measurement
        healthy = "VI_2" if which == "first" else "VI_1"
        poll(lambda: a.state(healthy) == "FAULT", 5, "no FAULT")
        failed = "VI_1 is in FAULT (interface eth0" if which == "first" else "VI_2 is in FAULT (interface eth1"
        assert f"sync group G: {failed}" in a.status(healthy)["why"]
        assert a.status(healthy)["sync_group"] == "G"
    segment.plug("a")
    two.settled(a, b)


@pytest.mark.timing
def test_the_healthy_address_answers_until_the_peer_has_it(two):
    """keepalived drops the address of the healthy member at once, long before its peer takes it."""
    a, b = two.start_pair(Agent, Agent)
    with two.probes() as (_one, other):
        two.wire.segment.unplug("a")
        other.wait_answered_by("b", 15)
        time.sleep(0.2)  # no condition to wait for: a loss right after the move counts, too
        assert other.report().lost == 0
    two.settled(b, a)


@pytest.mark.parametrize("kinds", [*PAIRS, (Keepalived, Keepalived)], ids=named)
def test_a_node_that_hears_a_master_on_one_segment_leaves_both_to_it(two, kinds):
    """As in keepalived: no node knows whose cable fails, and if both took their part, the group would never rest."""
    a, b = two.start_pair(*kinds)
    two.wire.segment.cut("a")
    time.sleep(4 * DOWN_S)  # no condition to wait for: nothing must happen
    two.settled(a, b)
    if isinstance(b, Agent):
        assert b.status("VI_1")["why"].startswith("BACKUP because sync group G waits for VI_2")
    two.wire.segment.heal("a")
    two.settled(a, b)


@pytest.mark.timing
@pytest.mark.parametrize("peer", KINDS, ids=lambda kind: kind.kind)
def test_a_planned_move_of_one_instance_moves_both_and_loses_nothing(two, figure, peer):
    a, b = two.start_pair(Agent, peer)
    moves = [
        ("demote", lambda: a.cli("demote", "VI_2", check=True), b),
        ("promote", lambda: a.cli("promote", "VI_1", check=True), a),
        ("drain", lambda: a.cli("drain", check=True), b),
        ("undrain", lambda: (a.cli("undrain", check=True), a.cli("promote", "VI_2", check=True)), a),
        ("stop", a.stop, b),
    ]
    for verb, act, to in moves:
        lost = two.lost(act, to)
        figure(f"sync group, {verb} to {to.kind}: {lost[0]} and {lost[1]} probes lost")
        assert lost == (0, 0), verb
        if to is a:
            a.cli("release", "VI_1", check=True)
        two.settled(to, b if to is a else a)


def test_a_killed_agent_that_restarts_keeps_the_group(two):
    a, b = two.start_pair(Agent, Agent)
    a.kill()
    two.settled(b, a)
    a.start()
    two.settled(a, b)


@pytest.mark.timing
def test_a_group_comes_and_goes_by_reload(two):
    a, b = two.start_pair(Agent, Agent)
    text = a.config.read_text()
    for each in (a, b):
        lost = two.lost(lambda each=each: _reload(each, each.config.read_text().replace(GROUP, "")), a)
        assert lost == (0, 0)
    assert a.status("VI_1")["sync_group"] is None
    two.second.unplug("a")
    wait_owner(two.second, VIP2, "b")
    assert_one_owner(two.wire.segment, VIP, "a")
    _reload(b, b.config.read_text() + GROUP)
    _reload(a, text)
    two.settled(b, a)
    two.second.plug("a")
    two.settled(a, b)


def _reload(agent: Agent, text: str) -> None:
    agent.write(text)
    agent.cli("reload", check=True)
