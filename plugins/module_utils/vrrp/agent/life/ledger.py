# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What survives a process: who was MASTER of what, with which addresses, and when it spoke last.

Two files in the runtime directory, which lies in memory. ``ledger.json`` is replaced as a whole when something changes,
a moment later. ``pulse`` is mapped into memory: one number for each instance, the monotonic time of its last sign of
life, negative unless it is MASTER. It is written with every advertisement for the price of an assignment, and is right
at any moment. Both are still there after SIGKILL, and no longer after a reboot.
"""

from __future__ import annotations

import contextlib
import functools
import json
import mmap
import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import Any, Optional

from ...protocol.states import Memory, State
from ...protocol.timers import mandate_s
from ..kernel.interfaces import Interface

LEDGER_FILE, PULSE_FILE, RESTARTING_FILE = "ledger.json", "pulse", "restarting"
FORMAT = 1
SLOTS = 1024  # instances that one process can have had; what exceeds them is not remembered
SLOT_SIZE = 8  # octets: one double
DELETE_ROUTE, DELETE_RULE = struct.pack("=H", 25), struct.pack("=H", 33)  # linux/rtnetlink.h
BOOT_ID = "/proc/sys/kernel/random/boot_id"

Identity = tuple[str, int, int]  # interface, virtual router id, IP version
STATIC: Identity = ("", 0, 0)  # what is there whoever is MASTER


@dataclass(frozen=True)
class Entry:
    """One instance. ``installed`` are the addresses that the agent has put there, with their interface's index."""

    identity: Identity
    name: str
    version: int
    state: State
    interval_cs: int
    hold: Optional[str] = None
    installed: tuple[tuple[int, Interface], ...] = ()
    last_at: float = 0.0  # from the pulse; monotonic seconds
    removals: tuple[bytes, ...] = ()  # requests that take off the routes and rules that the agent has put there
    adverts: int = 3  # down_timer_adverts

    @property
    def memory(self) -> Memory:
        return Memory(self.state, self.last_at, self.interval_cs, self.hold)

    def as_dict(self, slot: int) -> dict[str, Any]:
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
class Page:
    """The whole ledger: ``checks`` is what each check said, ``drained`` holds for the node."""

    entries: tuple[Entry, ...] = ()
    checks: dict[str, bool] = field(default_factory=dict)
    drained: bool = False
    firewall: bool = False  # there is a table of ours
    promoted: tuple[int, ...] = ()  # interfaces, by index, whose promote_secondaries was set
    macvlans: tuple[int, ...] = ()  # those that we have made, by index
    parents: dict[int, dict[str, int]] = field(default_factory=dict)  # what the interfaces below had been set to

    @property
    def last_at(self) -> float:
        """The last sign of life of any of them; monotonic seconds, 0 when there was none."""
        return max((entry.last_at for entry in self.entries), default=0.0)

    def of(self, identity: Identity) -> Optional[Entry]:
        """The entry of one virtual router, None when there is none."""
        return next((entry for entry in self.entries if entry.identity == identity), None)


class Ledger:
    """The ledger of this process. ``failed`` says why it cannot be kept; then a restart begins from nothing."""

    def __init__(self, directory: str) -> None:
        self.failed = ""
        self._path = os.path.join(directory, LEDGER_FILE)
        self._pulse_path = os.path.join(directory, PULSE_FILE)
        self._restarting_path = os.path.join(directory, RESTARTING_FILE)
        self._slots: dict[Identity, int] = {}
        self._pulse: Optional[memoryview] = None

    def open(self) -> None:
        """Begin a new pulse. What the process before this one has left must have been read by then."""
        try:
            descriptor = os.open(self._pulse_path + ".new", os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with contextlib.closing(os.fdopen(descriptor, "r+b")) as file:
                file.write(bytes(SLOTS * SLOT_SIZE))  # there for good: touching a page that has no room is fatal
                file.flush()
                self._pulse = memoryview(mmap.mmap(file.fileno(), SLOTS * SLOT_SIZE)).cast("d")
            os.rename(self._pulse_path + ".new", self._pulse_path)
        except OSError as error:
            self.remove()  # what is there is of another process, and would mislead the next one
            self.failed = f"cannot keep {self._pulse_path}: {error.strerror}"

    def beat_of(self, identity: Identity) -> Callable[[float], object]:
        """Return what writes down an instance's sign of life; call it with the time, negative unless it is MASTER."""
        slot = self._slots.setdefault(identity, len(self._slots))
        if self._pulse is None or slot >= SLOTS:
            return lambda now: None
        return functools.partial(self._pulse.__setitem__, slot)

    def write(self, page: Page) -> None:
        """Replace the ledger. What cannot be written is told in ``failed`` and hurts nobody until the next start."""
        if self._pulse is None:
            return  # without it a ledger says nothing
        content = {
            "format": FORMAT,
            "boot_id": boot_id(),
            "drained": page.drained,
            "checks": page.checks,
            "firewall": page.firewall,
            "promoted": list(page.promoted),
            "macvlans": list(page.macvlans),
            "parents": {str(index): settings for index, settings in page.parents.items()},
            "instances": [entry.as_dict(self._slots.get(entry.identity, SLOTS)) for entry in page.entries],
        }
        try:
            with open(self._path + ".new", "w", encoding="ascii", opener=_private) as file:
                json.dump(content, file)
            os.rename(self._path + ".new", self._path)
        except OSError as error:
            self.failed = f"cannot write {self._path}: {error.strerror}"
            with contextlib.suppress(OSError):
                os.unlink(self._path)  # better no memory than an old one
        else:
            self.failed = ""

    def announce_restart(self) -> None:
        """Let whoever cleans up behind this process know that a successor is on its way."""
        with contextlib.suppress(OSError), open(self._restarting_path, "w", encoding="ascii", opener=_private):
            pass

    def remove(self) -> None:
        """Nothing is left to remember."""
        for path in (self._path, self._pulse_path, self._restarting_path):
            with contextlib.suppress(OSError):
                os.unlink(path)


def forget_restart(directory: str) -> None:
    """The successor is there. Whatever becomes of it, it is cleaned up behind."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(directory, RESTARTING_FILE))


def read(directory: str) -> Page:
    """Return what the process before this one has left behind in this boot; an empty page when there is nothing."""
    try:
        with open(os.path.join(directory, LEDGER_FILE), encoding="ascii") as file:
            content = json.load(file)
        with open(os.path.join(directory, PULSE_FILE), "rb") as file:
            pulse = memoryview(file.read(SLOTS * SLOT_SIZE)).cast("d")
        if content["format"] != FORMAT or content["boot_id"] != boot_id():
            return Page()
        entries = tuple(_entries(content["instances"], pulse))
        parents = {int(index): dict(settings) for index, settings in content.get("parents", {}).items()}
        host = (
            bool(content.get("firewall")),
            tuple(content.get("promoted", ())),
            tuple(content.get("macvlans", ())),
            parents,
        )
        return Page(entries, dict(content["checks"]), bool(content["drained"]), *host)
    except (OSError, ValueError, LookupError, TypeError):
        return Page()  # none, or of another release: as after a reboot


def _entries(instances: Iterable[dict[str, Any]], pulse: memoryview) -> Iterable[Entry]:
    for each in instances:
        interface, vrid, ip_version = each["identity"]
        beat, state = pulse[each["slot"]] if each["slot"] < len(pulse) else 0.0, State(each["state"])
        if beat > 0:
            state = State.MASTER
        elif state is State.MASTER:
            state = State.BACKUP
        yield Entry(
            identity=(interface, vrid, ip_version),
            name=each["name"],
            version=each["version"],
            state=state,
            interval_cs=each["interval_cs"],
            hold=each["hold"],
            installed=tuple((index, ip_interface(address)) for index, address in each["installed"]),
            last_at=abs(beat),
            removals=tuple(filter(is_removal, map(bytes.fromhex, each.get("removals", ())))),
        )


def is_removal(request: bytes) -> bool:
    """Whether it deletes a route or a rule: a file must not make anybody send anything else."""
    return request[4:6] in (DELETE_ROUTE, DELETE_RULE)


def boot_id() -> str:
    """What tells this boot from any other: monotonic times mean nothing in another one."""
    with contextlib.suppress(OSError), open(BOOT_ID, encoding="ascii") as file:
        return file.read().strip()
    return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
