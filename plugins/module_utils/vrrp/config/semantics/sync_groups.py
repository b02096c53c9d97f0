# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes sync groups, garp groups, track groups and the delays of interfaces of the sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Optional

from ...protocol.constants import PRIORITY_OWNER
from ..model.configuration import GarpGroup, Instance, InterfaceDelay, NotifyScripts, SyncGroup
from ..syntax.diagnostics import Diagnostics, Location, show
from ..syntax.suggest import did_you_mean
from .instance import Context
from .sections import Section
from .tracking import TrackingRules


def members(section: Section) -> Iterator[tuple[str, Location]]:
    """Yield the names in ``group { ... }``, each with its place."""
    for block in section.inside("group"):
        for item in block.items:
            for word in item.statement.words:
                yield word.text, word.place


def groups_by_member(root: Section) -> dict[str, Section]:
    """Return the sync group of each instance that is in one; the first group that names it counts."""
    found: dict[str, Section] = {}
    for section in root.inside("vrrp_sync_group"):
        for name, _place in members(section):
            found.setdefault(name, section)
    return found


def sync_groups(root: Section, instances: list[Instance], context: Context) -> tuple[SyncGroup, ...]:
    """Return the sync groups of the file, except those without a name or without a known member."""
    names = [section.name for section in root.inside("vrrp_instance")]
    by_name = {instance.name: instance for instance in instances}
    return tuple(
        group
        for section in root.inside("vrrp_sync_group")
        if (group := _sync_group(section, names, by_name, context)) is not None
    )


def _sync_group(
    section: Section, names: list[str], instances: dict[str, Instance], context: Context
) -> Optional[SyncGroup]:
    title = f"vrrp_sync_group {show(section.name)}"
    found = _known_members(section, title, names, context)
    for name in found:
        if context.groups[name] is not section:
            context.findings.error(
                next(place for member, place in members(section) if member == name),
                f"{show(name)} is in vrrp_sync_group {show(context.groups[name].name)} already",
                "an instance is in one group",
                "remove it from one of them",
            )
    if len(found) == 1 and context.complete:
        context.findings.warning(
            section.place, f"{title} has one member", "a group is what moves together", "add the other instances"
        )
    inside = [instances[name] for name in found if name in instances]
    owners = [instance for instance in inside if instance.priority == PRIORITY_OWNER]
    if owners and len(owners) < len(inside):
        context.findings.warning(
            section.place,
            f"{title} has owners of their addresses and others",
            "they cannot all be MASTER for long",
            "give all its members priority 255, or none",
        )
    rules = TrackingRules(section, context.track_definitions, context.findings)
    tracking = rules.build()
    if owners:
        tracking = rules.of_group_with_owner(tracking)
    values = section.group("notify.")
    values.setdefault("priority_changes", context.defaults.fields.get("notify.priority_changes", False))
    if section.get("global_tracking"):
        context.findings.warning(
            section.settings["global_tracking"].place,
            "global_tracking is the old name of sync_group_tracking_weight",
            hint="sync_group_tracking_weight, or track it in the group",
        )
    if not section.name or not found:
        return None
    weights = bool(section.get("tracking_weight") or section.get("global_tracking"))
    return SyncGroup(section.name, section.place.line, tuple(found), tracking, NotifyScripts(**values), weights)


def _known_members(section: Section, title: str, names: list[str], context: Context) -> list[str]:
    found: list[str] = []
    for name, place in members(section):
        if name not in names:
            context.findings.error(
                place,
                f"{title} names the unknown instance {show(name)}",
                "each needs its vrrp_instance block",
                did_you_mean(name, names),
            )
        elif name in found:
            context.findings.error(place, f"{title} names {show(name)} twice", hint="remove one")
        else:
            found.append(name)
    if not list(members(section)) and context.complete:
        context.findings.error(section.place, f"{title} has no members", hint="add: group { NAME }")
    return found


def with_backups(instances: list[Instance], groups: tuple[SyncGroup, ...]) -> list[Instance]:
    """Return the instances. As in keepalived: where a member starts as BACKUP or is no owner, all start as BACKUP."""
    by_name = {instance.name: instance for instance in instances}
    late: set[str] = set()
    for group in groups:
        inside = [by_name[name] for name in group.members if name in by_name]
        if any(item.initial_state == "BACKUP" or item.priority != PRIORITY_OWNER for item in inside):
            late.update(item.name for item in inside if item.initial_state == "MASTER")
    return [replace(item, initial_state="BACKUP") if item.name in late else item for item in instances]


def track_groups(root: Section, context: Context) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (name, names of its known instances) for each ``track_group`` that has a name."""
    names = [section.name for section in root.inside("vrrp_instance")]
    return tuple(
        (section.name, tuple(_known_members(section, f"track_group {show(section.name)}", names, context)))
        for section in root.inside("track_group")
        if section.name
    )


def garp_groups(root: Section, complete: bool, findings: Diagnostics) -> tuple[GarpGroup, ...]:
    """Return the garp groups. It is an error when an interface is in two, or when one has no pause or interface."""
    found = []
    first: dict[str, Any] = {}
    for section in root.inside("garp_group"):
        lines = [(name, item) for block in section.inside("interfaces") for item in block.items for name in item.value]
        if "interface" in section.settings:
            own = section.settings["interface"]
            lines.append((own.value, own))
        for name, item in lines:
            before = first.setdefault(name, item)
            if before is not item:
                text = f"{name} is in a garp_group already, in {before.start.seen_from(item.start)}"
                findings.error(item.start, text, "an interface has one", "remove one")
        if complete:
            if not section.has("garp_interval_s") and not section.has("gna_interval_s"):
                findings.error(section.place, "garp_group has no pause", hint="add: garp_interval 0.001")
            if not lines and not section.has("interface") and not any(part.failed for part in section.sections):
                findings.error(section.place, "garp_group has no interface", hint="add: interfaces { eth0 }")
        names = tuple(dict.fromkeys(name for name, _item in lines))
        pauses = [section.get(name) for name in ("garp_interval_s", "gna_interval_s")]
        found.append(GarpGroup(names, *(None if pause is None else float(pause) for pause in pauses)))
    return tuple(found)


def interface_delays(root: Section, instances: list[Instance], findings: Diagnostics) -> tuple[InterfaceDelay, ...]:
    """Return the delays. As in keepalived, one that ends after the other node has missed us is an error."""
    found: dict[str, InterfaceDelay] = {}
    for item in (item for block in root.inside("interface_up_down_delays") for item in block.items):
        name, down, up = item.value
        if name in found:
            findings.error(item.start, f"{name} is given twice", hint="remove one")
            continue
        found[name] = InterfaceDelay(name, float(down), float(up))
        for instance in (instance for instance in instances if instance.interface == name):
            most_s = (instance.down_timer_adverts - 1) * instance.advert_int_cs / 100
            if max(down, up) >= most_s and max(down, up):
                findings.error(
                    item.start,
                    f"a delay of {name} is not below {most_s:g} seconds, in which {show(instance.name)} must be heard",
                    "down_timer_adverts less 1, times advert_int",
                    "a shorter delay, or a longer advert_int",
                )
                break
    return tuple(found.values())
