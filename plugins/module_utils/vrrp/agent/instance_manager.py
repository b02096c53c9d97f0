# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manager adds, changes and removes instances as a configuration says, with their macvlans."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from ..config.model.configuration import Configuration, Instance
from ..protocol.event_log import LIMIT, EventLog
from ..protocol.states import Master
from .address_conflicts import Conflicts
from .addresses.address_config import AddressConfig
from .addresses.address_ports import AddressPorts
from .addresses.static import StaticConfig
from .addresses.vmac import Vmacs
from .graceful_restart import GracefulRestart
from .instance import VrrpInstance
from .instances import Instances
from .network import advertisement
from .network.transport import Transport
from .notify.scripts import NotifyQueue
from .ports import InstancePorts

ENTRIES = 16384  # of all journals: 5 MB at most, when everything flaps
EVENT_ROUNDS = 100  # portions of events that are read for macvlans; what comes later, the loop reads


class InstanceManager:
    """It makes ``instances`` what a configuration says, in steps, between which the daemon does other work.

    ``new_queue(name)`` makes the notify queue of one. ``take_events()`` reads the kernel's events.
    """

    def __init__(
        self,
        configuration: Configuration,
        instances: Instances,
        ports: InstancePorts,
        address_ports: AddressPorts,
        new_queue: Callable[[str], NotifyQueue],
        network: Transport,
        static_config: StaticConfig,
        vmacs: Vmacs,
        conflicts: Conflicts,
        graceful_restart: GracefulRestart,
        take_events: Callable[[], None],
    ) -> None:
        self._configuration = configuration
        self._instances = instances
        self._ports = ports
        self._address_ports = address_ports
        self._new_queue = new_queue
        self._network = network
        self._static_config = static_config
        self._vmacs = vmacs
        self._conflicts = conflicts
        self._graceful_restart = graceful_restart
        self._take_events = take_events
        self._followed: dict[VrrpInstance, VrrpInstance] = {}  # a new instance -> the one whose name and state it gets
        self._holds: dict[str, str] = {}  # name -> the hold of the instance that a reload replaces

    def remove_missing(self, new: Configuration, now: float) -> None:
        """Take ``new`` as the configuration: stop the instances that it does not have, and make its macvlans."""
        self._configuration = new
        wanted = {advertisement.identity(config): config for config in new.instances}
        named = {config.name for config in new.instances}
        for instance in list(self._instances.running.values()):
            if advertisement.identity(instance.config) in wanted:
                continue
            if instance.name in named and instance.router.hold is not None:
                self._holds[instance.name] = instance.router.hold
            if instance.name in named and isinstance(instance.router.condition, Master):
                self._instances.remove(instance)  # it goes on until the instance that follows it is MASTER
            else:
                self.remove(instance, now)
        self.apply_macvlans()

    def add_missing(self, new: Configuration) -> list[VrrpInstance]:
        """Add the instances that are not there yet, and return them. Those that are there get their new names.

        Then all virtual addresses are known, old and new: no instance looks for its source address earlier.
        """
        running = {advertisement.identity(instance.config): instance for instance in self._instances.running.values()}
        fresh = [config for config in new.instances if advertisement.identity(config) not in running]
        # By name at once, then in the order of the file: if something fails below, each running instance stays known.
        self._instances.rename(
            (config.name, running[advertisement.identity(config)]) for config in new.instances if config not in fresh
        )
        added = [self.add(config) for config in fresh]
        self._instances.rename([(config.name, self._instances.running[config.name]) for config in new.instances])
        self.addresses_changed()
        return added

    def reconfigure(self, new: Configuration, added: Collection[VrrpInstance], now: float) -> None:
        """Change those that were there before, then have those that were ``added`` look at their interfaces."""
        kept = [(self._instances.running[config.name], config) for config in new.instances]
        kept = [(instance, config) for instance, config in kept if instance not in added]
        # To do it 255 times for nothing would take a part of an interval.
        changed = {instance for instance, config in kept if replace(instance.config, line=config.line) != config}
        for instance, config in kept:
            if instance in changed and instance.router.holds_addresses:
                instance.addresses.share(AddressConfig.of(config, new.globals))
        for instance, config in kept:
            instance.reconfigure(config, new.globals, now)
            if instance in changed:
                self._network.reconfigured(instance)
        self._network.open_missing()
        self.addresses_changed()
        for instance in added:
            instance.interface_changed(now)
            instance.addresses.remove_leftovers()

    def add(self, config: Instance) -> VrrpInstance:
        """Add an instance. It starts when its interface has been looked at and its checks have a result."""
        instance = VrrpInstance(
            config,
            self._configuration.globals,
            self._ports,
            self._address_ports,
            self._graceful_restart.memory_of(config),
            self._instances.former_queue(config.name) or self._new_queue(config.name),
            EventLog(max(32, min(LIMIT, ENTRIES // len(self._configuration.instances)))),
        )
        self._instances.add(instance)
        self._graceful_restart.restore_instance(instance)
        self._network.attach(instance)
        former = [each for each in self._instances.leaving if each.name == config.name and each.router.holds_addresses]
        if former:
            self._followed[instance] = former[-1]
        hold = self._holds.pop(config.name, None)
        if hold is not None:
            instance.restart.inherit_hold(hold, config.advert_int_cs)
        return instance

    def start(self, instance: VrrpInstance, now: float) -> None:
        """Start an instance. One with another interface or virtual router id continues the state of the one before."""
        former = self._followed.pop(instance, None)
        if former is not None and isinstance(former.router.condition, Master):
            instance.restart.inherit(former.hand_on(now))
        instance.start(now)
        if former is not None:
            if instance.router.holds_addresses:
                former.cease(now)
            else:
                former.leave(now)
            self.forget_stopped()

    def remove(self, instance: VrrpInstance, now: float) -> None:
        """Stop an instance; it is forgotten when it has given up its addresses."""
        former = self._followed.pop(instance, None)
        self._instances.remove(instance)
        instance.leave(now)
        if former is not None:
            former.leave(now)
        self.forget_stopped()

    def forget_stopped(self) -> None:
        """Forget those that leave and hold no address any more."""
        for instance in self._instances.forget_stopped():
            self._network.detach(instance)
            self._static_config.forget(instance)
            if instance.config.vmac is not None:
                self.apply_macvlans()

    def apply_macvlans(self) -> None:
        """Make the macvlans of the configuration, and keep those that a leaving instance still uses."""
        self._vmacs.apply([*(each.config for each in self._instances.leaving), *self._configuration.instances])
        for _round in range(EVENT_ROUNDS):
            if not self._vmacs.busy:
                break
            self._take_events()  # a macvlan is made first, and set up when its event has come
        if self._vmacs.made:
            self._graceful_restart.changed()

    def addresses_changed(self) -> None:
        """Index the addresses of all instances again: the configured ones have changed."""
        now = [(instance, instance.config) for instance in self._instances.all()]
        soon = [(self._instances.running[config.name], config) for config in self._configuration.instances]
        self._conflicts.changed()
        self._instances.index(now + soon)
