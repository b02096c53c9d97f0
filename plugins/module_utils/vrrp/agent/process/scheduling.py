# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request real-time scheduling and lock memory, so that advertisements are on time.

Under systemd the unit sets the scheduling from outside, because its sandbox forbids the call; elsewhere the agent takes
what it is allowed to. It works without what is refused. Nothing of it goes to child processes: SCHED_RESET_ON_FORK
resets the scheduling (sched(7)), and memory locks are not inherited (mlockall(2)).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import time
from typing import Any, Optional

from ..log import Log
from .garbage_collection import Collector

PRIORITY = 10  # of 99: above everything without real time, below other real-time programs; interrupts have 50
NICENESS = -20
RUNAWAY_S = 3  # of processor time without waiting once: longer than systemd's watchdog, far from normal
UPKEEP_S = 1.0
YIELD_S = 0.02  # for other processes in every UPKEEP_S in which the agent never waited

MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4  # asm-generic/mman.h
CAP_IPC_LOCK = 14  # linux/capability.h
STATUS = "/proc/self/status"
POLICIES = {0: "SCHED_OTHER", 1: "SCHED_FIFO", 2: "SCHED_RR", 3: "SCHED_BATCH", 5: "SCHED_IDLE", 6: "SCHED_DEADLINE"}
REAL_TIME = (1, 2, 6)

_upkeep: Optional[ProcessorYield] = None


def claim(log: Log) -> None:
    """Take what the kernel grants, and start the upkeep. Call it once, inside the running loop."""
    global _upkeep  # noqa: PLW0603 - scheduling belongs to the process, and so does its state
    request_real_time()
    lock_memory()
    _upkeep = ProcessorYield(log)
    _upkeep.start()


def state() -> dict[str, Any]:
    """Return the present scheduling and memory lock; the service manager may have changed them."""
    policy, priority = _policy()
    known = {
        "policy": POLICIES.get(policy, str(policy)),
        "priority": priority,
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "memory_locked": _locked_kib() > 0,
        "yields": 0,
        "gc_pause_max_ms": 0.0,
    }
    if _upkeep is not None:
        known["yields"] = _upkeep.yields
        known["gc_pause_max_ms"] = round(_upkeep.collector.longest_s * 1e3, 3)
    return known


def text() -> str:
    """Return the scheduling and memory lock as one log line."""
    known = state()
    is_real_time = _policy()[0] in REAL_TIME
    scheduling = f"{known['policy']} {known['priority']}" if is_real_time else f"nice {known['nice']}"
    return f"scheduling: {scheduling}, memory {'locked' if known['memory_locked'] else 'not locked'}"


def request_real_time() -> None:
    """Set SCHED_RR where the kernel allows it, else niceness -20, else nothing; never for children."""
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
    """Lock every used page in memory. Return False where that is refused, or could fail later.

    Pages are locked as they are used (MCL_ONFAULT), but every mapping counts against the limit. So a limit could turn a
    later allocation into an error: then there is no lock.
    """
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    if not unlimited and not _has_capability(CAP_IPC_LOCK):
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
    except (ImportError, OSError, AttributeError, MemoryError):
        return False


class ProcessorYield:
    """Every second it yields the CPU if the loop never blocked, then runs the garbage collector."""

    def __init__(self, log: Log) -> None:
        self.yields = 0
        self.collector = Collector()
        self._log = log
        self._said = ""
        self._waits = _waits()
        self._handle: Optional[asyncio.TimerHandle] = None

    def start(self) -> None:
        """Begin; it ends with the loop."""
        self.collector.start()
        self._handle = asyncio.get_running_loop().call_later(UPKEEP_S, self._due)

    def stop(self) -> None:
        """Stop, and leave the process as it was, except for its scheduling."""
        if self._handle is not None:
            self._handle.cancel()
        self.collector.stop()

    def _due(self) -> None:
        if not self._said:  # only now: systemd sets the scheduling when the agent has reported that it is ready
            self._said = text()
            self._log.info(self._said)
        self.yield_cpu()
        self.collector.collect()
        self._handle = asyncio.get_running_loop().call_later(UPKEEP_S, self._due)

    def yield_cpu(self) -> None:
        """Sleep a moment if a whole period went by without waiting, as in a flood that uses every processor.

        On one processor, processes without real time would not run at all, and RLIMIT_RTTIME would end us as a runaway.
        """
        waits = _waits()
        if waits == self._waits and _policy()[0] in REAL_TIME:
            time.sleep(YIELD_S)
            self.yields += 1
            waits = _waits()
            self._log.rate_limited(
                ("yield",), "the agent is busy all the time: it leaves other processes a moment every second"
            )
        self._waits = waits


def _policy() -> tuple[int, int]:
    """Return the scheduling policy without its flags, and the real-time priority."""
    reset = getattr(os, "SCHED_RESET_ON_FORK", 0x40000000)
    try:
        return os.sched_getscheduler(0) & ~reset, os.sched_getparam(0).sched_priority
    except OSError:
        return 0, 0


def _limit_runaways() -> None:
    """Let the kernel end an endless loop in real time (setrlimit(2), RLIMIT_RTTIME)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
    if soft == resource.RLIM_INFINITY:
        limit = RUNAWAY_S * 1_000_000 if hard == resource.RLIM_INFINITY else hard
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_RTTIME, (limit, limit))


def _waits() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def _own_status() -> dict[str, str]:
    try:
        with open(STATUS, encoding="ascii", errors="replace") as file:
            return dict(line.split(":", 1) for line in file if ":" in line)
    except OSError:
        return {}


def _has_capability(number: int) -> bool:
    return bool(int(_own_status().get("CapEff", "0"), 16) >> number & 1)


def _locked_kib() -> int:
    return int(_own_status().get("VmLck", "0").split()[0])
