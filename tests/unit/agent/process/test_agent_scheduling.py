# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduling and memory, in processes of their own: both belong to the process."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from vrrp.agent.log import Log
from vrrp.agent.process import scheduling

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
CHILD = "import os; print(os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0), flush=True)"
CLAIM = f"""
import asyncio, io, json, subprocess, sys
from vrrp.agent.process import scheduling
from vrrp.agent.log import Log
scheduling.UPKEEP_S = 0.05
text = io.StringIO()
async def scenario():
    scheduling.claim(Log(text))
    while "scheduling" not in text.getvalue():
        await asyncio.sleep(0.01)
asyncio.run(scenario())
child = subprocess.run([sys.executable, "-c", {CHILD!r}], capture_output=True, text=True, check=True).stdout.split()
status = dict(line.split(":", 1) for line in subprocess.run(
    ["cat", "/proc/self/status"], capture_output=True, text=True, check=True).stdout.splitlines())
print(json.dumps({{"state": scheduling.state(), "log": text.getvalue().split(" ", 2)[2], "child": child,
                   "child_locked": status["VmLck"]}}))
"""


def claimed(**options):
    done = subprocess.run(
        [sys.executable, "-c", CLAIM], capture_output=True, text=True, check=False, env=ENVIRONMENT, **options
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def may_real_time() -> bool:
    program = "import os; os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


def test_the_agent_takes_the_rights_that_it_gets_and_logs_them():
    found = claimed()
    state = found["state"]
    if may_real_time():
        assert (state["policy"], state["priority"]) == ("SCHED_RR", scheduling.PRIORITY)
        assert found["log"].startswith(f"scheduling: SCHED_RR {scheduling.PRIORITY}, memory ")
    else:
        assert state["policy"] == "SCHED_OTHER"
        assert found["log"].startswith(f"scheduling: nice {state['nice']}, memory ")
    assert found["log"].endswith("memory locked\n" if state["memory_locked"] else "memory not locked\n")


def test_children_are_not_scheduled_in_real_time():
    found = claimed()
    assert found["child"] == ["0", "0"]
    assert found["child_locked"].split() == ["0", "kB"]


def test_children_of_an_agent_that_was_started_with_a_niceness_have_none():
    """As under the unit, where systemd gives the niceness."""
    nice = ["nice", "-n", "-20"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*nice, sys.executable, "-c", CLAIM], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    assert json.loads(done.stdout)["child"] == ["0", "0"]


@pytest.mark.parametrize("limit", ["1 << 16", "resource.RLIM_INFINITY"])
def test_the_agent_works_without_any_right(limit):
    """The user nobody gets ordinary scheduling, a memory lock only without a limit, and no error is logged."""
    program = (
        f"limit = {limit}"
        + """
with contextlib.suppress(OSError, ValueError):  # nor may everybody raise it
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
async def scenario():
    scheduling.claim(Log(io.StringIO()))
asyncio.run(scenario())
unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
print(json.dumps([scheduling.state(), unlimited]))
"""
    )
    imports = """
import asyncio, contextlib, ctypes, io, json, os, resource
from vrrp.agent.process import scheduling
from vrrp.agent.log import Log
scheduling.state()  # what it imports on the way may not be for nobody to read
"""
    done = subprocess.run(
        [sys.executable, "-c", imports + program], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert (done.returncode, done.stderr) == (0, "")
    state, unlimited = json.loads(done.stdout)
    assert (state["policy"], state["nice"], state["memory_locked"]) == ("SCHED_OTHER", os.nice(0), unlimited)


@pytest.fixture
def status(monkeypatch, tmp_path):
    """Return ``status(text)``, which sets what the kernel says about this process (proc(5))."""
    monkeypatch.setattr(scheduling, "STATUS", str(tmp_path / "status"))
    return (tmp_path / "status").write_text


def test_a_limit_on_locked_memory_means_no_lock(monkeypatch, status):
    """With a lock, an allocation beyond the limit would fail one day."""
    status("CapEff:\t000001ffffffbfff\n")  # all but CAP_IPC_LOCK
    monkeypatch.setattr(scheduling.resource, "getrlimit", lambda which: (1 << 30, 1 << 30))
    assert not scheduling.lock_memory()


def test_a_runaway_in_real_time_is_ended_by_the_kernel():
    program = """
from vrrp.agent.process import scheduling
scheduling.RUNAWAY_S = 1
scheduling.request_real_time()
if scheduling.state()["policy"] == "SCHED_RR":
    while True:
        pass
print("no real time here")
"""
    program = program.replace("RUNAWAY_S = 0\n", "RUNAWAY_S = 1\n").replace("0.3", "1")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=20
    )
    expected = -signal.SIGKILL if may_real_time() else 0
    assert done.returncode == expected, done.stderr


def scheduled(monkeypatch, policy, priority):
    monkeypatch.setattr(scheduling.os, "sched_getscheduler", lambda pid: policy)
    monkeypatch.setattr(scheduling.os, "sched_getparam", lambda pid: os.sched_param(priority))


def has_waited(monkeypatch, times):
    monkeypatch.setattr(scheduling.resource, "getrusage", lambda who: SimpleNamespace(ru_nvcsw=times))


def test_a_loop_that_never_waits_sleeps_a_moment_in_real_time(monkeypatch):
    slept = []
    monkeypatch.setattr(scheduling.time, "sleep", slept.append)
    has_waited(monkeypatch, 7)
    text = io.StringIO()
    processor_yield = scheduling.ProcessorYield(Log(text))
    scheduled(monkeypatch, 0, 0)
    processor_yield.yield_cpu()
    assert (slept, processor_yield.yields, text.getvalue()) == ([], 0, "")
    scheduled(monkeypatch, os.SCHED_RR, 10)
    processor_yield.yield_cpu()
    processor_yield.yield_cpu()
    assert (slept, processor_yield.yields) == ([scheduling.YIELD_S] * 2, 2)
    assert text.getvalue().count("\n") == 1
    has_waited(monkeypatch, 8)
    processor_yield.yield_cpu()
    assert processor_yield.yields == 2


@pytest.mark.parametrize(
    ("policy", "locked", "said"),
    [
        ((2, 10), 1, "scheduling: SCHED_RR 10, memory locked"),
        ((1, 3), 0, "scheduling: SCHED_FIFO 3, memory not locked"),
        ((0, 0), 0, "scheduling: nice -20, memory not locked"),
    ],
)
def test_the_scheduling_is_one_log_line(monkeypatch, status, policy, locked, said):
    scheduled(monkeypatch, *policy)
    status(f"VmLck:\t{locked:8} kB\n")
    monkeypatch.setattr(scheduling.os, "getpriority", lambda which, who: -20)
    assert scheduling.text() == said
