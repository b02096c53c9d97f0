# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It derives version and interval from ``takeover_within``: how soon a dead master is replaced at the latest. Pure.

It takes the longest interval with which the slower host of the two keeps the promise. A host waits for its
Master_Down_Interval, with the lowest priority that its checks can leave it; the agent's own time comes on top.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Optional

from ..vrrp.protocol.constants import (
    INTERVAL_V3_MAX_CS,
    MASTER_DOWN_INTERVALS,
    PRIORITY_MIN,
    PRIORITY_OWNER,
    SKEW_DENOMINATOR,
    VERSION_2,
    VERSION_3,
)
from .effective_weights import counted
from .engine import HOTSTANDBY, engine_of
from .errors import Locate, VariableProblem
from .instance import PairInstance

WORD = "takeover_within"

# What the agent takes from the end of its Master_Down_Interval until it has announced the addresses. Measured: at most
# 4 ms for one instance, for the last one of 255 78 ms over IPv4 and 340 ms over IPv6 (docs/takeover.md).
AGENT_MS = Fraction(10)
FURTHER_INSTANCE_MS = {4: Fraction(1, 2), 6: Fraction(3, 2)}  # by the version of IP
KEEPALIVED_FURTHER_INSTANCE_MS = Fraction(6)  # measured with 255 instances: 1.3 s

# With nice -20 an advertisement was up to 15 ms late on a busy machine. One that is lost and one that is late must not
# be a takeover together, so an interval is longer than that, and here twice as long. Below it needs real time.
WITHOUT_REAL_TIME_CS = 3

Drafts = Sequence[PairInstance]


def identify(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    """Set version 3, and report values that the promise excludes."""
    if WORD not in draft.values:
        return
    promise = f"{draft.variable(WORD)} {draft.values[WORD]}"
    if draft.values.get("version") == VERSION_2 and "version" in draft.said:
        variable, value = draft.said["version"]
        text = f"version 2 sends whole seconds, and {promise} needs version 3"
        problems.append(VariableProblem(draft.host.name, variable, text, "leave one of them out", locate(value)))
    draft.values["version"] = VERSION_3
    if "advert_int" in draft.said:
        variable, value = draft.said["advert_int"]
        text = f"an interval of {value} beside {promise}, from which the interval follows"
        problems.append(VariableProblem(draft.host.name, variable, text, "leave one of them out", locate(value)))


def derive(first: Drafts, second: Drafts, problems: list[VariableProblem], locate: Locate) -> None:
    """Set the intervals of all instances with a promise. ``first`` and ``second`` are those of the two hosts."""
    others = {draft.name: draft for draft in second}
    for draft in first:
        _as_a_group(draft, first, problems, locate)
        if draft.name in others:
            _derive((draft, others[draft.name]), (first, second), problems, locate)


def _derive(
    pair: tuple[PairInstance, PairInstance],
    hosts: tuple[Drafts, Drafts],
    problems: list[VariableProblem],
    locate: Locate,
) -> None:
    here, within = pair[0], pair[0].values.get(WORD)
    if within is None or within != pair[1].values.get(WORD) or "advert_int" in {*pair[0].said, *pair[1].said}:
        return  # differences have been reported
    try:
        waits = [(_lowest(draft, of_host), _adverts(draft)) for draft, of_host in zip(pair, hosts)]
    except (KeyError, ValueError):
        return  # a value that is missing or cannot be read has been reported
    slowest = max(waits, key=lambda wait: intervals(*wait))
    others = [each.vips[0].interface.version for each in hosts[0] if each is not here and each.vips]
    agents = all(engine_of(draft.host.variables) == HOTSTANDBY for draft in pair)
    agent_s = agent_time_s(others) if agents else (AGENT_MS + len(others) * KEEPALIVED_FURTHER_INSTANCE_MS) / 1000
    interval_cs = longest_interval_cs(Fraction(within), agent_s, *slowest)
    nearest_cs = min(max(interval_cs, 1), INTERVAL_V3_MAX_CS)
    at_most = takes_s(nearest_cs, agent_s, *slowest)
    if interval_cs < 1:
        text = f"{within} s is too short: with the shortest interval of version 3, 0.01 s, a takeover takes up to"
        text += f" {_up(at_most)} s, of which {_up(agent_s)} s are the agent's"
        hint = f"say {_up(at_most)} or more"
    elif interval_cs < WITHOUT_REAL_TIME_CS and not agents:
        text = f"{within} s needs an advertisement every {interval_cs / 100:g} s, and keepalived runs without real time"
        hint = f"say {_up(takes_s(WITHOUT_REAL_TIME_CS, agent_s, *slowest))} or more"
    elif interval_cs > INTERVAL_V3_MAX_CS:
        text = f"{within} s is too long: the longest interval of version 3 is {INTERVAL_V3_MAX_CS / 100} s"
        hint = f"say {_down(at_most)} or less"
    else:
        takeover = {"within": float(within), "at_most": min(_up(at_most), float(within))}
        if interval_cs < WITHOUT_REAL_TIME_CS:
            takeover["without_real_time"] = _up(takes_s(WITHOUT_REAL_TIME_CS, agent_s, *slowest))
        for draft in pair:
            draft.values["advert_int"] = interval_cs // 100 if interval_cs % 100 == 0 else interval_cs / 100
            draft.takeover = takeover
        return
    variable, value = here.said[WORD]
    problems.append(VariableProblem(here.host.name, variable, text, hint, locate(value)))


def _as_a_group(draft: PairInstance, of_host: Drafts, problems: list[VariableProblem], locate: Locate) -> None:
    """Report another member of its sync group that may be slower, as a group takes over when all of it can."""
    if WORD not in draft.values or not draft.group:
        return
    for each in of_host:
        within, unread = each.values.get(WORD), WORD in each.said and WORD not in each.values
        if each.group == draft.group and within != draft.values[WORD] and not unread:
            variable, value = draft.said[WORD]
            text = f"the sync group {draft.group} takes over as a whole, and {each.name} has "
            text += "none" if within is None else str(within)
            problems.append(
                VariableProblem(draft.host.name, variable, text, "say the same for all members", locate(value))
            )
            return


def intervals(priority: int, adverts: int = MASTER_DOWN_INTERVALS) -> Fraction:
    """Return Master_Down_Interval in advertisement intervals, with Skew_Time (RFC 9568 section 6.1)."""
    return adverts + Fraction(SKEW_DENOMINATOR - priority, SKEW_DENOMINATOR)


def agent_time_s(others: Iterable[int] = ()) -> Fraction:
    """Return the seconds that the agent takes after Master_Down_Interval. ``others``: IP versions of the others."""
    return sum((FURTHER_INSTANCE_MS[version] for version in others), AGENT_MS) / 1000


def takes_s(interval_cs: int, agent_s: Fraction, priority: int, adverts: int = MASTER_DOWN_INTERVALS) -> Fraction:
    """Return how long a takeover takes at most, in seconds."""
    return intervals(priority, adverts) * interval_cs / 100 + agent_s


def longest_interval_cs(
    within_s: Fraction, agent_s: Fraction, priority: int, adverts: int = MASTER_DOWN_INTERVALS
) -> int:
    """Return the longest interval, in centiseconds, with which a takeover takes ``within_s`` at most."""
    return math.floor((within_s - agent_s) * 100 / intervals(priority, adverts))


def told(instance: Mapping[str, Any]) -> Optional[str]:
    """Return one sentence about what the promise came to, of an instance of a plan; None without a promise."""
    takeover = instance.get("takeover")
    if not takeover:
        return None
    said = f"{WORD} {takeover['within']:g} s: version {instance['version']}, advert_int {instance['advert_int']:g} s"
    return f"{said}, at most {takeover['at_most']:g} s"


def _adverts(draft: PairInstance) -> int:
    if "down_timer_adverts" in draft.said and "down_timer_adverts" not in draft.values:
        raise KeyError("down_timer_adverts")
    return int(draft.values.get("down_timer_adverts", MASTER_DOWN_INTERVALS))


def _lowest(draft: PairInstance, of_host: Drafts) -> int:
    """Return the lowest priority that the checks of a host can leave an instance."""
    priority = int(draft.values["priority"])
    if priority == PRIORITY_OWNER:
        return priority  # no weight counts
    members = [each for each in of_host if each.group == draft.group] if draft.group else [draft]
    found, place = counted(members), [each is draft for each in members].index(True)
    if found.unknown:
        return PRIORITY_MIN
    return max(priority + sum(each.highs[place] - each.drops[place] for each in found.events), PRIORITY_MIN)


def _up(of: Fraction) -> float:
    """Return milliseconds rounded up, in seconds."""
    return math.ceil(of * 1000) / 1000


def _down(of: Fraction) -> float:
    return math.floor(of * 1000) / 1000
