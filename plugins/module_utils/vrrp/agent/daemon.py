# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon reads the clock, gives the inputs to the instances, and executes their actions.

There is one thread and one timer, for the earliest deadline of all instances. When a deadline has passed, the sockets
are read first: an agent that slept must not take over from a master that has advertised all the time.
"""

from __future__ import annotations

import asyncio
import signal
from typing import Any, Optional

from ..config.model.configuration import Configuration
from .address_conflicts import Conflicts
from .addresses.address_ports import AddressPorts
from .addresses.lifetime import Leases
from .addresses.no_accept import NoAcceptTable
from .addresses.promote_secondaries import Promotion
from .addresses.static import StaticConfig
from .addresses.vmac import Vmacs
from .control.commands import Commands
from .control.confirmed_reload import ConfirmedReload
from .control.maintenance import Maintenance
from .control.mastership import Mastership
from .control.plan import Current
from .control.reload import OnSignal, Reload
from .control.server import ControlServer, Result
from .control.status import AgentInfo
from .deadlines import Deadlines
from .dumps import Recorder, Reports
from .environment import Environment
from .errors import CommandError
from .graceful_restart import GracefulRestart, entries, static_entries, statics_of
from .housekeeping import Housekeeping
from .instance_events import InstanceEvents
from .instance_manager import InstanceManager
from .instances import Instances
from .kernel_events import KernelEvents
from .log import Log
from .network.transport import Transport
from .notify.fifo import Fifos
from .notify.lifecycle_scripts import LifecycleScripts
from .notify.scripts import NotifyQueue
from .peer.other_node import OtherNode
from .ports import InstancePorts
from .process import subprocesses
from .process.runtime_dir import RuntimeDirectory
from .process.saved_state import SavedState
from .process.systemd import ServiceManager
from .service_status import ServiceStatus
from .shutdown import Shutdown
from .startup import Startup, delay_s
from .statistics import Counters
from .sync_groups import Groups
from .track.checks import Checks
from .track.interface import Links

END_S = 15.0  # what a start or a stop takes beside its script, for the service manager
NOTIFY_AT_END_S = 5.0  # how long a clean stop waits for notify scripts


class Daemon:
    """It runs everything that one process does for one configuration file. Made inside a running loop."""

    def __init__(
        self,
        configuration: Configuration,
        digest: str,
        runtime: RuntimeDirectory,
        log: Log,
        environment: Optional[Environment] = None,
        state_dir: Optional[str] = None,
    ) -> None:
        environment = environment or Environment()
        self.configuration = configuration
        self.digest = digest  # SHA-256 of the file that is in force
        self.log = log
        self.scheduler = scheduler = environment.scheduler()
        self._started_at = scheduler.now()
        self._freeze = environment.freeze
        self.kernel = kernel = environment.kernel()
        self.announcer = environment.announcer(log)
        self.instances = instances = Instances()
        self.discarded = Counters()  # packets that belong to no instance
        self.service_manager = ServiceManager()
        self.fifos = Fifos(configuration.globals, log, runtime.path)
        self.lifecycle_scripts = LifecycleScripts(runtime.path, log)
        self.groups = Groups(instances, scheduler.now, log, self.fifos.tell)
        self.graceful_restart = GracefulRestart(runtime.path, log, self._saved_state)
        self.leases = Leases(kernel)
        counted = self.discarded.discard
        self.network = Transport(kernel, self.announcer, log, environment.open_socket, counted, scheduler)
        self.network.log_unknown_vrids(configuration.globals.log_unknown_vrids)
        address_ports = AddressPorts(
            kernel=kernel,
            leases=self.leases,
            announcer=self.announcer,
            firewall=NoAcceptTable(),
            promotion=Promotion(kernel, log),
            log=log,
            held_elsewhere=instances.held_elsewhere,
            routes_held_elsewhere=lambda key: self.static_config.routes_held(key) | instances.routes_held(key),
            arm=scheduler.arm,
        )
        self.static_config = StaticConfig(address_ports, scheduler, instances.all, self.graceful_restart.changed)
        self.vmacs = Vmacs(kernel, address_ports.firewall.silence, log)
        self.links = Links(
            table=lambda: kernel.table,
            later=scheduler.call_later,
            changed=self._links_waited,
            bound_s=instances.longest_down_s,
            log=log,
        )
        self.checks = Checks(
            scheduler.callback(self.checks_changed),
            log,
            table=lambda: kernel.table,
            virtual=lambda: instances.virtual,
            trouble=self.links.trouble,
        )
        self.conflicts = Conflicts(
            log,
            clock=scheduler.now,
            table=lambda: kernel.table,
            instances=instances.all,
            virtual=lambda: instances.virtual,
            listen=scheduler.add_reader,
            unlisten=scheduler.remove_reader,
            later=scheduler.call_later,
            open_socket=environment.open_claim_socket,
        )
        self.startup = Startup(
            *(instances, self.groups.mates, delay_s(configuration.globals)),
            wake=lambda seconds: scheduler.call_later(seconds, self.checks_changed),
        )
        self.shutdown = Shutdown(
            instances,
            self.groups.mates,
            self.leases,
            closables=(self.vmacs, self.static_config),  # in this order: the table of the latter silences the macvlans
            can_restart=lambda: self.graceful_restart.kept,
            service_manager=self.service_manager,
            scheduler=scheduler,
            log=log,
        )
        self.other_node = OtherNode(
            lambda: (self.mastership.drained, self.shutdown.begun),
            *(instances, scheduler, environment.wall, log, environment.open_peer_socket),
        )
        changed = (self.shutdown.end_when_released, self.conflicts.changed, self.other_node.changed)
        self.service_status = ServiceStatus(self.service_manager, instances, scheduler, changed)
        instance_ports = InstancePorts(
            log=log,
            table=lambda: kernel.table,
            sender=self.network.sender,
            virtual=lambda: instances.virtual,
            trouble=self.links.trouble,
            static_faults=self.static_config.faults_of,
            arm=scheduler.arm,
            transition=self.service_status.changed,
            remember=self.graceful_restart.changed,
            acted=self.groups.acted,
        )
        events = InstanceEvents(
            instances,
            self.links,
            table=lambda: kernel.table,
            heard_otherwise=self.network.reconfigured,
            tracked_changed=self.checks_changed,
            conflicts_changed=self.conflicts.changed,
            log=log,
        )
        listeners = (self.vmacs, self.network, self.static_config, events)
        self.changes = KernelEvents(kernel, listeners, scheduler, self.shutdown.done.is_set)
        self.manager = InstanceManager(
            configuration,
            instances,
            instance_ports,
            address_ports,
            lambda name: NotifyQueue(name, log, self.fifos.tell),
            *(self.network, self.static_config, self.vmacs, self.conflicts),
            *(self.graceful_restart, self.changes.dispatch),
        )
        self.deadlines = Deadlines(instances, self.network, self.leases, self.manager.forget_stopped, scheduler, log)
        scheduler.connect(self.deadlines.expire, self.shutdown.give_up, self.groups)
        self.fork = environment.fork(scheduler.callback, log)
        self.recorder = Recorder(runtime.path, log, scheduler.now)
        self.mastership = Mastership(instances, self.groups, self._is_stopping, self.graceful_restart.changed, log)
        self.confirmed = ConfirmedReload(instances, self.network.overhear, scheduler.call_later, scheduler.now, log)
        state_dir, wall = state_dir or runtime.path, environment.wall
        self.maintenance = Maintenance(
            state_dir, self.mastership, instances, self.groups, self.fork, scheduler, wall, log
        )
        self.reload = Reload(
            *(self.fork, self._current, self.apply, self._is_stopping),
            *(self.service_manager, scheduler.call_later, self.confirmed, log),
        )
        self._hangup = OnSignal(self.reload.reload, scheduler.call_later, log)
        self._commands = Commands(
            *(self._info, instances, lambda: kernel.table, self.mastership, self.maintenance, self.reload),
            *(self.recorder, self.other_node, self.fork, self.groups.awaited, scheduler.now),
        )
        self.reports = Reports(
            runtime.path, log, self._commands.status, lambda: self.recorder.write_in_turns(instances.all())
        )
        self.control = ControlServer(runtime.control_socket, self.command, log)
        self._upkeep = Housekeeping(runtime, self.control, self.graceful_restart, log, scheduler)

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT. Returns the exit status."""
        subprocesses.watch_children_without_threads()
        subprocesses.keep_capabilities_to_ourselves()
        loop, shutdown = asyncio.get_running_loop(), self.shutdown
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                self.scheduler.on_signal(number, shutdown.stop)
            await self._set_up()
            await self._upkeep.start()
            self.scheduler.add_reader(self.kernel.fileno(), self.changes.dispatch)
            self.scheduler.on_signal(signal.SIGHUP, self._hang_up)
            loop.add_signal_handler(signal.SIGUSR1, self.reports.data)
            loop.add_signal_handler(signal.SIGUSR2, self.reports.stats)
            if not shutdown.begun:
                self.fifos.open()
                self.scheduler.callback(self.start)()
            await shutdown.done.wait()
            shutdown.drop_everything()
            self.groups.tell_states()
            if shutdown.failed:  # not sooner: the addresses go first
                self.recorder.write(self.instances.all())
            self.graceful_restart.end(leave=bool(shutdown.restarting))
            await self.checks.stop()
            queues = {*self.instances.notify_queues(), *self.groups.queues()}
            await asyncio.gather(*(each.finish(NOTIFY_AT_END_S) for each in queues))
            await self.fifos.close(keep=bool(shutdown.restarting))
            await self.lifecycle_scripts.end()
        finally:
            self.scheduler.cancel()
            self.fork.close()
            shutdown.drop_everything()
            self.graceful_restart.end(leave=bool(shutdown.restarting))
            await self._upkeep.stop()
            self.scheduler.remove_reader(self.kernel.fileno())
            self.close()
            self.maintenance.end()  # not sooner: it may wait for a disk
        if not shutdown.restarting:
            if self.configuration.globals.shutdown_script is not None:
                self.service_manager.extend(self.configuration.globals.shutdown_script_timeout_s + END_S)
            await self.lifecycle_scripts.shutdown(self.configuration.globals)
        self.log.info("Stopped")
        return 1 if shutdown.failed else 0

    def close(self) -> None:
        """Close every socket to the segment and to the kernel."""
        self.other_node.close()
        self.conflicts.close()
        self.network.close()
        self.announcer.close()
        self.kernel.close()

    async def _set_up(self) -> None:
        """Run the startup script. No instance starts before it has ended; a change of the file is read afterwards."""
        settings, resuming = self.configuration.globals, bool(self.graceful_restart.inherited.entries)
        wait_s = self.lifecycle_scripts.waits_s(settings, resuming)
        if wait_s:
            self.service_manager.extend(wait_s + END_S)
            self.scheduler.on_signal(signal.SIGHUP, lambda: None)
        await self.lifecycle_scripts.startup(settings, resuming, self.shutdown.done)

    def start(self) -> None:
        """Begin with every instance, where the process before this one has left off. Called once, by :meth:`run`."""
        configuration, inherited = self.configuration, self.graceful_restart.inherited
        self.log.info(f"Starting with {configuration.path}, {len(configuration.instances)} instance(s)")
        self.graceful_restart.begin(configuration, self.kernel)
        self.vmacs.inherit(inherited.macvlans, inherited.parents)
        self.manager.apply_macvlans()
        self.announcer.arrange(configuration.garp_groups)
        self.static_config.begin(configuration, statics_of(inherited), inherited.lived_until)
        self.links.apply(configuration)
        for config in configuration.instances:
            self.manager.add(config)
        self.manager.addresses_changed()
        self.groups.apply(configuration)
        self.mastership.inherit(inherited.drained)
        for instance in self.instances.running.values():
            instance.interface_changed(self.scheduler.now())
            if inherited.drained or not instance.remembers_mastership(self.scheduler.now()):
                instance.addresses.remove_leftovers()
        self.maintenance.begin(inherited)
        self.checks.recall(inherited.checks, self.scheduler.now() - inherited.last_at)
        self.checks.apply(configuration)
        self.checks_changed()
        self.graceful_restart.discard_saved_state()
        self.other_node.apply(configuration.globals)
        self.service_status.feed_watchdog()
        self.service_manager.ready()
        self.log.info("Startup complete")
        self.service_status.show()
        self._freeze()

    def apply(self, new: Configuration, digest: str) -> None:
        """Apply the configuration ``new``, without touching what has not changed; ``digest``: SHA-256 of its file."""
        self.configuration, self.digest = new, digest
        self.fifos.apply(new.globals)
        self.other_node.apply(new.globals)
        self.network.log_unknown_vrids(new.globals.log_unknown_vrids)
        self.manager.remove_missing(new, self.scheduler.now())
        links_differ, receivers = self.links.apply(new), set(self.network.receivers)
        added = self.manager.add_missing(new)
        self.announcer.arrange(new.garp_groups)
        self.static_config.apply(new)
        now = self.scheduler.now()
        self.manager.reconfigure(new, added, now)
        self.groups.apply(new)
        if links_differ or receivers != set(self.network.receivers):  # without a socket no instance may be MASTER
            for instance in self.instances.running.values():
                instance.interface_changed(now)
        self.checks.apply(new)
        self.checks_changed()
        if new.globals.fifo_write_states_on_reload:
            for instance in self.instances.running.values():
                if instance not in added:
                    instance.reporter.notifications.again(instance.config, instance.router.priority)
            for queue in self.groups.queues():
                queue.again()
        self.service_status.show()

    # Inputs

    def checks_changed(self) -> None:
        """Give each instance the results of its checks, and start those that waited for them."""
        now = self.scheduler.now()
        for instance in self.instances.running.values():
            results = self.checks.results(instance.config)
            if results != instance.tracking.checks:
                instance.tracking.check_results(results, now)
        for instance in () if self.shutdown.begun else self.startup.due(now):
            if self.mastership.drained:
                instance.inputs.drain(now)
            self.manager.start(instance, now)
        self.graceful_restart.changed()

    def _links_waited(self) -> None:
        """Have instances and checks look at the interfaces: the delay of a change has passed."""
        self.instances.look_at_interfaces(self.scheduler.now())
        self.checks_changed()

    def command(self, command: str, request: dict[str, Any]) -> Result:
        """Handle a command. A bug in it ends the process, as in a callback; a CommandError goes to the client."""
        try:
            return self.scheduler.run(lambda: self._commands.handle(command, request))
        except CommandError:
            raise
        except Exception as error:
            self.shutdown.give_up()
            raise CommandError("internal error, the agent gives up everything: see its log") from error

    def _hang_up(self) -> None:
        """Make deleted runtime files again, and reload (SIGHUP)."""
        self._upkeep.look()
        self._hangup.signal()

    # What the commands, a successor and the service manager see

    def _is_stopping(self) -> bool:
        return self.shutdown.begun

    def _info(self) -> AgentInfo:
        return AgentInfo(
            *(self.configuration, self.digest, self._started_at, self.shutdown.begun),
            *(self.mastership.drained, self.discarded.discarded, self.maintenance.of_node()),
            self.confirmed.remaining_s(self.scheduler.now()),
        )

    def _current(self) -> Current:
        installed = frozenset().union(*(each.addresses.installed for each in self.instances.all()))
        return Current(
            self.configuration,
            self.digest,
            self.instances.running.values(),
            installed,
            self.mastership.drained,
            self.kernel.table,
        )

    def _saved_state(self) -> SavedState:
        """Return what a successor must know."""
        snapshot = self.static_config.snapshot()
        return SavedState(
            entries(self.instances.all()) + static_entries(snapshot),
            self.checks.remember(),
            self.mastership.drained,
            firewall=snapshot.firewall,
            promoted=snapshot.promoted,
            macvlans=self.vmacs.made,
            parents=self.vmacs.parents,
        )
