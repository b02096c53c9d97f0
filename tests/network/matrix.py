# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is the interop matrix: both daemons, protocol, cast and interface of each cell, and the life of one cell."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from lab.capture import Capture, Frame
from lab.example_pair import (
    ADDRESS6_A,
    ADDRESS6_B,
    ADDRESS_A,
    ADDRESS_B,
    CLIENT,
    CLIENT6,
    PREFIX,
    PREFIX6,
    VIP,
    VIP6,
    VIP6_LINK_LOCAL,
    Instance,
    ipv6_pair,
    pair,
    unicast_pair,
)
from lab.peers import PAIRS, Agent, Keepalived, Peer, assert_one_owner, wait_owner
from lab.segment import Segment
from vrrp.protocol import ipsec_ah
from vrrp.protocol.anti_replay import ReplayWindow
from vrrp.protocol.auth_hmac import Key, Verifier, covered
from vrrp.protocol.packet import decode

SLACK_S = 3.0  # a busy machine may add so much to a timer; the tests marked timing measure on a quiet one
INTERVAL_S = 0.2
PASSWORD, AH_KEY = b"1111", b"1111\0\0\0\0"
SECRET = bytes(range(32))
HMAC = ("auth_hmac {", f"    key 1 hex:{SECRET.hex()}", "    active_key 1", "}")
VRRP, IP_AH = "ip proto 112 or ip6 proto 112", "ip proto 51"
SEEN = 2  # advertisements of A that are looked at


@dataclass(frozen=True)
class Protocol:
    """It is what goes over the wire. ``options`` are fields of the Instance."""

    name: str
    options: dict[str, Any] = field(default_factory=dict, compare=False)
    hmac: bool = False  # keepalived has it since 2.4, so only our agent takes part

    @property
    def ipv6(self) -> bool:
        return "ipv6" in self.name

    @property
    def sealed(self) -> bool:
        """Return whether it is inside an IPsec Authentication Header."""
        return self.options.get("auth_type") == "AH"


V3 = {"version": 3, "advert_int": INTERVAL_S}
PROTOCOLS = [
    Protocol("v2-pass"),
    Protocol("v2-none", {"auth_pass": None}),
    Protocol("v2-ah", {"auth_type": "AH"}),
    Protocol("v3-ipv4", V3),
    Protocol("v3-ipv6", V3),
    Protocol("v2-hmac", {"auth_pass": None}, hmac=True),
    Protocol("v3-ipv4-hmac", V3, hmac=True),
    Protocol("v3-ipv6-hmac", V3, hmac=True),
]


@dataclass(frozen=True)
class Cell:
    """It is one cell of the table. A has priority 100 and begins as MASTER, B has 90."""

    kinds: tuple[type[Peer], type[Peer]]
    protocol: Protocol
    unicast: bool
    vmac: bool

    def __str__(self) -> str:
        words = [self.protocol.name, "unicast" if self.unicast else "multicast", *(["vmac"] if self.vmac else [])]
        return f"{self.kinds[0].kind}-{self.kinds[1].kind}-{'-'.join(words)}"

    @property
    def vip(self) -> str:
        return VIP6 if self.protocol.ipv6 else VIP

    def instances(self) -> tuple[Instance, Instance]:
        lines: tuple[str, ...] = HMAC if self.protocol.hmac else ()
        if self.vmac:
            # keepalived: unicast needs vmac_xmit_base.
            lines += ("use_vmac", "vmac_xmit_base") if self.unicast else ("use_vmac",)
        options = {**self.protocol.options, "lines": lines}
        if self.protocol.ipv6:
            return ipv6_pair(unicast=self.unicast, **options)
        return unicast_pair(**options) if self.unicast else pair(**options)


def cells() -> list[Cell]:
    """Return all cells of the table."""
    table = itertools.product(PAIRS, PROTOCOLS, (False, True), (False, True))
    return [Cell(*row) for row in table if not row[1].hmac or row[0] == (Agent, Agent)]


def pairwise(table: Sequence[Cell]) -> list[Cell]:
    """Return a part of the table with each pair of values that is somewhere in the table.

    Each step takes the first cell with the most pairs of values that are not in the part yet.
    """
    chosen: list[Cell] = []
    left = set().union(*map(_meetings, table))
    while left:
        chosen.append(max(table, key=lambda cell: len(_meetings(cell) & left)))
        left -= _meetings(chosen[-1])
    return chosen


def _meetings(cell: Cell) -> set[tuple[Any, Any]]:
    values = enumerate((cell.kinds, cell.protocol.name, cell.unicast, cell.vmac))
    return set(itertools.combinations(values, 2))


@dataclass
class Life:
    """It is one cell at work: its segment, its two programs, and what has been seen."""

    cell: Cell
    story: list[str] = field(default_factory=list)

    def live(self) -> list[str]:
        """Play the cell. Return the story; raise AssertionError with the story and both logs."""
        with Segment() as self.segment:
            addresses = {"a": (ADDRESS_A, ADDRESS6_A), "b": (ADDRESS_B, ADDRESS6_B), "client": (CLIENT, CLIENT6)}
            hosts = {
                name: self.segment.host(name, four + PREFIX, six + PREFIX6) for name, (four, six) in addresses.items()
            }
            self.segment.hub()  # so that the client sees unicast
            of_a, of_b = self.cell.instances()
            self.down_s = of_b.master_down_interval_s
            self.a = self.cell.kinds[0](hosts["a"], of_a.text("NodeA"))
            self.b = self.cell.kinds[1](hosts["b"], of_b.text("NodeB"))
            try:
                with Capture(hosts["client"], IP_AH if self.cell.protocol.sealed else VRRP) as self.capture:
                    self._play(of_a)
            except (AssertionError, TimeoutError) as error:
                logs = "".join(f"\n--- {peer}: {peer.config.read_text()}\n{peer.tail()}" for peer in (self.a, self.b))
                raise AssertionError(f"{self.cell}: {error}; so far: {', '.join(self.story)}{logs}") from error
            finally:
                self.a.close()
                self.b.close()
        return self.story

    def _play(self, of_a: Instance) -> None:
        self.a.start()
        self.b.start()
        self._owned_by("a", "one master", 2 * self.down_s)
        self.b.wait_state("BACKUP")
        self._speaks(of_a)
        self.segment.cut("a")
        self.b.wait_state("MASTER", self.down_s + SLACK_S)
        self.story.append("takeover on death")
        self.segment.heal("a")
        self._owned_by("a", "give-back after a split")
        self.b.wait_state("BACKUP")
        self.a.stop()
        self._owned_by("b", "clean stop")
        self.a.start()
        self._owned_by("a", "give-back", 2 * self.down_s)
        self.b.wait_state("BACKUP")
        self.b.stop()
        self._owned_by("a", "the backup stops")
        self.b.start()
        self.b.wait_state("BACKUP", self.down_s + SLACK_S)
        self._owned_by("a", "and is back")
        self._nothing_was_refused()

    def _owned_by(self, name: str, what: str, timer_s: float = 0.0) -> None:
        """Wait until the address is on ``name``; check that it is on that host alone in several samples."""
        wait_owner(self.segment, self.cell.vip, name, timer_s + self.down_s + SLACK_S)
        assert_one_owner(self.segment, self.cell.vip, name)
        self.story.append(what)

    def _speaks(self, of_a: Instance) -> None:
        """Check on a third host that A sends as the RFC demands."""
        before = len(self.capture.frames())  # B may have sent some as well, where it started first
        self.capture.wait(lambda seen: len(seen.frames()) >= before + SEEN, 10, "packets")
        for frame in self.capture.frames()[before:]:
            Judge(self.cell, of_a).judge(frame)
        self.story.append("a third host understands it")

    def _nothing_was_refused(self) -> None:
        for agent in (each for each in (self.a, self.b) if isinstance(each, Agent)):
            refused = agent.status()["counters"]["discarded"]
            assert refused == {}, f"{agent} refused {refused}"
            assert SECRET.hex() not in agent.log_text() + str(agent.client().status())


class Judge:
    """It compares a packet of the master A with the configuration, by values that are written here."""

    def __init__(self, cell: Cell, of_a: Instance) -> None:
        self.cell, self.of_a = cell, of_a
        self._verifier = Verifier({1: Key(SECRET)}, None, True, ReplayWindow())

    def judge(self, frame: Frame) -> None:
        if self.cell.protocol.sealed:
            packet = frame.data[14 : 14 + int.from_bytes(frame.data[16:18], "big")]
            ipsec_ah.verify(AH_KEY, packet, self.cell.unicast, ipsec_ah.Counter())
            assert PASSWORD not in packet, "the password is readable"
            return
        seen = frame.vrrp
        assert seen is not None
        # keepalived 2.2.7 sends IPv6 unicast with the hop limit of its kernel.
        kernels = self.cell.protocol.ipv6 and self.cell.unicast and self.cell.kinds[0] is Keepalived
        assert (str(seen.destination), seen.ttl) == (self._destination(), 64 if kernels else 255)
        if self.cell.unicast or not self.cell.protocol.ipv6:
            assert str(seen.source) == (ADDRESS6_A if self.cell.protocol.ipv6 else ADDRESS_A)
        else:
            assert seen.source.is_link_local, seen.source
        trailer = 28 if self.cell.protocol.hmac else 0
        if trailer:
            message, proof = seen.payload[:-trailer], seen.payload[-trailer:]
            self._verifier.verify(covered(seen.version, 51, seen.source, message), proof, seen.source, frame.at)
        self._fields(decode(seen.payload, seen.source, seen.destination, trailer))  # it checks the checksum, too

    def _destination(self) -> str:
        if self.cell.unicast:
            return ADDRESS6_B if self.cell.protocol.ipv6 else ADDRESS_B
        return "ff02::12" if self.cell.protocol.ipv6 else "224.0.0.18"

    def _fields(self, said: Any) -> None:
        has_password = self.cell.protocol.name == "v2-pass"
        vips = (VIP6_LINK_LOCAL, VIP6) if self.cell.protocol.ipv6 else (VIP,)
        assert (said.version, said.vrid, said.priority) == (self.of_a.version, 51, 100)
        assert said.addresses == tuple(map(ip_address, vips))
        assert said.interval_cs == (100 if self.of_a.version == 2 else 20)
        assert (said.auth_type, said.auth_data) == ((1, b"1111\0\0\0\0") if has_password else (0, bytes(8)))
