# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads who is master after a rolling update: the policy of a pair. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

POLICIES = ("never", "manual", "immediate")
MOST_S = 30 * 86400
_RULE = f"say {', '.join(POLICIES)}, or after: SECONDS"
_AFTER = re.compile(r"after: *([0-9]+)")


def failback(value: Any) -> tuple[str, Optional[int]]:
    """Return the policy and its seconds, which only "after" has. Raises ValueError with the rule."""
    if isinstance(value, Mapping):
        if len(value) != 1:
            raise ValueError(f"it names {len(value)} policies, and a pair has one: {_RULE}")
        [(policy, seconds)] = value.items()
    elif isinstance(value, (list, tuple)):
        raise ValueError(f"it is a list, and a pair has one policy: {_RULE}")
    else:
        after = _AFTER.fullmatch(str(value).strip())
        policy, seconds = ("after", after[1]) if after else (str(value).strip().lower(), None)
    if policy in POLICIES and seconds is None:
        return policy, None
    if policy != "after":
        raise ValueError(f"'{policy}' is not a policy: {_RULE}")
    if isinstance(seconds, bool) or not re.fullmatch(r"[0-9]{1,9}", str(seconds)) or not 1 <= int(seconds) <= MOST_S:
        raise ValueError(f"'{seconds}' is not a whole number of seconds from 1 to {MOST_S}: {_RULE}")
    return "after", int(seconds)


def agreed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``policy``, ``seconds`` and ``problem``, "" where there is none, from the value of each host of a pair."""
    found: dict[str, tuple[str, Optional[int]]] = {}
    for host, value in values.items():
        try:
            found[host] = failback(value)
        except ValueError as error:
            return {"policy": None, "seconds": None, "problem": f"{host}: ha_pair_failback: {error}"}
    if len(set(found.values())) > 1:
        said = ", ".join(f"{host} has {_words(each)}" for host, each in found.items())
        return {"policy": None, "seconds": None, "problem": f"ha_pair_failback: {said}: give both hosts one policy"}
    policy, seconds = next(iter(found.values()))
    return {"policy": policy, "seconds": seconds, "problem": ""}


def _words(policy: Sequence[Any]) -> str:
    return policy[0] if policy[1] is None else f"{policy[0]}: {policy[1]}"
