# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interop matrix: who with whom, in which version, how sent, on which interface; and the life of one cell.

A cell mostly waits for timers, so many of them live side by side, each on a segment of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from lab.article import (
    ADDRESS6_A,
    ADDRESS6_B,
    ADDRESS_A,
    ADDRESS_B,
    PREFIX,
    PREFIX6,
    VIP,
    VIP6,
    Instance,
    ipv6_pair,
    pair,
    unicast_pair,
)
from lab.peers import Agent, Keepalived, Peer, assert_one_owner, wait_owner
from lab.segment import Segment

AT_ONCE = 6  # on two cores; more of them and keepalived's own timers get late
SLACK_S = 3.0  # what a busy machine may add to a timer; the figures of a quiet one are in the other tests

PROTOCOLS = {
    "v2-pass": {},
    "v2-none": {"auth_pass": None},
    "v2-ah": {"auth_type": "AH"},
    "v3-ipv4": {"version": 3, "advert_int": 0.2},
    "v3-ipv6": {"version": 3, "advert_int": 0.2},
}
KINDS = [(Agent, Agent), (Agent, Keepalived), (Keepalived, Agent)]


@dataclass(frozen=True)
class Cell:
    """One square of the table. A has priority 100 and begins as MASTER, B has 90."""

    a_kind: type[Peer]
    b_kind: type[Peer]
    protocol: str
    unicast: bool
    vmac: bool

    def __str__(self) -> str:
        words = [self.protocol, "unicast" if self.unicast else "multicast", *(["vmac"] if self.vmac else [])]
        return f"{self.a_kind.kind}-{self.b_kind.kind}-{'-'.join(words)}"

    @property
    def vip(self) -> str:
        return VIP6 if self.protocol == "v3-ipv6" else VIP

    def instances(self) -> tuple[Instance, Instance]:
        options = dict(PROTOCOLS[self.protocol])
        if self.vmac:
            # keepalived: unicast needs vmac_xmit_base.
            options["lines"] = ("use_vmac", "vmac_xmit_base") if self.unicast else ("use_vmac",)
        if self.protocol == "v3-ipv6":
            return ipv6_pair(unicast=self.unicast, **options)
        return unicast_pair(**options) if self.unicast else pair(**options)


def cells() -> list[Cell]:
    """The whole table."""
    table = itertools.product(KINDS, PROTOCOLS, (False, True), (False, True))
    return [Cell(*kinds, protocol, unicast, vmac) for kinds, protocol, unicast, vmac in table]


@dataclass
class Life:
    """One cell at work: its segment, its two programs, and what has been seen."""

    cell: Cell
    story: list[str] = field(default_factory=list)

    def live(self) -> list[str]:
        """Play it. Returns the story; raises AssertionError or TimeoutError with it and with both logs."""
        with Segment() as self.segment:
            hosts = [
                self.segment.host(name, address + PREFIX, address6 + PREFIX6)
                for name, address, address6 in (("a", ADDRESS_A, ADDRESS6_A), ("b", ADDRESS_B, ADDRESS6_B))
            ]
            of_a, of_b = self.cell.instances()
            self.down_s = of_b.master_down_interval_s
            self.a = self.cell.a_kind(hosts[0], of_a.text("NodeA"))
            self.b = self.cell.b_kind(hosts[1], of_b.text("NodeB"))
            try:
                self._play()
            except (AssertionError, TimeoutError) as error:
                logs = "".join(f"\n--- {peer}: {peer.config.read_text()}\n{peer.tail()}" for peer in (self.a, self.b))
                raise AssertionError(f"{self.cell}: {error}; so far: {', '.join(self.story)}{logs}") from error
            finally:
                self.a.close()
                self.b.close()
        return self.story

    def _play(self) -> None:
        self.a.start()
        self.b.start()
        self._owned_by("a", "one master", 2 * self.down_s)
        self.b.wait_state("BACKUP")
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

    def _owned_by(self, name: str, what: str, timer_s: float = 0.0) -> None:
        """The address comes to ``name`` and is there alone in several samples."""
        wait_owner(self.segment, self.cell.vip, name, timer_s + self.down_s + SLACK_S)
        assert_one_owner(self.segment, self.cell.vip, name)
        self.story.append(what)


class Matrix:
    """Lives of many cells at once. :meth:`story` waits for one of them."""

    def __init__(self, wanted: Iterable[Cell]) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._lives: dict[Cell, Future[list[str]]] = {
            cell: self._pool.submit(lambda cell=cell: Life(cell).live()) for cell in wanted
        }

    def story(self, cell: Cell) -> list[str]:
        return self._lives[cell].result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
