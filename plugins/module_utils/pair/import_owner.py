# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of an address owner, which never count: the role refuses them, so an import leaves out what has one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..vrrp.config.model import Configuration
from ..vrrp.config.trackers import Tracking
from .counted import OWNER
from .import_gaps import Gap

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


def without_weights(configuration: Configuration, gaps: list[Gap]) -> Configuration:
    """Return ``configuration`` without what has a weight in an owner, or in a sync group that an owner is in.

    A group moves as one, so for the role a weight of any member is one of the owner.
    """
    owners = {each.name for each in configuration.instances if each.priority == OWNER}
    groups = [each for each in configuration.sync_groups if owners & set(each.members)]
    concerned = owners.union(*(each.members for each in groups))
    return replace(
        configuration,
        instances=tuple(
            _stripped(each, configuration.path, gaps) if each.name in concerned else each
            for each in configuration.instances
        ),
        sync_groups=tuple(
            _stripped(each, configuration.path, gaps) if each in groups else each for each in configuration.sync_groups
        ),
    )


def _stripped(block: Any, path: str, gaps: list[Gap]) -> Any:
    kept: dict[str, tuple[Any, ...]] = {}
    for field, keyword in _KEYWORDS.items():
        entries = getattr(block.track, field)
        kept[field] = tuple(each for each in entries if not each.weight)
        gaps += [Gap(keyword, path, block.line, f"{_WHY}: {_name(each)}", _INSTEAD) for each in entries if each.weight]
    return replace(block, track=Tracking(**kept))


def _name(entry: Any) -> str:
    found = next((getattr(entry, name) for name in ("name", "url", "unit") if hasattr(entry, name)), None)
    if found is None:
        found = getattr(entry, "address", None) or entry.host
    return str(found).partition("?")[0]
