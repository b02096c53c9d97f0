# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client loses when the master goes: with notice (a clean stop) and without (the node dies silently)."""

from __future__ import annotations

import time
from typing import Any, Callable

from bench import Bed, Row, bed

from lab.article import ADDRESS_A, VIP, pair
from lab.capture import Capture
from lab.peers import assert_one_owner, wait_owner
from lab.probe import Probe, Responder

V2 = {"version": 2, "advert_int": 1}
V3 = {"version": 3, "advert_int": 0.1}


def clean_stop(row: Row, kind: str, runs: int, options: dict[str, Any]) -> None:
    """Milliseconds lost while the master's daemon ends after SIGTERM and the backup takes over."""

    def stop(pair_of_nodes: Bed) -> None:
        pair_of_nodes.master.stop()

    def back(pair_of_nodes: Bed) -> None:
        pair_of_nodes.master.start()

    _rounds(row, kind, runs, options, stop, back)


def node_death(row: Row, kind: str, runs: int, options: dict[str, Any]) -> None:
    """Milliseconds lost after the master's node is cut off right after an advertisement: the longest there is.

    Any other moment only subtracts what had passed of the interval by then, for both contestants alike.
    """

    def cut(pair_of_nodes: Bed) -> None:
        with Capture(pair_of_nodes.client) as capture:
            capture.wait(
                lambda seen: seen.adverts(source=ADDRESS_A), 3 * options["advert_int"], "an advertisement of A"
            )
            pair_of_nodes.segment.cut("a")

    def heal(pair_of_nodes: Bed) -> None:
        pair_of_nodes.segment.heal("a")

    _rounds(row, kind, runs, options, cut, heal)


def _rounds(
    row: Row, kind: str, runs: int, options: dict[str, Any], end: Callable[[Bed], None], back: Callable[[Bed], None]
) -> None:
    a, b = pair(**options)
    with bed(kind, a.text("NodeA"), b.text("NodeB")) as nodes, Responder(nodes.a), Responder(nodes.b):
        for number in range(runs):
            if number:
                back(nodes)
                # After a split the client may ask the wrong node for seconds; that is not what is measured here.
                nodes.client.ip("neigh", "flush", "dev", "eth0")
            wait_owner(nodes.segment, VIP, "a", timeout_s=20)
            nodes.backup.wait_state("BACKUP")
            assert_one_owner(nodes.segment, VIP, "a")
            with Probe(nodes.client, VIP, realtime=True) as probe:
                end(nodes)
                probe.wait_answered_by("b", timeout_s=20)
                time.sleep(0.2)  # no condition: a blip right after the move belongs into the figure
                row.add(kind, probe.report().lost_ms)


def table(runs: int, fast_runs: int) -> list[tuple[Row, Callable[[Row, str], None]]]:
    """The rows and what fills them, for one kind at a time."""
    death = "node dies right after an advert"
    return [
        (Row("clean stop, v2, advert_int 1", "ms lost"), lambda row, kind: clean_stop(row, kind, runs, V2)),
        (Row("clean stop, v3, advert_int 0.1", "ms lost"), lambda row, kind: clean_stop(row, kind, fast_runs, V3)),
        (Row(f"{death}, v2, advert_int 1", "ms lost"), lambda row, kind: node_death(row, kind, runs, V2)),
        (Row(f"{death}, v3, advert_int 0.1", "ms lost"), lambda row, kind: node_death(row, kind, fast_runs, V3)),
    ]
