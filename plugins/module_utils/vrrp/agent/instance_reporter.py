# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of an instance: its counters, its last event, the log, notify scripts and FIFOs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ..config.model.configuration import Globals, Instance
from ..protocol.actions import Notify, RivalHeard
from ..protocol.constants import PRIORITY_STOP
from ..protocol.packet import Address, Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import Backup, State
from . import log_messages
from .addresses.virtual_addresses import Lost, names
from .log import Log
from .network.discards import Discards
from .notify.fault_log import FaultLog
from .notify.scripts import DELETED, NotifyQueue
from .statistics import Conflict, Counters, Peers

# Whoever sends advertisements decides how many there are: a line about one is written once in so many seconds.
OF_MASTER_S, OF_OTHERS_S = 1.0, 60.0  # priority 0 of the master that we follow; of others


class Lifecycle(Enum):
    """Whether an instance is in the configuration; one that is not may hold its addresses for a moment."""

    RUNNING = "running"
    LEAVING = "leaving"  # a reload has taken it out
    REPLACED = "replaced"  # another one has its name now, and speaks for it


class InstanceReporter:
    """The reporter of one instance. ``notifications`` outlives it: an instance of the same name goes on with it."""

    def __init__(self, config: Instance, settings: Globals, log: Log, notifications: NotifyQueue) -> None:
        self.counters = Counters()
        self.peers = Peers()
        self.discards = Discards()
        self.conflicts: dict[Address, Conflict] = {}  # who else claims an address of ours
        self.last_event = "not started"
        self.lifecycle = Lifecycle.RUNNING
        self.notifications = notifications
        self.faults = FaultLog(log)
        self._config, self._settings, self._log = config, settings, log

    def reconfigure(self, config: Instance, settings: Globals) -> None:
        """Take a changed configuration."""
        self._config, self._settings = config, settings

    # What it hears

    def heard(self, advertisement: Advertisement, source: Address, router: VirtualRouter, now: float) -> None:
        """Count an advertisement, and log priority 0 and a lower one that this BACKUP will take over from.

        This is on the way of each advertisement, before ``router`` has taken it.
        """
        self.counters.received += 1
        if self.discards.known:
            self.discards.accepted(source)
        priority = advertisement.priority
        self.peers.heard(source, priority, now)
        if priority == PRIORITY_STOP:
            self._stopping(source, router)
        elif isinstance(router.condition, Backup) and priority < router.priority and not self._config.nopreempt:
            name = self._config.name
            self._log.rate_limited(("lower", name), log_messages.lower(name, advertisement, source))

    def _stopping(self, source: Address, router: VirtualRouter) -> None:
        self.counters.priority_zero_received += 1
        name, text = self._config.name, log_messages.priority_zero(self._config.name, source, router.holds_addresses)
        followed = router.master is not None and router.master.address == source
        self._log.rate_limited(("zero", name, str(followed)), text, OF_MASTER_S if followed else OF_OTHERS_S)

    def outbid(self, advertisement: Advertisement, source: Address, ours: int) -> None:
        """Log that an advertisement ends the mastership of this instance."""
        self._log.info(log_messages.outbid(self._config.name, advertisement, source, ours))

    def timeout(self) -> None:
        """Log that the master has been silent for its time."""
        self._log.info(log_messages.timeout(self._config.name))

    def refused(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Count a packet that has not passed the checks, and keep it for the status."""
        self.counters.discard(reason)
        if reason == "own" and self._config.configured_source is None:
            return  # a switch sends it back, which is harmless
        self.discards.note(reason, source, detail, now, max(interval_s, self._config.advert_int_cs / 100))

    def expects_something_else(self) -> None:
        """Forget what was discarded: it may be accepted now."""
        self.discards = Discards()

    def claimed(self) -> None:
        """Count that another host has said that an address of ours is its own."""
        self.counters.address_conflicts += 1

    def conflict(self, address: Address, found: Conflict, news: bool) -> None:
        """Keep who claims an address of ours; ``news``: nobody did lately."""
        self.conflicts[address] = found
        if news:
            self.last_event = f"{found.host} claims {address} too"

    def rival(self, action: RivalHeard, ours: int) -> None:
        """Tell of a split brain: counted, logged, notified, and visible as the last event."""
        self.counters.split_brains += 1
        theirs = f"{action.address} was MASTER too, with priority {action.priority}"
        self.last_event = f"split brain: {theirs}, ours {ours}"
        self._log.warning(log_messages.rival(self._config.name, action.address, action.priority, ours))
        self.notifications.rival(self._config, self._settings, ours)

    # What it does

    def stopping(self) -> None:
        """Count and log that an advertisement of priority 0 went out."""
        self.counters.priority_zero_sent += 1
        self._log.info(f"({self._config.name}) sent 0 priority")

    def not_sent(self, destination: str, error: str) -> None:
        """Count an advertisement that the kernel refused to send, and log it once in a while."""
        name = self._config.name
        self.counters.send_errors += 1
        self._log.rate_limited(("send", name, destination), f"({name}) Cant send advert to {destination} ({error})")

    def installing(self) -> None:
        """Log that the virtual addresses come."""
        self._log.info(f"({self._config.name}) setting VIPs.")

    def releasing(self) -> None:
        """Log that the virtual addresses go."""
        self._log.info(f"({self._config.name}) removing VIPs.")

    def refused_address(self, text: str) -> None:
        """Keep why the kernel refused an address, a route or a rule, as the last event."""
        self.last_event = text

    def taken_off(self, address: str, interface: str) -> None:
        """Log that somebody has deleted one of our addresses."""
        self._log.info(log_messages.taken_off(address, interface))

    def put_back(self, lost: Sequence[Lost]) -> None:
        """Tell of addresses, routes and rules that somebody had changed."""
        self.counters.addresses_put_back += len(lost)
        self.last_event = f"{names(lost)} was not there as it should be and was put back"
        self._log.warning(f"({self._config.name}) {self.last_event}")

    def priority_changed(self, before: int, after: int, master: bool) -> None:
        """Tell that the checks make another effective priority; ``master``: of a MASTER."""
        self._log.info(log_messages.effective_priority(self._config.name, before, after))
        self.notifications.priority_changed(self._config, master, after)

    def faults_changed(self, faults: tuple[str, ...], now: float) -> None:
        """Log the first fault at once, and later ones if they last."""
        self.faults.changed(self._config.name, faults, now)

    def lasting_faults(self, now: float) -> None:
        """Log the faults that have come since and have lasted; :attr:`faults` says when that is due."""
        self.faults.tell(self._config.name, now)

    def entered(self, action: Notify) -> None:
        """Tell that a state has begun. A replaced instance tells no script: its name belongs to another one."""
        self.counters.transitions += 1
        self.counters.became_master += action.state == State.MASTER.value
        self.last_event = f"entered {action.state}: {action.reason}"
        self._log.info(log_messages.entering(self._config.name, action.state, action.reason))
        if self.lifecycle is Lifecycle.REPLACED:
            return
        deleted = self.lifecycle is Lifecycle.LEAVING and action.state == State.STOP.value
        self.notifications.put(self._config, self._settings, DELETED if deleted else action.state, action.priority)
