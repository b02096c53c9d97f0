# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds code for all benchmarks: a pair of nodes, the state of their daemons, and failed measurements."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for folder in ("tests", "plugins/module_utils"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

from rows import OURS, THEIRS, Row

from lab.example_pair import ADDRESS_A, ADDRESS_B, CLIENT, PREFIX
from lab.host import Host, LabError
from lab.peers import Agent, Keepalived, Peer
from lab.segment import Segment

PEERS: dict[str, type[Peer]] = {OURS: Agent, THEIRS: Keepalived}
interrupted = threading.Event()  # measurements in threads end when it is set


@dataclass
class Bed:
    """It holds two nodes, their daemons, and a client."""

    segment: Segment
    a: Host
    b: Host
    client: Host
    master: Peer
    backup: Peer


@contextlib.contextmanager
def bed(kind: str, a: str, b: str, *more_addresses: tuple[str, str], peer: str = "") -> Iterator[Bed]:
    """Start this kind on both nodes (``peer`` on node B) with these files, and remove everything at the end.

    ``more_addresses`` are pairs: a further address of node A, and of node B.
    """
    with Segment() as segment:
        host_a = segment.host("a", ADDRESS_A + PREFIX, *(pair[0] for pair in more_addresses))
        host_b = segment.host("b", ADDRESS_B + PREFIX, *(pair[1] for pair in more_addresses))
        client = segment.host("client", CLIENT + PREFIX)
        with PEERS[kind](host_a, a) as master, PEERS[peer or kind](host_b, b) as backup:
            yield Bed(segment, host_a, host_b, client, master, backup)


def takeovers(peer: Peer) -> int:
    """Return how often an instance of this daemon became MASTER so far, by its log."""
    return len(re.findall(r"Entering MASTER STATE", peer.log_text()))


def both_own(
    sample: Callable[[], tuple[bool, bool]], cap_s: float, watch_s: float, clock: Callable[[], float] = time.monotonic
) -> float:
    """Return for how many seconds two nodes owned the address, ``cap_s`` at most.

    ``sample()`` returns whether (the old owner, the new one) has it. It ends when the address has moved, or after
    ``watch_s`` in which it never was on both.
    """
    begun = last = clock()
    both = 0.0
    while both < cap_s:
        old, new = sample()
        now = clock()
        if old and new:
            both += now - last
        elif new or now - begun > watch_s:
            return both
        last = now
    return cap_s


def tell(sentence: str) -> None:
    """Write progress to standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def guarded(rows: Sequence[Row], kind: str, measure: Callable[[], None]) -> None:
    """Measure and print the figures; record a failure instead of losing the other figures."""
    begun = time.monotonic()
    try:
        measure()
    except (TimeoutError, AssertionError, LabError, subprocess.SubprocessError) as error:
        for row in rows:
            row.failed[kind] = (str(error).strip() or repr(error)).splitlines()[0][:200]
        tell(f"{kind}: {error}")
    for row in rows:
        values = ", ".join(f"{value:.4g}" for value in row.values[kind]) or "nothing"
        tell(f"{kind:10} {row.work}: {values} {row.unit}")
    tell(f"{'':10} ({time.monotonic() - begun:.0f} s)")


def version_of(kind: str) -> str:
    """Return the version of a daemon, as it reports it."""
    if kind == THEIRS:
        said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True)
        return (said.stderr or said.stdout).split()[1]
    for line in (ROOT / "galaxy.yml").read_text().splitlines():
        if line.startswith("version:"):
            return line.split(":", 1)[1].strip().strip("\"'")
    return "of this checkout"
