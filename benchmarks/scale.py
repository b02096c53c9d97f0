# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs many instances on one interface: their files, their addresses, the load of the daemons."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from bench import Bed, takeovers

from lab.example_pair import Instance, whole
from lab.peers import Peer, poll

SUBNET = ("10.9.0.4/16", "10.9.0.6/16")
SUBNET_6 = ("fd00:9::4/64", "fd00:9::6/64")
QUIET_S = 6.5  # by then the second burst of gratuitous ARP (5 s) is over, too
SETTLE_S = 60.0


def instances(count: int, master: bool, interval_s: float, family: int = 4) -> str:
    """Return a file with ``count`` VRRPv3 instances of one address each."""
    made = [
        Instance(
            name=f"VI_{vrid}",
            state="MASTER" if master else "BACKUP",
            virtual_router_id=vrid,
            priority=100 if master else 90,
            version=3,
            advert_int=interval_s,
            virtual_ipaddress=(f"10.9.1.{vrid}/16" if family == 4 else f"fd00:9::1:{vrid:x}/64",),
        )
        for vrid in range(1, count + 1)
    ]
    return whole(made, "NodeA" if master else "NodeB")


def held(nodes: Bed) -> tuple[int, int]:
    """Return how many virtual addresses each kernel holds: (node A, node B)."""
    return tuple(
        sum(address.startswith(("10.9.1.", "fd00:9::1:")) for address in host.addresses())
        for host in (nodes.a, nodes.b)
    )


def quiet(nodes: Bed, count: int, for_s: float = QUIET_S, within_s: float = SETTLE_S) -> float:
    """Wait until A alone has held everything for ``for_s``. Return when that began, monotonic. Raises TimeoutError."""
    given_up_at = time.monotonic() + within_s + for_s
    since, before = time.monotonic(), -1
    while time.monotonic() - since < for_s:
        changes = takeovers(nodes.master) + takeovers(nodes.backup)
        if changes != before or held(nodes) != (count, 0):
            since, before = time.monotonic(), changes
        if time.monotonic() > given_up_at:
            raise TimeoutError(f"does not come to rest within {within_s:g} s: {told(nodes)}, {changes} takeovers")
        time.sleep(0.1)
    return since


def taken_over(nodes: Bed, count: int) -> float:
    """Cut A off. Return the seconds until B holds everything. Raises TimeoutError."""
    begun = time.monotonic()
    nodes.segment.cut("a")
    poll(lambda: held(nodes)[1] == count, SETTLE_S, "the backup does not take over all", lambda: told(nodes))
    return time.monotonic() - begun


def told(nodes: Bed) -> str:
    return "A holds {}, B holds {}".format(*held(nodes))


def cpu_s(peer: Peer) -> float:
    """Return the processor seconds of all its threads, from the scheduler (nanoseconds, not clock ticks)."""
    total = 0
    for pid in peer.pids():
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def pss_mb(peer: Peer) -> float:
    """Return the proportional set size of all its processes, MB."""
    total_kb = 0
    for pid in peer.pids():
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total_kb += int(line.split()[1])
    return total_kb / 1024
