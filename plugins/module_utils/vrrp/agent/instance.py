# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ``vrrp_instance`` at work: its state machine, its ready-made packets, its counters.

Inputs come from the loop, actions go to the ports in :class:`~.ports.InstancePorts`. Nothing here waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Optional

from ..config.model import Globals, Instance
from ..protocol import timers
from ..protocol.actions import (
    Action,
    Announce,
    InstallAddresses,
    Notify,
    ReleaseAddresses,
    RivalHeard,
    SendAdvertisement,
)
from ..protocol.constants import PRIORITY_STOP
from ..protocol.journal import Journal
from ..protocol.packet import Address, Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, Memory, State
from ..protocol.tracking import CheckResult, Verdict, verdict
from . import outlook
from .kernel.address_ports import AddressPorts
from .kernel.interfaces import AddressChanged
from .kernel.ownership import Place
from .kernel.routes import Key
from .kernel.vips import Lost, VirtualAddresses, names
from .ports import InstancePorts
from .refusals import Refusals
from .segment import wire
from .segment.discards import Discards
from .segment.guard import Guard
from .telling import heard, wording
from .telling.counters import Conflict, Counters, Peers
from .telling.faultlog import FaultLog
from .telling.notify import DELETED, NotifyQueue

ECHO_S = 1.0  # what comes back to us later than this, or than our next advertisement, is not our own


class RunningInstance:
    """A configured instance that takes part. Interface and virtual router id never change."""

    def __init__(self, config: Instance, settings: Globals, ports: InstancePorts, address_ports: AddressPorts) -> None:
        self.config = config
        self.settings = settings
        self.name = config.name
        self.virtual_router_id = config.virtual_router_id
        self.ip_version = wire.ip_version(config)
        self.router = VirtualRouter(wire.parameters(config, None))
        self.counters = Counters()
        self.peers = Peers()
        self.conflicts: dict[Address, Conflict] = {}  # who else claims an address of ours
        self.discards = Discards()
        self.notifications = NotifyQueue(config.name, ports.log, ports.tell)
        self.verdict = Verdict(config.priority)
        self.checks: tuple[CheckResult, ...] = ()
        self.source: Optional[Address] = None
        self.last_event = "not started"
        self.deadline = NEVER  # a copy of the router's, which the loop reads often
        self.guard = Guard(config)
        self.expectation = self.guard.take(config, None)
        self.addresses = VirtualAddresses(self, config, settings, address_ports)
        self.journal = Journal()
        self.beat: Callable[[float], object] = lambda now: None  # the ledger's: this was a sign of life
        self.memory: Optional[Memory] = None  # of the process before this one, until it begins
        self.staying = False  # this process ends, but not its mastership: a successor goes on
        self.removed = False  # a reload has taken it out of the configuration
        self.replaced = False  # another one has its name now, and speaks for it
        self._said: dict[int, float] = {}  # when each priority was sent last
        self.refusals = Refusals(self.router, lambda now: self._send(SendAdvertisement(0), now), self._faults_changed)
        self._ports = ports
        self._fault_log = FaultLog(ports.log)
        self._interface_faults: tuple[str, ...] = ("not looked at yet",)

    def follows(self, source: Address) -> bool:
        """Whether this is the master that we heard last."""
        return self.router.master is not None and self.router.master.address == source

    @property
    def started(self) -> bool:
        """Return whether the state machine has left INIT."""
        return self.router.state is not State.INIT

    @property
    def held(self) -> frozenset[Place]:
        """The addresses that nobody else may take off now."""
        return self.addresses.held if self.router.holds_addresses else frozenset()

    def remembers_mastership(self, now: float) -> bool:
        """Whether the process before this one was MASTER, and nobody can have taken over since."""
        config, memory = self.config, self.memory
        return memory is not None and memory.has_mandate(config.version, now, config.down_timer_adverts)

    def said(self, now: float) -> list[int]:
        """Return the priorities that we have sent a moment ago, and that a switch may send back to us now."""
        moment_s = min(ECHO_S, self.config.advert_int_cs / 100)
        lately = [priority for priority, at in self._said.items() if now - at <= moment_s]
        return [*lately, self.router.priority] if self.router.holds_addresses else lately  # read late, it is ours too

    # Inputs

    def ready(self) -> bool:
        """Return whether every check that can put it into FAULT has a result; it begins only then, as in keepalived."""
        return all(check.ok is not None for check in self.checks if not check.weight)

    def feed(self, now: float, name: str, *arguments: object) -> None:
        """Give the state machine an input by its name, and do what it asks for. Raises :class:`~.holds.Refused`."""
        actions = getattr(self.router, name)(*arguments, now)
        self.journal.note(now, name, arguments, actions, self.router)
        self.perform(actions, now)

    def start(self, now: float) -> None:
        """Begin to take part, or go on where the process before this one was."""
        memory, self.memory = self.memory, None
        actions = self.router.start(now, memory)
        if memory is not None and not self.router.holds_addresses:
            self.addresses.remove_leftovers()
        self.journal.note(now, "start", (memory,) if memory is not None else (), actions, self.router)
        self.perform(actions, now)

    def refused(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Take note of a packet that has not passed the checks; its sender says that it speaks every ``interval_s``."""
        self.counters.discard(reason)
        if reason == "own" and wire.configured_source(self.config) is None:
            return  # a switch sends it back, which is harmless
        self.discards.note(reason, source, detail, now, max(interval_s, self.config.advert_int_cs / 100))

    def heard(self, advertisement: Advertisement, source: Address, now: float) -> None:
        """Take an advertisement that has passed the checks."""
        self.counters.received += 1
        if self.discards.known:
            self.discards.accepted(source)
        self.peers.heard(source, advertisement.priority, now)
        router = self.router
        if not advertisement.priority:
            self.counters.priority_zero_received += 1
        heard.log_advertisement(self._ports.log, self.config, router, advertisement, source, self.follows(source))
        was_yielding, ours = router.yielding, router.priority
        actions = router.advertisement(advertisement, source, now)
        self.journal.note(now, "advertisement", (advertisement, source), actions, router)
        if router.yielding and not was_yielding:
            self._ports.log.info(wording.outbid(self.name, advertisement, source, ours))
        if not router.holds_addresses:
            self.beat(-now)
        self.perform(actions, now)
        self.refusals.heard(source, advertisement.priority, now)

    def expire(self, now: float) -> None:
        """Do what is due."""
        self._fault_log.tell(self.name, now)
        if self.addresses.refused and self.addresses.retry_at <= now:
            self.addresses.refused = ()
            self._faults_changed(now)
        self.refusals.retry(now)
        if self.router.state is State.BACKUP and self.router.condition.deadline <= now:
            self._ports.log.info(wording.timeout(self.name))
        self.feed(now, "expire")
        self.refusals.judge(now)

    def check_results(self, results: Iterable[CheckResult], now: float) -> None:
        """Take what the tracked checks say now."""
        self.checks = tuple(results)
        self._judge(now)
        self._faults_changed(now)

    def _judge(self, now: float) -> None:
        """The effective priority, by the configuration and the checks."""
        before, self.verdict = self.verdict.priority, verdict(self.config.priority, self.checks)
        after = self.verdict.priority
        if after != before:
            self._ports.log.info(wording.effective_priority(self.name, before, after))
            self.notifications.priority_changed(self.config, self.router.state is State.MASTER, after)
        self.feed(now, "priority_changed", after)

    def interface_changed(self, now: float) -> None:
        """Look at the interface again. While MASTER, one that was replaced gets the addresses of the old one."""
        self._look_at_interface(now)
        if self.router.holds_addresses and not self.router.yielding:
            self._tell_put_back(self.addresses.complete(now), now)

    def _look_at_interface(self, now: float) -> None:
        seen = outlook.look(self.config, self.ip_version, self.addresses, self._ports)
        if seen.source is not None and seen.source != self.source:
            self.source = seen.source
            self.expectation = self.guard.take(self.config, self.source)
            self.feed(now, "source_changed", self.source)
            self.guard.packets(self.router.priority)  # ready before they are needed
        self._interface_faults = seen.faults
        self._faults_changed(now)

    def address_changed(self, change: AddressChanged, now: float) -> None:
        """Somebody deleted an address, or it is a duplicate: ours comes back at once while we are MASTER."""
        entry = change.present
        if not self.router.holds_addresses or self.router.yielding:
            return
        if change.added and not entry.dad_failed:
            if self.addresses.address_usable(now):
                self._addresses_set(now)
            return
        if not change.added:
            link = self._ports.table().links.get(entry.index)
            self._ports.log.info(wording.taken_off(str(entry.address.ip), link.name if link else str(entry.index)))
        self._tell_put_back(self.addresses.put_back((entry.index, entry.address), now), now)

    def links_changed(self, indexes: Collection[int], now: float) -> None:
        """Take that interfaces have another MAC address, or came up: who has addresses there announces them."""
        if any(index in indexes for index, _address in self.held):
            self.feed(now, "link_changed")

    def routes_gone(self, keys: Collection[Key], now: float) -> None:
        """Somebody deleted these routes and rules: ours come back at once while we are MASTER."""
        if self.router.holds_addresses and not self.router.yielding:
            self._tell_put_back(self.addresses.routes_gone(keys, now), now)

    def conflict(self, address: Address, host: str, news: bool, now: float) -> None:
        """Take that another host claims one of our addresses: a MASTER announces them again."""
        if news:  # the record has it once: it would hold nothing else before long
            self.last_event = f"{host} claims {address} too"
            self.feed(now, "conflict", address, host)
        elif self.router.state is State.MASTER and not self.router.yielding:
            self._announce_all(Announce(1), now)

    def reconfigure(self, config: Instance, settings: Globals, now: float) -> None:
        """Take a changed configuration of the same instance on the same interface and virtual router id."""
        old, self.config = self.config, config
        self.name, self.settings = config.name, settings
        other_lifetime = self.addresses.reconfigure(config, settings)
        if other_lifetime and self.router.holds_addresses:
            self.addresses.renew_differently()
        self._faults_changed(now)  # what the kernel refused is tried again
        if replace(config, line=old.line) == old:
            return
        self.expectation = self.guard.take(config, self.source)
        self.discards = Discards()  # something else is expected now
        self._look_at_interface(now)
        changed = wire.parameters(config, self.source)
        if changed != self.router.parameters:
            self.feed(now, "parameters_changed", changed)
            self._judge(now)
        if self.router.holds_addresses:
            self.addresses.reconcile(now)
            self._addresses_set(now)

    def stay(self, now: float) -> bool:
        """Keep mastership for the process that follows at once: advertise once more. Returns whether it can be kept."""
        if self.router.state is State.MASTER and not self.router.yielding:
            self._send(SendAdvertisement(self.router.priority), now)
            self.staying = True
            version, adverts = self.config.version, self.config.down_timer_adverts
            self.addresses.lend(math.ceil(timers.mandate_s(version, self.config.advert_int_cs, adverts)) + 1)
        return self.staying

    def abort(self, now: float) -> None:
        """Give up the addresses at once, as the process ends, unless a successor goes on with them."""
        if self.memory is not None:
            self.addresses.remove_leftovers()  # it has not begun yet
        if self.staying or not self.router.holds_addresses:
            return
        actions = self.router.abort(now)
        self.journal.note(now, "abort", (), actions, self.router)
        self._do(actions, now)  # its sync group has nothing to decide: every member is told the same
        self.deadline = NEVER

    # Actions

    def perform(self, actions: Sequence[Action], now: float) -> None:
        """Do what the state machine asked for, in its order."""
        if self.router.yielding:
            self.addresses.fall_silent()
        self._do(actions, now)
        deadline = NEVER if self.router.deadline is None else self.router.deadline
        self.deadline = min(deadline, self._fault_log.due_at, self.refusals.retry_at)
        if self.addresses.refused:
            self.deadline = min(self.deadline, self.addresses.retry_at)
        self._ports.arm(self.deadline)
        if self.router.yielding:
            self.staying = False  # outbid in the last moment: there is nothing left for a successor
        self._ports.acted(self, actions)

    def _do(self, actions: Sequence[Action], now: float) -> None:
        for action in actions:
            self._PERFORM[type(action)](self, action, now)
            if self.addresses.refused and not set(self.addresses.refused) <= set(self.router.faults):
                self._faults_changed(now)  # nobody must hear that we have what we have not: the peer takes it
                break

    def _send(self, action: SendAdvertisement, now: float) -> None:
        packets = self.guard.packets(action.priority)
        sender = self._ports.sender(self.config.speaks_on, self.ip_version)
        if sender is None:
            return
        self.beat(now if action.priority != PRIORITY_STOP and not self.router.yielding else -now)
        self._said[action.priority] = now
        reached, refusal = not packets, ""
        for packet, destination in packets:
            error = sender.send(packet, destination)
            if error is None:
                reached = True
                self.counters.sent += 1
                if action.priority == PRIORITY_STOP:
                    self.counters.priority_zero_sent += 1
                    self._ports.log.info(f"({self.name}) sent 0 priority")
            else:
                self.counters.send_errors += 1
                refusal = error
                self._ports.log.seldom(
                    ("send", self.name, destination), f"({self.name}) Cant send advert to {destination} ({error})"
                )
        self.refusals.tried("" if reached else refusal, now)

    def _install_addresses(self, action: InstallAddresses, now: float) -> None:
        self._ports.log.info(f"({self.name}) setting VIPs.")
        self.addresses.install(now)
        self._note_refused()

    def _release_addresses(self, action: ReleaseAddresses, now: float) -> None:
        self._ports.log.info(f"({self.name}) removing VIPs.")
        self.addresses.release()

    def _announce_all(self, action: Announce, now: float) -> None:
        if not self.refusals.contested:  # it would call back the clients of who is heard
            self.addresses.announce(action.repeat)

    def _notify(self, action: Notify, now: float) -> None:
        self.counters.transitions += 1
        if action.state == State.MASTER.value:
            self.counters.became_master += 1
            self.beat(now)
        else:
            self.refusals.no_master()
            self.beat(-now)
        self.last_event = f"entered {action.state}: {action.reason}"
        self._ports.log.info(wording.entering(self.name, action.state, action.reason))
        self._tell(action.state, action.priority)
        self._ports.transition()

    def _tell(self, state: str, priority: int) -> None:
        if self.replaced:
            return
        state = DELETED if self.removed and state == State.STOP.value else state
        self.notifications.put(self.config, self.settings, state, priority)

    def _tell_rival(self, action: RivalHeard, now: float) -> None:
        """Split brain: counted, logged, notified, and visible as the last event."""
        ours = self.router.priority
        self.counters.split_brains += 1
        self.last_event = f"split brain: {action.address} was MASTER too, with priority {action.priority}, ours {ours}"
        self._ports.log.warning(wording.rival(self.name, action.address, action.priority, ours))
        self.notifications.rival(self.config, self.settings, ours)

    _PERFORM: dict[type, Callable[[RunningInstance, Any, float], None]] = {
        SendAdvertisement: _send,
        InstallAddresses: _install_addresses,
        ReleaseAddresses: _release_addresses,
        Announce: _announce_all,
        Notify: _notify,
        RivalHeard: _tell_rival,
    }

    # What these are made of

    def _tell_put_back(self, lost: Sequence[Lost], now: float) -> None:
        if lost:
            self.counters.addresses_put_back += len(lost)
            self.last_event = f"{names(lost)} was not there as it should be and was put back"
            self._ports.log.warning(f"({self.name}) {self.last_event}")
        if lost or self.addresses.refused:
            self._addresses_set(now)

    def _addresses_set(self, now: float) -> None:
        self._note_refused()
        if self.addresses.refused:
            self._faults_changed(now)

    def _note_refused(self) -> None:
        if self.addresses.refused:
            self.last_event = self.addresses.refused[-1]
        self._ports.remember()

    def _faults_changed(self, now: float) -> None:
        faults = self._interface_faults + self.addresses.refused + self.verdict.faults
        faults += self._ports.static_faults(self.name) + self.refusals.fault
        if faults != self.router.own_faults:
            self._fault_log.changed(self.name, faults, now)
            self.feed(now, "fault_changed", faults)
