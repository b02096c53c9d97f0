# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It takes the reason and the end of a drain or a hold from a module's parameters, and says what comes of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Optional

from ..vrrp import client
from ..vrrp.protocol.terms import TermsError, parse
from .arguments import KEEPALIVED
from .switchover import SwitchoverError

TermValues = Mapping[str, Any]  # what the agent's status has of them


def wanted(params: Mapping[str, Any], states: tuple[str, ...]) -> Optional[dict[str, Any]]:
    """Return the terms that a module is given, as the agent takes them; None where it is given none.

    They are for these ``states`` only. Raises SwitchoverError where they are not usable.
    """
    terms = client.terms(params.get("reason"), params.get("expires"))
    if terms is None:
        return None
    if params["state"] not in states:
        raise SwitchoverError(f"reason and expires are for state: {' or '.join(states)}. Leave them out here")
    if params.get("program") == KEEPALIVED and terms["expires"]:
        raise SwitchoverError("keepalived ends nothing by itself: leave expires out")
    _values(terms)
    return terms


def foreseen(before: Optional[TermValues], terms: Optional[Mapping[str, Any]]) -> Optional[dict[str, Any]]:
    """Return the terms that are in force after ``terms`` were asked for, where ``before`` were in force."""
    if terms is None:
        return None if before is None else dict(before)
    found = _values(terms)
    if before is not None:  # what is not said stays as it is
        kept = ("reason",) if found["expires"] else ("reason", "expires", "expires_in_s")
        found.update((name, before[name]) for name in kept if found[name] is None)
    return found


def _values(terms: Mapping[str, Any]) -> dict[str, Any]:
    now = time.time()
    try:
        return parse(terms, now).values(now)
    except TermsError as error:
        raise SwitchoverError(str(error)) from error


def same(one: Optional[TermValues], other: Optional[TermValues]) -> bool:
    """Return whether the reason and the end are the same; who asked, and how much time is left, do not matter."""
    return all((one or {}).get(name) == (other or {}).get(name) for name in ("reason", "expires"))


def shown(values: Optional[TermValues]) -> str:
    """Return the lines of a diff."""
    return "".join(f"{name}: {values[name]}\n" for name in ("reason", "expires") if values and values[name])
