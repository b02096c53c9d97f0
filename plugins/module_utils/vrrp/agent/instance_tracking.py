# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance tracks its interface, its checks and what the kernel refuses.

From these come its source address, its priority, and the faults that forbid it to take part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from ..config.model.configuration import Instance
from ..ip_types import Address
from ..protocol.priority import CheckResult, Verdict, verdict
from ..protocol.router import VirtualRouter
from ..protocol.states import State
from . import interface_state
from .addresses.virtual_addresses import VirtualAddresses
from .advertiser import Advertiser
from .instance_reporter import InstanceReporter
from .ports import InstancePorts
from .router_inputs import RouterInputs


class InstanceTracking:
    """It tracks for one ``router``, and gives it what has changed as ``inputs``.

    ``source`` is None until there is one; it stays when the interface has lost it. ``checks`` are the last results.
    """

    def __init__(
        self,
        config: Instance,
        router: VirtualRouter,
        inputs: RouterInputs,
        addresses: VirtualAddresses,
        advertiser: Advertiser,
        reporter: InstanceReporter,
        ports: InstancePorts,
    ) -> None:
        self.source: Optional[Address] = None
        self.checks: tuple[CheckResult, ...] = ()
        self.verdict = Verdict(config.priority)
        self._interface_faults: tuple[str, ...] = ("not looked at yet",)
        self._config = config
        self._router = router
        self._inputs = inputs
        self._addresses = addresses
        self._advertiser = advertiser
        self._reporter = reporter
        self._ports = ports

    def ready(self) -> bool:
        """Return whether every check that can put it into FAULT has a result; it begins only then, as in keepalived."""
        return all(check.ok is not None for check in self.checks if not check.weight)

    def reconfigure(self, config: Instance) -> None:
        """Take a changed configuration; :meth:`look_at_interface` and :meth:`judge` use it."""
        self._config = config

    def check_results(self, results: Iterable[CheckResult], now: float) -> None:
        """Take the results of the checks."""
        self.checks = tuple(results)
        self.judge(now)
        self.faults_changed(now)

    def judge(self, now: float) -> None:
        """Work out the effective priority, by the configuration and the checks."""
        before, self.verdict = self.verdict.priority, verdict(self._config.priority, self.checks)
        after = self.verdict.priority
        if after != before:
            self._reporter.priority_changed(before, after, self._router.state is State.MASTER)
        self._inputs.priority_changed(after, now)

    def look_at_interface(self, now: float) -> None:
        """Look at the interface again."""
        self._addresses.look()
        seen = interface_state.state_of(self._config, self._addresses, self._ports)
        if seen.source is not None and seen.source != self.source:
            self.source = seen.source
            self._advertiser.configure(self._config, self.source)
            self._inputs.source_changed(seen.source, now)
            self._advertiser.authenticator.packets(self._router.priority)  # ready before they are needed
        self._interface_faults = seen.faults
        self.faults_changed(now)

    def faults_changed(self, now: float) -> None:
        """Collect the faults, and tell the router if they are others than before."""
        faults = self._interface_faults + self._addresses.refused + self.verdict.faults
        faults += self._ports.static_faults(self._config.name) + self._advertiser.refusals.fault
        if faults != self._router.own_faults:
            self._reporter.faults_changed(faults, now)
            self._inputs.fault_changed(faults, now)
