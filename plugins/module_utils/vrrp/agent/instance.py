# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance gives the inputs to its state machine, and performs the actions that this returns.

Inputs come from the loop, actions go to the ports in :class:`~.ports.InstancePorts`. Nothing here waits. Logs, scripts
and counters are in :mod:`.instance_reporter`, what a restart needs in :mod:`.restart_memory`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Optional

from ..config.model.configuration import Globals, Instance
from ..protocol.actions import Action, Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from ..protocol.constants import PRIORITY_STOP
from ..protocol.event_log import EventLog
from ..protocol.packet import Address, Advertisement
from ..protocol.priority import CheckResult, Verdict, verdict
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, Backup, Master, State, Yielding
from . import interface_state, restart_memory
from .addresses.address_config import AddressConfig
from .addresses.address_ports import AddressPorts
from .addresses.virtual_addresses import Lost, VirtualAddresses
from .instance_reporter import InstanceReporter, Lifecycle
from .netlink.links import AddressChanged
from .netlink.ownership import InterfaceAddress
from .netlink.routes import Key
from .network.advertisement import parameters
from .network.authentication import Authenticator
from .notify.scripts import NotifyQueue
from .ports import InstancePorts
from .refusals import Refusals
from .restart_memory import RestartMemory
from .router_inputs import RouterInputs
from .statistics import Conflict

ECHO_S = 1.0  # an advertisement that comes back later than this, or than our next one, is not our own


class VrrpInstance:
    """It runs one configured ``vrrp_instance``. Its interface and virtual router id never change."""

    def __init__(
        self,
        config: Instance,
        settings: Globals,
        ports: InstancePorts,
        address_ports: AddressPorts,
        restart: RestartMemory,
        notifications: NotifyQueue,
        journal: EventLog,
    ) -> None:
        self.config = config
        self.name = config.name
        self.virtual_router_id = config.virtual_router_id
        self.ip_version = config.ip_version
        self.router = VirtualRouter(parameters(config, None))
        self.journal = journal
        self.inputs = RouterInputs(self.router, journal, self._follow)
        self.restart = restart
        self.reporter = InstanceReporter(config, settings, ports.log, notifications)
        self.addresses = VirtualAddresses(self, AddressConfig.of(config, settings), address_ports)
        self.authenticator = Authenticator(config)
        self.expectation = self.authenticator.take(config, None)
        self.refusals = Refusals(self.router, partial(self._send, PRIORITY_STOP), self._faults_changed)
        self.verdict = Verdict(config.priority)
        self.checks: tuple[CheckResult, ...] = ()
        self.source: Optional[Address] = None
        self.deadline = NEVER  # the earliest one of the router's and those of its faults, which the loop reads often
        self._ports = ports
        self._said: dict[int, float] = {}  # when each priority was sent last
        self._interface_faults: tuple[str, ...] = ("not looked at yet",)

    def follows(self, source: Address) -> bool:
        """Return whether this is the master that was heard last."""
        return self.router.master is not None and self.router.master.address == source

    @property
    def started(self) -> bool:
        """Return whether the state machine has left INIT."""
        return self.router.state is not State.INIT

    @property
    def held(self) -> frozenset[InterfaceAddress]:
        """Return the addresses that no other instance may remove now."""
        return self.addresses.held if self.router.holds_addresses else frozenset()

    def ready(self) -> bool:
        """Return whether every check that can put it into FAULT has a result; it begins only then, as in keepalived."""
        return all(check.ok is not None for check in self.checks if not check.weight)

    def remembers_mastership(self, now: float) -> bool:
        """Return whether the process before this one was MASTER, and no peer can have taken over since."""
        ends_at = self.restart.mandate_ends_at(self.config)
        return ends_at is not None and now < ends_at

    def said(self, now: float) -> list[int]:
        """Return the priorities that were sent a moment ago, and that a switch may send back now."""
        moment_s = min(ECHO_S, self.config.advert_int_cs / 100)
        lately = [priority for priority, at in self._said.items() if now - at <= moment_s]
        return [*lately, self.router.priority] if self.router.holds_addresses else lately  # read late, it is ours too

    # From its beginning to its end

    def start(self, now: float) -> None:
        """Begin to take part, or continue in the state of the process before this one."""
        saved = self.restart.take()
        actions = self.router.start(now, saved)
        if saved is not None and not self.router.holds_addresses:
            self.addresses.remove_leftovers()
        self.journal.note(now, "start", () if saved is None else (saved,), actions, self.router)
        self._follow(actions, now)

    def leave(self, now: float) -> None:
        """Stop for good, as a reload has taken it out of the configuration."""
        self.reporter.lifecycle = Lifecycle.LEAVING
        self.inputs.stop(now)

    def replace(self) -> None:
        """Run no notify script any more, as another instance has its name now."""
        self.reporter.lifecycle = Lifecycle.REPLACED

    def keep_for_restart(self, now: float) -> bool:
        """Advertise once more for the process that follows at once. Returns whether there is a mastership to keep."""
        if isinstance(self.router.condition, Master):
            self._send(self.router.priority, now)
            self.restart.kept = True
            self.addresses.lend(restart_memory.lifetime_s(self.config))
        return self.restart.kept

    def abort(self, now: float) -> None:
        """Give up the addresses at once, as the process ends, unless they are kept for a successor."""
        if self.restart.saved is not None:
            self.addresses.remove_leftovers()  # it has not begun yet
        if self.restart.kept or not self.router.holds_addresses:
            return
        actions = self.router.abort(now)
        self.journal.note(now, "abort", (), actions, self.router)
        self._perform(actions, now)  # its sync group need not decide: every member is aborted
        self.deadline = NEVER

    # Inputs from the network and the clock

    def refused(self, reason: str, source: Address, detail: str, now: float, interval_s: float) -> None:
        """Take note of a packet that has not passed the checks. ``interval_s`` is its advertised interval."""
        self.reporter.refused(reason, source, detail, now, interval_s)

    def heard(self, advertisement: Advertisement, source: Address, now: float) -> None:
        """Take an advertisement that has passed the checks."""
        router = self.router
        self.reporter.heard(advertisement, source, router, now)
        ours = router.priority if isinstance(router.condition, Master) else None
        actions = router.advertisement(advertisement, source, now)
        self.journal.note(now, "advertisement", (advertisement, source), actions, router)
        if ours is not None and isinstance(router.condition, Yielding):
            self.reporter.outbid(advertisement, source, ours)
        if not router.holds_addresses:
            self.restart.record_heartbeat(-now)
        self._follow(actions, now)
        if self.refusals.newest is not None:
            self.refusals.heard(source, advertisement.priority, now)

    def expire(self, now: float) -> None:
        """Do what is due."""
        condition = self.router.condition
        if self.reporter.faults.due_at <= now:
            self.reporter.lasting_faults(now)
        if self.addresses.refused and self.addresses.retry_at <= now:
            self.addresses.refused = ()
            self._faults_changed(now)
        if self.refusals.retry_at <= now:
            self.refusals.retry(now)
        if isinstance(condition, Backup) and condition.deadline <= now:
            self.reporter.timeout()
        actions = self.router.expire(now)
        self.journal.note(now, "expire", (), actions, self.router)
        self._follow(actions, now)
        if self.refusals.newest is not None:
            self.refusals.judge(now)

    def conflict(self, address: Address, found: Conflict, news: bool, now: float) -> None:
        """Take that another host claims one of our addresses: a MASTER announces them again."""
        self.reporter.conflict(address, found, news)
        if news:  # the event log has it once: repeated, it would push everything else out
            self.inputs.conflict(address, found.host, now)
        elif isinstance(self.router.condition, Master):
            self._announce(1)

    # Inputs from the checks and the configuration

    def check_results(self, results: Iterable[CheckResult], now: float) -> None:
        """Take the results of the tracked checks."""
        self.checks = tuple(results)
        self._judge(now)
        self._faults_changed(now)

    def _judge(self, now: float) -> None:
        """Work out the effective priority, by the configuration and the checks."""
        before, self.verdict = self.verdict.priority, verdict(self.config.priority, self.checks)
        after = self.verdict.priority
        if after != before:
            self.reporter.priority_changed(before, after, self.router.state is State.MASTER)
        self.inputs.priority_changed(after, now)

    def reconfigure(self, config: Instance, settings: Globals, now: float) -> None:
        """Take a changed configuration of the same instance on the same interface and virtual router id."""
        old, self.config = self.config, config
        self.name = config.name
        self.reporter.reconfigure(config, settings)
        other_lifetime = self.addresses.reconfigure(AddressConfig.of(config, settings))
        if other_lifetime and self.router.holds_addresses:
            self.addresses.renew_differently()
        self._faults_changed(now)  # what the kernel refused is tried again
        if replace(config, line=old.line) == old:
            return
        self.expectation = self.authenticator.take(config, self.source)
        self.reporter.expects_something_else()
        self._look_at_interface(now)
        changed = parameters(config, self.source)
        if changed != self.router.parameters:
            self.inputs.parameters_changed(changed, now)
            self._judge(now)
        if self.router.holds_addresses:
            self.addresses.reconcile(now)
            self._addresses_set(now)

    # Inputs from the kernel

    def interface_changed(self, now: float) -> None:
        """Look at the interface again. While MASTER, one that was replaced gets the addresses of the old one."""
        self._look_at_interface(now)
        if isinstance(self.router.condition, Master):
            self._put_back(self.addresses.complete(now), now)

    def _look_at_interface(self, now: float) -> None:
        self.addresses.look()
        seen = interface_state.state_of(self.config, self.ip_version, self.addresses, self._ports)
        if seen.source is not None and seen.source != self.source:
            self.source = seen.source
            self.expectation = self.authenticator.take(self.config, self.source)
            self.inputs.source_changed(seen.source, now)
            self.authenticator.packets(self.router.priority)  # ready before they are needed
        self._interface_faults = seen.faults
        self._faults_changed(now)

    def address_changed(self, change: AddressChanged, now: float) -> None:
        """Take that an address was deleted, or is a duplicate: ours is put back at once while we are MASTER."""
        entry = change.present
        if not isinstance(self.router.condition, Master):
            return
        if change.added and not entry.dad_failed:
            if self.addresses.address_usable(now):
                self._addresses_set(now)
            return
        if not change.added:
            link = self._ports.table().links.get(entry.index)
            self.reporter.taken_off(str(entry.address.ip), link.name if link else str(entry.index))
        self._put_back(self.addresses.put_back((entry.index, entry.address), now), now)

    def links_changed(self, indexes: Collection[int], now: float) -> None:
        """Take that interfaces have another MAC address, or came up: announce the addresses if some are there."""
        if any(index in indexes for index, _address in self.held):
            self.inputs.link_changed(now)

    def routes_gone(self, keys: Collection[Key], now: float) -> None:
        """Take that these routes and rules were deleted: ours are put back at once while we are MASTER."""
        if isinstance(self.router.condition, Master):
            self._put_back(self.addresses.routes_gone(keys, now), now)

    def _put_back(self, lost: Sequence[Lost], now: float) -> None:
        if lost:
            self.reporter.put_back(lost)
        if lost or self.addresses.refused:
            self._addresses_set(now)

    def _addresses_set(self, now: float) -> None:
        self._ports.remember()
        if self.addresses.refused:
            self.reporter.refused_address(self.addresses.refused[-1])
            self._faults_changed(now)

    def _faults_changed(self, now: float) -> None:
        faults = self._interface_faults + self.addresses.refused + self.verdict.faults
        faults += self._ports.static_faults(self.name) + self.refusals.fault
        if faults != self.router.own_faults:
            self.reporter.faults_changed(faults, now)
            self.inputs.fault_changed(faults, now)

    # Actions

    def _follow(self, actions: Sequence[Action], now: float) -> None:
        """Perform the actions of an input, and set the timer for the next deadline."""
        if self.router.yielding:
            self.restart.kept = False  # outbid in the last moment: there is nothing left for a successor
            self.addresses.fall_silent()
        self._perform(actions, now)
        self.deadline = min(self.router.condition.deadline, self.reporter.faults.due_at, self.refusals.retry_at)
        if self.addresses.refused:
            self.deadline = min(self.deadline, self.addresses.retry_at)
        self._ports.arm(self.deadline)
        if self.router.group is not None:
            self._ports.acted(self, actions)

    def _perform(self, actions: Sequence[Action], now: float) -> None:
        for action in actions:
            if isinstance(action, SendAdvertisement):
                self._send(action.priority, now)
            elif isinstance(action, Announce):
                self._announce(action.repeat)
            elif isinstance(action, Notify):
                self._enter(action, now)
            elif isinstance(action, InstallAddresses):
                self._install(now)
            elif isinstance(action, ReleaseAddresses):
                self.reporter.releasing()
                self.addresses.release()
            else:
                self.reporter.rival(action, self.router.priority)
            if self.addresses.refused and not set(self.addresses.refused) <= set(self.router.faults):
                self._faults_changed(now)  # do not advertise addresses that we could not set: the peer takes over
                break

    def _send(self, priority: int, now: float) -> None:
        packets = self.authenticator.packets(priority)
        sender = self._ports.sender(self.config.speaks_on, self.ip_version)
        if sender is None:
            return
        self.restart.record_heartbeat(now if priority != PRIORITY_STOP and not self.router.yielding else -now)
        self._said[priority] = now
        counters, reached, refusal = self.reporter.counters, not packets, ""
        for packet, destination in packets:
            error = sender.send(packet, destination)
            if error is None:
                reached = True
                counters.sent += 1
                if priority == PRIORITY_STOP:
                    self.reporter.stopping()
            else:
                refusal = error
                self.reporter.not_sent(destination, error)
        if refusal or self.refusals.newest is not None:
            self.refusals.tried("" if reached else refusal, now)

    def _install(self, now: float) -> None:
        self.reporter.installing()
        self.addresses.install(now)
        if self.addresses.refused:
            self.reporter.refused_address(self.addresses.refused[-1])

    def _announce(self, repeat: int) -> None:
        if self.refusals.newest is not None and self.refusals.contested:
            return  # it would steal clients back from the router that is heard
        self.addresses.announce(repeat)

    def _enter(self, action: Notify, now: float) -> None:
        if action.state == State.MASTER.value:
            self.restart.record_heartbeat(now)
        else:
            self.refusals.no_master()
            self.restart.record_heartbeat(-now)
        self.reporter.entered(action)
        self._ports.remember()
        self._ports.transition()
