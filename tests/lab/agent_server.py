# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It forks agents from a process that has imported the agent, and has not run it.

An agent costs a quarter of a second of the processor before it sends anything, most of it for reading its modules. The
network tests start many hundreds. An agent that is forked runs the same ``main``; it is a child of the process that
asked for it, in a session and on a host of its own, as if that process had started it.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
from typing import Any, NoReturn, Optional

CLONE_NEWNET = 0x40000000  # linux/sched.h
CLONE_PARENT = 0x00008000
_SYS_CLONE = {"x86_64": 56, "aarch64": 220}.get(os.uname().machine)
_LONGEST = 1 << 18
AVAILABLE = _SYS_CLONE is not None


def read_at_start(environment: dict[str, str]) -> dict[str, str]:
    """Return what Python reads of an environment when it starts: a server has its own once for all agents."""
    return {name: value for name, value in environment.items() if name.startswith(("PYTHON", "LC_", "LANG"))}


class Process:
    """It is a child process, as far as ``subprocess.Popen`` of one is used here."""

    def __init__(self, pid: int, args: list[str]):
        self.pid = pid
        self.args = args
        self.returncode: Optional[int] = None

    def poll(self) -> Optional[int]:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: Optional[float] = None) -> int:
        if self.poll() is None:
            ends = os.pidfd_open(self.pid)
            try:
                select.select([ends], [], [], timeout)
            finally:
                os.close(ends)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class AgentServer:
    """It is that process, which ends with this one."""

    def __init__(self, environment: dict[str, str]):
        self.settings = read_at_start(environment)
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=environment, stdin=its, stdout=subprocess.DEVNULL
        )
        its.close()
        self._socket.recv(100)  # it has read the agent: from now on a start takes no time

    def start(self, words: list[str], environment: dict[str, str], network: str, log: int) -> Process:
        """Start `hotstandby` with these words in the network namespace of a file; its output goes to ``log``."""
        request = json.dumps([words, os.getcwd(), environment]).encode()
        with open(network, "rb") as namespace:
            socket.send_fds(self._socket, [request], [namespace.fileno(), log])
        return Process(int(self._socket.recv(100)), ["hotstandby", *words])

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


def _serve() -> None:
    del sys.path[0]  # the folder of this file, as Python adds it
    import vrrp.agent
    from vrrp import cli  # noqa: F401

    for module in pkgutil.walk_packages(vrrp.agent.__path__, "vrrp.agent."):
        importlib.import_module(module.name)
    # PyDLL keeps the lock of the interpreter: the child goes on with it, as after os.fork.
    syscall = ctypes.PyDLL(None).syscall
    with socket.socket(fileno=os.dup(0)) as asked:
        asked.send(b"ready")
        while True:
            request, files, _flags, _unused = socket.recv_fds(asked, _LONGEST, 2)
            if not files:
                return
            ctypes.pythonapi.PyOS_BeforeFork()
            # The child of who asks, who so waits for it and gets its status.
            pid = syscall(_SYS_CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
            if not pid:
                ctypes.pythonapi.PyOS_AfterFork_Child()
                asked.close()
                _run(*json.loads(request), *files)
            ctypes.pythonapi.PyOS_AfterFork_Parent()
            asked.send(str(pid).encode())
            for file in files:
                os.close(file)


def _run(words: list[str], folder: str, environment: dict[str, Any], network: int, log: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(network, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.closerange(3, 256)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["hotstandby", *words]
        from vrrp import cli

        status = cli.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
