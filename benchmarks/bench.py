# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every benchmark shares: the two contestants, a pair of nodes, one measured value of one side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
for folder in ("tests", "plugins/module_utils"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

from lab.article import ADDRESS_A, ADDRESS_B, CLIENT, PREFIX  # noqa: E402
from lab.host import Host  # noqa: E402
from lab.peers import Agent, Keepalived, Peer  # noqa: E402
from lab.segment import Segment  # noqa: E402

OURS, THEIRS = Agent.kind, Keepalived.kind
KINDS: dict[str, type] = {OURS: Agent, THEIRS: Keepalived}


@dataclass
class Row:
    """One line of the table: the same work done by both, in ``unit``. ``failed`` says why a side has no value."""

    work: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, value: float) -> None:
        self.values[kind].append(value)

    def median(self, kind: str) -> float | None:
        return median(self.values[kind]) if self.values[kind] else None

    @property
    def ratio(self) -> float | None:
        """Ours divided by keepalived's: below 1 is better. None when it cannot be said."""
        ours, theirs = self.median(OURS), self.median(THEIRS)
        return ours / theirs if ours is not None and theirs else None


@dataclass
class Bed:
    """Two nodes running the same kind of daemon and a client."""

    segment: Segment
    a: Host
    b: Host
    client: Host
    master: Peer
    backup: Peer


@contextlib.contextmanager
def bed(kind: str, a: str, b: str, *more_addresses: tuple[str, str]) -> Iterator[Bed]:
    """Start this kind on both nodes with these configuration files; everything is gone afterwards.

    ``more_addresses`` are pairs: a further address of node A, and of node B.
    """
    with Segment() as segment:
        host_a = segment.host("a", ADDRESS_A + PREFIX, *(pair[0] for pair in more_addresses))
        host_b = segment.host("b", ADDRESS_B + PREFIX, *(pair[1] for pair in more_addresses))
        client = segment.host("client", CLIENT + PREFIX)
        with KINDS[kind](host_a, a) as master, KINDS[kind](host_b, b) as backup:
            yield Bed(segment, host_a, host_b, client, master, backup)


def version_of(kind: str) -> str:
    """The version of a contestant, as it says itself."""
    import subprocess

    if kind == THEIRS:
        said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True)
        return (said.stderr or said.stdout).split()[1]
    galaxy: Any = ROOT / "galaxy.yml"
    for line in galaxy.read_text().splitlines() if galaxy.exists() else ():
        if line.startswith("version:"):
            return line.split(":", 1)[1].strip().strip("\"'")
    return "of this checkout"
