# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old configuration, new configuration -> what changes, and whether the peers have to change in step.

Pure: it decides nothing and does nothing. A reload reads it, and so does whoever wants to know before a reload.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .mask import MASK
from .model import (
    Authentication,
    Configuration,
    GratuitousArp,
    Instance,
    Notify,
    NotifyCommand,
    VirtualAddress,
)
from .trackers import Tracked, TrackedGateway, Tracking

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"

#: Fields on which the nodes of a pair must agree, or one of them discards the other's advertisements.
_AGREED = frozenset(["virtual_router_id", "version", "authentication"])
#: Fields that tell two readings of one file apart, but mean nothing.
_IGNORED = frozenset(["name", "line"])


@dataclass(frozen=True)
class Change:
    """One field, such as ``priority`` or ``garp.delay_s``, in words for people. A password is ``********`` in both."""

    field: str
    old: str
    new: str
    peer_must_follow: bool = False


@dataclass(frozen=True)
class Entry:
    """One instance or script: ``kind`` is "added", "removed" or "changed" (then ``changes`` says what)."""

    name: str
    kind: str
    changes: tuple[Change, ...] = ()

    @property
    def peer_must_follow(self) -> tuple[str, ...]:
        """The changed fields that the other nodes must change too."""
        return tuple(change.field for change in self.changes if change.peer_must_follow)


@dataclass(frozen=True)
class Plan:
    """What a reload would do. Entries keep the order of the new file, removed ones last."""

    globals: tuple[Change, ...] = ()
    scripts: tuple[Entry, ...] = ()
    instances: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.globals or self.scripts or self.instances)

    @property
    def peer_must_follow(self) -> bool:
        return any(entry.peer_must_follow for entry in self.instances)


def compare(old: Configuration, new: Configuration) -> Plan:
    """What changes from ``old`` to ``new``. The path of the file and the numbers of its lines do not count."""
    return Plan(
        globals=_changes(old.globals, new.globals),
        scripts=_entries(old.scripts, new.scripts),
        instances=_entries(old.instances, new.instances),
    )


def _entries(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Entry, ...]:
    before = {item.name: item for item in old}
    names = {item.name for item in new}
    entries = []
    for item in new:
        if item.name not in before:
            entries.append(Entry(item.name, ADDED))
            continue
        changes = _changes(before[item.name], item)
        if changes:
            entries.append(Entry(item.name, CHANGED, changes))
    entries.extend(Entry(item.name, REMOVED) for item in old if item.name not in names)
    return tuple(entries)


def _changes(old: Any, new: Any) -> tuple[Change, ...]:
    changes = []
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in _IGNORED or before == after:
            continue
        if isinstance(after, (GratuitousArp, Notify, Tracking)):
            inner = _changes(before, after)
            changes.extend(Change(f"{field.name}.{change.field}", change.old, change.new) for change in inner)
            continue
        follow = isinstance(new, Instance) and _peer_must_follow(field.name, old, new)
        changes.append(Change(field.name, _for_people(before), _for_people(after), follow))
    return tuple(changes)


def _peer_must_follow(field: str, old: Instance, new: Instance) -> bool:
    if field in _AGREED:
        return True
    if field == "advert_int_cs":
        # VRRPv3 backups learn the interval from the MASTER (RFC 9568 6.1); VRRPv2 discards (RFC 3768 7.1).
        return new.version == 2
    if field == "addresses":
        # Only the addresses themselves travel in advertisements.
        return {item.address.ip for item in old.addresses} != {item.address.ip for item in new.addresses}
    if field == "unicast_peers":
        return bool(old.unicast_peers) != bool(new.unicast_peers)
    if field == "unicast_src_ip":
        # The peer names this address among its unicast_peer.
        return bool(old.unicast_peers or new.unicast_peers)
    return False


def _for_people(value: Any) -> str:
    if isinstance(value, Authentication):
        return f"{value.auth_type} {MASK}"
    if isinstance(value, VirtualAddress):
        options = (("brd", value.broadcast), ("dev", value.device), ("label", value.label), ("scope", value.scope))
        return " ".join([str(value.address), *(f"{name} {option}" for name, option in options if option)])
    if isinstance(value, Tracked):
        return f"{value.name} weight {value.weight}"
    if isinstance(value, TrackedGateway):
        times = f"interval {value.interval_s:g} timeout {value.timeout_s:g} rise {value.rise} fall {value.fall}"
        device = f" interface {value.device}" if value.device else ""
        return f"{value.address} {times} weight {value.weight}{device}"
    if isinstance(value, NotifyCommand):
        return " ".join([*value.command, *(name for name in (value.user, value.group) if name)])
    if isinstance(value, tuple):
        return ", ".join(_for_people(item) for item in value)
    return "" if value is None else str(value)
