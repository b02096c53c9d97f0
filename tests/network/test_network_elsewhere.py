# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a node that loses its interface on a second segment gives up everything to its peer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.example_pair import VIP, Instance, pair, whole
from lab.host import Host
from lab.peers import Agent, Keepalived, assert_one_owner, poll, wait_owner
from lab.segment import Segment

A, B = pair(version=3, advert_int=0.1)
AWAY = "172.16.5.100"
ENTRY = f"{AWAY}/24 dev eth1"
HOSTS = {"a": "172.16.5.4/24", "b": "172.16.5.6/24", "client": "172.16.5.1/24"}
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
KINDS = [(Agent, Agent), (Agent, Keepalived)]
NAMES = ["-".join(kind.kind for kind in kinds) for kinds in KINDS]
DOWN = {"carrier": None, "administrator": ("link", "set", "eth1", "down"), "deleted": ("link", "del", "eth1")}


def with_entry(node: Instance, kind: str = "virtual_ipaddress") -> Instance:
    if kind == "virtual_ipaddress":
        return node.but(virtual_ipaddress=(f"{VIP}/24", ENTRY))
    return node.but(lines=("virtual_ipaddress_excluded {", f"    {ENTRY}", "}"))


def group(node: Instance) -> str:
    """Return a file with VI_1 on the first segment only, and VI_2 with an address on the second one."""
    two = node.but(name="VI_2", virtual_router_id=52, virtual_ipaddress=(ENTRY,))
    return whole([node, two], "node", GROUP)


@dataclass
class Two:
    """It holds the first segment, and the second one with the same hosts."""

    wire: Any
    second: Segment

    def lose(self, how: str, name: str = "a") -> None:
        if how == "carrier":
            self.second.unplug(name)
            host: Host = getattr(self.wire, name)
            # The kernel needs up to a second to report it; an agent that starts before sees a working link.
            poll(lambda: "NO-CARRIER" in host.ip("link", "show", "eth1"), 5, "the carrier is lost")
        else:
            getattr(self.wire, name).ip(*DOWN[how])

    def find(self, how: str, name: str = "a") -> None:
        host: Host = getattr(self.wire, name)
        if how == "carrier":
            self.second.plug(name)
        elif how == "administrator":
            host.ip("link", "set", "eth1", "up")
        else:
            self.second.attach(host.namespace, name, (HOSTS[name],), link="eth1")

    def served_by(self, name: str, explain: Any, samples: int = 5) -> None:
        """Check that the node has both addresses, and answers a client of the second segment each time it asks."""
        for segment, address in ((self.wire.segment, VIP), (self.second, AWAY)):
            try:
                wait_owner(segment, address, name)
            except TimeoutError as error:
                raise TimeoutError(f"{error}\n{explain()}") from None
            assert_one_owner(segment, address, name)
        client, mac = self.wire.client, getattr(self.wire, name).mac("eth1")
        poll(lambda: self._mac(client) == mac, 10, f"{name} answers for {AWAY}", lambda: f"{self._mac(client)} {mac}")
        for _sample in range(samples):
            assert self._mac(client) == mac, explain()

    @staticmethod
    def _mac(client: Host) -> str:
        """Return the MAC address that answers a ping of a client with an empty neighbour table; "" for none."""
        client.ip("neigh", "flush", "dev", "eth1")
        if client.run(["ping", "-c", "1", "-W", "2", AWAY]).returncode:
            return ""
        words = client.ip("neigh", "show", "to", AWAY, "dev", "eth1").split()
        return words[words.index("lladdr") + 1] if "lladdr" in words else ""


@pytest.fixture
def two(wire) -> Iterator[Two]:
    with Segment() as second:
        for name, address in HOSTS.items():
            second.attach(getattr(wire, name).namespace, name, (address,), link="eth1")
        yield Two(wire, second)


@pytest.mark.parametrize("kinds", KINDS, ids=NAMES)
@pytest.mark.parametrize("how", ["carrier", "administrator"])
def test_a_member_without_its_interface_gives_up_the_whole_group(two, kinds, how):
    a = two.wire.start(kinds[0], two.wire.a, group(A))
    b = two.wire.start(kinds[1], two.wire.b, group(B))
    two.served_by("a", a.tail)
    two.lose(how)
    a.wait_state("FAULT", instance="VI_2")
    a.wait_state("FAULT", instance="VI_1")
    two.served_by("b", lambda: a.tail() + b.tail())
    assert "sync group G: VI_2 is in FAULT (interface eth1" in a.status("VI_1")["why"]
    two.find(how)
    two.served_by("a", lambda: a.tail() + b.tail())
    b.wait_state("BACKUP", instance="VI_2")


@pytest.mark.parametrize("kinds", KINDS, ids=NAMES)
@pytest.mark.parametrize(
    ("how", "kind"), [*((how, "virtual_ipaddress") for how in DOWN), ("carrier", "virtual_ipaddress_excluded")]
)
def test_an_interface_down_from_the_start_takes_nothing_from_the_peer(two, kinds, kind, how):
    b = two.wire.start(kinds[1], two.wire.b, with_entry(B, kind))
    two.served_by("b", b.tail)
    two.lose(how)
    a = two.wire.start(kinds[0], two.wire.a, with_entry(A, kind))
    a.wait_state("FAULT")
    time.sleep(1.0)  # no condition to wait for: nothing must happen
    two.served_by("b", lambda: a.tail() + b.tail())
    assert a.state() == "FAULT"
    assert "MASTER" not in a.log_text()
    two.find(how)
    two.served_by("a", lambda: a.tail() + b.tail())


@pytest.mark.parametrize("kinds", KINDS, ids=NAMES)
@pytest.mark.parametrize("how", DOWN)
def test_a_client_on_the_second_segment_has_one_owner_after_each_loss(two, kinds, how):
    a = two.wire.start(kinds[0], two.wire.a, with_entry(A))
    b = two.wire.start(kinds[1], two.wire.b, with_entry(B))
    for _time in range(2):
        two.served_by("a", lambda: a.tail() + b.tail())
        two.lose(how)
        two.served_by("b", lambda: a.tail() + b.tail())
        two.find(how)
    two.served_by("a", lambda: a.tail() + b.tail())
    assert len(a.log_text().splitlines()) < 200
