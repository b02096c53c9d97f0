# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a plan into plain values, for JSON. Passwords and keys are masked in it already."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Union

from .plan import Change, Entry, Plan

Values = dict[str, Any]


def as_values(plan: Plan) -> Values:
    """Return every part of the plan by its name, and ``peer_must_follow``."""
    parts = {field.name: [_values(each) for each in getattr(plan, field.name)] for field in fields(plan)}
    return {**parts, "peer_must_follow": plan.peer_must_follow}


def _values(item: Union[Change, Entry]) -> Values:
    if isinstance(item, Entry):
        return {"name": item.name, "kind": item.kind, "changes": [_values(each) for each in item.changes]}
    return {"field": item.field, "old": item.old, "new": item.new, "peer_must_follow": item.peer_must_follow}
