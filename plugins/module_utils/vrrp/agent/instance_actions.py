# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions that a state machine asks for are performed here: they send, set addresses, announce them, and tell."""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.actions import Action, Announce, InstallAddresses, Notify, ReleaseAddresses, SendAdvertisement
from ..protocol.router import VirtualRouter
from ..protocol.states import State
from .addresses.virtual_addresses import VirtualAddresses
from .advertiser import Advertiser
from .instance_reporter import InstanceReporter
from .instance_tracking import InstanceTracking
from .ports import InstancePorts
from .restart_memory import RestartMemory


class InstanceActions:
    """It performs the actions of one ``router``, in their order."""

    def __init__(
        self,
        router: VirtualRouter,
        advertiser: Advertiser,
        addresses: VirtualAddresses,
        tracking: InstanceTracking,
        reporter: InstanceReporter,
        restart: RestartMemory,
        ports: InstancePorts,
    ) -> None:
        self._router = router
        self._advertiser = advertiser
        self._addresses = addresses
        self._tracking = tracking
        self._reporter = reporter
        self._restart = restart
        self._ports = ports

    def perform(self, actions: Sequence[Action], now: float) -> None:
        """Perform them all, or those until the kernel refuses an address."""
        for action in actions:
            if isinstance(action, SendAdvertisement):
                self._advertiser.send(action.priority, now)
            elif isinstance(action, Announce):
                self.announce(action.repeat)
            elif isinstance(action, Notify):
                self._enter(action, now)
            elif isinstance(action, InstallAddresses):
                self._install(now)
            elif isinstance(action, ReleaseAddresses):
                self._reporter.releasing()
                self._addresses.release()
            else:
                self._reporter.rival(action, self._router.priority)
            if self._addresses.refused and not set(self._addresses.refused) <= set(self._router.faults):
                # Do not advertise addresses that we could not set: the peer takes over.
                self._tracking.faults_changed(now)
                break

    def announce(self, repeat: int) -> None:
        """Announce each address ``repeat`` times."""
        refusals = self._advertiser.refusals
        if refusals.newest is not None and refusals.contested:
            return  # it would steal clients back from the router that is heard
        self._addresses.announce(repeat)

    def _install(self, now: float) -> None:
        self._reporter.installing()
        self._addresses.install(now)
        if self._addresses.refused:
            self._reporter.refused_address(self._addresses.refused[-1])

    def _enter(self, action: Notify, now: float) -> None:
        if action.state == State.MASTER.value:
            self._restart.record_heartbeat(now)
        else:
            self._advertiser.refusals.no_master()
            self._restart.record_heartbeat(-now)
        self._reporter.entered(action)
        self._ports.remember()
        self._ports.transition()
