# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare two configurations: what changes, and whether the peers have to change in step.

Pure: it decides nothing and does nothing. A reload reads it, and so does the command ``plan``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Optional, Union

from .format import format_value
from .model.configuration import AuthHmac, Configuration, GratuitousArp, Instance, NotifyScripts
from .model.trackers import Tracking

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"

#: Fields on which the nodes of a pair must agree, or one of them discards the other's advertisements or counts
#: another time until it takes over.
_AGREED = frozenset(["virtual_router_id", "version", "authentication", "down_timer_adverts"])
#: Fields that tell two readings of one file apart, but mean nothing.
_IGNORED = frozenset(["name", "line"])


@dataclass(frozen=True)
class FieldChange:
    """It is one field, such as ``priority`` or ``garp.delay_s``, with both values as text. A password is masked."""

    field: str
    old: str
    new: str
    peer_must_follow: bool = False


@dataclass(frozen=True)
class DiffEntry:
    """It is one thing with a name: ``kind`` is "added", "removed" or "changed" (then ``changes`` says what)."""

    name: str
    kind: str
    changes: tuple[FieldChange, ...] = ()

    @property
    def peer_must_follow(self) -> tuple[str, ...]:
        """Return the changed fields that the other nodes must change too."""
        return tuple(change.field for change in self.changes if change.peer_must_follow)


@dataclass(frozen=True)
class Diff:
    """It says what a reload would do. Entries keep the order of the new file, removed ones last.

    An entry without a name (addresses, routes, rules, garp groups) is called by its words.
    """

    globals: tuple[FieldChange, ...] = ()
    scripts: tuple[DiffEntry, ...] = ()
    instances: tuple[DiffEntry, ...] = ()
    processes: tuple[DiffEntry, ...] = ()
    files: tuple[DiffEntry, ...] = ()
    sync_groups: tuple[DiffEntry, ...] = ()
    garp_groups: tuple[DiffEntry, ...] = ()
    interface_delays: tuple[DiffEntry, ...] = ()
    static_addresses: tuple[DiffEntry, ...] = ()
    static_routes: tuple[DiffEntry, ...] = ()
    static_rules: tuple[DiffEntry, ...] = ()
    track_groups: tuple[DiffEntry, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @property
    def peer_must_follow(self) -> bool:
        """Return whether an instance changes in a field that the other nodes must change too."""
        return any(entry.peer_must_follow for entry in self.instances)

    @property
    def others(self) -> Iterator[tuple[str, DiffEntry]]:
        """Yield (keyword of the file, entry) of everything but globals, instances and scripts."""
        for field, keyword in OTHERS.items():
            for entry in getattr(self, field):
                yield keyword, entry

    @property
    def texts(self) -> list[str]:
        """Return every change as one text, without instances and scripts that come and go."""
        found = [f"{entry.name} {_text(change)}" for entry in self.instances + self.scripts for change in entry.changes]
        for keyword, entry in self.others:
            found += [f"{keyword} {entry.name} {_text(change)}" for change in entry.changes]
            if entry.kind != CHANGED:
                found.append(f"{keyword} {entry.name} {entry.kind}")
        return found + [_text(change) for change in self.globals]


#: Field of Plan and of Configuration -> the file's word for one of its entries.
OTHERS = {
    "processes": "vrrp_track_process",
    "files": "track_file",
    "sync_groups": "vrrp_sync_group",
    "garp_groups": "garp_group",
    "interface_delays": "interface_up_down_delays",
    "static_addresses": "static_ipaddress",
    "static_routes": "static_routes",
    "static_rules": "static_rules",
    "track_groups": "track_group",
}


#: Field of an instance, a script or the globals -> the file's word for it, where it is not the field's own name.
KEYWORDS = {
    "initial_state": "state",
    "addresses": "virtual_ipaddress",
    "excluded": "virtual_ipaddress_excluded",
    "routes": "virtual_routes",
    "rules": "virtual_rules",
    "unicast_peers": "unicast_peer",
    "ttl_limits": "min_ttl and max_ttl of unicast_peer",
    "hmac": "auth_hmac",
    "startup_delay": "vrrp_startup_delay",
    "delay_after_boot": "vrrp_delay_after_boot",
}


def _text(change: FieldChange) -> str:
    """Return one change in the words of the file: seconds have no unit there, and nothing is in hundredths."""
    name, old, new = change.field, change.old, change.new
    if name.endswith("_cs"):
        old, new = f"{int(old) / 100:g}", f"{int(new) / 100:g}"
    name = name[:-3] if name.endswith("_cs") else name[:-2] if name.endswith("_s") else name
    return f"{KEYWORDS.get(name, name)}: {old} -> {new}"


def compare(old: Configuration, new: Configuration) -> Diff:
    """Return what changes from ``old`` to ``new``. The path of the file and the numbers of its lines do not count."""
    return Diff(
        globals=_changes(old.globals, new.globals),
        **{name: _entries(getattr(old, name), getattr(new, name)) for name in ("scripts", "instances", "processes")},
        **{name: _entries(getattr(old, name), getattr(new, name)) for name in ("files", "sync_groups")},
        interface_delays=_entries(old.interface_delays, new.interface_delays),
        garp_groups=_entries(old.garp_groups, new.garp_groups, lambda group: ", ".join(group.interfaces)),
        track_groups=_track_groups(dict(old.track_groups), dict(new.track_groups)),
        **{name: _lines(getattr(old, name), getattr(new, name)) for name in OTHERS if name.startswith("static_")},
    )


def _entries(
    old: tuple[Any, ...], new: tuple[Any, ...], name_of: Optional[Callable[[Any], str]] = None
) -> tuple[DiffEntry, ...]:
    before = {_name(item, name_of): item for item in old}
    after = {_name(item, name_of): item for item in new}
    entries = []
    for name, item in after.items():
        if name not in before:
            entries.append(DiffEntry(name, ADDED))
            continue
        changes = _changes(before[name], item)
        if changes:
            entries.append(DiffEntry(name, CHANGED, changes))
    entries.extend(DiffEntry(name, REMOVED) for name in before if name not in after)
    return tuple(entries)


def _name(item: Any, name_of: Optional[Callable[[Any], str]]) -> str:
    return name_of(item) if name_of else item.name


def _lines(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[DiffEntry, ...]:
    """Compare lines without a name: each comes or goes."""
    before, after = (dict.fromkeys(format_value(item) for item in items) for items in (old, new))
    added = [DiffEntry(words, ADDED) for words in after if words not in before]
    return (*added, *(DiffEntry(words, REMOVED) for words in before if words not in after))


def _track_groups(old: dict[str, tuple[str, ...]], new: dict[str, tuple[str, ...]]) -> tuple[DiffEntry, ...]:
    entries = []
    for name, members in new.items():
        if name not in old:
            entries.append(DiffEntry(name, ADDED))
        elif old[name] != members:
            entries.append(
                DiffEntry(name, CHANGED, (FieldChange("members", format_value(old[name]), format_value(members)),))
            )
    entries.extend(DiffEntry(name, REMOVED) for name in old if name not in new)
    return tuple(entries)


def _changes(old: Any, new: Any) -> tuple[FieldChange, ...]:
    changes: list[FieldChange] = []
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in _IGNORED or before == after:
            continue
        if isinstance(after, (GratuitousArp, NotifyScripts, Tracking)):
            inner = _changes(before, after)
            changes.extend(FieldChange(f"{field.name}.{change.field}", change.old, change.new) for change in inner)
            continue
        follow = isinstance(new, Instance) and _peer_must_follow(field.name, old, new)
        changes.append(FieldChange(field.name, format_value(before), format_value(after), follow))
    return tuple(changes)


def _peer_must_follow(field: str, old: Instance, new: Instance) -> bool:
    if field in _AGREED:
        return True
    if field == "hmac":
        return _hmac_must_follow(old.hmac, new.hmac)
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
    if field == "mcast_dst_ip":
        return not new.unicast_peers
    return False


def _hmac_must_follow(old: Optional[AuthHmac], new: Optional[AuthHmac]) -> bool:
    """Return whether a peer that still has ``old`` and a node that has ``new`` do not hear each other."""
    if old is not None and new is not None and old.anti_replay != new.anti_replay:
        return True
    return not (_hears(old, new) and _hears(new, old))


def _hears(listener: Optional[AuthHmac], speaker: Optional[AuthHmac]) -> bool:
    signs = speaker is not None and speaker.mode != "receive-only"
    if listener is None:
        return not signs
    if speaker is None or not signs:
        return listener.mode != "enforce"
    used = next((key for key in speaker.keys if key.key_id == speaker.active_key), None)
    return used in listener.keys


Values = dict[str, Any]


def as_values(plan: Diff) -> Values:
    """Return every part of the plan by its name, and ``peer_must_follow``."""
    parts = {field.name: [_values(each) for each in getattr(plan, field.name)] for field in fields(plan)}
    return {**parts, "peer_must_follow": plan.peer_must_follow}


def _values(item: Union[FieldChange, DiffEntry]) -> Values:
    if isinstance(item, DiffEntry):
        return {"name": item.name, "kind": item.kind, "changes": [_values(each) for each in item.changes]}
    return {"field": item.field, "old": item.old, "new": item.new, "peer_must_follow": item.peer_must_follow}
