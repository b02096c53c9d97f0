# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the two programs that speak VRRP here, our agent and keepalived, with the same interface."""

from __future__ import annotations

import abc
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Optional

from .agent_server import AgentServer, read_at_start
from .host import Host, LabError
from .segment import Segment, folder

MODULE_UTILS = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"
_ENTERING = re.compile(r"\((?P<name>\S+?)\) Entering (?P<state>MASTER|BACKUP|FAULT) STATE", re.IGNORECASE)
POLL_S = 0.02
SAMPLE_S = 0.002
# The longest lifetime of an address is 3 s. The kernel looks up to a quarter of a second later, as it rounds to whole
# seconds, and its timers of 2 s and more may be late by 64 ticks, 0.256 s at 250 Hz. An idle machine: 3.01 to 3.45 s.
LEASE_GONE_S = 3.55


class Peer(abc.ABC):
    """It is a daemon on a host. Entering the context starts it, leaving ends it in any case.

    ``folder`` holds its configuration, its log and what it writes while it runs.
    """

    kind = ""

    def __init__(self, host: Host, config_text: str):
        self.host = host
        self.folder = folder()
        self.config = self.folder / "hotstandby.conf"
        self.log = self.folder / "log.txt"
        self.process: Any = None
        self.write(config_text)

    def __enter__(self) -> Peer:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.host.name})"

    @abc.abstractmethod
    def arguments(self) -> list[str]:
        """Return the command line that starts it."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def write(self, config_text: str) -> None:
        """Replace its configuration file; a running daemon reads it at a reload."""
        self.config.write_text(config_text)
        self.config.chmod(0o600)

    # Start and end

    def start(self) -> Peer:
        """Start it; the log is appended to."""
        if self.running:
            raise LabError(f"{self} runs already")
        with self.log.open("ab") as log:
            self.process = self.launch(log)
        return self

    def launch(self, log: Any) -> Any:
        """Start its program, which writes to ``log``. Return the process."""
        return self.host.popen(
            self.arguments(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment()
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise LabError(f"{self} was never started")
        return self.process.pid

    def stop(self, timeout_s: float = 10) -> int:
        """Stop it with SIGTERM and wait. Return the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=timeout_s)

    def kill(self) -> None:
        """Send SIGKILL to all its processes at once, as the kernel's OOM killer could; nothing is cleaned up."""
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: no child may clean up after another
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        if self.process is not None:
            self.process.wait(timeout=10)

    def freeze(self) -> None:
        """Send SIGSTOP to all its processes."""
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)

    def pids(self) -> list[int]:
        """Return its process and all descendants."""
        if not self.running:
            return []
        found = [self.pid]
        for pid in found:
            found += _children(pid)
        return found

    def close(self) -> None:
        """End it at once and remove its files. What it put into the kernel goes with its host."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What it says

    def log_text(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return self.log.read_text(errors="replace")
        return ""

    def state(self, instance: str = "VI_1") -> str:
        """Return the state that the log entered last ("" before the first)."""
        states = [match["state"].upper() for match in _ENTERING.finditer(self.log_text()) if match["name"] == instance]
        return states[-1] if states else ""

    def wait_state(self, state: str, timeout_s: float = 10, instance: str = "VI_1") -> None:
        """Return as soon as the instance is in ``state``. Raises TimeoutError with the log."""
        poll(lambda: self.state(instance) == state, timeout_s, f"{self} is not {state}", self.tail)

    def wait_log(self, pattern: str, timeout_s: float = 10, count: int = 1) -> None:
        """Return as soon as the log holds ``pattern`` (a regular expression) that often. Raises TimeoutError."""
        poll(
            lambda: len(re.findall(pattern, self.log_text())) >= count, timeout_s, f"{self}: no {pattern!r}", self.tail
        )

    def tail(self) -> str:
        """Return the end of its log, and how it ended, for the message of a test that failed."""
        ended = "" if self.process is None or self.running else f" (exited with {self.process.returncode})"
        return f"its log{ended}:\n" + self.log_text()[-4000:]


class Keepalived(Peer):
    """It is Debian's keepalived; every pid file is in its own folder, because two run on one machine."""

    kind = "keepalived"

    def arguments(self) -> list[str]:
        folder = str(self.folder)
        return [
            *(
                "keepalived",
                "--dont-fork",
                "--log-console",
                "--log-detail",
                "--no-syslog",
                "--use-file",
                str(self.config),
            ),
            *("--pid", folder + "/pid", "--vrrp_pid", folder + "/vrrp.pid", "--checkers_pid", folder + "/checkers.pid"),
            *("--bfd_pid", folder + "/bfd.pid"),
        ]

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)


def agent_environment() -> dict[str, str]:
    """Return the environment of an agent from this checkout."""
    return {**os.environ, "PYTHONPATH": str(MODULE_UTILS)}


class Agent(Peer):
    """It is our agent, from this checkout, under the Python that runs the tests."""

    kind = "hotstandby"
    #: Where a test sets it, agents are forked there; else each is a program of its own, as for what is measured.
    server: Optional[AgentServer] = None

    def launch(self, log: Any) -> Any:
        words, environment = self.arguments(), self.environment()
        program = Agent.command(self)  # a subclass may run something else
        server = self.server
        if server is None or words[: len(program)] != program or read_at_start(environment) != server.settings:
            return super().launch(log)
        return self.host.adopt(server.start(words[len(program) :], environment, self.host.network, log.fileno()))

    @property
    def runtime_dir(self) -> Path:
        return self.folder / "run"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "vrrp.cli", *words]

    def environment(self) -> dict[str, str]:
        return agent_environment()

    def arguments(self) -> list[str]:
        return self.command("run", "--config", str(self.config), "--runtime-dir", str(self.runtime_dir))

    def cli(self, *words: str, check: bool = False) -> subprocess.CompletedProcess:
        """Run the command of the collection against this agent, such as ``agent.cli("promote", "VI_1")``."""
        done = self.host.run(
            self.command(*words, "--runtime-dir", str(self.runtime_dir)), env=self.environment(), check=False
        )
        if check and done.returncode:
            raise LabError(f"{' '.join(words)} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def client(self) -> Any:
        from vrrp.client import Client  # the lab itself works without the collection

        return Client(str(self.runtime_dir))

    def status(self, instance: str = "VI_1") -> dict[str, Any]:
        """Return the status of one instance."""
        for entry in self.client().status()["instances"]:
            if entry["name"] == instance:
                return entry
        raise LabError(f"{self} has no instance {instance}")

    def state(self, instance: str = "VI_1") -> str:
        """Return the state that the agent itself tells; "" while it does not answer."""
        from vrrp.client import AgentUnreachable

        try:
            return self.status(instance)["state"]
        except AgentUnreachable:
            return ""


# A and B: each program with our agent, on either side.
PAIRS = ((Agent, Agent), (Agent, Keepalived), (Keepalived, Agent))


def poll(condition: Any, timeout_s: float, what: str, explain: Any = lambda: "") -> Any:
    """Return the first true ``condition()``. Raises TimeoutError with ``what`` and ``explain()``."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{what} after {timeout_s} s; {explain()}")
        time.sleep(POLL_S)


def owners(segment: Segment, vip: str) -> list[str]:
    """Return the names of the hosts whose kernel holds the address now, on any interface, sorted."""
    return sorted(
        name
        for name, host in segment.hosts.items()
        if any(address.split("/")[0] == vip for address in host.addresses(link=""))
    )


def wait_owner(segment: Segment, vip: str, expected: str, timeout_s: float = 10) -> None:
    """Return as soon as ``expected`` alone holds the address. Raises TimeoutError."""
    poll(
        lambda: owners(segment, vip) == [expected],
        timeout_s,
        f"{vip} is not on {expected} alone",
        lambda: str(owners(segment, vip)),
    )


def assert_one_owner(segment: Segment, vip: str, expected: str, samples: int = 5, every_s: float = 0.05) -> None:
    """Assert that the address is on ``expected`` and on no other host, several times in a row."""
    for sample in range(samples):
        if sample:
            time.sleep(every_s)
        found = owners(segment, vip)
        assert found == [expected], (
            f"sample {sample + 1} of {samples}: {vip} is on {found or 'no host'}, not on {expected} alone"
        )


class Ownership:
    """It samples which hosts have the address. ``since`` is monotonic: the time of the fault."""

    def __init__(self, segment: Segment, vip: str):
        self._segment, self._vip = segment, vip
        self.since = time.monotonic()
        self.samples: list[tuple[float, list[str]]] = []

    def watch(self, until: Any, timeout_s: float = 10, what: str = "") -> Ownership:
        """Take samples until ``until(owners)`` is true. Raises TimeoutError with what was seen."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = owners(self._segment, self._vip)
            self.samples.append((time.monotonic() - self.since, found))
            if until(found):
                return self
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{what or 'not seen'} after {timeout_s} s: {self}")
            time.sleep(SAMPLE_S)

    def held_s(self, name: str) -> float:
        """Return when ``name`` last had the address, in seconds since the fault (0.0: never)."""
        return max((at for at, found in self.samples if name in found), default=0.0)

    def several_s(self) -> float:
        """Return how long there was more than one owner, in seconds."""
        pairs = zip(self.samples, self.samples[1:])
        return sum(after - before for (before, found), (after, _unused) in pairs if len(found) > 1)

    def __str__(self) -> str:
        changes = [self.samples[0], *(new for old, new in zip(self.samples, self.samples[1:]) if old[1] != new[1])]
        return ", ".join(f"{at:.2f} s {'+'.join(found) or 'no node'}" for at, found in changes)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (task / "children").read_text().split()]
    return found
