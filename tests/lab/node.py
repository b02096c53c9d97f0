# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a node: a podman container that boots systemd and has no network of podman's.

``start`` wires it before its init runs, so that the interface is there when the services come up, as on a machine. A
container that was killed comes back in a new network namespace and is wired again.
"""

from __future__ import annotations

import functools
import json
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Sequence

from .host import LabError, command
from .image import PROBE
from .init import Init
from .run import LABEL

_CAPABILITIES = "NET_ADMIN,NET_RAW,SYS_NICE,IPC_LOCK,SYS_PTRACE"
_LIMIT = 4096  # files and processes; the engine's own default can be more than this machine may give
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_RANDOM = "/proc/sys/kernel/random"
BOOT_S = 60.0


@functools.lru_cache
def _engine() -> list[str]:
    """Return podman, with runc where control groups are not (only) version 2: crun refuses those hierarchies."""
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return ["podman"]
    return ["podman", "--runtime", "runc"]


def _limits() -> list[str]:
    """Return ``--ulimit`` options that never ask for more than this process has itself."""
    words = []
    for name, number in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(number)[1]
        limit = _LIMIT if hard == resource.RLIM_INFINITY else min(_LIMIT, hard)
        words += ["--ulimit", f"{name}={limit}:{limit}"]
    return words


class Node:
    """It is a node. ``name`` is the host name, ``container`` podman's name, ``address`` as in "192.168.8.4/24"."""

    def __init__(self, name: str, container: str, address: str):
        self.name = name
        self.container = container
        self.address = address
        self._init: Init | None = None

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.address})"

    @property
    def ip(self) -> str:
        """Return the address without its prefix."""
        return self.address.partition("/")[0]

    @property
    def mac(self) -> str:
        """Return its Ethernet address: locally administered, made from the IPv4 address."""
        return ":".join(["02:00", *(f"{int(octet):02x}" for octet in self.ip.split("."))])

    # Life

    def create(self, image: str, run_id: str) -> None:
        """Make the container; nothing runs yet. Raises LabError."""
        command([
            *_engine(), "create", "--name", self.container, "--hostname", self.name, "--label", f"{LABEL}={run_id}",
            "--network", "none", "--systemd=always", *_limits(), "--cap-add", _CAPABILITIES,
            "--volume", f"{Path(__file__).with_name('probe.py')}:{PROBE}:ro",
            "--pull", "never", "--log-driver", "none", image, "/lib/systemd/systemd",
        ])  # fmt: skip

    def start(self, wire: Callable[[int], None]) -> None:
        """Boot it. ``wire`` gets the pid of the container's init while that still waits for the start."""
        command([*_engine(), "init", self.container])
        wire(self.pid)
        # A container has the boot id of this machine, which stays; programs see by it whether a machine has booted.
        self.force("sh", "-c", f"cat {_RANDOM}/uuid >/run/boot_id && mount --bind /run/boot_id {_RANDOM}/boot_id")
        command([*_engine(), "start", self.container])

    def ready(self, seconds: float = BOOT_S) -> None:
        """Wait until systemd says that it is up. Raises LabError, with the units that failed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.run(["systemctl", "is-system-running", "--wait"], timeout=seconds).stdout.strip()
            if state == "running":
                return
            if state in ("degraded", "maintenance"):
                failed = self.run(["systemctl", "--failed", "--no-legend", "--plain"]).stdout
                raise LabError(f"{self.name} came up {state}:\n{failed}")
            time.sleep(0.05)  # its control socket is not there yet
        raise LabError(f"{self.name} did not come up within {seconds:.0f} s")

    def kill(self) -> None:
        """Kill every process at once, and remove the network with them, as a power failure does."""
        command(["podman", "kill", "--signal", "KILL", self.container])
        command(["podman", "wait", self.container])

    def stop(self) -> None:
        """Shut down in order, as ``poweroff`` does."""
        command(["podman", "stop", "--time", "20", self.container])

    def freeze(self) -> None:
        """Stop every process of it where it is, as a host does with a virtual machine that it suspends."""
        command([*_engine(), "pause", self.container])

    def thaw(self) -> None:
        """Undo :meth:`freeze`; harmless when it is not frozen."""
        if self.state == "paused":
            command([*_engine(), "unpause", self.container])

    @property
    def state(self) -> str:
        """Return podman's word: created, running, exited ..."""
        return self._inspect()["State"]["Status"]

    @property
    def pid(self) -> int:
        """Return the pid of the container's init on this machine. Raises LabError when the node is down."""
        return self._running().pid

    def _running(self) -> Init:
        """Return its init; podman is asked for it after each boot only. Raises LabError when the node is down."""
        if self._init is None or not self._init.runs:
            pid = self._inspect()["State"]["Pid"]
            if not pid:
                raise LabError(f"{self.name} is down")
            self._init = Init(pid)
        return self._init

    def _inspect(self) -> dict[str, Any]:
        return json.loads(command(["podman", "container", "inspect", self.container]))[0]

    # Inside

    def run(self, arguments: Sequence[str], check: bool = False, timeout: float | None = 30, **options: Any):
        """Run a command in the node; text, output captured. With ``check`` a failure raises LabError.

        If the node is down the command has failed, with the exit status that podman has for it.
        """
        options.setdefault("text", True)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        try:
            done = subprocess.run(
                [*self._running().enter, *arguments],
                check=False, timeout=timeout, capture_output=True, env=self._environment, **options,
            )  # fmt: skip
        except LabError as error:
            text = str(error) if options["text"] else str(error).encode()
            done = subprocess.CompletedProcess(arguments, 125, text[:0], text)
        if check and done.returncode:
            raise LabError(f"{self.name}: {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return done

    def popen(self, arguments: Sequence[str], **options: Any) -> subprocess.Popen:
        """Start a program in the node; it ends with the node at the latest. Raises LabError when the node is down."""
        return subprocess.Popen([*self._running().enter, *arguments], env=self._environment, **options)

    @property
    def _environment(self) -> dict[str, str]:
        """Return what a program finds that podman starts there."""
        return {"PATH": _PATH, "HOME": "/root", "HOSTNAME": self.name, "TERM": "xterm", "container": "podman"}

    def force(self, *arguments: str) -> str:
        """Run a command in its mount and pid namespaces with this machine's rights: its own root may not mount, say.

        Return what it printed. Raises LabError.
        """
        inside = [f"--{kind}=/proc/{self.pid}/ns/{file}" for kind, file in (("mount", "mnt"), ("pid", "pid"))]
        return command(["nsenter", *inside, *arguments])

    def write(self, path: str, content: str, mode: str = "0644") -> None:
        """Write a file there, directory included."""
        script = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"'
        self.run(["sh", "-c", script, "sh", path, mode], input=content, check=True)
