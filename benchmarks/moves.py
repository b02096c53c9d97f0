# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures a client's losses when mastership is moved on purpose: nothing may be lost, with either peer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench import Bed, bed, guarded, interrupted
from rows import KINDS, OURS, Effort, Row, Task

from lab.example_pair import ADDRESS_B, VIP, pair, unicast_pair
from lab.host import LabError
from lab.peers import Agent, poll, wait_owner
from lab.probe import Outage
from lab.probe_process import Probe, Responder

AT_ONCE = 4  # pairs; each is idle most of the time
AFTER_S = 0.3  # a loss right after a move counts for it
MOVE_S = 20.0
STOP, BACK = "clean stop", "comes back after a clean stop"
DEMOTE, PROMOTE, DRAIN, UNDRAIN = "demote", "promote", "drain", "undrain"
CAUSES = (PROMOTE, DEMOTE, STOP, BACK, DRAIN, UNDRAIN)
THEIR_CAUSES = (STOP, BACK)


@dataclass(frozen=True)
class Setting:
    """It is a pair: the ``same`` daemon on both nodes or the other one on node B, version, multicast or unicast."""

    same: bool
    version: int
    unicast: bool

    def __str__(self) -> str:
        cast = "unicast" if self.unicast else "multicast"
        return f"{self.pairing}, v{self.version}, {cast}"

    @property
    def pairing(self) -> str:
        return "same daemon on both nodes" if self.same else "peer is the other daemon"

    def files(self) -> tuple[str, str]:
        make = unicast_pair if self.unicast else pair
        a, b = make(version=self.version, advert_int=1 if self.version == 2 else 0.1)
        return a.text("NodeA"), b.text("NodeB")

    def peer(self, kind: str) -> str:
        return kind if self.same else KINDS[1 - KINDS.index(kind)]


SETTINGS = tuple(
    Setting(same, version, unicast) for version in (2, 3) for same in (True, False) for unicast in (False, True)
)


def attributed(outages: Sequence[Outage], started_at: float, moves: Sequence[tuple[str, float]]) -> list[int]:
    """Return how many probes each move lost. ``moves`` are (cause, begin), in order; times as ``started_at``'s.

    Losses before the first move count for the first one.
    """
    lost = [0] * len(moves)
    for outage in outages:
        at = started_at + outage.start_s
        number = max((number for number, (_cause, begun) in enumerate(moves) if begun <= at), default=0)
        lost[number] += outage.lost
    return lost


def series(rows: dict[str, Row], setting: Setting, kind: str, rounds: int, causes: Sequence[str]) -> None:
    """Move there and back, ``rounds`` times for each pair of causes, under one probe."""
    a, b = setting.files()
    moves: list[tuple[str, float]] = []
    with contextlib.ExitStack() as stack:
        nodes = stack.enter_context(bed(kind, a, b, peer=setting.peer(kind)))
        for host in (nodes.a, nodes.b):  # a responder that waits for a processor is no lost packet
            stack.enter_context(Responder(host, realtime=True))
        _at_rest(nodes, "a")
        # B's own address never moves: losses there are due to this machine.
        control = stack.enter_context(Probe(nodes.client, ADDRESS_B, realtime=True, interval_ms=10))
        with Probe(nodes.client, VIP, realtime=True) as probe:
            try:
                for there, back in ((DEMOTE, PROMOTE), (STOP, BACK), (DRAIN, UNDRAIN)):
                    if there not in causes:
                        continue
                    for _round in range(rounds):
                        for cause, owner in ((there, "b"), (back, "a")):
                            if interrupted.is_set():
                                raise LabError("interrupted")
                            moves.append((cause, time.monotonic()))
                            _move(nodes, cause)
                            probe.wait_answered_by(owner, MOVE_S)
                            _at_rest(nodes, owner)
                            time.sleep(AFTER_S)  # no condition to wait for: a loss right after the move counts, too
                    if there == DEMOTE:
                        nodes.master.cli("release", "VI_1", check=True)
            finally:
                report = probe.report()
                for (cause, _begun), lost in zip(moves, attributed(report.outages, report.started_at, moves)):
                    rows[cause].add(kind, lost)
        stalled = control.report().lost
        if stalled:
            raise LabError(f"disturbed: {stalled} probes to an address that never moved were lost, too. Measure again")


def _move(nodes: Bed, cause: str) -> None:
    master = nodes.master
    if cause == STOP:
        master.stop()
    elif cause == BACK:
        master.start()
    elif isinstance(master, Agent):
        master.cli(cause, *(["VI_1"] if cause in (DEMOTE, PROMOTE) else []), check=True)
    else:
        raise LabError(f"{master} cannot {cause}")


def _at_rest(nodes: Bed, owner: str) -> None:
    """Wait for one owner, and for the same result in both daemons that run; a drained one has stopped."""
    wait_owner(nodes.segment, VIP, owner, timeout_s=MOVE_S)
    for peer in (nodes.master, nodes.backup):
        if peer.running:
            states = ("MASTER",) if peer.host.name == owner else ("BACKUP", "STOP")
            poll(lambda peer=peer, states=states: peer.state() in states, MOVE_S, f"{peer} is not {states[0]}")


def tasks(effort: Effort) -> list[Task]:
    table = {
        setting: {
            cause: Row(
                f"{cause}, {setting}",
                "probes lost",
                goal=0,
                counts=True,
                group=f"{cause}, {setting.pairing} (v2 and v3, multicast and unicast)",
            )
            for cause in CAUSES
        }
        for setting in SETTINGS
    }

    def measure(kind: str) -> None:
        ours = kind == OURS
        causes, rounds = (CAUSES, effort.moves) if ours else (THEIR_CAUSES, effort.their_moves)

        def one(setting: Setting) -> Callable[[], None]:
            return lambda: series(table[setting], setting, kind, rounds, causes)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [
                pool.submit(guarded, [table[setting][cause] for cause in causes], kind, one(setting))
                for setting in SETTINGS
            ]
            try:
                for each in running:
                    each.result()
            except BaseException:
                interrupted.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    return [Task([row for rows in table.values() for row in rows.values()], measure, guards=True)]
