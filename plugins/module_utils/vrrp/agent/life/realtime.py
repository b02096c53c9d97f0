# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A late advertisement is a failover that nobody needed: take the processor before others, and stay in memory.

Under systemd the unit gives the scheduling from outside, because nothing in its sandbox may take it; elsewhere the
agent takes what it is allowed to. Whatever is refused is done without: nothing here stops a router from routing.

What the agent starts gets none of it. SCHED_RESET_ON_FORK makes the kernel see to that (sched(7)), and memory locks
are not inherited (mlockall(2)).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import time
from typing import Any, Optional

from ..telling.log import Log
from .garbage import Collector

PRIORITY = 10  # of 99: above everything that is not real time, below whoever cares; the kernel's interrupts have 50
NICENESS = -20
RUNAWAY_S = 3  # on the processor without once waiting for anything: longer than systemd's watchdog, far from normal
UPKEEP_S = 1.0
BREATH_S = 0.02  # left to others in every UPKEEP_S in which the agent never waited

MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4  # asm-generic/mman.h
CAP_IPC_LOCK = 14  # linux/capability.h
POLICIES = {0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE"}
REAL_TIME = (1, 2, 6)

_upkeep: Optional[Upkeep] = None


def claim(log: Log) -> None:
    """Take what the kernel grants, and keep to it from now on. To be called once, inside the running loop."""
    global _upkeep  # noqa: PLW0603 - scheduling belongs to the process, and so does what is known of it
    take_processor()
    lock_memory()
    _upkeep = Upkeep(log)
    _upkeep.start()


def state() -> dict[str, Any]:
    """What the process has got, asked anew: the service manager may have changed it meanwhile."""
    policy, priority = _policy()
    known = {
        "policy": POLICIES.get(policy, str(policy)),
        "priority": priority,
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "memory_locked": _locked_kib() > 0,
        "breaths": 0,
        "gc_pause_max_ms": 0.0,
    }
    if _upkeep is not None:
        known["breaths"] = _upkeep.breaths
        known["gc_pause_max_ms"] = round(_upkeep.collector.longest_s * 1e3, 3)
    return known


def text() -> str:
    """The same in the words of one log line."""
    known = state()
    is_real_time = _policy()[0] in REAL_TIME
    scheduling = f"{known['policy']} {known['priority']}" if is_real_time else f"nice {known['nice']}"
    return f"scheduling: {scheduling}, memory {'locked' if known['memory_locked'] else 'not locked'}"


def take_processor() -> None:
    """SCHED_RR where the kernel allows it, else niceness -20, else nothing; never for children."""
    reset = getattr(os, "SCHED_RESET_ON_FORK", 0x40000000)
    policy, priority = _policy()
    if policy not in REAL_TIME:
        policy, priority = os.SCHED_RR, PRIORITY
    try:
        os.sched_setscheduler(0, policy | reset, os.sched_param(priority))
        _limit_runaways()
    except OSError:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        with contextlib.suppress(OSError):  # needs no right, but a filter may refuse the call
            os.sched_setscheduler(0, os.SCHED_OTHER | reset, os.sched_param(0))


def lock_memory() -> bool:
    """Keep every page that has been used in memory. False where that is refused, or could fail later.

    Pages count as they are used (MCL_ONFAULT), but against the limit counts every mapping. So a limit would one day
    turn an allocation into an error: then there is no lock.
    """
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    if not unlimited and not _has_capability(CAP_IPC_LOCK):
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
    except (ImportError, OSError, AttributeError, MemoryError):
        return False


class Upkeep:
    """Once a second: a breath for others if there was none, and the garbage."""

    def __init__(self, log: Log) -> None:
        self.breaths = 0
        self.collector = Collector()
        self._log = log
        self._said = ""
        self._waits = _waits()
        self._handle: Optional[asyncio.TimerHandle] = None

    def start(self) -> None:
        """Begin; the loop's end is the end of it."""
        self.collector.start()
        self._handle = asyncio.get_running_loop().call_later(UPKEEP_S, self._due)

    def stop(self) -> None:
        """Leave the process as it was, but for its scheduling."""
        if self._handle is not None:
            self._handle.cancel()
        self.collector.stop()

    def _due(self) -> None:
        if not self._said:  # only now: systemd gives the scheduling when the agent has said that it is ready
            self._said = text()
            self._log.info(self._said)
        self.breathe()
        self.collector.collect()
        self._handle = asyncio.get_running_loop().call_later(UPKEEP_S, self._due)

    def breathe(self) -> None:
        """Wait a moment if a whole period went by without waiting, as in a flood that fills every processor we have.

        Whoever is not in real time would not run at all on one processor, and RLIMIT_RTTIME would take us for a
        runaway.
        """
        waits = _waits()
        if waits == self._waits and _policy()[0] in REAL_TIME:
            time.sleep(BREATH_S)
            self.breaths += 1
            waits = _waits()
            self._log.seldom(("breath",), "the agent is busy all the time: it leaves a moment to others every second")
        self._waits = waits


def _policy() -> tuple[int, int]:
    """Scheduling policy without its flags, and the real-time priority."""
    reset = getattr(os, "SCHED_RESET_ON_FORK", 0x40000000)
    try:
        return os.sched_getscheduler(0) & ~reset, os.sched_getparam(0).sched_priority
    except OSError:
        return 0, 0


def _limit_runaways() -> None:
    """A loop without end in real time ends by the kernel's hand (setrlimit(2), RLIMIT_RTTIME)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
    if soft == resource.RLIM_INFINITY:
        limit = RUNAWAY_S * 1_000_000 if hard == resource.RLIM_INFINITY else hard
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_RTTIME, (limit, limit))


def _waits() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def _own_status() -> dict[str, str]:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return dict(line.split(":", 1) for line in file if ":" in line)
    except OSError:
        return {}


def _has_capability(number: int) -> bool:
    return bool(int(_own_status().get("CapEff", "0"), 16) >> number & 1)


def _locked_kib() -> int:
    return int(_own_status().get("VmLck", "0").split()[0])
