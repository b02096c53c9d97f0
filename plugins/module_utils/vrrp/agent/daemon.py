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
import traceback
from collections.abc import Callable, Iterator

from ..config.model import Configuration, Instance
from ..protocol.states import NEVER, State
from . import process
from .channel import Channel
from .checks import Checks
from .commands import Commands
from .control import CommandError, ControlServer
from .counters import Counters
from .instance import Edge, RunningInstance
from .interfaces import AddressChanged, Interface
from .log import Log
from .network import Network
from .runtime import RuntimeDirectory
from .systemd import ServiceManager
from .timer import Alarm

COALESCE_S = 0.001  # masters whose deadlines lie so close together advertise in one go
RESYNC_S = 1.0  # until the kernel is asked again for what it could not list
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
        self.stopping = False
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._failed = False
        self._resyncing = False
        self._alarm = Alarm(self._loop, self._guard(self._due))
        self.service_manager = ServiceManager()
        self._commands = Commands(self)
        self._control = ControlServer(runtime.control_socket, self._command, log)
        self._by_address: dict[Interface, list[RunningInstance]] = {}
        self._virtual: frozenset[Interface] = frozenset()
        self.checks = Checks(self._guard(self.checks_changed), log)
        self.network = Network(
            log,
            listen=lambda fd, callback: self._loop.add_reader(fd, self._guard(callback)),
            unlisten=self._loop.remove_reader,
            readable=self._readable,
            count=self.discarded.discard,
        )

    @staticmethod
    def clock() -> float:
        """Monotonic seconds; asyncio's timers use the same clock."""
        return time.monotonic()

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT. Returns the exit status."""
        process.watch_children_without_threads()
        process.keep_capabilities_to_ourselves()
        try:
            await self._control.start()
            self._loop.add_reader(self.network.kernel.fileno(), self._guard(self._kernel_events))
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self._guard(self.stop))
            self._loop.add_signal_handler(signal.SIGHUP, self._guard(self._reload_on_signal))
            self._guard(self._start)()
            await self._done.wait()
            self._drop_everything()
            await self.checks.stop()
            await asyncio.gather(*(each.notifications.finish(NOTIFY_AT_END_S) for each in self.everyone()))
        finally:
            self._alarm.cancel()
            self._drop_everything()
            await self._control.stop()
            self._loop.remove_reader(self.network.kernel.fileno())
            self.network.close()
        self.log.info("Stopped")
        return 1 if self._failed else 0

    def everyone(self) -> Iterator[RunningInstance]:
        """The instances of the file, and those that it has no more but that still hold addresses."""
        yield from self.instances.values()
        yield from self.leaving

    # What the configuration asks for

    def add_instance(self, config: Instance) -> RunningInstance:
        """Take in an instance. It begins when its interface has been looked at and its checks have spoken."""
        instance = RunningInstance(config, self.configuration.globals, self._edge())
        self.instances[config.name] = instance
        self.network.attach(instance)
        return instance

    def remove_instance(self, instance: RunningInstance) -> None:
        """Stop an instance; it is forgotten when it has given up its addresses."""
        del self.instances[instance.name]
        self.leaving.append(instance)
        instance.stop(self.clock())
        self._forget_stopped()

    def addresses_changed(self) -> None:
        """The configured virtual addresses are others than before."""
        self._by_address = {}
        for instance in self.everyone():
            for entry in instance.config.addresses:
                self._by_address.setdefault(entry.address, []).append(instance)
        to_come = (entry.address for config in self.configuration.instances for entry in config.addresses)
        self._virtual = frozenset(self._by_address).union(to_come)

    def checks_changed(self) -> None:
        """Some check says something else: every instance looks at its own, and begins if it waited for them."""
        now = self.clock()
        for instance in self.instances.values():
            results = self.checks.results(instance.config.track_scripts)
            if results != instance.checks:
                instance.check_results(results, now)
            if not instance.started and not self.stopping and instance.ready():
                instance.start(now)

    def show_status(self) -> None:
        """Tell the service manager in one line how many instances are in which state."""
        states = [instance.router.state for instance in self.instances.values()]
        counts = [f"{states.count(state)} {state.value}" for state in State if state in states]
        self.service_manager.status(", ".join(counts) or "no instances")

    # Inputs

    def stop(self) -> None:
        """SIGTERM: clean stop. A second one does not wait for the peer."""
        if self.stopping:
            self._done.set()
            return
        self.stopping = True
        self.log.info("Stopping")
        self.service_manager.stopping()
        for instance in self.instances.values():
            instance.stop(self.clock())
        self._end_when_released()

    def _start(self) -> None:
        configuration = self.configuration
        self.log.info(f"Starting with {configuration.path}, {len(configuration.instances)} instance(s)")
        for config in configuration.instances:
            self.add_instance(config)
        self.addresses_changed()
        for instance in self.instances.values():
            instance.interface_changed(self.clock())
            instance.remove_leftovers()
        self.checks.apply(configuration)
        self.checks_changed()
        self._feed_watchdog()
        self.service_manager.ready()
        self.show_status()
        gc.collect()
        gc.freeze()  # what is here now stays: the collector need not look at it again

    def _due(self) -> None:
        self._alarm.mute()
        try:
            self.network.drain(self.clock())
            now = self.clock()
            for instance in list(self.everyone()):
                deadline = instance.deadline
                # A master may advertise a moment early, together with others. A backup never takes over early.
                if deadline <= now or (deadline <= now + COALESCE_S and instance.router.holds_addresses):
                    instance.expire(max(now, deadline))
            self._forget_stopped()
        finally:
            self._alarm.unmute(min((instance.deadline for instance in self.everyone()), default=NEVER))

    def _readable(self, channel: Channel) -> None:
        channel.drain(self.clock())

    def _kernel_events(self) -> None:
        changes = self.network.kernel.read_events()
        self.network.apply(changes)
        now = self.clock()
        virtual = [
            each for each in changes if isinstance(each, AddressChanged) and each.present.address in self._by_address
        ]
        if len(virtual) < len(changes):  # a link, or a host address: perhaps the one we speak from
            for instance in self.instances.values():  # one that leaves must not take the channel from its successor
                self.network.reconfigured(instance)
            for instance in list(self.everyone()):
                instance.interface_changed(now)
        # Afterwards: the kernel deletes a virtual address together with the host's own, and that is a fault.
        for change in virtual:
            for instance in self._by_address[change.present.address]:
                instance.address_changed(change, now)
        if self.network.kernel.stale and not self._resyncing:
            self._resyncing = True
            self._loop.call_later(RESYNC_S, self._guard(self._look_again))

    def _look_again(self) -> None:
        self._resyncing = False
        if not self._done.is_set():
            self._kernel_events()

    def _command(self, command: str, request: dict) -> dict:
        """A bug in a command ends the process like a bug in a callback; a refusal is an answer."""
        try:
            return self._commands.handle(command, request)
        except CommandError:
            raise
        except Exception as error:
            self._give_up()
            raise CommandError("internal error, the agent gives up everything: see its log") from error

    def _reload_on_signal(self) -> None:
        try:
            self._commands.handle("reload", {})
        except CommandError as error:
            for text in (str(error), *error.problems):
                self.log.error(text)

    # The end

    def _drop_everything(self) -> None:
        for instance in self.everyone():
            instance.drop()

    def _forget_stopped(self) -> None:
        for instance in [other for other in self.leaving if not other.router.holds_addresses]:
            self.leaving.remove(instance)
            self.network.detach(instance)

    def _end_when_released(self) -> None:
        if self.stopping and not any(instance.router.holds_addresses for instance in self.everyone()):
            self._done.set()

    def _guard(self, callback: Callable[[], None]) -> Callable[[], None]:
        """A bug in a callback must not leave a half-dead agent that keeps its addresses: it ends the process."""

        def guarded() -> None:
            try:
                callback()
            except Exception:  # whatever it is: the addresses go, and the service manager starts us anew
                self._give_up()

        return guarded

    def _give_up(self) -> None:
        self._failed = True
        self.log.error(f"internal error, giving up everything:\n{traceback.format_exc()}".rstrip())
        self._done.set()

    # What instances and the service manager see

    def _edge(self) -> Edge:
        return Edge(
            kernel=self.network.kernel,
            announcer=self.network.announcer,
            log=self.log,
            sender=self.network.sender,
            virtual=lambda: self._virtual,
            held_elsewhere=self._held_elsewhere,
            arm=self._alarm.arm,
            transition=self._transition,
        )

    def _held_elsewhere(self, asking: object) -> frozenset[tuple[int, Interface]]:
        return frozenset().union(*(instance.held for instance in self.everyone() if instance is not asking))

    def _transition(self) -> None:
        self._end_when_released()
        self.show_status()

    def _feed_watchdog(self) -> None:
        if self.service_manager.watchdog_s is not None:
            self.service_manager.alive()
            self._loop.call_later(self.service_manager.watchdog_s, self._feed_watchdog)
