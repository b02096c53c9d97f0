# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a drill of a pair, and write what happened as the instances of a report. Pure.

A drill is what the tasks of the role noted: the plan (:mod:`.readiness`), what the fault, the probe and both agents
told, and what was seen afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ..inventory.verify import proof
from ..report.model import Expected, Loss, Measured, Ownership, TestAction, TestedInstance
from .fault import NO_FAULT
from .options import SWITCHOVER
from .owners import ClockOffset, Happening, clock, happenings, owned

Drill = Mapping[str, Any]
SPARE_S = 0.3  # on top of the expected loss at worst, which knows no processor and no ssh
_LATE_S = 0.1  # a probe that was so late itself is told
_BLIND_S = 0.5  # and with this one cannot say that nothing was lost
_LEAST_PROBES = 5  # that had to be lost, so that none lost is strange
_SHORTER_S = 1.0  # than expected at best, which no clock and no processor explains
_CLOCKS_S = 0.1  # that clocks may differ where nobody sees it
_BEGINS = {"agent": "agent of {victim} killed", "node": "{victim} isolated", "service": "{service} stopped on {victim}"}
_ENDS = {
    "agent": "agent of {victim} started again",
    "node": "{victim} on the network again",
    "service": "{service} started again on {victim}",
}


def instances(drill: Drill, expected: Mapping[str, Optional[Expected]]) -> list[TestedInstance]:
    """Return the instances of a report: one for each instance of the pair."""
    return [_Judge(drill, name).instance(expected.get(name)) for name in sorted(drill["masters"])]


class _Judge:
    """It looks at one instance in one drill. All times are the controller's, and then seconds since the first probe."""

    def __init__(self, drill: Drill, name: str) -> None:
        self._drill, self._name = drill, name
        self._kind, self._victim = drill["kind"], drill["victim"]
        self._clocks = {host: clock(looks) for host, looks in drill["clocks"].items()}
        self._probe = drill.get("probe") or {}
        self._probe_clock = clock([drill.get("probe_clock") or {}])
        self._fault_at = self._node_time(drill.get("fault") or {}, "began_at")
        tries: Sequence[Mapping[str, Any]] = drill.get("undone") or [{}]
        self._undone = next((each for each in tries if "ended_at" in each), tries[-1])
        self._undone_at = self._node_time(self._undone, "ended_at")
        started_at = self._probe.get("started_at")
        self._zero = drill["began_at"] if started_at is None else self._probe_clock.on_controller(started_at)
        self._until = self._zero + (self._probe.get("seconds") or max(0.0, drill["ended_at"] - self._zero))
        told = {
            host: happenings(drill["events"].get(host) or "", name, self._clocks.get(host, ClockOffset()))
            for host in self._hosts
        }
        self._silent = [host for host, found in told.items() if found is None]
        self._happened: dict[str, Sequence[Happening]] = {host: found or [] for host, found in told.items()}

    @property
    def _hosts(self) -> list[str]:
        return list(self._drill["clocks"])

    def _node_time(self, result: Mapping[str, Any], word: str) -> Optional[float]:
        at = result.get(word)
        return None if at is None else self._clocks.get(self._victim, ClockOffset()).on_controller(at)

    def _why(self, host: str) -> str:
        return self._drill["unread"].get(host) or "hotstandby events has no record of it"

    def _undone_by_timer(self) -> bool:
        return self._undone.get("msg") == NO_FAULT

    def instance(self, expected: Optional[Expected]) -> TestedInstance:
        """Return the part of the report."""
        owners, measured = self._owners(), self._measured()
        problems = self._problems(owners, expected, measured)
        return {
            "pair": self._drill["pair"],
            "name": self._name,
            "addresses": self._addresses(),
            "timeline": {
                "from_s": 0.0,
                "to_s": round(self._until - self._zero, 3),
                "hosts": self._hosts,
                "owners": owners,
                "faults": self._faults(),
                "notes": self._notes(),
                "lost": self._lost(),
            },
            "expected": expected,
            "measured": measured,
            "passed": not problems,
            "remarks": problems + self._remarks(expected),
        }

    def _addresses(self) -> list[str]:
        for found in self._drill["after"].values():
            for each in found.get("instances") or ():
                if each["name"] == self._name:
                    return list(each["addresses"])
        address = self._drill["probed"].get(self._name)
        return [address] if address else []

    def _owners(self) -> list[Ownership]:
        spans: list[Ownership] = []
        for host in self._hosts:
            at_first = self._drill["masters"][self._name] == host
            gone_at = self._gone_at() if self._kind == "agent" and host == self._victim else None
            for begin, end in owned(self._happened[host], self._zero, self._until, at_first, gone_at):
                spans.append({"host": host, "from_s": self._since(begin), "to_s": self._since(end)})
        return sorted(spans, key=lambda each: each["from_s"])

    def _gone_at(self) -> Optional[float]:
        """Return when the addresses of a killed agent were removed, which nobody wrote down: a probe noticed it."""
        if self._fault_at is None:
            return None
        losses = [self._zero + each["from_s"] for each in self._lost()]
        return next((at for at in losses if at >= self._fault_at), self._fault_at)

    def _faults(self) -> list[TestAction]:
        """Return what was done to the pair."""
        found = self._promotions(to_master=False)
        if self._fault_at is not None:
            found.append({"at_s": self._since(self._fault_at), "text": self._words(_BEGINS)})
        return sorted(found, key=lambda each: each["at_s"])

    def _notes(self) -> list[TestAction]:
        """Return what was done to put it back."""
        found = self._promotions(to_master=True)
        if self._undone_at is not None:
            found.append({"at_s": self._since(self._undone_at), "text": self._words(_ENDS)})
        return sorted(found, key=lambda each: each["at_s"])

    def _words(self, texts: Mapping[str, str]) -> str:
        return texts[self._kind].format(victim=self._victim, service=self._drill.get("service"))

    def _promotions(self, to_master: bool) -> list[TestAction]:
        """Return the promotions of the host that was master before, or of the other one."""
        master = self._drill["masters"][self._name]
        return [
            {"at_s": self._since(each.at), "text": f"{host} promoted"}
            for host in self._hosts
            if (host == master) is to_master
            for each in self._happened[host]
            if each.name == "promote" and self._zero <= each.at <= self._until
        ]

    def _count(self) -> Optional[Mapping[str, Any]]:
        address = self._drill["probed"].get(self._name)
        return next((each for each in self._probe.get("counts") or () if each["address"] == address), None)

    def _measured(self) -> Optional[Measured]:
        count = self._count()
        if count is None:
            return None
        return {"sent": count["sent"], "lost": count["lost"], "longest_s": count["longest_s"]}

    def _lost(self) -> list[Loss]:
        count = self._count() or {}
        return [
            {"from_s": each["from_s"], "to_s": each["to_s"], "count": each["count"]}
            for each in count.get("losses") or ()
        ]

    def _since(self, at: float) -> float:
        return round(at - self._zero, 3)

    def _problems(
        self, owners: Sequence[Ownership], expected: Optional[Expected], measured: Optional[Measured]
    ) -> list[str]:
        """Return why the drill failed, the most important reason first."""
        drill = self._drill
        found = [drill["failed"]] if drill.get("failed") else []
        if self._fault_at is not None and self._undone_at is None and not self._undone_by_timer():
            why = self._undone.get("msg") or "it gave no answer"
            found.append(f"nothing tells that the fault on {self._victim} was undone: {why}")
        judged = proof(drill["after"], [self._name])
        found += judged["problems"]
        before, after = drill["masters"][self._name], judged["masters"].get(self._name)
        if after is not None and after != before:
            found.append(f"{before} was master of {self._name} before, and {after} is now")
        if drill.get("failed"):
            return found  # what was not done cannot be judged
        found += [f"{host} does not tell what it did with {self._name}: {self._why(host)}" for host in self._silent]
        # A fault moves the instances of its victim, a switchover all of them.
        moves = self._kind == SWITCHOVER or before == self._victim
        if moves and not self._silent and not any(each["host"] != before for each in owners):
            found.append(f"no other node than {before} took over {self._name}")
        if measured is None:
            found.append(f"no probe told what {self._name} lost")
        elif expected is not None:
            found += self._too_much(expected) or self._too_little(expected)
        return found

    def _too_much(self, expected: Expected) -> list[str]:
        if expected.get("for_good"):
            return ["the simulation expects no answer at all at the end, so nothing says what may be lost"]
        count, lost_s = self._sums()
        if expected["worst_s"] == 0:
            return [f"{count} probes were lost, where none was expected"] if count else []
        if lost_s <= expected["worst_s"] + SPARE_S:
            return []
        return [f"no answer for {lost_s:.2f} s in all, where {expected['worst_s']:.2f} s were expected at worst"]

    def _too_little(self, expected: Expected) -> list[str]:
        """Return why a probe that lost less than it had to proves nothing."""
        if expected["worst_s"] == 0:
            late_s = self._late_s()
            said = f"the probe itself was late by up to {late_s:.2f} s, so nothing tells that no more was lost"
            return [said] if late_s > _BLIND_S else []
        best_s, (count, lost_s) = expected["best_s"], self._sums()
        if self._kind not in ("agent", "node"):
            return []
        # A killed agent's addresses are removed a moment later, so less may be lost.
        sure = count == 0 and best_s > (_SHORTER_S if self._kind == "agent" else _LEAST_PROBES * self._interval_s())
        if not sure and (self._kind == "agent" or lost_s >= best_s - _SHORTER_S):
            return []
        return [f"only {lost_s:.2f} s were lost, where {best_s:.2f} s were expected at best: the probe asked elsewhere"]

    def _interval_s(self) -> float:
        return float(self._probe["seconds"] / max(1, (self._count() or {"sent": 1})["sent"]))

    def _late_s(self) -> float:
        count = self._count()
        return 0.0 if count is None else float(count["longest_gap_s"] - self._interval_s())

    def _sums(self) -> tuple[int, float]:
        """Return how many probes were lost since anything was done, and for how long; the first losses are listed."""
        counted = self._count() or {"lost": 0, "lost_s": 0.0}
        earlier = [each for each in self._lost() if self._earlier(each)]
        count = counted["lost"] - sum(each["count"] or 0 for each in earlier)
        return count, counted["lost_s"] - sum(each["to_s"] - each["from_s"] for each in earlier)

    def _earlier(self, lost: Loss) -> bool:
        """Return whether a loss was over before anything was done to the pair, however wrong the clocks are."""
        begins = [fault["at_s"] for fault in self._faults()]
        within_s = _CLOCKS_S + self._probe_clock.within_s + self._within_s()
        return bool(begins) and lost["to_s"] < min(begins) - within_s

    def _within_s(self) -> float:
        return max((each.within_s for each in self._clocks.values()), default=0.0)

    def _remarks(self, expected: Optional[Expected]) -> list[str]:
        drill = self._drill
        said = []
        if self._fault_at is not None and self._undone_by_timer():
            said.append(f"{self._victim} undid the fault by its own timer: the controller could not do it")
        if self._kind == "node" and self._fault_at is not None and drill["masters"][self._name] == self._victim:
            said.append(f"while {self._victim} was isolated, nobody reached the addresses on it")
        earlier = sum(each["count"] or 0 for each in self._lost() if self._earlier(each))
        if earlier:
            said.append(f"{earlier} of these probes were lost before the drill did anything: they do not count")
        late_s = self._late_s()
        if late_s > _LATE_S:
            said.append(f"the probe itself was late by up to {late_s:.2f} s, so shorter losses may be missing")
        if self._kind == "service" and not drill["connects"]:
            said.append("the probe asked the host and not the service: with -e drill_port=PORT it asks the service")
        elif expected is None:
            said.append("the simulation says nothing of this, so the loss was not judged")
        apart = [host for host, each in self._clocks.items() if each.ahead_s]
        if apart:
            within_s = f"{self._within_s():.2f} s"
            said.append(f"the clock of {', '.join(apart)} differs from the controller's; corrected within {within_s}")
        return said
