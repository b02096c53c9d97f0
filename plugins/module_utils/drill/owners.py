# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work out who owned the addresses of an instance during a drill, from the records of both agents. Pure.

A record has the times of a node. The clock of a node is compared with the controller's, and all times of the result
are the controller's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

_INSTALLS, _RELEASES = "InstallAddresses", "ReleaseAddresses"


@dataclass(frozen=True)
class ClockOffset:
    """It says by how many seconds a clock is ahead of the controller's, and how far that may be off."""

    ahead_s: float = 0.0
    within_s: float = 0.0

    def on_controller(self, at: float) -> float:
        """Return the controller's time of a time of this clock."""
        return at - self.ahead_s


def clock(looks: Iterable[Mapping[str, Any]]) -> ClockOffset:
    """Compare a clock with the controller's, from looks with ``sent``, ``received``, ``started`` and ``ended``.

    The host told its time between the controller's question and the answer. Where both clocks may be the same by
    this, they are taken as the same: clocks that are synchronized agree better than ssh can measure.
    """
    known = [look for look in looks if look and "received" in look]
    if not known:
        return ClockOffset()
    least = max(look["ended"] - look["received"] for look in known)
    most = min(look["started"] - look["sent"] for look in known)
    if least <= 0 <= most:
        return ClockOffset(0.0, max(-least, most))
    return ClockOffset((least + most) / 2, abs(most - least) / 2)


@dataclass(frozen=True)
class Happening:
    """It is one input of an instance that counts here. ``at`` is the controller's time."""

    at: float
    name: str
    owns: Optional[bool]  # what its actions made of the addresses; None where they changed nothing


def happenings(record: str, instance: str, ticking: ClockOffset) -> Optional[list[Happening]]:
    """Read the record of an instance from the JSON lines of ``hotstandby events --json``.

    None where there is none: the record of a later format, or of something else, says nothing.
    """
    found: Optional[list[Happening]] = None
    header: Mapping[str, Any] = {}
    for line in record.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict):
            continue
        if "hotstandby_record" in entry:
            header = entry
            if header.get("instance") == instance:
                found = []
        elif found is not None and header.get("instance") == instance and "input" in entry:
            at = header["wall"] + (entry["at"] - header["monotonic"])
            found.append(Happening(ticking.on_controller(at), entry["input"], _owns(entry.get("actions") or ())))
    return found


def _owns(actions: Sequence[Mapping[str, Any]]) -> Optional[bool]:
    made = [each.get("is") for each in actions if each.get("is") in (_INSTALLS, _RELEASES)]
    return None if not made else made[-1] == _INSTALLS


def owned(
    happened: Sequence[Happening], since: float, until: float, at_first: bool, gone_at: Optional[float]
) -> list[tuple[float, float]]:
    """Return from when to when a node had the addresses between ``since`` and ``until``.

    ``at_first`` says whether it had them at ``since``. An agent that began during that time had died before, and lost
    the addresses at ``gone_at``; None where that is not known.
    """
    spans: list[tuple[float, float]] = []
    from_at: Optional[float] = since if at_first else None
    for each in happened:
        if not since <= each.at <= until:
            continue
        if each.name == "start" and from_at is not None:
            spans.append((from_at, min(gone_at, each.at) if gone_at is not None else each.at))
            from_at = None
        if each.owns is True and from_at is None:
            from_at = each.at
        elif each.owns is False and from_at is not None:
            spans.append((from_at, each.at))
            from_at = None
    return spans if from_at is None else [*spans, (from_at, until)]
