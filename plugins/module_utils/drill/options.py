# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what a user asked of a drill. Pure: the time of day is an argument."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional

SWITCHOVER = "switchover"
KINDS = (SWITCHOVER, "agent", "node", "service")
CONTROLLER = "localhost"
_SECONDS_LEAST, SECONDS_MOST = 5, 600
_INTERVAL_LEAST_S, _INTERVAL_MOST_S = 0.001, 1.0
_DAY = 24 * 60
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"


def kinds(said: Any) -> list[str]:
    """Return the kinds of drill that were asked for, in this order: a list, or words with commas."""
    words = said if isinstance(said, (list, tuple)) else str(said or "").split(",")
    return list(dict.fromkeys(str(word).strip() for word in words if str(word).strip()))


def objections(said: Mapping[str, Any], pair: Sequence[str], known: Collection[str], clock: str) -> list[str]:
    """Return a sentence for each thing that forbids the drill of ``pair``.

    ``said`` has the values of the user's variables, None where one was not set. ``known`` are the hosts of the
    inventory, ``clock`` is the time of day of the controller as HH:MM.
    """
    asked = kinds(said.get("drill"))
    found = []
    if not asked:
        found.append(f"Say what to do: -e drill={'|'.join(KINDS)}, or several of them with commas.")
    found += [f"drill: there is no drill {kind!r}; there are {', '.join(KINDS)}" for kind in asked if kind not in KINDS]
    losing = [kind for kind in asked if kind in KINDS and kind != SWITCHOVER]
    if losing and said.get("i_mean_it") is not True:
        found.append(
            f"drill={','.join(losing)} makes a real fault, and clients lose packets until the standby has taken over: "
            "say -e i_mean_it=true as well"
        )
    if said.get("keepalived"):
        found.append(
            f"ha_pair_engine: {', '.join(said['keepalived'])} runs keepalived, which records no events, so a drill "
            "cannot be judged: measure a switchover with a probe of your own (docs/engine.md)"
        )
    found += window(said.get("drill_window"), clock)
    host = str(said.get("drill_probe_host") or CONTROLLER)
    if host in pair:
        found.append(
            f"drill_probe_host: {host} is a host of the pair, and reaches its own address in itself; name another"
        )
    elif host != CONTROLLER and host not in known:
        found.append(f"drill_probe_host: there is no host {host} in the inventory")
    return found + _numbers(said)


def window(said: Any, clock: str) -> list[str]:
    """Return why ``clock`` is not in the window; empty where it is, or where there is no window."""
    if said is None:
        return []
    match = re.fullmatch(rf"\s*{_TIME}\s*-\s*{_TIME}\s*", str(said))
    if match is None:
        return [f"drill_window: {said!r} is not a window of the day; write for example 02:00-04:00 or 22:30-01:00"]
    begin, end = (int(match[part]) * 60 + int(match[part + 1]) for part in (1, 3))
    if begin == end:
        return [f"drill_window: {said!r} begins when it ends; leave it out for the whole day"]
    hour, minute = map(int, clock.split(":"))
    if (hour * 60 + minute - begin) % _DAY < (end - begin) % _DAY:
        return []
    return [f"drill_window: it is {clock} on the controller, and drills are allowed from {str(said).strip()} only"]


def _numbers(said: Mapping[str, Any]) -> list[str]:
    found = []
    seconds = _number(said.get("drill_seconds"))
    if seconds is None or not _SECONDS_LEAST <= seconds <= SECONDS_MOST:
        found.append(
            f"drill_seconds: write {_SECONDS_LEAST} to {SECONDS_MOST} seconds, not {said.get('drill_seconds')!r}"
        )
    interval_s = _number(said.get("drill_interval"))
    if interval_s is None or not _INTERVAL_LEAST_S <= interval_s <= _INTERVAL_MOST_S:
        least, most = _INTERVAL_LEAST_S, _INTERVAL_MOST_S
        found.append(f"drill_interval: write {least} to {most:g} seconds, not {said.get('drill_interval')!r}")
    port = said.get("drill_port")
    number = _number(port)
    if port not in (None, "") and (number is None or number != int(number) or not 1 <= number <= 65535):
        found.append(f"drill_port: {port!r} is not a TCP port, they are 1 to 65535")
    return found


def _number(said: Any) -> Optional[float]:
    try:
        return float(said)
    except (TypeError, ValueError):
        return None
