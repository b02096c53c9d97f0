# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain or a hold may have a reason and an end. Then it ends by itself, and a stop or a boot does not end it.

The wall clock may be set at any time, so while there are terms it is read every second: no timer runs until an end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Optional

from ...protocol.override import HOLD_BACKUP, HOLD_MASTER
from ...protocol.terms import Terms, TermsError, parse
from ..errors import CommandError
from ..instance import VrrpInstance
from ..instances import Instances
from ..log import Log
from ..process import maintenance_file
from ..process.fork import Fork
from ..process.maintenance_file import Kept
from ..process.saved_state import SavedState
from ..scheduler import Scheduler
from ..sync_groups import Groups
from .mastership import Mastership

PERIOD_S = 1.0
SOONEST_S = 0.05
AGAIN_S = 10.0  # until the file is written again after that has failed; the child is ended sooner

WRITES = "writes the terms of drains and holds"

HOLDS = {"promote": HOLD_MASTER, "demote": HOLD_BACKUP}
ENDED = "its time was over while the agent did not run"
WORDS = {HOLD_MASTER: "promoted", HOLD_BACKUP: "demoted"}


class Maintenance:
    """It keeps the terms of the drain and of the holds. ``wall()`` is seconds since 1970.

    The file in ``directory`` is read now, and written by a child of ``fork`` after each change.
    """

    def __init__(
        self,
        directory: str,
        mastership: Mastership,
        instances: Instances,
        groups: Groups,
        fork: Fork,
        scheduler: Scheduler,
        wall: Callable[[], float],
        log: Log,
    ) -> None:
        self._directory = directory
        self._mastership = mastership
        self._instances = instances
        self._groups = groups
        self._fork = fork
        self._scheduler = scheduler
        self._wall = wall
        self._log = log
        self._drain: Optional[Terms] = None
        self._holds: dict[VrrpInstance, tuple[str, Terms]] = {}
        self._written, damage = maintenance_file.read(directory)  # what the file has, as far as is known
        self._tried, self._tried_at = self._written, 0.0
        self._timer: Optional[asyncio.TimerHandle] = None
        if damage:
            log.warning(damage)

    # What a client asks for; each raises CommandError, and then nothing has changed

    def move(self, verb: str, request: dict[str, Any], now: float) -> VrrpInstance:
        """Promote, demote or release (``verb``) an instance with its sync group, and return it."""
        instance, hold = self._mastership.find(request.get("instance")), HOLDS.get(verb)
        asked, before = request.get("maintenance"), self._of(instance)
        terms = before if instance.router.hold == hold else None
        if asked is not None and hold is not None:
            terms = self._parsed(asked, terms)
        self._mastership.move(verb, instance.name, now)
        for each in self._groups.mates(instance):
            if terms is None or hold is None:
                self._holds.pop(each, None)
            else:
                self._holds[each] = hold, terms
                if terms != before:
                    self._note(each.name, (each,), f"{WORDS[hold]}{terms.words()}", now)
        self._look()
        return instance

    def drain(self, drained: bool, request: dict[str, Any], now: float) -> None:
        """Drain the node, or let it take part again."""
        asked, before = request.get("maintenance"), self._drain
        terms = before if drained else None
        if drained and asked is not None:
            terms = self._parsed(asked, terms)
        self._mastership.drain(drained, now)
        self._drain = terms
        if terms is not None and terms != before:
            self._note_all(f"drained{terms.words()}", now)
        self._look()

    def _parsed(self, asked: Any, before: Optional[Terms]) -> Optional[Terms]:
        try:
            terms = parse(asked, self._wall(), before)
        except TermsError as error:
            raise CommandError(str(error)) from error
        return terms if terms.reason or terms.until is not None else None

    # What the status shows

    def of_node(self) -> Optional[dict[str, Any]]:
        """Return the terms of the drain, None without any."""
        return None if self._drain is None else self._drain.values(self._wall())

    def of_instance(self, instance: VrrpInstance) -> tuple[Optional[dict[str, Any]], str]:
        """Return the terms of its hold, and in words those that explain its state: of the drain, or of its hold."""
        wall, terms = self._wall(), self._of(instance)
        explains = self._drain if instance.router.drained else terms
        return None if terms is None else terms.values(wall), "" if explains is None else explains.words(wall)

    def _of(self, instance: VrrpInstance) -> Optional[Terms]:
        hold, terms = self._holds.get(instance, (None, None))
        return terms if hold is not None and hold == _hold_of(instance) else None

    # From the beginning to the end

    def begin(self, inherited: SavedState) -> None:
        """Go on where the agent was stopped, or the node booted. No instance has started yet.

        The state file of a process before this one is newer than the file here, and says what was in force.
        """
        kept, wall, now = self._written, self._wall(), self._scheduler.now()
        found = {self._instances.by_name(name): entry for name, entry in kept.holds.items()}
        holds = {instance: entry for instance, entry in found.items() if instance is not None}
        if inherited.entries:
            self._drain = kept.drain if inherited.drained else None
            self._holds = holds
        else:
            self._begin_drain(kept.drain, wall, now)
            for instance, (hold, terms) in holds.items():
                self._begin_hold(instance, hold, terms, wall, now)
        self._look()

    def end(self) -> None:
        """Write what no child has written, as the process ends."""
        if self._timer is not None:
            self._timer.cancel()
        kept = self._in_force()
        if kept != self._written:
            problem = self._fork.finish(lambda: maintenance_file.write(self._directory, kept), WRITES)
            if problem:
                self._log.error(f"the drain and the holds are not kept over a boot: {problem}")

    def _begin_drain(self, terms: Optional[Terms], wall: float, now: float) -> None:
        if terms is None:
            return
        what = f"drained{terms.words()}"
        if terms.over(wall):
            self._note_all(f"no longer {what}: {ENDED}", now)
            return
        self._mastership.drain(True, now)
        self._drain = terms
        self._note_all(f"still {what}", now)

    def _begin_hold(self, instance: VrrpInstance, hold: str, terms: Terms, wall: float, now: float) -> None:
        text = f"still {WORDS[hold]}{terms.words()}"
        if terms.over(wall):
            text = f"no longer {WORDS[hold]}{terms.words()}: {ENDED}"
        else:
            instance.restart.inherit_hold(hold, instance.config.advert_int_cs)
            self._holds[instance] = hold, terms
        self._note(instance.name, (instance,), text, now)

    # Every second

    def _look(self) -> None:
        """End what is over, forget terms whose hold has gone (a lost promotion), and write the file."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wall, now = self._wall(), self._scheduler.now()
        try:
            self._end_drain(wall, now)
            for instance, (hold, terms) in list(self._holds.items()):
                present = self._instances.by_name(instance.name)
                if present is not instance or _hold_of(instance) != hold:
                    self._holds.pop(instance, None)
                    if present is not None and _hold_of(present) == hold:  # with another virtual router id
                        self._holds[present] = hold, terms
                elif terms.over(wall):
                    self._end_hold(instance, hold, terms, now)
        except CommandError:
            return  # the agent is stopping
        self._write(now)
        if self._drain is None and not self._holds and self._tried == self._written:
            return
        ends = [each.until - wall for each in self._terms() if each.until is not None and not each.over(wall)]
        self._timer = self._scheduler.call_later(max(min([PERIOD_S, *ends]), SOONEST_S), self._look)

    def _in_force(self) -> Kept:
        return Kept(self._drain, {instance.name: entry for instance, entry in self._holds.items()})

    def _terms(self) -> list[Terms]:
        found = [terms for _hold, terms in self._holds.values()]
        return found if self._drain is None else [self._drain, *found]

    def _end_drain(self, wall: float, now: float) -> None:
        terms = self._drain
        if terms is not None and terms.over(wall):
            self._mastership.refuse_at_the_end()
            self._drain = None
            self._note_all(f"no longer drained{terms.words()}: its time is over", now)
            self._mastership.drain(False, now)

    def _end_hold(self, instance: VrrpInstance, hold: str, terms: Terms, now: float) -> None:
        self._mastership.refuse_at_the_end()
        mates = self._groups.mates(instance)
        for each in mates:
            self._holds.pop(each, None)
        self._note(instance.name, mates, f"no longer {WORDS[hold]}{terms.words()}: its time is over", now)
        self._mastership.move("release", instance.name, now)

    def _note_all(self, text: str, now: float) -> None:
        self._note("this node", self._instances.running.values(), text, now)

    def _note(self, about: str, instances: Iterable[VrrpInstance], text: str, now: float) -> None:
        """Put a remark into the log, and into the events of these instances."""
        self._log.info(f"({about}) {text}")
        for each in instances:
            each.inputs.note(text, now)

    def _write(self, now: float) -> None:
        """Have a child write the file, if it has not got what is in force."""
        kept = self._in_force()
        if kept == self._tried and (kept == self._written or now < self._tried_at + AGAIN_S):
            return
        if kept == self._tried:
            text = f"{self._directory} could not be written: a boot ends the drain or the holds that are in force now"
            self._log.rate_limited(("maintenance",), text)
        self._tried, self._tried_at = kept, now
        self._fork.run(
            lambda: maintenance_file.write(self._directory, kept), lambda problem: self._done(kept, problem), WRITES
        )

    def _done(self, kept: Kept, problem: str) -> dict[str, Any]:
        if problem:
            self._log.rate_limited(("maintenance", problem), problem)
        else:
            self._written = kept
        return {}


def _hold_of(instance: VrrpInstance) -> Optional[str]:
    """Return its hold; until it has started, that of the process before."""
    return instance.restart.to_save(instance.router).hold
