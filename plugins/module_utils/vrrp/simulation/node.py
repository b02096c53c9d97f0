# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate one machine: a kernel with addresses, a clock, and the agent's process with a VirtualRouter in it.

It does what the agent does, in the agent's order: drain what has been received, then expire; execute the actions as
they come; renew the addresses. What the kernel does while the process is stopped, it does here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Optional

from ..protocol.actions import Action, Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from ..protocol.override import CommandRefused
from ..protocol.packet import Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, Condition, Master, Parameters, SavedRouterState, State
from .clock import Clock
from .expected_timers import EPSILON_S, lease_s
from .kernel import ProcessState, SimulatedKernel
from .lan import Lan
from .observer import Observer
from .parameter_history import ParameterHistory, remembered
from .timeline import ADDRESS, ADVERTISEMENT, NOTE, STATE, Timeline

SOCKET_BUFFER = 256  # packets that wait for a process that does not read


class Node:
    """It is a machine on the segment. ``now`` is the world's; the router only ever sees :meth:`monotonic`."""

    def __init__(
        self,
        name: str,
        parameters: Parameters,
        clock: Clock,
        lan: Lan,
        timeline: Timeline,
        watch: Observer,
        **options: Any,
    ) -> None:
        self.name, self.parameters, self.source = name, parameters, parameters.source
        self.clock, self.lan, self.timeline, self.watch = clock, lan, timeline, watch
        self.router_class: Callable[[Parameters], VirtualRouter] = options.get("router_class", VirtualRouter)
        self.drains_first: bool = options.get("drains_first", True)
        self.lag_s: float = options.get("lag_s", 0.0)  # how late it wakes for a timer
        self.addresses = options.get("addresses", ())
        self.label: str = options.get("label", name)  # what a sync group calls it
        self.up, self.frozen, self.suspended = True, False, False
        self.process = ProcessState.ENDED
        self.router = self.router_class(parameters)
        self._lease_s: Optional[float] = options.get("lease_s")
        self.kernel = SimulatedKernel(self._lease())
        self.memory: Optional[SavedRouterState] = None
        self.check_delta: int = options.get("check_delta", 0)
        self.drained = False
        self.faults: tuple[str, ...] = ()
        self.wall_s = 1.7e9  # the wall clock: no code of the agent reads it
        self._offset_s: float = options.get("epoch_s", 0.0)
        self._frozen_at = self._orphaned_at = 0.0  # since then the addresses are not renewed
        self.announced_at = -1.0
        self.catching_up = False  # it has just gone on after it stood still
        self._ending = False  # the process is to end when the router has stopped
        self._inbox: list[tuple[Advertisement, Node]] = []
        self._armed_at = NEVER
        self._life = 0  # counts processes and pauses: an event of an earlier one is stale
        self._packets: dict[int, Advertisement] = {}
        self.past = ParameterHistory(clock)
        self.machine_group: Any = None  # the MachineGroup: the sync group of the machine
        self.lives = 0  # how often the process has been started

    # What can be asked

    def monotonic(self) -> float:
        return self.clock.now + self._offset_s

    @property
    def running(self) -> bool:
        return self.process is ProcessState.RUNNING and self.up and not self.frozen

    @property
    def answers(self) -> bool:
        """Return whether the kernel answers for the virtual addresses, which needs no process."""
        return self.kernel.owns and self.up and not self.frozen

    @property
    def speaks(self) -> bool:
        """Return whether it is an active master: MASTER, and not about to give up."""
        return self.process is ProcessState.RUNNING and not self.frozen and isinstance(self.router.condition, Master)

    @property
    def eligible(self) -> bool:
        """Return whether it takes over when no other node is there."""
        return self.running and self.router.state in (State.BACKUP, State.MASTER) and not self._stopping()

    def lease_lasts(self) -> bool:
        """Return whether it owns addresses only because their lease has not ended yet."""
        if self.process is ProcessState.RUNNING:
            return False
        return self.clock.now <= self.kernel.lease_ends_at(self._orphaned_at) + EPSILON_S

    def _stopping(self) -> bool:
        return getattr(self.router.condition, "stopping", False)

    # What happens to it

    def receive(self, advertisement: Advertisement, sender: Node) -> None:
        """Take a packet that has reached the interface."""
        if self.frozen or not self.up or self.process is ProcessState.ENDED:
            return
        self.watch.arrived(self, advertisement, sender)
        if self.process is ProcessState.PAUSED:
            if len(self._inbox) < SOCKET_BUFFER:
                self._inbox.append((advertisement, sender))
            return
        self._hear(advertisement, sender)

    def start(self) -> None:
        """Start the process; it finds what a dead process before it left behind."""
        if not self.up or self.process is not ProcessState.ENDED:
            return
        memory, self.memory = self.memory, None
        self.lives += 1
        self._live(ProcessState.RUNNING)
        self._ending = False
        self.router = self.router_class(self.parameters)
        self.watch.started(self, memory)
        now = self.monotonic()
        if self.machine_group is not None:
            self.machine_group.enrol(self, now)
        if self.check_delta:
            self.router.priority_changed(self._tracked(), now)
        if self.faults:
            self.router.fault_changed(self.faults, now)
        if self.drained:
            self.router.drain(now)
        before = self.router.condition
        actions = self.router.start(now, memory)
        if not self.router.holds_addresses and self.kernel.release():
            self.timeline.note(self.clock.now, self.name, ADDRESS, "removes the addresses that were left behind", "off")
            self._look()
        self._perform("start", before, actions)
        self._touched(actions)
        self._arm()

    def crash(self) -> None:
        """Let the process die without a last advertisement; its memory and its addresses stay while they are good."""
        if self.process is ProcessState.ENDED:
            return
        self.memory = remembered(self.router)
        self._orphan(ProcessState.ENDED)

    restart = start  # what a service manager does after a crash

    def pause(self) -> None:
        """Stop the process with SIGSTOP; the machine goes on."""
        if self.process is ProcessState.RUNNING:
            self._orphan(ProcessState.PAUSED)

    def resume(self) -> None:
        """Let the process go on (SIGCONT)."""
        if self.process is ProcessState.PAUSED:
            self._live(ProcessState.RUNNING, keep_inbox=True)
            self.watch.continued(self)
            self._catch_up()

    def kill(self) -> None:
        """Take the power from the machine."""
        if self.up:
            self.up, self.frozen, self.memory = False, False, None
            self._live(ProcessState.ENDED)
            self.kernel.release()
            self._look()

    def boot(self) -> None:
        """Give the machine its power again, and start the agent."""
        if not self.up:
            self.up = True
            self.start()

    def freeze(self, suspended: bool = False) -> None:
        """Stop the whole machine, as a virtual machine can be; its clock stops too when it is suspended."""
        if self.up and not self.frozen:
            self.frozen, self.suspended, self._frozen_at = True, suspended, self.clock.now
            self._look()

    def thaw(self) -> None:
        """Let the machine go on. What was sent to it meanwhile is lost."""
        if not self.frozen:
            return
        self.frozen = False
        now = self.clock.now
        asleep_s = now - self._frozen_at if self.suspended else 0.0
        self._offset_s -= asleep_s
        self.watch.continued(self)
        renewed = self.process is ProcessState.RUNNING
        ends_at = self.kernel.lease_ends_at(self._frozen_at if renewed else self._orphaned_at) + asleep_s
        if ends_at <= now:
            self._lease_ended(self._life)
        elif not renewed:
            self.clock.at(ends_at, self._lease_ended, self._life)
        self._look()
        if self.process is ProcessState.RUNNING:
            self._catch_up()

    def command(self, verb: str, *arguments: object) -> bool:
        """Feed an input of an operator or a check to the router. Return False without a process, or when it refuses."""
        if not self.running:
            return False
        self.past.ends(self.router)
        before = self.router.condition
        try:
            actions = getattr(self.router, verb)(*arguments, self.monotonic())
        except CommandRefused as refusal:
            self.timeline.note(self.clock.now, self.name, NOTE, f"refused: {refusal}", "refused")
            return False
        self._perform(verb, before, actions)
        self._ending = self._ending or verb == "stop"
        self._touched(actions)
        self._end_when_stopped()
        self._arm()
        return True

    def take(self, name: str, *arguments: object) -> None:
        """Take an input from its sync group."""
        self.past.ends(self.router)
        before = self.router.condition
        actions = getattr(self.router, name)(*arguments, self.monotonic())
        self._perform(name, before, actions)
        self._touched(actions)
        self._arm()

    def reconfigure(self, parameters: Parameters) -> None:
        """Change the configuration file. The agent reads it, if it runs."""
        self.parameters = parameters
        self._packets.clear()
        self.kernel.lease_s = self._lease()
        if self.running:
            self.command("parameters_changed", parameters)
            self.command("priority_changed", self._tracked())

    def check_says(self, delta: int) -> None:
        """Let the tracked checks change the priority by ``delta`` in all."""
        self.check_delta = delta
        self.command("priority_changed", self._tracked())

    def drain(self, drained: bool) -> None:
        """Drain or undrain the node. A drain lasts over restarts of the process."""
        self.drained = drained
        self.command("drain" if drained else "undrain")

    def broken(self, *faults: str) -> None:
        """Set the faults that forbid it to take part; none mends it."""
        self.faults = faults
        self.command("fault_changed", faults)

    # The loop of the process

    def _hear(self, advertisement: Advertisement, sender: Node) -> None:
        router = self.router
        before = router.condition
        actions = router.advertisement(advertisement, sender.source, self.clock.now + self._offset_s)
        if isinstance(before, Master):
            self.watch.heard_as_master(self, advertisement, sender)
        if actions:
            self._perform("advertisement", before, actions)
        self._touched(actions)
        deadline = router.condition.deadline
        if deadline - self._offset_s + self.lag_s < self._armed_at:
            self._arm()

    def _wake(self, life: int, armed_at: float) -> None:
        if life != self._life or armed_at != self._armed_at or self.frozen:
            return
        self._armed_at = NEVER
        self._expire()
        self._arm()

    def _expire(self) -> None:
        router, before = self.router, self.router.condition
        deadline = before.deadline
        if deadline == NEVER:
            return
        now = self.clock.now + self._offset_s
        # As the agent: the clock may be a rounding error short of the deadline.
        if deadline <= now + 1e-9:
            actions = router.expire(max(now, deadline))
            self._perform("expire", before, actions)
            self.watch.expired(self, deadline)
            self._touched(actions)
            self._end_when_stopped()

    def _catch_up(self) -> None:
        """Catch up after a pause: first what has been received, then what is due, then the addresses."""
        self.catching_up = True
        if not self.drains_first:
            self._expire()
        waiting, self._inbox = self._inbox, []
        for advertisement, sender in waiting:
            self._hear(advertisement, sender)
        self._expire()
        if self.process is ProcessState.RUNNING and self.router.holds_addresses and self.kernel.install(self.clock.now):
            self.timeline.note(self.clock.now, self.name, ADDRESS, "puts the addresses back that had ended", "on")
        self.catching_up = False
        self._look()
        self._armed_at = NEVER
        self._arm()

    def _arm(self) -> None:
        deadline = self.router.condition.deadline
        if deadline == NEVER or self.process is not ProcessState.RUNNING:
            return
        wake_at = deadline - self._offset_s + self.lag_s
        if wake_at < self._armed_at:
            self._armed_at = wake_at
            self.clock.at(wake_at, self._wake, self._life, wake_at)

    def _perform(self, cause: str, before: Condition, actions: Iterable[Action]) -> None:
        changed = type(before) is not type(self.router.condition)
        for action in actions:
            if isinstance(action, SendAdvertisement):
                self._send(action.priority)
            elif isinstance(action, Announce):
                self.announced_at = self.clock.now
                self.lan.announce(self, action.repeat)
            elif isinstance(action, InstallAddresses):
                changed = self.kernel.install(self.clock.now) or changed
                self.timeline.note(self.clock.now, self.name, ADDRESS, "installs the addresses", "on")
            elif isinstance(action, ReleaseAddresses):
                changed = self.kernel.release() or changed
                self.timeline.note(self.clock.now, self.name, ADDRESS, "releases the addresses", "off")
            elif isinstance(action, Notify):
                self.timeline.note(self.clock.now, self.name, STATE, f"{action.state}: {action.reason}", action.state)
            else:
                text = f"hears another master: {action.address} with priority {action.priority}"
                self.timeline.note(self.clock.now, self.name, NOTE, text, type(action).__name__)
        if actions:
            self.watch.performed(self, cause, before)
        if changed:
            self._look()

    def _send(self, priority: int) -> None:
        advertisement = self._packets.get(priority)
        if advertisement is None:
            own = self.router.parameters
            advertisement = Advertisement(own.version, own.vrid, priority, self.addresses, own.interval_cs)
            self._packets[priority] = advertisement
        if self.timeline.trace:
            self.timeline.note(self.clock.now, self.name, ADVERTISEMENT, f"advertises {priority}", str(priority))
        self.watch.spoke(self, priority)
        self.lan.send(self, advertisement)

    # Parts

    def _touched(self, actions: Iterable[Action]) -> None:
        if self.machine_group is not None:
            self.machine_group.acted(self, actions)

    def _lease(self) -> float:
        if self._lease_s is None:
            return lease_s(self.parameters)
        return self._lease_s or NEVER

    def _tracked(self) -> int:
        base = self.parameters.priority
        return base if base == 255 else min(max(base + self.check_delta, 1), 254)

    def _end_when_stopped(self) -> None:
        if self._ending and self.router.state is State.STOP:
            self._live(ProcessState.ENDED)

    def _live(self, process: ProcessState, keep_inbox: bool = False) -> None:
        self.process = process
        self._life += 1
        self._armed_at = NEVER
        if not keep_inbox:
            self._inbox = []

    def _orphan(self, process: ProcessState) -> None:
        """End or pause the process, so that the addresses are not renewed from now on."""
        if self.process is ProcessState.RUNNING:
            self._orphaned_at = self.clock.now
        self._live(process)
        if self.kernel.owns:
            self.clock.at(self.kernel.lease_ends_at(self._orphaned_at), self._lease_ended, self._life)
        self._look()

    def _lease_ended(self, life: int) -> None:
        if life == self._life and not self.frozen and self.kernel.release():
            self.timeline.note(
                self.clock.now, self.name, ADDRESS, "the kernel drops the addresses: they were not renewed", "off"
            )
            self._look()

    def _look(self) -> None:
        self.watch.look()
        self.lan.client.look()
