# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved state survives the process: the state of each instance, its addresses, and its last heartbeat.

Two files in the runtime directory, which lies in memory. ``ledger.json`` is replaced as a whole when something changes,
a moment later. ``pulse`` has one number for each instance, the monotonic time of its last heartbeat, negative unless
it is MASTER. It is written in place with every advertisement, and is right at any moment. It is not mapped into memory:
a program that truncates it would end us (SIGBUS). Both are still there after SIGKILL, and no longer after a reboot.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import Any, Optional

from ...ip_types import Interface
from ...protocol.states import SavedRouterState, State
from ...protocol.timers import mandate_s
from . import own_file, state_file
from .state_file import FORMAT, LEDGER_FILE, PULSE_FILE, SLOT_SIZE, SLOTS, Identity, StoredEntry

RESTARTING_FILE = "restarting"
BEAT = struct.Struct("=d")
LATE_S = 1.0  # for so long after a heartbeat an address may still be set
BOOT_ID = "/proc/sys/kernel/random/boot_id"


@dataclass(frozen=True)
class SavedInstance:
    """It keeps one instance. ``installed`` are the addresses that the agent has set, with the interface's index."""

    identity: Identity
    name: str
    version: int
    state: State
    interval_cs: int
    hold: Optional[str] = None
    installed: tuple[tuple[int, Interface], ...] = ()
    last_at: float = 0.0  # from the pulse; monotonic seconds
    removals: tuple[bytes, ...] = ()  # requests that remove the routes and rules that the agent has set
    adverts: int = 3  # down_timer_adverts

    @property
    def memory(self) -> SavedRouterState:
        """Return what the state machine of the next process needs to go on."""
        return SavedRouterState(self.state, self.last_at, self.interval_cs, self.hold)

    def as_dict(self, slot: int) -> dict[str, Any]:
        """Return the entry as ``ledger.json`` has it; ``slot`` is the place of its number in ``pulse``."""
        return {
            "identity": list(self.identity),
            "name": self.name,
            "version": self.version,
            "state": self.state.value,
            "interval_cs": self.interval_cs,
            "hold": self.hold,
            "mandate_s": mandate_s(self.version, self.interval_cs, self.adverts),
            "installed": [[index, str(address)] for index, address in self.installed],
            "removals": [each.hex() for each in self.removals],
            "slot": slot,
        }


@dataclass(frozen=True)
class SavedState:
    """It keeps the whole saved state: ``checks`` are the results of the checks, ``drained`` is of the node."""

    entries: tuple[SavedInstance, ...] = ()
    checks: dict[str, bool] = field(default_factory=dict)
    drained: bool = False
    firewall: bool = False  # the table of this agent is there
    promoted: tuple[int, ...] = ()  # interfaces, by index, whose promote_secondaries was set
    macvlans: tuple[int, ...] = ()  # those that we have made, by index
    parents: dict[int, dict[str, int]] = field(default_factory=dict)  # former settings of the interfaces below

    @property
    def last_at(self) -> float:
        """Return the last heartbeat of any instance; monotonic seconds, 0 when there was none."""
        return max((entry.last_at for entry in self.entries), default=0.0)

    @property
    def lived_until(self) -> float:
        """Return when the process had ended at the latest (monotonic seconds): it has a heartbeat in each interval."""
        return max((each.last_at + max(each.interval_cs / 100, LATE_S) for each in self.entries), default=0.0)

    @property
    def places(self) -> dict[tuple[int, Interface], float]:
        """Return the addresses that it has set, each with :attr:`lived_until`."""
        return dict.fromkeys((place for entry in self.entries for place in entry.installed), self.lived_until)

    def of(self, identity: Identity) -> Optional[SavedInstance]:
        """Return the entry of one virtual router, None when there is none."""
        return next((entry for entry in self.entries if entry.identity == identity), None)


class StateFile:
    """It writes the state files of this process. ``failed`` says why it cannot; then a restart has no saved state."""

    def __init__(self, directory: str) -> None:
        self.failed = ""
        self._path = os.path.join(directory, LEDGER_FILE)
        self._pulse_path = os.path.join(directory, PULSE_FILE)
        self._restarting_path = os.path.join(directory, RESTARTING_FILE)
        self._slots: dict[Identity, int] = {}
        self._pulse = -1  # the descriptor of the file

    def __del__(self) -> None:
        if self._pulse >= 0:
            os.close(self._pulse)

    def open(self) -> None:
        """Begin a new ``pulse``. The files of the process before this one must have been read by then."""
        self._open(bytes(SLOTS * SLOT_SIZE))

    def reopen(self) -> None:
        """Make ``pulse`` again, with its content, in a directory that was made again."""
        self._open(os.pread(self._pulse, SLOTS * SLOT_SIZE, 0) if self._pulse >= 0 else b"")

    def _open(self, content: bytes) -> None:
        try:
            descriptor = own_file.create(self._pulse_path + ".new")
            try:
                if os.pwrite(descriptor, content.ljust(SLOTS * SLOT_SIZE, b"\0"), 0) < SLOTS * SLOT_SIZE:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # later there would be no room either
                own_file.rename(self._pulse_path + ".new", self._pulse_path)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            self.remove()  # the old files are of another process, and would mislead the next one
            self.failed = f"cannot keep {self._pulse_path}: {error.strerror}"
        else:
            before, self._pulse = self._pulse, descriptor
            if before >= 0:
                os.close(before)

    @property
    def there(self) -> bool:
        """Return whether both files are still there for a successor."""
        with contextlib.suppress(OSError):
            same = self._pulse >= 0 and os.path.samestat(os.lstat(self._pulse_path), os.fstat(self._pulse))
            return same and os.path.isfile(self._path)
        return False

    def beat_of(self, identity: Identity) -> Callable[[float], object]:
        """Return a function that writes an instance's heartbeat; its argument is the time, negative unless MASTER."""
        slot = self._slots.setdefault(identity, len(self._slots))
        if slot >= SLOTS:
            return lambda now: None
        return functools.partial(self._beat, slot * SLOT_SIZE)

    def _beat(self, offset: int, now: float) -> None:
        try:  # noqa: SIM105 suppress() costs more, and this is on the way of each advertisement
            os.pwrite(self._pulse, BEAT.pack(now), offset)
        except OSError:
            pass  # no pulse, or it was truncated and there is no room

    def write(self, saved: SavedState) -> None:
        """Replace ``ledger.json``. An error is only kept in ``failed``: the file is not needed until the next start."""
        if self._pulse < 0:
            return  # without ``pulse`` the file is useless
        content = {
            "format": FORMAT,
            "boot_id": boot_id(),
            "drained": saved.drained,
            "checks": saved.checks,
            "firewall": saved.firewall,
            "promoted": list(saved.promoted),
            "macvlans": list(saved.macvlans),
            "parents": {str(index): settings for index, settings in saved.parents.items()},
            "instances": [entry.as_dict(self._slots.get(entry.identity, SLOTS)) for entry in saved.entries],
        }
        try:
            own_file.replace(self._path, json.dumps(content).encode())
        except OSError as error:
            self.failed = f"cannot write {self._path}: {error.strerror}"
            with contextlib.suppress(OSError):
                os.unlink(self._path)  # better no memory than an old one
        else:
            self.failed = ""

    def announce_restart(self) -> None:
        """Tell the cleanup after this process that a successor starts soon."""
        with contextlib.suppress(OSError):
            os.close(own_file.create(self._restarting_path))

    def remove(self) -> None:
        """Delete all files: a successor has nothing to take over."""
        for path in (self._path, self._pulse_path, self._restarting_path):
            with contextlib.suppress(OSError):
                own_file.clear(path)


def forget_restart(directory: str) -> None:
    """Forget that a restart was announced: from now on cleanup removes what this process leaves."""
    with contextlib.suppress(OSError):
        own_file.clear(os.path.join(directory, RESTARTING_FILE))


def read(directory: str) -> SavedState:
    """Return the state that the process before this one has saved in this boot; an empty one when there is none."""
    stored = state_file.load(directory)
    if stored is None or stored.boot_id != boot_id():
        return SavedState()  # none, or of another release: as after a reboot
    return SavedState(
        tuple(map(_entry, stored.entries)),
        stored.checks,
        stored.drained,
        stored.firewall,
        stored.promoted,
        stored.macvlans,
        stored.parents,
    )


def _entry(stored: StoredEntry) -> SavedInstance:
    state = State(stored.state)
    if stored.beat > 0:
        state = State.MASTER
    elif state is State.MASTER:
        state = State.BACKUP
    return SavedInstance(
        identity=stored.identity,
        name=stored.name,
        version=stored.version,
        state=state,
        interval_cs=stored.interval_cs,
        hold=stored.hold,
        installed=tuple((index, ip_interface(address)) for index, address in stored.installed),
        last_at=abs(stored.beat),
        removals=stored.removals,
    )


def boot_id() -> str:
    """Return the id of this boot, "" where it cannot be read: monotonic times are not valid in another boot."""
    with contextlib.suppress(OSError), open(BOOT_ID, encoding="ascii") as file:
        return file.read().strip()
    return ""
