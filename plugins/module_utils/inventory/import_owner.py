# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It leaves weights of an address owner out of an import: they never count, and the role refuses them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..vrrp.config.model.configuration import Configuration, Instance
from ..vrrp.config.model.trackers import Tracking
from ..vrrp.config.syntax.parser import Statement
from .effective_weights import OWNER
from .import_gaps import Gap, place_of

_KEYWORDS = {
    "scripts": "track_script",
    "interfaces": "track_interface",
    "processes": "track_process",
    "files": "track_file",
    "gateways": "track_gateway",
    "tcp": "track_tcp",
    "http": "track_http",
    "units": "track_unit",
}
_WHY = "the role refuses a weight for the owner of an address (priority 255), where it never counts"
_INSTEAD = "weight 0, which is a fault, or a lower priority"


def without_weights(configuration: Configuration, gaps: list[Gap], statements: tuple[Statement, ...]) -> Configuration:
    """Return ``configuration`` without what has a weight in an owner, or in a member of a sync group with an owner.

    A group moves together, so the role treats a weight of any member as one of the owner. What such a group itself
    tracks has no weight here: as in keepalived, the reader of the file has set it to 0.
    """
    owners = {each.name for each in configuration.instances if each.priority == OWNER}
    groups = [each for each in configuration.sync_groups if owners & set(each.members)]
    concerned = owners.union(*(each.members for each in groups))
    instances = tuple(
        _stripped(each, place_of(statements, "vrrp_instance", each.name, configuration.path), gaps)
        if each.name in concerned
        else each
        for each in configuration.instances
    )
    return replace(configuration, instances=instances)


def _stripped(instance: Instance, place: tuple[str, int], gaps: list[Gap]) -> Instance:
    kept: dict[str, tuple[Any, ...]] = {}
    for field, keyword in _KEYWORDS.items():
        entries = getattr(instance.track, field)
        kept[field] = tuple(each for each in entries if not each.weight)
        lost = [each for each in entries if each.weight]
        gaps += [Gap(keyword, *place, f"{_WHY}: {_name(each)}", _INSTEAD) for each in lost]
    return replace(instance, track=Tracking(**kept))


def _name(entry: Any) -> str:
    found = next((getattr(entry, name) for name in ("name", "url", "unit") if hasattr(entry, name)), None)
    if found is None:
        found = getattr(entry, "address", None) or entry.host
    return str(found).partition("?")[0]
