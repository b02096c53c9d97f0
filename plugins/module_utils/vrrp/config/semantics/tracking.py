# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the Tracking of one instance or sync group, of its track lists and of our own lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from ...protocol.priority import CheckResult
from ..model.configuration import Configuration, Instance, SyncGroup
from ..model.trackers import Tracked, Tracking
from ..syntax.diagnostics import Diagnostics, Location, show
from ..syntax.suggest import did_you_mean
from .sections import Section, Setting
from .track_definitions import TrackDefinitions, once_each, tracked_gateways

_LISTS = {
    "track_script": ("scripts", "script", "vrrp_script"),
    "track_process": ("processes", "process", "vrrp_track_process"),
    "track_file": ("files", "file", "track_file"),
    "track_interface": ("interfaces", "interface", ""),
}
_OURS = ("gateways", "tcp", "http", "units")


class TrackingRules:
    """It checks and combines what one section tracks. ``places``: (field of Tracking, value) -> place in the file."""

    def __init__(self, section: Section, known: TrackDefinitions, findings: Diagnostics):
        self.section = section
        self.known = known
        self.findings = findings
        self.places: dict[tuple[str, Any], Location] = {}

    def build(self) -> Tracking:
        """Return what the section tracks, and fill ``places``."""
        lists: dict[str, Any] = {field: self._list(kind) for kind, (field, _what, _home) in _LISTS.items()}
        return Tracking(
            **lists,
            gateways=self._ours("gateways", tracked_gateways(self.section, self.findings)),
            **{
                name: self._ours(name, once_each(self.section, f"track.{name}", self.findings))
                for name in ("tcp", "http", "units")
            },
        )

    def _items(self, kind: str) -> Iterator[Setting]:
        for block in self.section.inside(kind):
            yield from block.items

    def _list(self, kind: str) -> tuple[Tracked, ...]:
        field, what, home = _LISTS[kind]
        found: dict[str, Tracked] = {}
        for item in self._items(kind):
            line, place = item.value, item.start
            default = None
            if home:
                names = self.known.names[kind]
                if line.name not in names:
                    self.findings.error(
                        place,
                        f"{kind} names the unknown {what} {show(line.name)}",
                        f"each needs its {home} block",
                        did_you_mean(line.name, names),
                    )
                    continue
                default = self.known.get(kind, line.name)
            if line.name in found:
                self.findings.error(place, f"{kind} {show(line.name)} is given twice", hint="remove one")
                continue
            weight = line.weight if line.weight is not None else (default.weight if default else 0)
            reverse = line.reverse if line.reverse is not None else (default.reverse if default else False)
            found[line.name] = Tracked(line.name, weight, reverse)
            self.places[field, found[line.name]] = place
            if weight and kind == "track_interface" and line.name == self.section.get("interface"):
                self.findings.warning(
                    place,
                    f"weight {weight} of the instance's own interface does not count",
                    "its own interface is watched anyway: FAULT while it is down",
                    "remove the line",
                )
        return tuple(found.values())

    def _ours(self, field: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        for item in self.section.many.get(f"track.{field}", ()):
            self.places.setdefault((field, item.value), item.start)
        return values

    def of_member(self, tracking: Tracking, group: str) -> Tracking:
        """Return ``tracking`` for a member of a sync group without sync_group_tracking_weight, as in keepalived.

        An interface with a weight gets weight 0, a script with a weight is dropped. A file of weight 1 (the default)
        gets weight 0, one of any other weight is dropped. Processes stay unchanged.
        """
        why, hint = f"its sync group {show(group)} moves as one", "weight 0, or track it in the group"
        interfaces = tuple(self._unweighted("interfaces", item, why, hint) for item in tracking.interfaces)
        return self._let_go(replace(tracking, interfaces=interfaces), why, hint)

    def of_owner(self, tracking: Tracking) -> Tracking:
        """Return ``tracking`` for an owner of the addresses: its priority is always 255, so weights are dropped."""
        why, hint = "an owner of the addresses keeps priority 255", "weight 0, or a priority below 255"
        interfaces = tuple(self._kept("interfaces", tracking.interfaces, why, hint))
        return self._let_go(replace(tracking, interfaces=interfaces), why, hint)

    def of_group_with_owner(self, tracking: Tracking) -> Tracking:
        """Return ``tracking`` for a sync group with an owner among its members: every weight is 0."""
        why, hint = "a member is the owner of its addresses", "weight 0, or a priority below 255"
        fields = [field for field, _what, _home in _LISTS.values()] + list(_OURS)
        return replace(
            tracking,
            **{
                field: tuple(self._unweighted(field, item, why, hint) for item in getattr(tracking, field))
                for field in fields
            },
        )

    def _let_go(self, tracking: Tracking, why: str, hint: str) -> Tracking:
        files = []
        for item in tracking.files:
            if item.weight == 1:
                files.append(self._unweighted("files", item, why, hint))
            else:
                files += self._kept("files", (item,), why, hint)
        kept = {name: tuple(self._kept(name, getattr(tracking, name), why, hint)) for name in ("scripts", *_OURS)}
        return replace(tracking, files=tuple(files), **kept)

    def _kept(self, field: str, items: tuple[Any, ...], why: str, hint: str) -> Iterator[Any]:
        for item in items:
            if not item.weight:
                yield item
                continue
            self.findings.warning(
                self.places.get((field, item), self.section.place),
                f"what is tracked with weight {item.weight} does not count",
                why,
                hint,
            )

    def _unweighted(self, field: str, item: Any, why: str, hint: str) -> Any:
        if not item.weight:
            return item
        place = self.places.get((field, item), self.section.place)
        self.findings.warning(place, f"weight {item.weight} counts as weight 0: FAULT", why, hint)
        return replace(item, weight=0)


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
    """Return for each instance, by name, all that it tracks: itself and in its sync groups."""
    groups = configuration.sync_groups
    return {
        instance.name: _of(instance, [each for each in groups if instance.name in each.members])
        for instance in configuration.instances
    }


def _of(instance: Instance, groups: list[SyncGroup]) -> Tracking:
    track = _without(instance.interface, instance.track)  # dont_track_primary alone decides about its own interface
    for group in groups:
        added = group.track if instance.dont_track_primary else _without(instance.interface, group.track)
        track = _together(track, added)
    return track


def _without(interface: str, track: Tracking) -> Tracking:
    return replace(track, interfaces=tuple(entry for entry in track.interfaces if entry.name != interface))


def _together(track: Tracking, added: Tracking) -> Tracking:
    """Return both together. A thing in both keeps weight 0 of the instance, else it has the group's weight."""
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
    """Return what an entry checks, without its weight: a name, or the entry with weight 0."""
    return entry.name if hasattr(entry, "name") else replace(entry, weight=0)


def healthy(track: Tracking) -> list[CheckResult]:
    """Return the results of all checks of ``track`` while all is well."""
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
