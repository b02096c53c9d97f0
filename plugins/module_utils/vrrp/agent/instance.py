# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance gives the inputs to its state machine, and has the actions performed that this returns.

Inputs come from the loop, actions go to the ports in :class:`~.ports.InstancePorts`. Nothing here waits. Each part of
an instance has a file of its own: :mod:`.instance_actions`, :mod:`.advertiser`, :mod:`.instance_tracking`,
:mod:`.address_repair`, :mod:`.instance_reporter` (logs, scripts, counters), :mod:`.restart_memory`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ..config.model.configuration import Globals, Instance
from ..ip_types import Address
from ..protocol.actions import Action
from ..protocol.event_log import EventLog
from ..protocol.packet import Advertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import NEVER, Backup, Master, SavedRouterState, State, Yielding
from . import restart_memory
from .address_repair import AddressRepair
from .addresses.address_config import AddressConfig
from .addresses.address_ports import AddressPorts
from .addresses.virtual_addresses import VirtualAddresses
from .advertiser import Advertiser
from .instance_actions import InstanceActions
from .instance_reporter import InstanceReporter, Lifecycle
from .instance_tracking import InstanceTracking
from .netlink.ownership import InterfaceAddress
from .network.advertisement import parameters
from .notify.scripts import NotifyQueue
from .ports import InstancePorts
from .restart_memory import RestartMemory
from .router_inputs import RouterInputs
from .statistics import Conflict


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
        self.router = VirtualRouter(parameters(config, None))
        self.journal = journal
        self.inputs = RouterInputs(self.router, journal, self._follow)
        self.restart = restart
        self.reporter = InstanceReporter(config, settings, ports.log, notifications)
        self.addresses = VirtualAddresses(self, AddressConfig.of(config, settings), address_ports)
        self.advertiser = Advertiser(
            *(config, self.router, ports, self.reporter, restart),
            self._faults_changed,
        )
        self.tracking = InstanceTracking(
            config, self.router, self.inputs, self.addresses, self.advertiser, self.reporter, ports
        )
        self.repair = AddressRepair(self.router, self.addresses, ports, self.reporter, self.tracking.faults_changed)
        self.actions = InstanceActions(
            self.router, self.advertiser, self.addresses, self.tracking, self.reporter, restart, ports
        )
        self.authenticator, self.refusals = self.advertiser.authenticator, self.advertiser.refusals
        self.deadline = NEVER  # the earliest one of the router's and those of its faults, which the loop reads often
        self._ports = ports
        # What a part of it does for others, without the rest:
        self.said, self.refused = self.advertiser.said, self.reporter.refused
        self.address_changed, self.routes_gone = self.repair.address_changed, self.repair.routes_gone

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

    def remembers_mastership(self, now: float) -> bool:
        """Return whether the process before this one was MASTER, and no peer can have taken over since."""
        ends_at = self.restart.mandate_ends_at(self.config)
        return ends_at is not None and now < ends_at

    def _faults_changed(self, now: float) -> None:
        self.tracking.faults_changed(now)  # it is made after the advertiser, which calls this

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

    def hand_on(self, now: float) -> SavedRouterState:
        """Return its state for an instance of the same name that follows it at once."""
        return replace(self.restart.to_save(self.router), last_at=now)

    def cease(self, now: float) -> None:
        """Stop without a word, as the instance that follows it is MASTER and has the addresses."""
        self.reporter.lifecycle = Lifecycle.REPLACED
        self.inputs.cease(now)

    def replace(self) -> None:
        """Run no notify script any more, as another instance has its name now."""
        self.reporter.lifecycle = Lifecycle.REPLACED

    def keep_for_restart(self, now: float) -> bool:
        """Advertise once more for the process that follows at once. Returns whether there is a mastership to keep."""
        if isinstance(self.router.condition, Master):
            self.advertiser.send(self.router.priority, now)
            self.restart.kept = True
            self.addresses.extend_lifetime(restart_memory.lifetime_s(self.config))
        return self.restart.kept

    def abort(self, now: float) -> None:
        """Give up the addresses at once, as the process ends, unless they are kept for a successor."""
        if self.restart.saved is not None:
            self.addresses.remove_leftovers()  # it has not begun yet
        if self.restart.kept or not self.router.holds_addresses:
            return
        actions = self.router.abort(now)
        self.journal.note(now, "abort", (), actions, self.router)
        self.actions.perform(actions, now)  # its sync group need not decide: every member is aborted
        self.deadline = NEVER

    # Inputs

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
            self.addresses.forget_refusals()
            self.tracking.faults_changed(now)
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
            self.actions.announce(1)

    def reconfigure(self, config: Instance, settings: Globals, now: float) -> None:
        """Take a changed configuration of the same instance on the same interface and virtual router id."""
        old, self.config = self.config, config
        self.name = config.name
        self.reporter.reconfigure(config, settings)
        self.tracking.reconfigure(config)
        other_lifetime = self.addresses.reconfigure(AddressConfig.of(config, settings))
        if other_lifetime and self.router.holds_addresses:
            self.addresses.renew_differently()
        self.tracking.faults_changed(now)  # what the kernel refused is tried again
        if replace(config, line=old.line) == old:
            return
        self.advertiser.configure(config, self.tracking.source)
        self.reporter.expects_something_else()
        self.tracking.look_at_interface(now)
        changed = parameters(config, self.tracking.source)
        if changed != self.router.parameters:
            self.inputs.parameters_changed(changed, now)
            self.tracking.judge(now)
        self.repair.reconfigured(now)

    def interface_changed(self, now: float) -> None:
        """Look at the interface again. While MASTER, one that was replaced gets the addresses of the old one."""
        self.tracking.look_at_interface(now)
        self.repair.interface_changed(now)

    def links_changed(self, indexes: Collection[int], now: float) -> None:
        """Take that interfaces have another MAC address, or came up: announce the addresses if some are there."""
        if any(index in indexes for index, _address in self.held):
            self.inputs.link_changed(now)

    def _follow(self, actions: Sequence[Action], now: float) -> None:
        """Perform the actions of an input, and set the timer for the next deadline."""
        if self.router.yielding:
            self.restart.kept = False  # outbid in the last moment: there is nothing left for a successor
            self.addresses.fall_silent()
        if actions:
            self.actions.perform(actions, now)
        if self.restart.has_changed(self.router):
            self._ports.remember()
        self.deadline = min(self.router.condition.deadline, self.reporter.faults.due_at, self.refusals.retry_at)
        if self.addresses.refused:
            self.deadline = min(self.deadline, self.addresses.retry_at)
        self._ports.arm(self.deadline)
        if self.router.group is not None:
            self._ports.acted(self, actions)
