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
from collections.abc import Callable, Iterable, Iterator
from typing import Optional

from ..config.model import Configuration, Instance
from ..protocol import timers
from ..protocol.journal import LIMIT, Journal
from ..protocol.states import NEVER, State
from . import process
from .channel import Channel
from .checks import Checks
from .commands import Commands
from .control import CommandError, ControlServer
from .counters import Counters
from .edge import Edge
from .instance import RunningInstance
from .interfaces import AddressChanged, Interface
from .lease import Leases
from .ledger import Page
from .log import Log
from .network import Network
from .recorder import Recorder
from .runtime import RuntimeDirectory
from .succession import Succession, entries
from .systemd import ServiceManager, own_unit, restart_wanted
from .timer import Alarm

REST_S = 0.001  # a channel that is busy is read once in so long, not once a packet
SLICE_S = 0.005  # how long many takeovers at once keep the loop from reading
COALESCE_S = 0.001  # masters whose deadlines lie so close together advertise in one go
LATE_S = 0.05  # a timer that is this late says that we have slept
ENTRIES = 16384  # of all journals: 5 MB at most, when everything flaps
RESTART_S = 1.5  # what a restart takes at most; a shorter mandate is handed over instead
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
        self.drained = False
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._failed = False
        self._restarting: Optional[bool] = None  # None until it is known, when we stop
        self._told = False
        self._resyncing = False
        self._alarm = Alarm(self._loop, self._guard(self._due))
        self.service_manager = ServiceManager()
        self.recorder = Recorder(runtime.path, log, self._now)
        self._commands = Commands(self)
        self._control = ControlServer(runtime.control_socket, self._command, log)
        self._by_address: dict[Interface, list[RunningInstance]] = {}
        self._virtual: frozenset[Interface] = frozenset()
        self.checks = Checks(
            self._guard(self.checks_changed),
            log,
            table=lambda: self.network.kernel.table,
            virtual=lambda: self._virtual,
        )
        self.network = Network(
            log,
            listen=lambda fd, callback: self._loop.add_reader(fd, self._guard(callback)),
            unlisten=self._loop.remove_reader,
            readable=self._readable,
            count=self.discarded.discard,
        )
        self.leases = Leases(self.network.kernel)
        self.succession = Succession(runtime.path, log, self._page)

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
            await self._control.start()
            self._loop.add_reader(self.network.kernel.fileno(), self._guard(self._kernel_events))
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self._guard(self.stop))
            self._loop.add_signal_handler(signal.SIGHUP, self._guard(self._reload_on_signal))
            self._loop.add_signal_handler(signal.SIGUSR1, lambda: self.recorder.write_in_turns(self.everyone()))
            self._guard(self._start)()
            await self._done.wait()
            self._drop_everything()
            if self._failed:  # not sooner: the addresses go first
                self.recorder.write(self.everyone())
            self.succession.end(leave=bool(self._restarting))
            await self.checks.stop()
            await asyncio.gather(*(each.notifications.finish(NOTIFY_AT_END_S) for each in self.everyone()))
        finally:
            self._alarm.cancel()
            self._drop_everything()
            self.succession.end(leave=bool(self._restarting))
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
        instance.journal = Journal(max(32, min(LIMIT, ENTRIES // len(self.configuration.instances))))
        self.succession.endow(instance)
        self.network.attach(instance)
        return instance

    def remove_instance(self, instance: RunningInstance) -> None:
        """Stop an instance; it is forgotten when it has given up its addresses."""
        del self.instances[instance.name]
        self.leaving.append(instance)
        instance.feed(self.clock(), "stop")
        self._forget_stopped()

    def addresses_changed(self) -> None:
        """The configured virtual addresses are others than before."""
        self._by_address = {}
        now_and_soon = [(instance, instance.config) for instance in self.everyone()]
        now_and_soon += [(self.instances[config.name], config) for config in self.configuration.instances]
        for instance, config in now_and_soon:
            for entry in config.addresses:
                known = self._by_address.setdefault(entry.address, [])
                if instance not in known:
                    known.append(instance)
        self._virtual = frozenset(self._by_address)

    def checks_changed(self) -> None:
        """Some check says something else: every instance looks at its own, and begins if it waited for them."""
        now = self.clock()
        for instance in self.instances.values():
            results = self.checks.results(instance.config)
            if results != instance.checks:
                instance.check_results(results, now)
            if not instance.started and not self.stopping and instance.ready():
                if self.drained:
                    instance.feed(now, "drain")
                instance.start(now)
        self.succession.changed()

    def show_status(self) -> None:
        """Tell the service manager in one line how many instances are in which state."""
        states = [instance.router.state for instance in self.instances.values()]
        counts = [f"{states.count(state)} {state.value}" for state in State if state in states]
        self.service_manager.status(", ".join(counts) or "no instances")

    # Inputs

    def stop(self) -> None:
        """SIGTERM: a clean stop, or a restart if the service manager is about one. A second one does not wait."""
        if self.stopping:
            self._done.set()
            return
        self.stopping = True
        self.service_manager.stopping()
        unit = own_unit() if self.service_manager.present else ""
        if unit:
            asked = self._loop.run_in_executor(None, restart_wanted, unit)
            asked.add_done_callback(lambda answer: self._guard(lambda: self._leave(restart=answer.result()))())
        else:
            self._leave(restart=False)

    def drain(self, drained: bool) -> None:
        """Give up everything and take nothing, or take part again."""
        self.drained = drained
        self.log.info("Draining: this node gives up everything and takes nothing" if drained else "Drained no more")
        for instance in self.instances.values():
            if instance.started:
                instance.feed(self.clock(), "drain" if drained else "undrain")
        self.succession.changed()

    def _leave(self, restart: bool) -> None:
        """Hand over what the peer can take sooner than our successor could; keep the rest for that one."""
        if self._done.is_set():
            return  # a second signal, or a bug, did not wait for the answer: everything is given up already
        self._restarting = restart
        self.log.info("Stopping, a restart follows" if restart else "Stopping")
        may_stay = restart and self.succession.kept
        now = self.clock()
        for instance in self.instances.values():
            mandate_s = timers.mandate_s(instance.config.version, instance.config.advert_int_cs)
            if not (may_stay and mandate_s > RESTART_S and instance.stay(now)):
                instance.feed(now, "stop")
        self.leases.renew(now + 1.0)  # whatever was renewed last: a successor needs its time
        self._end_when_released()

    def _start(self) -> None:
        configuration = self.configuration
        self.log.info(f"Starting with {configuration.path}, {len(configuration.instances)} instance(s)")
        self.succession.begin(configuration, self.network.kernel)
        for config in configuration.instances:
            self.add_instance(config)
        self.addresses_changed()
        self.drained = self.succession.inherited.drained
        for instance in self.instances.values():
            instance.interface_changed(self.clock())
            if self.drained or not instance.remembers_mastership(self.clock()):
                instance.addresses.remove_leftovers()
        self.checks.recall(self.succession.inherited.checks)
        self.checks.apply(configuration)
        self.checks_changed()
        self.succession.forget_the_past()
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
            due = [each for each in self.everyone() if each.deadline <= now + COALESCE_S]
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
            self.network.rest(channel, lambda resume: self._loop.call_later(REST_S, self._guard(resume)))

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
            self._read_before_acting()
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
            try:
                instance.drop()
            except Exception as error:  # out of memory, say: the others must go all the same
                self._failed = True
                self.log.error(f"({instance.name}) cannot give up its addresses: {error!r}")

    def _forget_stopped(self) -> None:
        for instance in [other for other in self.leaving if not other.router.holds_addresses]:
            self.leaving.remove(instance)
            self.network.detach(instance)

    def _end_when_released(self) -> None:
        held = any(each.router.holds_addresses and not each.staying for each in self.everyone())
        if self._restarting is not None and not held:
            self._done.set()

    def _guard(self, callback: Callable[[], None]) -> Callable[[], None]:
        """A bug in a callback must not leave a half-dead agent that keeps its addresses: it ends the process."""

        def guarded() -> None:
            try:
                self._read_before_acting()
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
            leases=self.leases,
            announcer=self.network.announcer,
            log=self.log,
            sender=self.network.sender,
            virtual=lambda: self._virtual,
            held_elsewhere=self._held_elsewhere,
            arm=self._alarm.arm,
            transition=self._transition,
            remember=self.succession.changed,
        )

    def _page(self) -> Page:
        """What a successor must know."""
        return Page(entries(self.everyone()), self.checks.remember(), self.drained)

    def _held_elsewhere(self, asking: object, addresses: Iterable[Interface]) -> frozenset[tuple[int, Interface]]:
        sharing = {each for address in addresses for each in self._by_address.get(address, ()) if each is not asking}
        return frozenset().union(*(each.held for each in sharing))

    def _transition(self) -> None:
        self.succession.changed()
        if not self._told:
            self._told = True
            self._loop.call_soon(self._guard(self._tell))

    def _tell(self) -> None:
        """However many states have changed in one turn."""
        self._told = False
        self._end_when_released()
        self.show_status()

    def _feed_watchdog(self) -> None:
        if self.service_manager.watchdog_s is not None:
            self.service_manager.alive()
            self._loop.call_later(self.service_manager.watchdog_s, self._feed_watchdog)
