# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the daemons cost while nothing happens: processor time and memory, with one instance and with 255."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from bench import Bed, Row, bed

from lab.article import Instance, whole
from lab.peers import Peer, poll

INTERVAL_S = 0.1
WINDOW_S = 10.0
SETTLE_S = 90.0
SUBNET = ("10.9.0.4/16", "10.9.0.6/16")


def instances(count: int, master: bool) -> str:
    """A file with ``count`` instances of one address each, VRRPv3 at 0.1 s."""
    made = [
        Instance(
            name=f"VI_{vrid}",
            state="MASTER" if master else "BACKUP",
            virtual_router_id=vrid,
            priority=100 if master else 90,
            version=3,
            advert_int=INTERVAL_S,
            virtual_ipaddress=(f"10.9.1.{vrid}/16",),
        )
        for vrid in range(1, count + 1)
    ]
    return whole(made, "NodeA" if master else "NodeB")


def footprint(rows: dict[str, Row], kind: str, count: int) -> None:
    """Fill "master", "backup" (percent of a core), "pss" (MB of the master's processes) and "takeover" (s)."""
    with bed(kind, instances(count, True), instances(count, False), SUBNET) as nodes:
        poll(
            lambda: _held(nodes, "a") == count, SETTLE_S, "the master does not hold all addresses", lambda: _all(nodes)
        )
        poll(lambda: _quiet(nodes, count), SETTLE_S, "the pair does not come to rest", lambda: _all(nodes))
        before, begun = {peer: _cpu_s(peer) for peer in (nodes.master, nodes.backup)}, time.monotonic()
        time.sleep(WINDOW_S)  # the measuring time itself
        passed = time.monotonic() - begun
        rows["master"].add(kind, (_cpu_s(nodes.master) - before[nodes.master]) / passed * 100)
        rows["backup"].add(kind, (_cpu_s(nodes.backup) - before[nodes.backup]) / passed * 100)
        rows["pss"].add(kind, max(_pss_mb(nodes.master), _pss_mb(nodes.backup)))
        if (_held(nodes, "a"), _held(nodes, "b")) != (count, 0):
            raise TimeoutError(f"lost its peace while it was measured: {_all(nodes)}")
        cut_at = time.monotonic()
        nodes.segment.cut("a")
        poll(lambda: _held(nodes, "b") == count, SETTLE_S, "the backup does not take over all", lambda: _all(nodes))
        rows["takeover"].add(kind, time.monotonic() - cut_at)


def _held(nodes: Bed, name: str) -> int:
    """How many virtual addresses the kernel of this node holds."""
    return sum(address.startswith("10.9.1.") for address in nodes.segment.hosts[name].addresses())


def _all(nodes: Bed) -> str:
    return f"A holds {_held(nodes, 'a')}, B holds {_held(nodes, 'b')}"


def _quiet(nodes: Bed, count: int) -> bool:
    """Whether A alone held everything for 6.5 s: by then the second burst of gratuitous ARP (5 s) is over, too."""
    for _unused in range(13):
        if (_held(nodes, "a"), _held(nodes, "b")) != (count, 0):
            return False
        time.sleep(0.5)
    return True


def _cpu_s(peer: Peer) -> float:
    """Processor seconds of all its threads, from the scheduler (nanoseconds, not clock ticks)."""
    total = 0
    for pid in peer.pids():
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def _pss_mb(peer: Peer) -> float:
    """Proportional set size of all its processes, MB."""
    total_kb = 0
    for pid in peer.pids():
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total_kb += int(line.split()[1])
    return total_kb / 1024


def rows(count: int) -> dict[str, Row]:
    """The rows for so many instances."""
    what = f"{count} instance{'s' * (count > 1)}, v3, 0.1 s"
    return {
        "master": Row(f"{what}: CPU of the master", "% of a core"),
        "backup": Row(f"{what}: CPU of the backup", "% of a core"),
        "pss": Row(f"{what}: memory (PSS)", "MB"),
        "takeover": Row(f"{what}: node dies, all addresses taken over", "s"),
    }
