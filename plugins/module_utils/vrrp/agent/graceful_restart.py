# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this process takes over from the one before it, and what it leaves to the next."""

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

PAUSE_S = 0.001  # for each instance, between two ledgers: while 255 take over, one would be made in every turn


class GracefulRestart:
    """Keeps the ledger up to date: at once when something changes, and a moment later when it does not end."""

    def __init__(self, directory: str, log: Log, page: Callable[[], SavedState]) -> None:
        self.inherited = saved_state.read(directory)
        self._lived_until = self.inherited.lived_until
        self._directory = directory
        self._kept = replay_window_file.read(directory)
        self._heard = dict(self._kept)
        self._guards: dict[Identity, Authenticator] = {}
        self._ledger = StateFile(directory)
        self._log = log
        self._page = page
        self._due = False
        self._written_at = self._pause_s = 0.0
        self._ended = False

    @property
    def kept(self) -> bool:
        """Whether a successor will find what this process knows: somebody may have deleted it."""
        return not self._ledger.failed and self._ledger.there

    def begin(self, configuration: Configuration, kernel: Kernel) -> None:
        """Start the ledger of this process; take off what was installed for instances that are no more."""
        known = {advertisement.identity(config) for config in configuration.instances} | {STATIC}
        left = [entry for entry in self.inherited.entries if entry.identity not in known]
        strangers = [entry for entry in left if entry.installed or entry.removals]
        for entry in strangers:
            self._log.warning(f"({entry.name}) removing VIPs that were left behind.")
            kernel.remove_routes(entry.removals)
            there = [place for place in entry.installed if was_set(place, kernel.table, entry.installed)]
            for failure in kernel.release([DesiredAddress(index, address) for index, address in there]):
                self._log.error(f"({entry.name}) {failure}")
        self._ledger.open()
        self._tell_failure()

    def memory_of(self, config: Instance) -> RestartMemory:
        """Return what the instance of ``config`` goes on with, and its place in the ledger."""
        identity = advertisement.identity(config)
        entry = self.inherited.of(identity)
        return RestartMemory(self._ledger.beat_of(identity), None if entry is None else entry.memory)

    def restore_instance(self, instance: VrrpInstance) -> None:
        """Give an instance what it has heard and installed before."""
        identity = advertisement.identity(instance.config)
        former = self._guards.get(identity)  # a reload took it away, and another one brings it back
        instance.authenticator.restore(self._heard.pop(identity, {}) if former is None else former.heard)
        self._guards[identity] = instance.authenticator
        entry = self.inherited.of(identity)
        if entry is not None:
            instance.addresses.inherit(entry.installed, entry.removals, self._lived_until)

    def restore(self) -> None:
        """Make the ledger again if somebody has deleted it."""
        if self._ended or self._ledger.there:
            return
        self._ledger.reopen()
        self._tell_failure()
        self.changed()

    def keep_marks(self) -> None:
        """Write down what ``auth_hmac`` has heard, if that is anything else than what is written."""
        heard = {identity: guard.heard for identity, guard in self._guards.items() if guard.heard}
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
        """What comes later is new: an instance that a reload brings back does not go on where one was before."""
        self.inherited = SavedState()

    def changed(self) -> None:
        """Something that a successor must know has changed."""
        if not self._due and not self._ended:
            self._due = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._written_at + self._pause_s), self.write)

    def write(self) -> None:
        """Write it down now."""
        self._due = False
        self._written_at = asyncio.get_running_loop().time()
        if not self._ended:
            page = self._page()
            self._pause_s = PAUSE_S * len(page.entries)
            self._ledger.write(page)
            self._tell_failure()

    def end(self, leave: bool) -> None:
        """End the ledger of this process. ``leave``: a successor goes on with what is written; else it is deleted."""
        if not self._ended:
            self.keep_marks()
        if leave:
            self.write()
            self._ledger.announce_restart()
        else:
            self._ledger.remove()
        self._ended = True

    def _tell_failure(self) -> None:
        if self._ledger.failed:
            text = f"{self._ledger.failed}: a restart would begin from nothing"
            self._log.rate_limited(("ledger", self._ledger.failed), text)


def entries(instances: Iterable[VrrpInstance]) -> tuple[SavedInstance, ...]:
    """What the ledger says about these."""
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
    """What the ledger says about what is there whoever is MASTER."""
    if not snapshot.installed and not snapshot.removals:
        return ()
    return (
        SavedInstance(
            *(STATIC, "static", 3, State.BACKUP, 100), installed=snapshot.installed, removals=snapshot.removals
        ),
    )


def statics_of(page: SavedState) -> StaticSnapshot:
    """The same the other way: what a process before this one has put there."""
    entry = page.of(STATIC)
    installed, removals = (entry.installed, entry.removals) if entry is not None else ((), ())
    return StaticSnapshot(installed, removals, page.firewall, page.promoted)
