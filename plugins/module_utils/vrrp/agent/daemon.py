# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop: reads the clock, feeds the inputs, executes the actions.

One thread, one timer for the earliest deadline of all instances. *Read before you act*: when a deadline has passed, the
sockets are drained first, so that an agent that slept does not take over from a master that never stopped talking.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from dataclasses import replace
from typing import Any, Optional

from ..config.model import Configuration, Instance
from ..protocol.journal import LIMIT, Journal
from ..protocol.states import NEVER, State
from .changes import Changes
from .desk.commands import Commands
from .desk.control import CommandError, ControlServer, Result
from .desk.reload import OnSignal, reload
from .groups import Groups
from .instance import RunningInstance
from .instance_events import InstanceEvents
from .instances import Instances
from .kernel.address_ports import AddressPorts
from .kernel.foundation import Foundation
from .kernel.lease import Leases
from .kernel.vmac import Vmacs
from .life import process
from .life.beginning import Beginning
from .life.departure import Departure
from .life.fork import Fork
from .life.ledger import Page
from .life.runtime import RuntimeDirectory
from .life.succession import Succession, entries
from .life.systemd import ServiceManager
from .life.upkeep import Upkeep
from .ports import InstancePorts
from .scheduler import Scheduler
from .segment.channel import Channel
from .segment.network import Network, place_of
from .telling.counters import Counters
from .telling.errands import Errands
from .telling.fifo import Fifos
from .telling.log import Log
from .telling.recorder import Recorder
from .telling.reports import Reports
from .wiring import address_ports_of, checks_of, conflicts_of, links_of

REST_S = 0.001  # a channel that is busy is read once in so long, not once a packet
SLICE_S = 0.005  # how long many takeovers at once keep the loop from reading
COALESCE_S = 0.001  # masters whose deadlines lie so close together advertise in one go
ENTRIES = 16384  # of all journals: 5 MB at most, when everything flaps
END_S = 15.0  # what a start or a stop takes beside its script, for the service manager
NOTIFY_AT_END_S = 5.0  # how long a clean stop waits for notify scripts


class Agent:
    """Everything that runs in one process for one configuration file. Made inside a running loop."""

    def __init__(
        self,
        configuration: Configuration,
        digest: str,
        runtime: RuntimeDirectory,
        log: Log,
        scheduler: Optional[Scheduler] = None,
    ) -> None:
        self.configuration = configuration
        self.digest = digest  # SHA-256 of the file that is in force
        self.log = log
        self.scheduler = scheduler or Scheduler()
        self.started_at = self.scheduler.now()
        self.discarded = Counters()  # packets that belong to no instance
        self.instances = Instances()
        self.drained = False
        self.departure = Departure(self)
        self._loop = asyncio.get_running_loop()
        self._told = False
        self.service_manager = ServiceManager()
        self.recorder = records = Recorder(runtime.path, log, self.scheduler.now)
        self.fifos = Fifos(configuration.globals, log, runtime.path)
        self.errands = Errands(runtime.path, log)
        self.fork = Fork(self.scheduler.callback, log)
        self._hangup = OnSignal(lambda: reload(self), log)
        self._commands = Commands(self)
        self.reports = Reports(
            runtime.path, log, self._commands.status, lambda: records.write_in_turns(self.instances.all())
        )
        self._control = ControlServer(runtime.control_socket, self._command, log)
        self.links = links_of(self)
        self.checks = checks_of(self)
        self.network = Network(
            log,
            listen=self.scheduler.add_reader,
            unlisten=self.scheduler.remove_reader,
            readable=self._readable,
            count=self.discarded.discard,
            clock=self.scheduler.now,
        )
        self.network.tell_unknown(configuration.globals.log_unknown_vrids)
        self.conflicts = conflicts_of(self)
        self.leases = Leases(self.network.kernel)
        self.groups = Groups(lambda: self.instances.running, self.scheduler.now, log, self.fifos.tell)
        self.scheduler.connect(self._due, self.departure.give_up, self.groups)
        self.beginning = Beginning(self)
        self.succession = Succession(runtime.path, log, self._page)
        self._upkeep = Upkeep(runtime, self._control, self.succession, log, self.scheduler)
        self.foundation = Foundation(self)
        self.vmacs = Vmacs(self.network.kernel, self.foundation.firewall.silence, log)
        events = InstanceEvents(
            self.instances,
            self.links,
            table=lambda: self.network.kernel.table,
            heard_otherwise=self.network.reconfigured,
            tracked_changed=self.checks_changed,
            conflicts_changed=self.conflicts.changed,
            log=log,
        )
        self.changes = Changes(
            self.network.kernel,
            (self.vmacs, self.network, self.foundation, events),
            self.scheduler,
            self.departure.done.is_set,
        )

    @property
    def stopping(self) -> bool:
        """Whether this process is about to end."""
        return self.departure.begun

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT. Returns the exit status."""
        process.watch_children_without_threads()
        process.keep_capabilities_to_ourselves()
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                self.scheduler.on_signal(number, self.departure.stop)
            await self._set_up()
            await self._upkeep.start()
            self.scheduler.add_reader(self.network.kernel.fileno(), self.changes.take)
            self.scheduler.on_signal(signal.SIGHUP, self._hang_up)
            self._loop.add_signal_handler(signal.SIGUSR1, self.reports.data)
            self._loop.add_signal_handler(signal.SIGUSR2, self.reports.stats)
            if not self.stopping:
                self.fifos.open()
                self.scheduler.callback(self._start)()
            await self.departure.done.wait()
            self.departure.drop_everything()
            self.groups.tell_states()
            if self.departure.failed:  # not sooner: the addresses go first
                self.recorder.write(self.instances.all())
            self.succession.end(leave=bool(self.departure.restarting))
            await self.checks.stop()
            queues = {*self.instances.notify_queues(), *self.groups.queues()}
            await asyncio.gather(*(each.finish(NOTIFY_AT_END_S) for each in queues))
            await self.fifos.close(keep=bool(self.departure.restarting))
            await self.errands.end()
        finally:
            self.scheduler.cancel()
            self.fork.close()
            self.departure.drop_everything()
            self.succession.end(leave=bool(self.departure.restarting))
            await self._upkeep.stop()
            self.scheduler.remove_reader(self.network.kernel.fileno())
            self.conflicts.close()
            self.network.close()
        if not self.departure.restarting:
            if self.configuration.globals.shutdown_script is not None:
                self.service_manager.extend(self.configuration.globals.shutdown_script_timeout_s + END_S)
            await self.errands.shutdown(self.configuration.globals)
        self.log.info("Stopped")
        return 1 if self.departure.failed else 0

    async def _set_up(self) -> None:
        """Run the startup script. Nobody is served before it has ended, and a change of the file is read afterwards."""
        settings, resuming = self.configuration.globals, bool(self.succession.inherited.entries)
        wait_s = self.errands.waits_s(settings, resuming)
        if wait_s:
            self.service_manager.extend(wait_s + END_S)
            self._loop.add_signal_handler(signal.SIGHUP, lambda: None)
        await self.errands.startup(settings, resuming, self.departure.done)

    # What the configuration asks for

    def add_instance(self, config: Instance) -> RunningInstance:
        """Take in an instance. It begins when its interface has been looked at and its checks have spoken."""
        instance = RunningInstance(config, self.configuration.globals, self._instance_ports(), self._address_ports())
        self.instances.add(instance)
        instance.journal = Journal(max(32, min(LIMIT, ENTRIES // len(self.configuration.instances))))
        self.succession.endow(instance)
        self.network.attach(instance)
        return instance

    def remove_instance(self, instance: RunningInstance) -> None:
        """Stop an instance; it is forgotten when it has given up its addresses."""
        self.instances.remove(instance)
        instance.feed(self.scheduler.now(), "stop")
        self._forget_stopped()

    def addresses_changed(self) -> None:
        """The configured virtual addresses are others than before."""
        now = [(instance, instance.config) for instance in self.instances.all()]
        soon = [(self.instances.running[config.name], config) for config in self.configuration.instances]
        self.conflicts.changed()
        self.instances.index(now + soon)

    def have_macvlans(self) -> None:
        """Make what the configuration asks for, and keep what a leaving instance still lives on."""
        self.vmacs.apply([*(each.config for each in self.instances.leaving), *self.configuration.instances])
        while self.vmacs.busy:
            self.changes.take()  # it is made, and then it is set up
        if self.vmacs.made:
            self.succession.changed()

    def checks_changed(self) -> None:
        """Some check says something else: every instance looks at its own, and begins if it waited for them."""
        now = self.scheduler.now()
        with self.groups:
            for instance in self.instances.running.values():
                results = self.checks.results(instance.config)
                if results != instance.checks:
                    instance.check_results(results, now)
            for instance in self.beginning.due(now):
                if self.drained:
                    instance.feed(now, "drain")
                instance.start(now)
        self.succession.changed()

    def show_status(self) -> None:
        """Tell the service manager in one line how many instances are in which state."""
        states = [instance.router.state for instance in self.instances.running.values()]
        counts = ", ".join(f"{states.count(state)} {state.value}" for state in State if state in states)
        self.service_manager.status(counts or "no instances")

    # Inputs

    def drain(self, drained: bool) -> None:
        """Give up everything and take nothing, or take part again."""
        self.drained = drained
        self.log.info("Draining: this node gives up everything and takes nothing" if drained else "Drained no more")
        with self.groups:
            for instance in self.instances.running.values():
                if instance.started:
                    instance.feed(self.scheduler.now(), "drain" if drained else "undrain")
        self.succession.changed()

    def _start(self) -> None:
        configuration = self.configuration
        self.log.info(f"Starting with {configuration.path}, {len(configuration.instances)} instance(s)")
        self.succession.begin(configuration, self.network.kernel)
        self.vmacs.inherit(self.succession.inherited.macvlans, self.succession.inherited.parents)
        self.have_macvlans()
        self.foundation.begin(self._address_ports())
        self.links.apply(configuration)
        for config in configuration.instances:
            self.add_instance(config)
        self.addresses_changed()
        self.groups.apply(configuration)
        self.drained = self.succession.inherited.drained
        for instance in self.instances.running.values():
            instance.interface_changed(self.scheduler.now())
            if self.drained or not instance.remembers_mastership(self.scheduler.now()):
                instance.addresses.remove_leftovers()
        self.checks.recall(self.succession.inherited.checks, self.scheduler.now() - self.succession.inherited.last_at)
        self.checks.apply(configuration)
        self.checks_changed()
        self.succession.forget_the_past()
        self._feed_watchdog()
        self.service_manager.ready()
        self.log.info("Startup complete")
        self.show_status()
        gc.collect()
        gc.freeze()  # what is here now stays: the collector need not look at it again

    def _due(self) -> None:
        self.scheduler.suspend()
        try:
            more = self.network.drain(self.scheduler.now())
            now = self.scheduler.now()
            due = [each for each in self.instances.all() if each.deadline <= now + COALESCE_S]
            if more:  # in what is left there may be the master that was missed
                due = [each for each in due if each.router.holds_addresses or place_of(each) not in more]
            # Masters first: who speaks late because others take over would lose what it has, and take over again.
            due.sort(key=lambda each: (not each.router.holds_addresses, each.deadline))
            with self.log.together():
                for instance in due:
                    # A master may advertise a moment early, together with others. A backup never takes over early.
                    if instance.deadline <= now or instance.router.holds_addresses:
                        instance.expire(max(now, instance.deadline))
                    if self.scheduler.now() > now + SLICE_S:
                        break  # the rest in the next turn, which reads first what has come meanwhile
            self.leases.renew(now)
            self._forget_stopped()
        finally:
            deadline = min((instance.deadline for instance in self.instances.all()), default=NEVER)
            self.scheduler.resume(min(deadline, self.leases.deadline))

    def _readable(self, channel: Channel) -> None:
        now = self.scheduler.now()
        busy, channel.read_at = now - channel.read_at < 2 * REST_S, now
        channel.drain(now)
        if busy:
            self.network.rest(channel, lambda resume: self.scheduler.call_later(REST_S, resume))

    def _command(self, command: str, request: dict[str, Any]) -> Result:
        """A bug in a command ends the process like a bug in a callback; a refusal is an answer."""
        try:
            return self.scheduler.run(lambda: self._commands.handle(command, request))
        except CommandError:
            raise
        except Exception as error:
            self.departure.give_up()
            raise CommandError("internal error, the agent gives up everything: see its log") from error

    def _hang_up(self) -> None:
        """SIGHUP has come: what somebody has deleted is made again, and the file is read."""
        self._upkeep.look()
        self._hangup.signal()

    # The end

    def _forget_stopped(self) -> None:
        for instance in self.instances.forget_stopped():
            self.network.detach(instance)
            self.foundation.forget(instance)
            if instance.config.vmac is not None:
                self.have_macvlans()

    # What instances and the service manager see

    def _instance_ports(self) -> InstancePorts:
        return InstancePorts(
            log=self.log,
            table=lambda: self.network.kernel.table,
            sender=self.network.sender,
            virtual=lambda: self.instances.virtual,
            trouble=self.links.trouble,
            static_faults=self.foundation.faults_of,
            arm=self.scheduler.arm,
            transition=self._transition,
            remember=self.succession.changed,
            acted=self.groups.acted,
            tell=self.fifos.tell,
        )

    def _address_ports(self) -> AddressPorts:
        return address_ports_of(self)

    def _page(self) -> Page:
        """What a successor must know."""
        page = Page(entries(self.instances.all()), self.checks.remember(), self.drained)
        return self.foundation.page(replace(page, macvlans=self.vmacs.made, parents=self.vmacs.parents))

    def _transition(self) -> None:
        self.succession.changed()
        if not self._told:
            self._told = True
            self.scheduler.call_soon(self._tell)

    def _tell(self) -> None:
        """However many states have changed in one turn."""
        self._told = False
        self.departure.end_when_released()
        self.conflicts.changed()
        self.show_status()

    def _feed_watchdog(self) -> None:
        if self.service_manager.watchdog_s is not None:
            self.service_manager.alive()
            self._loop.call_later(self.service_manager.watchdog_s, self._feed_watchdog)
