# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that one node conforms to the standard: every step that it takes must have a cause that the standard knows.

It is told what reached the machine, not what the router made of it, and works out for itself when a takeover is
allowed.
"""

from __future__ import annotations

from vrrp.protocol.states import Backup, Fault, Initialize, Master, Stopped, Yielding
from vrrp.simulation import expected_timers
from vrrp.simulation.clock import Clock
from vrrp.simulation.expected_timers import EPSILON_S
from vrrp.simulation.observer import Violated

# What may end mastership without a rival.
COMMANDS = frozenset({"stop", "drain", "demote", "fault_changed", "give_up", "group_fault_changed"})
OUTBID = 255  # a promoted router advertises this for a while, to beat one that was promoted before it


class Conformance:
    """It keeps what is known of one node since its process began. Times are the world's unless they say otherwise."""

    def __init__(self, node, clock: Clock) -> None:
        self.node, self.clock = node, clock
        self.began(None)

    def began(self, memory) -> None:
        """Begin a process; the state of an earlier one is gone, except for its ``memory``."""
        self.memory = memory
        self.begins_early = False
        self.speaking = False  # it was an active master when it last did something
        self.listens_since = self.clock.now
        self.entered_at = self.clock.now  # when the kind of condition began
        self.heard: dict[str, tuple[float, int]] = {}  # by sender: (arrived at, by its own clock; priority)
        self.read_at: dict[str, float] = {}  # by sender: when the process read it, by its own clock
        self.unread: set[str] = set()  # senders whose packets wait in the socket of a stopped process
        self.outbid: set[str] = set()  # senders whose last advertisement was followed by a better one
        # By sender: its interval. That of the memory is from the master that an earlier process heard.
        self.learned: dict[str, float] = {"": memory.interval_cs / 100} if memory else {}
        self.zero_at = -1.0  # an advertisement of priority 0 arrived, or was read if that was later
        self.zero_waits = False  # it is in the socket of a stopped process
        self.spoke_at = self.spoke_local = -1.0  # its last advertisement, by the world's clock and by its own
        self.spoke = 0  # the priority in it
        self.held_up_at = -1.0  # it was paused or frozen until then
        self.beaten = False  # an advertisement that may end its mastership has just arrived

    def fail(self, rule: str, text: str) -> None:
        raise Violated(self.clock.now, rule, f"{self.node.name} {text}")

    # What happens to it

    def arrived(self, advertisement, sender) -> None:
        """Note a packet in its socket."""
        if advertisement.priority:
            self.learned[sender.name] = advertisement.interval_cs / 100
            if self.node.running:
                self.read_at[sender.name] = self.node.monotonic()
            else:
                self.unread.add(sender.name)
            for other, (_at, theirs) in self.heard.items():
                if theirs < advertisement.priority and other != sender.name:
                    self.outbid.add(other)
            self.outbid.discard(sender.name)
            self.heard[sender.name] = (self.node.monotonic(), advertisement.priority)
        else:
            self.zero_at = self.clock.now
            self.zero_waits = not self.node.running
            self.heard.clear()

    def continued(self) -> None:
        """Note that it goes on after it stood still."""
        self.held_up_at = self.clock.now
        self.read_at.update(dict.fromkeys(self.unread, self.node.monotonic()))
        self.unread.clear()
        if self.zero_waits:
            self.zero_at, self.zero_waits = self.clock.now, False

    def heard_as_master(self, advertisement, sender) -> None:
        """Check how a MASTER reacts to this advertisement."""
        priority, higher = advertisement.priority, sender.source.packed > self.node.source.packed
        now_ours, last_ours = self.node.router.priority, self.spoke
        if self.node.router.hold == "master" and self.clock.now - self.entered_at <= self._longest_down_s():
            last_ours = OUTBID
        least, most = min(now_ours, last_ours), max(now_ours, last_ours)
        self.beaten = priority > least or (priority == least and higher)
        if (priority > most or (priority == most and higher)) and isinstance(self.node.router.condition, Master):
            self.fail("yields", f"stays MASTER ({most}) though {sender.name} advertises {priority}")

    def spoken(self, priority: int) -> None:
        """Check an advertisement that it sends. A master sends once an interval, and never after its mandate."""
        node, now, local = self.node, self.clock.now, self.node.monotonic()
        if priority and self.speaking and isinstance(node.router.condition, Master):
            longest = self._longest_interval_s()
            silent_s, mandate_s = local - self.spoke_local, self._mandate_s(longest)
            if silent_s > mandate_s + EPSILON_S:
                self.fail("mandate", f"speaks as MASTER after {silent_s:.3f} s, its mandate ended at {mandate_s:.3f}")
            if now - max(self.spoke_at, self.held_up_at) > longest + node.lag_s + EPSILON_S:
                self.fail("speaks", f"advertises after {silent_s:.3f} s, its interval is {longest:.3f}")
        self.spoke_at, self.spoke_local, self.spoke = now, local, priority

    def performed(self, cause: str, before) -> None:
        """Check the router after the input ``cause``, when its actions are done."""
        node, after = self.node, self.node.router.condition
        if node.router.holds_addresses is not node.kernel.owns and not node.catching_up:
            having = "still has the addresses" if node.kernel.owns else "has no addresses"
            self.fail("addresses", f"is {node.router.state.value} and {having}")
        if type(before) is not type(after):
            if isinstance(before, (Initialize, Fault, Stopped)):
                self.heard.clear()  # it did not listen
                self.begins_early = node.router.parameters.begins_early and not isinstance(before, Fault)
            if isinstance(after, Master):
                self._judge_takeover(before, cause)
                self.spoke_at, self.spoke_local = self.clock.now, node.monotonic()  # it may wait before it speaks
            elif isinstance(before, Master) and cause not in COMMANDS and not self.beaten:
                silent_s = node.monotonic() - self.spoke_local
                if silent_s < self._mandate_s(self._shortest_interval_s()) - EPSILON_S:
                    self.fail("cause", f"gives up mastership without a cause ({cause})")
            self.entered_at = self.clock.now
            if not isinstance(before, Yielding):  # a yielding router listens already
                self.listens_since = self.clock.now
        self.beaten = False
        self.speaking = isinstance(after, Master)

    def expired(self, deadline: float) -> None:
        """Check that nothing is due any more after ``expire`` was called because of ``deadline``."""
        waits_for, now = self.node.router.condition.deadline, self.node.monotonic()
        if waits_for < now - EPSILON_S:
            self.fail("timers", f"waits for a time that is {now - waits_for:.6f} s in the past")
        if waits_for == deadline:
            self.fail("progress", "does nothing when its timer ends")

    # The rules of a takeover

    def _judge_takeover(self, before, cause: str) -> None:
        node, parameters = self.node, self.node.router.parameters
        if parameters.announce_repeat and node.announced_at != self.clock.now:
            self.fail("announces", "is MASTER and tells nobody where the addresses are")
        if cause == "promote" or node.router.priority == OUTBID or isinstance(before, Yielding):
            return
        if cause == "start":
            if self.memory is None or not self._has_mandate():
                self.fail("listens", "is MASTER at once, and has no mandate")
            return
        interval = self._shortest_interval_s()
        skew_s = expected_timers.skew_s(parameters.version, self._highest_priority(), interval)
        down_s = parameters.down_adverts * interval + skew_s
        by_delay = isinstance(before, Backup) and before.preempt_at < before.down_at
        if by_delay:
            self._at_least(parameters.preempt_delay_s, self.listens_since, "it began to listen")
        elif self.zero_at >= self.listens_since:
            self._at_least(skew_s, self.zero_at, "an advertisement of priority 0")
        elif self.memory is not None or self.begins_early:
            self._at_least(interval + skew_s, self.listens_since, "it began to listen")
        else:
            self._at_least(down_s, self.listens_since, "it began to listen")
        for sender, (at, theirs) in self.heard.items():
            lower = theirs < self._highest_priority() and parameters.preempt
            if by_delay and (lower or sender in self.outbid):
                continue
            if lower and self._was_ruled(at):
                continue
            if not lower or parameters.preempt_delay_s:
                self._at_least(down_s, self.clock.now - (node.monotonic() - at), f"{sender} advertised {theirs}")

    def _was_ruled(self, at: float) -> bool:
        """Return whether it still waited for a better master then, and not for the lower one."""
        ours, earliest = self._highest_priority(), at - self._longest_down_s()
        return any(
            theirs >= ours and earliest <= self.read_at.get(sender, seen_at)
            for sender, (seen_at, theirs) in self.heard.items()
        )

    def _at_least(self, shortest_s: float, since: float, what: str) -> None:
        waited_s = self.clock.now - since
        if waited_s < shortest_s - EPSILON_S:
            self.fail("listens", f"takes over {waited_s:.4f} s after {what}; it has to wait for {shortest_s:.4f}")

    def _has_mandate(self) -> bool:
        silent_s = self.node.monotonic() - self.memory.last_at
        return silent_s < self._mandate_s(self.memory.interval_cs / 100)

    def _mandate_s(self, interval: float) -> float:
        own = self.node.router.parameters
        return expected_timers.mandate_s(own.version, interval, own.down_adverts)

    def _highest_priority(self) -> int:
        return max([self.node.router.priority, *self.node.past.priorities()])

    def _own_intervals(self) -> list[float]:
        return [expected_timers.interval_s(self.node.router.parameters), *self.node.past.intervals()]

    def _longest_interval_s(self) -> float:
        return max(self._own_intervals())

    def _shortest_interval_s(self) -> float:
        """Return the shortest interval. A VRRPv3 backup takes that of the master that it heard last."""
        learned = self.learned.values() if self.node.router.parameters.version == 3 else ()
        return min([*self._own_intervals(), *learned])

    def _longest_down_s(self) -> float:
        longest = max([*self._own_intervals(), *self.learned.values()])
        own = self.node.router.parameters
        return expected_timers.down_s(own.version, 1, longest, own.down_adverts)
