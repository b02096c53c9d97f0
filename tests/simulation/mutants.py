# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers with a bug in each: what the invariants are worth is how soon they notice."""

from __future__ import annotations

import math
from dataclasses import replace

from vrrp.protocol import timers
from vrrp.protocol.actions import Announce, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.group import Group, Move
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Backup, Fault, Yielding


class SkewInWholeSeconds(VirtualRouter):
    """Integer division, as in three daemons that we have read."""

    def _master_down_interval_s(self):
        three = 3 * timers.interval_s(self.master_interval_cs)
        return three + math.floor(super()._master_down_interval_s() - three)


class SkewInWholeCentiseconds(VirtualRouter):
    """The same in VRRPv3's unit: it is wrong by less than ten milliseconds."""

    def _master_down_interval_s(self):
        return math.floor(super()._master_down_interval_s() * 100) / 100


class TwoIntervals(VirtualRouter):
    """Master_Down_Interval of two intervals."""

    def _master_down_interval_s(self):
        return super()._master_down_interval_s() - timers.interval_s(self.master_interval_cs)


class FourIntervals(VirtualRouter):
    """Nobody dies of it, but the clients wait."""

    def _master_down_interval_s(self):
        return super()._master_down_interval_s() + timers.interval_s(self.master_interval_cs)


class NeverLapses(VirtualRouter):
    """It wakes after an hour and goes on as MASTER."""

    def _lapse(self, now):
        return ()


class HearsNoBetterMaster(VirtualRouter):
    """A backup that ignores whoever has a higher priority."""

    def _heard_as_backup(self, advertisement, source, now, *more):
        return (
            super()._heard_as_backup(advertisement, source, now, *more)
            if advertisement.priority < self.priority
            else ()
        )


class NeverYields(VirtualRouter):
    """MASTER for ever."""

    def _heard_as_master(self, advertisement, source, now):
        return ()


class YieldsToAnybody(VirtualRouter):
    """MASTER until somebody speaks."""

    def _heard_as_master(self, advertisement, source, now):
        self.condition = Yielding(release_at=now + 0.05, down_at=now + self._master_down_interval_s())
        return (SendAdvertisement(self.priority),)


class IgnoresTies(VirtualRouter):
    """Two masters of the same priority stay."""

    def _heard_as_master(self, advertisement, source, now):
        return () if advertisement.priority == self.priority else super()._heard_as_master(advertisement, source, now)


class BreaksBeforeItMakes(VirtualRouter):
    """Releases the addresses at once when it gives up on purpose."""

    def demote(self, now):
        actions = super().demote(now)
        if isinstance(self.condition, Yielding):
            self.condition = Backup(now + self._master_down_interval_s())
            return (*actions, ReleaseAddresses())
        return actions


class StopsWithoutAWord(VirtualRouter):
    """Does not advertise priority 0."""

    def stop(self, now):
        return tuple(action for action in super().stop(now) if not isinstance(action, SendAdvertisement))


class KeepsTheAddresses(VirtualRouter):
    """BACKUP that still has them."""

    def _finish_yielding(self, condition, now):
        actions = super()._finish_yielding(condition, now)
        return tuple(action for action in actions if not isinstance(action, ReleaseAddresses))


class TellsNobody(VirtualRouter):
    """No gratuitous ARP: the clients stay with the old owner until their entries end."""

    def _take_over(self, now, reason, outbid_until=0.0):
        actions = super()._take_over(now, reason, outbid_until)
        self.condition = replace(self.condition, announce_at=math.inf)
        return tuple(action for action in actions if not isinstance(action, Announce))


class ForgetsToAdvertise(VirtualRouter):
    """Leaves out its tenth advertisement."""

    said = 0

    def _advertise_and_announce(self, condition, now):
        actions = super()._advertise_and_announce(condition, now)
        self.said += any(isinstance(action, SendAdvertisement) for action in actions)
        return actions if self.said != 10 else ()


class TimerInThePast(VirtualRouter):
    """The cadence is kept whatever happens: after a pause it has a hundred advertisements to catch up with."""

    def _advertise_and_announce(self, condition, now):
        actions = super()._advertise_and_announce(condition, now)
        interval_s = timers.interval_s(self.parameters.interval_cs)
        if condition.advertise_at <= now:
            self.condition = replace(self.condition, advertise_at=condition.advertise_at + interval_s)
        return actions


class ResumesInAnyCase(VirtualRouter):
    """Goes on as MASTER after a crash, however long that was ago."""

    def start(self, now, memory=None):
        if memory is not None:
            memory = replace(memory, last_at=now)
        return super().start(now, memory)


class IgnoresPreemption(VirtualRouter):
    """nopreempt for everybody."""

    def _heard_as_backup(self, advertisement, source, now, *more):
        if advertisement.priority:
            self.condition = Backup(now + self._master_down_interval_s())
            return ()
        return super()._heard_as_backup(advertisement, source, now, *more)


class WaitsForEver(VirtualRouter):
    """Gives up when told to, and has no way back when nobody takes over."""

    def demote(self, now):
        actions = super().demote(now)
        if isinstance(self.condition, Yielding):
            self.condition = replace(self.condition, down_at=math.inf)
        return actions


class PrefersThePast(VirtualRouter):
    """After a priority 0 it waits for the whole Master_Down_Interval."""

    def _heard_as_backup(self, advertisement, source, now, *more):
        return super()._heard_as_backup(advertisement, source, now, *more) if advertisement.priority else ()


class FlapsOnItsOwn(VirtualRouter):
    """Gives up mastership after a while, for no reason."""

    def _advertise_and_announce(self, condition, now):
        if now - self.since > 20 * timers.interval_s(self.parameters.interval_cs):
            down_at = now + self._master_down_interval_s()
            return self._enter(Backup(down_at), now, "tired", ReleaseAddresses())
        return super()._advertise_and_announce(condition, now)


MUTANTS = [each for each in list(globals().values()) if isinstance(each, type) and issubclass(each, VirtualRouter)]
MUTANTS.remove(VirtualRouter)


# Of members of sync groups.


class BreaksBeforeItFollows(VirtualRouter):
    """Releases the addresses at once when another member is in FAULT."""

    def group_fault_changed(self, faults, until, now):
        actions = super().group_fault_changed(faults, until, now)
        if self.yielding and faults:
            return actions + self._enter(Fault(), now, "another one failed", ReleaseAddresses())
        return actions


class GoesAlone(Group):
    """A member that is ready does not wait for the others."""

    def _mastership(self, members, now):
        moves = super()._mastership(members, now)
        return moves or [Move(name, "join") for name, router in members.items() if router.ready]


class StaysBehind(Group):
    """A member that is MASTER stays it when another one gives up."""

    def _give_up(self, members, standings, lost, now):
        return []


class KnowsNoFault(Group):
    """A fault of one member is none of the others."""

    def _faults(self, members, now):
        return []


class NeverLetsGo(Group):
    """What nobody has taken over is kept, though the group is BACKUP."""

    def _mastership(self, members, now):
        return [move for move in super()._mastership(members, now) if move.name != "let_go"]


class MovesOneOnly(Group):
    """A command is for one member only."""

    def command(self, verb, members, asked):
        return super().command(verb, members, asked)[:1]


GROUP_MUTANTS = [each for each in list(globals().values()) if isinstance(each, type) and issubclass(each, Group)]
GROUP_MUTANTS.remove(Group)
