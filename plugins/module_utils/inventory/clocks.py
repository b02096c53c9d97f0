# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It judges how far the clocks of a pair are apart, where that matters: with ``auth_hmac``. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .host import NodeFacts

_WINDOW_LEAST_S, _WINDOW_MOST_S = (
    5,
    300,
)  # auth_hmac: time_window is 3 advert_int in these limits where the file says nothing
_ADVERTS = 3


def clocks(
    hosts: Sequence[str], looks: Mapping[str, NodeFacts], plan: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the errors and the warnings of each host. Both are told on the second host of the pair."""
    errors: dict[str, list[str]] = {host: [] for host in hosts}
    warnings: dict[str, list[str]] = {host: [] for host in hosts}
    for number, host in enumerate(hosts):
        for other in hosts[:number]:
            apart_s = apart(looks.get(other) or {}, looks.get(host) or {})
            for instance in plan.get(host, ()) if apart_s is not None else ():
                window_s = window(instance)
                if window_s is None or not apart_s or apart_s <= window_s / 2:
                    continue
                text = f"{host}: the clocks of {other} and {host} are at least {apart_s:.1f} s apart"
                advice = "let both take the time from one source (chrony, systemd-timesyncd; look at timedatectl)"
                if apart_s > window_s and mode(instance) == "enforce":
                    wrong = f"auth_hmac of {instance['name']} takes no advertisement that is {window_s} s off"
                    errors[host].append(f"{text}, and {wrong}: {advice}")
                else:
                    warnings[host].append(f"{text}; auth_hmac of {instance['name']} allows {window_s} s: {advice}")
    return errors, warnings


def compared(instances: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the clocks of the hosts matter to one of these instances."""
    return any(window(instance) is not None for instance in instances)


def apart(one: NodeFacts, two: NodeFacts) -> Optional[float]:
    """Return how many seconds the clocks of two hosts are apart at least; None where that is unknown.

    The controller knows when it asked a host and when it had the answer. The host told its clock between the two.
    """
    spans = [_offsets(look.get("clock") or {}) for look in (one, two)]
    if spans[0] is None or spans[1] is None:
        return None
    return max(spans[0][0] - spans[1][1], spans[1][0] - spans[0][1], 0.0)


def _offsets(clock: Mapping[str, Any]) -> Optional[tuple[float, float]]:
    """Return the least and the most by which the clock of a host is ahead of the controller's."""
    if "received" not in clock:
        return None
    return clock["ended"] - clock["received"], clock["started"] - clock["sent"]


def window(instance: Mapping[str, Any]) -> Optional[int]:
    """Return for how many seconds an advertisement is good; None where the clocks do not matter."""
    words = _words(instance)
    if not words or words.get("anti_replay") == "monotonic":
        return None
    usual = min(max(_ADVERTS * int(float(instance["advert_int"])), _WINDOW_LEAST_S), _WINDOW_MOST_S)
    return int(words.get("time_window") or usual)


def mode(instance: Mapping[str, Any]) -> str:
    """Return the mode of ``auth_hmac``."""
    return _words(instance).get("mode") or "enforce"


def _words(instance: Mapping[str, Any]) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in instance.get("auth_hmac") or ())
