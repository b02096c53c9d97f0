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
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..config.model import Configuration, Instance
from ..protocol.journal import LIMIT, Journal
from ..protocol.states import NEVER, State
from .changes import Changes
from .desk.commands import Commands
from .desk.control import CommandError, ControlServer, Result
from .desk.reload import OnSignal, reload
from .groups import Groups
from .instance import RunningInstance
from .kernel.addressbook import AddressBook
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
from .life.timer import Alarm
from .life.upkeep import Upkeep
from .ports import InstancePorts
from .segment.channel import Channel
from .segment.network import Network, place_of
from .telling.counters import Counters
from .telling.errands import Errands
from .telling.fifo import Fifos
from .telling.log import Log
from .telling.notify import NotifyQueue
from .telling.recorder import Recorder
from .telling.reports import Reports
from .wiring import address_ports_of, checks_of, conflicts_of, links_of

REST_S = 0.001  # a channel that is busy is read once in so long, not once a packet
SLICE_S = 0.005  # how long many takeovers at once keep the loop from reading
COALESCE_S = 0.001  # masters whose deadlines lie so close together advertise in one go
LATE_S = 0.05  # a timer that is this late says that we have slept
ENTRIES = 16384  # of all journals: 5 MB at most, when everything flaps
END_S = 15.0  # what a start or a stop takes beside its script, for the service manager
NOTIFY_AT_END_S = 5.0  # how long a clean stop waits for notify scripts


class Agent:
    """Everything that runs in one process for one configuration file. Made inside a running loop."""

    def __init__(self, configuration: Configuration, digest: str, runtime: RuntimeDirectory, log: Log) -> None:
        self.configuration = configuration
        self.digest = digest  # SHA-256 of the file that is in force
        self.log = log
        self.started_at = self.clock()
        self.discarded = Counters()  # packets that belong to no instance
        self.instances: dict[str, RunningInstance] = {}
        self.leaving: list[RunningInstance] = []  # removed from the file, addresses not yet given up
        self._former: list[NotifyQueue] = []  # of removed instances; their scripts may run yet
        self.drained = False
        self.departure = Departure(self)
        self._loop = asyncio.get_running_loop()
        self._told = False
        self.changes = Changes(self)
        self._alarm = Alarm(self._loop, self.guard(self._due))
        self.service_manager = ServiceManager()
        self.recorder = records = Recorder(runtime.path, log, self._now)
        self.fifos = Fifos(configuration.globals, log, runtime.path)
        self.errands = Errands(runtime.path, log)
        self.fork = Fork(self.guard, log)
        self._hangup = OnSignal(lambda: reload(self), log)
        self._commands = Commands(self)
        self.reports = Reports(
            runtime.path, log, self._commands.status, lambda: records.write_in_turns(self.everyone())
        )
        self._control = ControlServer(runtime.control_socket, self._command, log)
        self.addressbook = AddressBook()
        self.links = links_of(self)
        self.checks = checks_of(self)
        self.network = Network(
            log,
            listen=lambda fd, callback: self._loop.add_reader(fd, self.guard(callback)),
            unlisten=self._loop.remove_reader,
            readable=self._readable,
            count=self.discarded.discard,
            clock=self._now,
        )
        self.network.tell_unknown(configuration.globals.log_unknown_vrids)
        self.conflicts = conflicts_of(self)
        self.leases = Leases(self.network.kernel)
        self.groups = Groups(lambda: self.instances, self._now, log, self.fifos.tell)
        self.beginning = Beginning(self)
        self.succession = Succession(runtime.path, log, self._page)
        self._upkeep = Upkeep(runtime, self._control, self.succession, log, self.guard)
        self.foundation = Foundation(self)
        self.vmacs = Vmacs(self.network.kernel, self.foundation.firewall.silence, log)

    @property
    def stopping(self) -> bool:
        """Whether this process is about to end."""
        return self.departure.begun

    @staticmethod
    def clock() -> float:
        """Monotonic seconds; asyncio's timers use the same clock."""
        return time.monotonic()

    def _now(self) -> float:
        return self.clock()  # the instance's, which a test may have replaced

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT. Returns the exit status."""
        process.watch_children_without_threads()
        process.keep_capabilities_to_ourselves()
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self.guard(self.departure.stop))
            await self._set_up()
            await self._upkeep.start()
            self._loop.add_reader(self.network.kernel.fileno(), self.guard(self.changes.take))
            self._loop.add_signal_handler(signal.SIGHUP, self.guard(self._hang_up))
            self._loop.add_signal_handler(signal.SIGUSR1, self.reports.data)
            self._loop.add_signal_handler(signal.SIGUSR2, self.reports.stats)
            if not self.stopping:
                self.fifos.open()
                self.guard(self._start)()
            await self.departure.done.wait()
            self.departure.drop_everything()
            self.groups.tell_states()
            if self.departure.failed:  # not sooner: the addresses go first
                self.recorder.write(self.everyone())
            self.succession.end(leave=bool(self.departure.restarting))
            await self.checks.stop()
            queues = {*(each.reporter.notifications for each in self.everyone()), *self._former, *self.groups.queues()}
            await asyncio.gather(*(each.finish(NOTIFY_AT_END_S) for each in queues))
            await self.fifos.close(keep=bool(self.departure.restarting))
            await self.errands.end()
        finally:
            self._alarm.cancel()
            self.fork.close()
            self.departure.drop_everything()
            self.succession.end(leave=bool(self.departure.restarting))
            await self._upkeep.stop()
            self._loop.remove_reader(self.network.kernel.fileno())
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

    def everyone(self) -> Iterator[RunningInstance]:
        """The instances of the file, and those that it has no more but that still hold addresses."""
        yield from self.instances.values()
        yield from self.leaving

    # What the configuration asks for

    def add_instance(self, config: Instance) -> RunningInstance:
        """Take in an instance. It begins when its interface has been looked at and its checks have spoken."""
        # Another interface or virtual router id is another instance, but whoever is told knows names only.
        for other in self.leaving:
            if other.name == config.name:
                other.replace()
        former = next((queue for queue in self._former if queue.name == config.name), None)
        instance = self.instances[config.name] = RunningInstance(
            config,
            self.configuration.globals,
            self._instance_ports(),
            address_ports_of(self, self._alarm.arm),
            self.succession.memory_of(config),
            former or NotifyQueue(config.name, self.log, self.fifos.tell),
            Journal(max(32, min(LIMIT, ENTRIES // len(self.configuration.instances)))),
        )
        self.succession.endow(instance)
        self.network.attach(instance)
        return instance

    def remove_instance(self, instance: RunningInstance) -> None:
        """Stop an instance; it is forgotten when it has given up its addresses."""
        del self.instances[instance.name]
        self.leaving.append(instance)
        self._former = [queue for queue in self._former if not queue.idle] + [instance.reporter.notifications]
        instance.leave(self.clock())
        self._forget_stopped()

    def addresses_changed(self) -> None:
        """The configured virtual addresses are others than before."""
        pairs = [(instance, instance.config) for instance in self.everyone()]
        self.conflicts.changed()
        self.addressbook.fill(pairs + [(self.instances[each.name], each) for each in self.configuration.instances])

    def have_macvlans(self) -> None:
        """Make what the configuration asks for, and keep what a leaving instance still lives on."""
        self.vmacs.apply([*(each.config for each in self.leaving), *self.configuration.instances])
        while self.vmacs.busy:
            self.changes.take()  # it is made, and then it is set up
        if self.vmacs.made:
            self.succession.changed()

    def checks_changed(self) -> None:
        """Some check says something else: every instance looks at its own, and begins if it waited for them."""
        now = self.clock()
        with self.groups.together():
            for instance in self.instances.values():
                results = self.checks.results(instance.config)
                if results != instance.checks:
                    instance.check_results(results, now)
            for instance in self.beginning.due(now):
                if self.drained:
                    instance.inputs.drain(now)
                instance.start(now)
        self.succession.changed()

    def show_status(self) -> None:
        """Tell the service manager in one line how many instances are in which state."""
        states = [instance.router.state for instance in self.instances.values()]
        counts = ", ".join(f"{states.count(state)} {state.value}" for state in State if state in states)
        self.service_manager.status(counts or "no instances")

    # Inputs

    def drain(self, drained: bool) -> None:
        """Give up everything and take nothing, or take part again."""
        self.drained = drained
        self.log.info("Draining: this node gives up everything and takes nothing" if drained else "Drained no more")
        with self.groups.together():
            for instance in self.instances.values():
                if instance.started:
                    (instance.inputs.drain if drained else instance.inputs.undrain)(self.clock())
        self.succession.changed()

    def _start(self) -> None:
        configuration = self.configuration
        self.log.info(f"Starting with {configuration.path}, {len(configuration.instances)} instance(s)")
        self.succession.begin(configuration, self.network.kernel)
        self.vmacs.inherit(self.succession.inherited.macvlans, self.succession.inherited.parents)
        self.have_macvlans()
        self.foundation.begin(address_ports_of(self, self._alarm.arm))
        self.links.apply(configuration)
        for config in configuration.instances:
            self.add_instance(config)
        self.addresses_changed()
        self.groups.apply(configuration)
        self.drained = self.succession.inherited.drained
        for instance in self.instances.values():
            instance.interface_changed(self.clock())
            if self.drained or not instance.remembers_mastership(self.clock()):
                instance.addresses.remove_leftovers()
        self.checks.recall(self.succession.inherited.checks, self.clock() - self.succession.inherited.last_at)
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
        self._alarm.mute()
        try:
            more = self.network.drain(self.clock())
            now = self.clock()
            due = [each for each in self.everyone() if each.deadline <= now + COALESCE_S]
            if more:  # in what is left there may be the master that was missed
                due = [each for each in due if each.router.holds_addresses or place_of(each) not in more]
            # Masters first: who speaks late because others take over would lose what it has, and take over again.
            due.sort(key=lambda each: (not each.router.holds_addresses, each.deadline))
            with self.log.together():
                for instance in due:
                    # A master may advertise a moment early, together with others. A backup never takes over early.
                    if instance.deadline <= now or instance.router.holds_addresses:
                        instance.expire(max(now, instance.deadline))
                    if self.clock() > now + SLICE_S:
                        break  # the rest in the next turn, which reads first what has come meanwhile
            self.leases.renew(now)
            self._forget_stopped()
        finally:
            deadline = min((instance.deadline for instance in self.everyone()), default=NEVER)
            self._alarm.unmute(min(deadline, self.leases.deadline))

    def _read_before_acting(self) -> None:
        """Whatever woke us: when a deadline is long past we have slept, and what came meanwhile comes first."""
        if self.clock() > self._alarm.at + LATE_S:
            self._due()

    def _readable(self, channel: Channel) -> None:
        now = self.clock()
        busy, channel.read_at = now - channel.read_at < 2 * REST_S, now
        channel.drain(now)
        if busy:
            self.network.rest(channel, lambda resume: self._loop.call_later(REST_S, self.guard(resume)))

    def _command(self, command: str, request: dict[str, Any]) -> Result:
        """A bug in a command ends the process like a bug in a callback; a refusal is an answer."""
        try:
            with self.groups.together():
                self._read_before_acting()
                return self._commands.handle(command, request)
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
        for instance in [other for other in self.leaving if not other.router.holds_addresses]:
            self.leaving.remove(instance)
            self.network.detach(instance)
            self.foundation.forget(instance)
            if instance.config.vmac is not None:
                self.have_macvlans()

    def guard(self, callback: Callable[[], None]) -> Callable[[], None]:
        """A bug in a callback must not leave a half-dead agent that keeps its addresses: it ends the process."""

        def guarded() -> None:
            try:
                with self.groups.together():
                    self._read_before_acting()
                    callback()
            except Exception:  # whatever it is: the addresses go, and the service manager starts us anew
                self.departure.give_up()

        return guarded

    # What instances and the service manager see

    def _instance_ports(self) -> InstancePorts:
        return InstancePorts(
            log=self.log,
            table=lambda: self.network.kernel.table,
            sender=self.network.sender,
            virtual=lambda: self.addressbook.virtual,
            trouble=self.links.trouble,
            static_faults=self.foundation.faults_of,
            arm=self._alarm.arm,
            transition=self._transition,
            remember=self.succession.changed,
            acted=self.groups.acted,
        )

    def _page(self) -> Page:
        """What a successor must know."""
        page = Page(entries(self.everyone()), self.checks.remember(), self.drained)
        return self.foundation.page(replace(page, macvlans=self.vmacs.made, parents=self.vmacs.parents))

    def _transition(self) -> None:
        self.succession.changed()
        if not self._told:
            self._told = True
            self._loop.call_soon(self.guard(self._tell))

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
