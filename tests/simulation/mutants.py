# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define routers with one bug each: the sooner the invariants notice it, the better they are."""

from __future__ import annotations

import math
from dataclasses import replace

from vrrp.protocol import election, master, timers
from vrrp.protocol.actions import Announce, InstallAddresses, ReleaseAddresses, SendAdvertisement
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Backup, Fault, Yielding
from vrrp.protocol.sync_group import Group, Move
from vrrp.protocol.transition import Transition


class SkewInWholeSeconds(VirtualRouter):
    """It divides integers, as three daemons do that we have read."""

    def down_interval_s(self, interval_cs=None, priority=None):
        three = 3 * timers.interval_s(interval_cs or self.master_interval_cs)
        return three + math.floor(super().down_interval_s(interval_cs, priority) - three)


class SkewInWholeCentiseconds(VirtualRouter):
    """It does the same in VRRPv3's unit: it is wrong by less than ten milliseconds."""

    def down_interval_s(self, interval_cs=None, priority=None):
        return math.floor(super().down_interval_s(interval_cs, priority) * 100) / 100


class TwoIntervals(VirtualRouter):
    """It waits for two intervals only."""

    def down_interval_s(self, interval_cs=None, priority=None):
        one = timers.interval_s(interval_cs or self.master_interval_cs)
        return super().down_interval_s(interval_cs, priority) - one


class FourIntervals(VirtualRouter):
    """It waits for four intervals: nothing breaks, but the clients wait."""

    def down_interval_s(self, interval_cs=None, priority=None):
        one = timers.interval_s(interval_cs or self.master_interval_cs)
        return super().down_interval_s(interval_cs, priority) + one


class NeverLapses(VirtualRouter):
    """It wakes after an hour and goes on as MASTER."""

    @staticmethod
    def lapsed(view, now):
        return None


class HearsNoBetterMaster(VirtualRouter):
    """It is a backup that ignores every higher priority."""

    @staticmethod
    def heard_as_backup(view, condition, advertisement, *more):
        if advertisement.priority >= view.priority:
            return None
        return election.heard_as_backup(view, condition, advertisement, *more)


class NeverYields(VirtualRouter):
    """It stays MASTER for ever."""

    @staticmethod
    def heard_as_master(view, condition, advertisement, source, now):
        return None


class YieldsToAnybody(VirtualRouter):
    """It stays MASTER until any other router speaks."""

    @staticmethod
    def heard_as_master(view, condition, advertisement, source, now):
        yielding = Yielding(release_at=now + 0.05, down_at=now + view.down_interval_s())
        return Transition(yielding, (SendAdvertisement(view.priority),))


class IgnoresTies(VirtualRouter):
    """It lets two masters of the same priority stay."""

    @staticmethod
    def heard_as_master(view, condition, advertisement, source, now):
        if advertisement.priority == view.priority:
            return None
        return election.heard_as_master(view, condition, advertisement, source, now)


class BreaksBeforeItMakes(VirtualRouter):
    """It releases the addresses at once when it gives up on purpose."""

    def demote(self, now):
        actions = super().demote(now)
        if isinstance(self.condition, Yielding):
            self.condition = Backup(now + self.down_interval_s())
            return (*actions, ReleaseAddresses())
        return actions


class StopsWithoutAWord(VirtualRouter):
    """It does not advertise priority 0."""

    def stop(self, now):
        return tuple(action for action in super().stop(now) if not isinstance(action, SendAdvertisement))


class KeepsTheAddresses(VirtualRouter):
    """It keeps the addresses as BACKUP."""

    def expire(self, now):
        was_yielding, actions = self.yielding, super().expire(now)
        return tuple(action for action in actions if not (was_yielding and isinstance(action, ReleaseAddresses)))


class TellsNobody(VirtualRouter):
    """It sends no gratuitous ARP: the clients stay with the old owner until their entries end."""

    def _apply(self, transition, now):
        if transition is not None and any(isinstance(action, InstallAddresses) for action in transition.actions):
            silent = tuple(action for action in transition.actions if not isinstance(action, Announce))
            begun = replace(transition.condition, announce_at=math.inf)
            transition = transition._replace(condition=begun, actions=silent)
        return super()._apply(transition, now)


class ForgetsToAdvertise(VirtualRouter):
    """It leaves out its tenth advertisement."""

    said = 0

    def due(self, view, condition, now):
        transition = master.due(view, condition, now)
        self.said += any(isinstance(action, SendAdvertisement) for action in transition.actions)
        return transition if self.said != 10 else transition._replace(actions=())


class TimerInThePast(VirtualRouter):
    """It keeps the cadence in any case: after a pause it has a hundred advertisements to catch up with."""

    @staticmethod
    def due(view, condition, now):
        transition = master.due(view, condition, now)
        if condition.advertise_at > now:
            return transition
        next_at = condition.advertise_at + timers.interval_s(view.parameters.interval_cs)
        return transition._replace(condition=replace(transition.condition, advertise_at=next_at))


class ResumesInAnyCase(VirtualRouter):
    """It goes on as MASTER after a crash, however long that was ago."""

    def start(self, now, memory=None):
        if memory is not None:
            memory = replace(memory, last_at=now)
        return super().start(now, memory)


class IgnoresPreemption(VirtualRouter):
    """It treats every router as if nopreempt were set."""

    @staticmethod
    def heard_as_backup(view, condition, advertisement, source, now, ruled):
        if advertisement.priority:
            return Transition(Backup(now + view.down_interval_s()))
        return election.heard_as_backup(view, condition, advertisement, source, now, ruled)


class WaitsForEver(VirtualRouter):
    """It gives up when told to, and has no way back when no other router takes over."""

    def demote(self, now):
        actions = super().demote(now)
        if isinstance(self.condition, Yielding):
            self.condition = replace(self.condition, down_at=math.inf)
        return actions


class PrefersThePast(VirtualRouter):
    """It waits for the whole Master_Down_Interval after a priority 0."""

    @staticmethod
    def heard_as_backup(view, condition, advertisement, *more):
        return election.heard_as_backup(view, condition, advertisement, *more) if advertisement.priority else None


class FlapsOnItsOwn(VirtualRouter):
    """It gives up mastership after a while, for no reason."""

    @staticmethod
    def due(view, condition, now):
        if now - view.since > 20 * timers.interval_s(view.parameters.interval_cs):
            return Transition(Backup(now + view.down_interval_s()), (ReleaseAddresses(),), "tired", entered=True)
        return master.due(view, condition, now)


MUTANTS = [each for each in list(globals().values()) if isinstance(each, type) and issubclass(each, VirtualRouter)]
MUTANTS.remove(VirtualRouter)


# Bugs of members of sync groups


class BreaksBeforeItFollows(VirtualRouter):
    """It releases the addresses at once when another member is in FAULT."""

    def group_fault_changed(self, faults, until, now):
        actions = super().group_fault_changed(faults, until, now)
        if self.yielding and faults:
            failed = Transition(Fault(), (ReleaseAddresses(),), "another one failed", entered=True)
            return actions + self._apply(failed, now)
        return actions


class GoesAlone(Group):
    """It does not wait for the other members when one is ready."""

    def _mastership(self, members, now):
        moves = super()._mastership(members, now)
        return moves or [Move(name, "join") for name, router in members.items() if router.ready]


class StaysBehind(Group):
    """It lets a member stay MASTER when another one gives up."""

    def _give_up(self, members, standings, lost, now):
        return []


class KnowsNoFault(Group):
    """It does not pass the fault of a member to the others."""

    def _faults(self, members, now):
        return []


class NeverLetsGo(Group):
    """It keeps addresses that no peer has taken over, though the group is BACKUP."""

    def _mastership(self, members, now):
        return [move for move in super()._mastership(members, now) if move.name != "release_addresses"]


class MovesOneOnly(Group):
    """It passes a command to one member only."""

    def command(self, verb, members, asked):
        return super().command(verb, members, asked)[:1]


GROUP_MUTANTS = [each for each in list(globals().values()) if isinstance(each, type) and issubclass(each, Group)]
GROUP_MUTANTS.remove(Group)
