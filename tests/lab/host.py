# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run programs on a host of a segment: a network namespace.

It shares the machine's files and processes. Programs are started with ``nsenter``, which becomes the program, so that
its pid is the program's own, and which leaves mounts and control groups as they are (``ip netns exec`` would not).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .namespace import addresses_in, entered


class LabError(Exception):
    """The lab could not do what was asked; the message has the command and its output."""


def command(arguments: Sequence[str], stdin: str = "") -> str:
    """Run a command of the machine and return its output. Raises LabError."""
    done = subprocess.run(list(arguments), input=stdin, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        raise LabError(
            f"{' '.join(arguments)}: {(done.stderr or done.stdout).strip() or done.returncode}\n{stdin}".rstrip()
        )
    return done.stdout


def batch(program: Sequence[str], *lines: str) -> str:
    """Give several lines to one ``ip`` or ``bridge`` instead of many. Raises LabError at the first that fails."""
    return command([*program, "-batch", "-"], "\n".join(lines) + "\n")


def named_namespaces() -> set[str]:
    """Return the names of the network namespaces of this machine."""
    with contextlib.suppress(FileNotFoundError):
        return set(os.listdir("/run/netns"))
    return set()


class Host:
    """It is a host. ``name`` is its short name on the segment, ``enter`` the arguments that put a command into it."""

    def __init__(self, name: str, namespace: str | None = None, pid: int | None = None, owned: bool = True):
        self.name = name
        self.namespace = namespace
        self.pid = pid  # of the container's init, where the host is one
        self.owned = owned and namespace is not None
        self._started: list[Any] = []
        if namespace is not None:
            self.network = f"/run/netns/{namespace}"
        elif pid is not None:
            self.network = f"/proc/{pid}/ns/net"
        else:
            raise LabError(f"host {name!r} needs a namespace or a pid")
        self.enter = ["nsenter", f"--net={self.network}"]

    def __repr__(self) -> str:
        return f"Host({self.name!r}, {self.namespace or self.pid})"

    # Programs

    def run(
        self, arguments: Sequence[str], check: bool = False, timeout: float = 30, **options: Any
    ) -> subprocess.CompletedProcess:
        """Run a command to its end; text, output captured unless told otherwise."""
        options.setdefault("text", True)
        if "stdout" not in options and "stderr" not in options:
            options.setdefault("capture_output", True)
        return subprocess.run([*self.enter, *arguments], check=check, timeout=timeout, **options)

    def popen(self, arguments: Sequence[str], **options: Any) -> subprocess.Popen:
        """Start a program in a session of its own; it ends with the host at the latest."""
        options.setdefault("start_new_session", True)
        process = subprocess.Popen([*self.enter, *arguments], **options)
        self._started.append(process)
        return process

    def adopt(self, process: Any) -> Any:
        """End a child of this process, which was started on this host by other means, with the host at the latest."""
        self._started.append(process)
        return process

    def pids(self) -> list[int]:
        """Return every process in this network namespace."""
        if self.namespace is not None:
            return [int(word) for word in command(["ip", "netns", "pids", self.namespace]).split()]
        try:
            own = os.readlink(f"/proc/{self.pid}/ns/net")
        except FileNotFoundError:
            return []
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and os.readlink(entry / "ns/net") == own:
                    found.append(int(entry.name))
        return found

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal everything that was started here; with SIGKILL wait until it is gone.

        In a host that the segment made, that is every process in its namespace, with any parent.
        """
        for process in self._started:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number) if _leads(process.pid) else process.send_signal(number)
        if number != signal.SIGKILL:
            return
        deadline = time.monotonic() + 5
        while self.owned and self.namespace in named_namespaces() and time.monotonic() < deadline:
            left = self.pids()
            if not left:
                break
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for process in self._started:
                process.poll()
        for process in self._started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        self._started.clear()

    # The interface

    def addresses(self, link: str = "eth0") -> set[str]:
        """Return the kernel's addresses on ``link``, such as {"192.168.8.4/24"}, without link-local ones.

        An empty ``link`` means every interface.
        """
        try:
            return {each.text for each in addresses_in(self.network, link) if not each.link_local}
        except OSError as error:
            raise LabError(f"{self}: the addresses of {link or 'all interfaces'}: {error}") from error

    def link_local(self, link: str = "eth0") -> str:
        """Return the link's IPv6 link-local address, such as "fe80::4". Raises LabError when it has none or several."""
        found = json.loads(self._output(["ip", "-6", "-j", "addr", "show", "dev", link, "scope", "link"]) or "[]")
        entries = [each["local"] for interface in found for each in interface.get("addr_info", ()) if "local" in each]
        if len(entries) != 1:
            raise LabError(f"{self} has no link-local address, or more than one: {entries}")
        return entries[0]

    def mac(self, link: str = "eth0") -> str:
        """Return the link's Ethernet address, in lower case with colons."""
        return json.loads(self._output(["ip", "-j", "link", "show", "dev", link]))[0]["address"]

    def ip(self, *arguments: str) -> str:
        """Run ``ip`` inside the host, as in ``host.ip("addr", "del", "192.168.8.100/24", "dev", "eth0")``."""
        return self._output(["ip", *arguments])

    def sysctl(self, name: str, value: object) -> None:
        """Set a kernel parameter of this namespace (``net.*``). /proc/sys/net shows the namespace of its opener."""
        path = Path("/proc/sys", name.replace(".", "/"))
        try:
            with entered(self.network):
                if path.exists():
                    path.write_text(f"{value}\n")
        except OSError as error:
            raise LabError(f"{self}: {name}: {error}") from error

    def _output(self, arguments: Sequence[str]) -> str:
        return command([*self.enter, *arguments])

    def close(self) -> None:
        """End what was started here; remove the namespace if the segment made it. A missing one is no error."""
        with contextlib.suppress(LabError):
            self.kill()
        if self.owned:
            subprocess.run(["ip", "netns", "del", self.namespace], check=False, capture_output=True)
            self.owned = False


def _leads(pid: int) -> bool:
    """Return whether the process leads its own group, so that a signal to the group reaches no other process."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
