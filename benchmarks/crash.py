# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures how long two nodes own the address after the master's daemon was killed or frozen, without a restart."""

from __future__ import annotations

from typing import Any, Callable

from bench import bed, both_own
from failover import V2, V3, named
from rows import Effort, Row, Task

from lab.example_pair import NODE_B, VIP, pair
from lab.peers import Peer, assert_one_owner, wait_owner

ONE_OWNER_WITHIN_S = 3.0


def two_owners(
    row: Row, kind: str, runs: int, cap_s: float, options: dict[str, Any], harm: Callable[[Peer], None]
) -> None:
    """Measure the seconds in which both kernels held the address after ``harm(master)``."""
    a, b = pair(**options)
    for _run in range(runs):
        with bed(kind, a.text("NodeA"), b.text("NodeB")) as nodes:
            wait_owner(nodes.segment, VIP, "a", timeout_s=20)
            nodes.backup.wait_state("BACKUP")
            assert_one_owner(nodes.segment, VIP, "a")
            harm(nodes.master)

            def holds(nodes=nodes) -> tuple[bool, bool]:
                return tuple(
                    any(held.startswith(VIP + "/") for held in host.addresses()) for host in (nodes.a, nodes.b)
                )

            watch_s = NODE_B.but(**options).master_down_interval_s + ONE_OWNER_WITHIN_S
            row.add(kind, both_own(holds, cap_s, watch_s))


def tasks(effort: Effort) -> list[Task]:
    made = []
    for what, harm in (
        ("SIGKILL of all processes, nothing restarts them", lambda peer: peer.kill()),
        ("SIGSTOP of all processes", lambda peer: peer.freeze()),
    ):
        for options in (V2, V3):
            row = Row(f"{what}, {named(options)}", "s with two owners", goal=ONE_OWNER_WITHIN_S, cap=effort.cap_s)

            def measure(kind: str, row: Row = row, options: dict = options, harm: Callable = harm) -> None:  # pylint: disable=dangerous-default-value
                two_owners(row, kind, max(1, effort.runs * 3 // 5), effort.cap_s, options, harm)

            made.append(Task([row], measure, together=True))  # they mostly wait
    return made
