# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A graceful restart keeps mastership: this process takes over the state of the one before it, and leaves its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ..config.model.configuration import Configuration, Instance
from ..protocol.states import State
from .addresses.static import StaticSnapshot
from .instance import VrrpInstance
from .log import Log
from .netlink.address_request import DesiredAddress
from .netlink.kernel import Kernel
from .netlink.ownership import was_set
from .network import advertisement
from .network.authentication import Authenticator
from .process import replay_window_file, saved_state
from .process.saved_state import SavedInstance, SavedState, StateFile
from .process.state_file import STATIC, Identity
from .restart_memory import RestartMemory

PAUSE_S = 0.001  # for each instance, between two writes: while 255 take over, each turn would write the file


class GracefulRestart:
    """It keeps the state file up to date: at once after a change, and in intervals while changes go on."""

    def __init__(self, directory: str, log: Log, saved: Callable[[], SavedState]) -> None:
        self.inherited = saved_state.read(directory)
        self._lived_until = self.inherited.lived_until
        self._directory = directory
        self._kept = replay_window_file.read(directory)
        self._heard = dict(self._kept)
        self._authenticators: dict[Identity, Authenticator] = {}
        self.state_file = StateFile(directory)
        self._log = log
        self._saved_state = saved
        self._due = False
        self._written_at = self._pause_s = 0.0
        self._ended = False

    @property
    def kept(self) -> bool:
        """Return whether a successor will find the state files: they may have failed, or been deleted."""
        return not self.state_file.failed and self.state_file.there

    def begin(self, configuration: Configuration, kernel: Kernel) -> None:
        """Start the state file of this process; remove what was installed for instances that are not configured now."""
        known = {advertisement.identity(config) for config in configuration.instances} | {STATIC}
        left = [entry for entry in self.inherited.entries if entry.identity not in known]
        strangers = [entry for entry in left if entry.installed or entry.removals]
        for entry in strangers:
            self._log.warning(f"({entry.name}) removing VIPs that were left behind.")
            kernel.remove_routes(entry.removals)
            there = [place for place in entry.installed if was_set(place, kernel.table, entry.installed)]
            for failure in kernel.release([DesiredAddress(index, address) for index, address in there]):
                self._log.error(f"({entry.name}) {failure}")
        self.state_file.open()
        self._tell_failure()

    def memory_of(self, config: Instance) -> RestartMemory:
        """Return the restart memory of the instance of ``config``, with its place in the state file."""
        identity = advertisement.identity(config)
        entry = self.inherited.of(identity)
        return RestartMemory(self.state_file.beat_of(identity), None if entry is None else entry.memory)

    def restore_instance(self, instance: VrrpInstance) -> None:
        """Give an instance the sequences that it has heard, and the addresses and routes that it has installed."""
        identity = advertisement.identity(instance.config)
        former = self._authenticators.get(identity)  # one reload removed the instance, and a later one adds it again
        instance.authenticator.restore(self._heard.pop(identity, {}) if former is None else former.heard)
        self._authenticators[identity] = instance.authenticator
        entry = self.inherited.of(identity)
        if entry is not None:
            instance.addresses.inherit(entry.installed, entry.removals, self._lived_until)

    def restore(self) -> None:
        """Make the state files again if they were deleted."""
        if self._ended or self.state_file.there:
            return
        self.state_file.reopen()
        self._tell_failure()
        self.changed()

    def keep_marks(self) -> None:
        """Write the sequences that ``auth_hmac`` has heard, if they have changed since they were written."""
        heard = {identity: each.heard for identity, each in self._authenticators.items() if each.heard}
        if heard == self._kept:
            return
        try:
            replay_window_file.write(self._directory, heard)
            self._kept = heard
        except OSError as error:
            name, why = replay_window_file.MARKS_FILE, error.strerror
            text = f"cannot keep {name}: {why}: after a restart a recording may be accepted"
            self._log.rate_limited(("marks", str(error.strerror)), text)

    def discard_saved_state(self) -> None:
        """Forget the state of the process before: an instance that a reload adds later starts as a new one."""
        self.inherited = SavedState()

    def changed(self) -> None:
        """Write the state file soon: something that a successor must know has changed."""
        if not self._due and not self._ended:
            self._due = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._written_at + self._pause_s), self.write)

    def write(self) -> None:
        """Write the state file now."""
        self._due = False
        self._written_at = asyncio.get_running_loop().time()
        if not self._ended:
            saved = self._saved_state()
            self._pause_s = PAUSE_S * len(saved.entries)
            self.state_file.write(saved)
            self._tell_failure()

    def end(self, leave: bool) -> None:
        """Write the state file for a successor (``leave``), or delete it, as the process ends."""
        if not self._ended:
            self.keep_marks()
        if leave:
            self.write()
            self.state_file.announce_restart()
        else:
            self.state_file.remove()
        self._ended = True

    def _tell_failure(self) -> None:
        if self.state_file.failed:
            text = f"{self.state_file.failed}: a restart would begin from nothing"
            self._log.rate_limited(("ledger", self.state_file.failed), text)


def entries(instances: Iterable[VrrpInstance]) -> tuple[SavedInstance, ...]:
    """Return the entries of these instances for the state file."""
    found = []
    for instance in instances:
        saved = instance.restart.to_save(instance.router)
        found.append(
            SavedInstance(
                identity=advertisement.identity(instance.config),
                name=instance.name,
                version=instance.config.version,
                state=saved.state,
                interval_cs=saved.interval_cs,
                hold=saved.hold,
                installed=tuple(sorted(instance.addresses.installed, key=str)),
                removals=tuple(sorted(instance.addresses.routes.installed)),
                adverts=instance.config.down_timer_adverts,
            )
        )
    return tuple(found)


def static_entries(snapshot: StaticSnapshot) -> tuple[SavedInstance, ...]:
    """Return the entry of the static addresses, routes and rules for the state file; none without them."""
    if not snapshot.installed and not snapshot.removals:
        return ()
    return (
        SavedInstance(
            *(STATIC, "static", 3, State.BACKUP, 100), installed=snapshot.installed, removals=snapshot.removals
        ),
    )


def statics_of(saved: SavedState) -> StaticSnapshot:
    """Return the static addresses, routes and rules of the process before this one, from its state file."""
    entry = saved.of(STATIC)
    installed, removals = (entry.installed, entry.removals) if entry is not None else ((), ())
    return StaticSnapshot(installed, removals, saved.firewall, saved.promoted)
