# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts for an instance: its own trackers and those of its sync group, each once, as keepalived adds them up.

Which weights an owner of the address or a member of a group may have at all is settled when the file is read.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ...protocol.tracking import CheckResult
from ..model import Configuration, Instance, SyncGroup
from ..trackers import Tracking

KINDS = tuple(field.name for field in fields(Tracking))
WORDS = {  # for one of each kind
    "scripts": "script",
    "interfaces": "interface",
    "processes": "process",
    "files": "file",
    "gateways": "gateway",
    "tcp": "tcp",
    "http": "http",
    "units": "unit",
}


def counting(configuration: Configuration) -> dict[str, Tracking]:
    """What counts for each instance, by its name."""
    groups = configuration.sync_groups
    return {
        instance.name: _of(instance, [each for each in groups if instance.name in each.members])
        for instance in configuration.instances
    }


def _of(instance: Instance, groups: list[SyncGroup]) -> Tracking:
    track = _without(instance.interface, instance.track)  # its own interface is watched anyway, or never
    for group in groups:
        added = group.track if instance.dont_track_primary else _without(instance.interface, group.track)
        track = _together(track, added)
    return track


def _without(interface: str, track: Tracking) -> Tracking:
    return replace(track, interfaces=tuple(entry for entry in track.interfaces if entry.name != interface))


def _together(track: Tracking, added: Tracking) -> Tracking:
    """Without weight where the instance gives none, else with the group's."""
    merged = {}
    for kind in KINDS:
        known = {subject(entry): entry for entry in getattr(track, kind)}
        for entry in getattr(added, kind):
            before = known.get(subject(entry))
            if before is None or before.weight:
                known[subject(entry)] = entry
        merged[kind] = tuple(known.values())
    return Tracking(**merged)


def subject(entry: Any) -> Any:
    """What is asked, whoever asks and however much it counts."""
    return entry.name if hasattr(entry, "name") else replace(entry, weight=0)


def healthy(track: Tracking) -> list[CheckResult]:
    """What everything that is tracked says while all is well."""
    return [
        CheckResult(
            str(subject(entry)),
            WORDS[kind],
            ok=True,
            weight=entry.weight,
            reverse=getattr(entry, "reverse", False),
            value=0 if kind == "files" else None,
        )
        for kind in KINDS
        for entry in getattr(track, kind)
    ]
