# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reporter tells people of an instance: in counters, the last event, the log, notify scripts and FIFOs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ..config.model.configuration import Globals, Instance
from ..ip_types import Address
from ..protocol.actions import Notify, RivalHeard
from ..protocol.constants import PRIORITY_STOP
from ..protocol.packet import Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import Backup, State
from . import log_messages
from .addresses.virtual_addresses import Lost, names
from .log import Log
from .network.discards import Discards
from .notify.fault_log import FaultLog
from .notify.scripts import DELETED, NotifyQueue
from .statistics import Conflict, Counters, Peers

# Any host can send advertisements at any rate, so a line about one is written once in so many seconds.
OF_MASTER_S, OF_OTHERS_S = 1.0, 60.0  # priority 0 of the master that we follow; of others


class Lifecycle(Enum):
    """It says whether an instance is in the configuration; one that is not may hold its addresses for a moment."""

    RUNNING = "running"
    LEAVING = "leaving"  # a reload has taken it out
    REPLACED = "replaced"  # another one has its name now, and runs the scripts for that name


class InstanceReporter:
    """It reports one instance. ``notifications`` outlives it: a later instance of the same name uses it again."""

    def __init__(self, config: Instance, settings: Globals, log: Log, notifications: NotifyQueue) -> None:
        self.counters = Counters()
        self.peers = Peers()
        self.discards = Discards()
        self.conflicts: dict[Address, Conflict] = {}  # the other host that claims an address of ours
        self.last_event = "not started"
        self.lifecycle = Lifecycle.RUNNING
        self.notifications = notifications
        self.faults = FaultLog(log)
        self._config, self._settings, self._log = config, settings, log

    def reconfigure(self, config: Instance, settings: Globals) -> None:
        """Take a changed configuration."""
        self._config, self._settings = config, settings

    # What the instance receives

    def heard(self, advertisement: Advertisement, source: Address, router: VirtualRouter, now: float) -> None:
        """Count an advertisement, and log priority 0 and a lower one that this BACKUP will take over from.

        It runs for each advertisement, before ``router`` has taken it.
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
        """Log that no advertisement came for the Master_Down_Interval."""
        self._log.info(log_messages.timeout(self._config.name))

    def refused(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Count a packet that has not passed the checks, and keep it for the status."""
        self.counters.discard(reason)
        if reason == "own" and self._config.configured_source is None:
            return  # a switch sent our packet back, which is harmless
        self.discards.note(reason, source, detail, now, max(interval_s, self._config.advert_int_cs / 100))

    def expects_something_else(self) -> None:
        """Forget what was discarded: it may be accepted now."""
        self.discards = Discards()

    def claimed(self) -> None:
        """Count that another host has said that an address of ours is its own."""
        self.counters.address_conflicts += 1

    def conflict(self, address: Address, found: Conflict, news: bool) -> None:
        """Keep which host claims an address of ours. ``news`` says that there was no such claim lately."""
        self.conflicts[address] = found
        if news:
            self.last_event = f"{found.host} claims {address} too"

    def rival(self, action: RivalHeard, ours: int) -> None:
        """Report a split brain: count it, log it, notify, and show it as the last event."""
        self.counters.split_brains += 1
        theirs = f"{action.address} was MASTER too, with priority {action.priority}"
        self.last_event = f"split brain: {theirs}, ours {ours}"
        self._log.warning(log_messages.rival(self._config.name, action.address, action.priority, ours))
        self.notifications.rival(self._config, self._settings, ours)

    # What the instance does

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
        """Log that the virtual addresses are being set."""
        self._log.info(f"({self._config.name}) setting VIPs.")

    def releasing(self) -> None:
        """Log that the virtual addresses are being removed."""
        self._log.info(f"({self._config.name}) removing VIPs.")

    def refused_address(self, text: str) -> None:
        """Keep why the kernel refused an address, a route or a rule, as the last event."""
        self.last_event = text

    def taken_off(self, address: str, interface: str) -> None:
        """Log that another program has deleted one of our addresses."""
        self._log.info(log_messages.taken_off(address, interface))

    def put_back(self, lost: Sequence[Lost]) -> None:
        """Report addresses, routes and rules that were changed by another program and have been put back."""
        self.counters.addresses_put_back += len(lost)
        self.last_event = f"{names(lost)} was not there as it should be and was put back"
        self._log.warning(f"({self._config.name}) {self.last_event}")

    def priority_changed(self, before: int, after: int, master: bool) -> None:
        """Report that the checks have changed the effective priority. ``master`` says that the instance is MASTER."""
        self._log.info(log_messages.effective_priority(self._config.name, before, after))
        self.notifications.priority_changed(self._config, master, after)

    def faults_changed(self, faults: tuple[str, ...], now: float) -> None:
        """Log the first fault at once, and later ones if they last."""
        self.faults.changed(self._config.name, faults, now)

    def lasting_faults(self, now: float) -> None:
        """Log the faults that came later and have lasted; :attr:`faults` says when that is due."""
        self.faults.tell(self._config.name, now)

    def entered(self, action: Notify) -> None:
        """Report that a state has begun. A replaced instance runs no script: its name belongs to another one."""
        self.counters.transitions += 1
        self.counters.became_master += action.state == State.MASTER.value
        self.last_event = f"entered {action.state}: {action.reason}"
        fields = {
            "INSTANCE": self._config.name,
            "STATE": action.state,
            "PRIORITY": str(action.priority),
            "REASON": action.reason,
            "PEER": str(self.peers.last or ""),
        }
        self._log.info(log_messages.entering(self._config.name, action.state, action.reason), fields)
        if self.lifecycle is Lifecycle.REPLACED:
            return
        deleted = self.lifecycle is Lifecycle.LEAVING and action.state == State.STOP.value
        self.notifications.put(self._config, self._settings, DELETED if deleted else action.state, action.priority)
