# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``probe.py`` in a host of the lab: one process that answers probes, another one that sends them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .probe import DEFAULT_PORT, Report

_PROGRAM = str(Path(__file__).with_name("probe.py"))


class Responder:
    """It lets ``host`` answer probes with its name, from entering to leaving."""

    def __init__(self, host: Any, name: str = "", port: int = DEFAULT_PORT, realtime: bool = False):
        self.host, self.name, self.port, self.realtime = host, name or host.name, port, realtime
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Responder:
        arguments = [
            sys.executable,
            _PROGRAM,
            "respond",
            "--name",
            self.name,
            "--port",
            str(self.port),
            *(["--realtime"] if self.realtime else []),
        ]
        self._process = self.host.popen(arguments, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Probe:
    """It runs a client in ``host``; entering the context returns once the first probe was answered.

    ``report()`` ends the client and may be called inside or after the block. An answer takes less than a millisecond in
    the lab, so one that is later than ``WINDOW_MS`` counts as lost: it waited somewhere for the address to move.
    """

    WINDOW_MS = 250

    def __init__(
        self,
        host: Any,
        target: str,
        port: int = DEFAULT_PORT,
        realtime: bool = False,
        wait_s: float = 10.0,
        interval_ms: float = 1.0,
    ):
        self.host, self.target, self.port, self.realtime, self.wait_s = host, target, port, realtime, wait_s
        self.interval_ms = interval_ms
        self._process: subprocess.Popen | None = None
        self._report: Report | None = None
        self._said: list[str] = []  # what the client wrote to stderr: each change of the answering node

    def __enter__(self) -> Probe:
        arguments = [sys.executable, _PROGRAM, "client", "--target", self.target]
        arguments += ["--port", str(self.port), "--json", "--verbose", "--from-first-answer"]
        arguments += ["--window-ms", str(self.WINDOW_MS), "--interval-ms", str(self.interval_ms)]
        arguments += ["--realtime"] * self.realtime
        self._process = self.host.popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        self._reader.start()
        try:
            self.wait_answered_by("", self.wait_s)
        except TimeoutError:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def _listen(self, stream: Any) -> None:
        for line in stream:
            self._said.append(line.rstrip())

    def wait_answered_by(self, node: str, timeout_s: float = 10) -> None:
        """Return once ``node`` is the one that answers now ("": any node). Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while not (self._said and self._said[-1].endswith(f"answered by {node}" if node else "")):
            if time.monotonic() > deadline:
                who = f"{node} did not answer" if node else "no node answered"
                raise TimeoutError(f"{who} at {self.target} within {timeout_s} s; {self._said}")
            time.sleep(0.005)

    def __exit__(self, *exc: object) -> None:
        if self._process is not None and self._process.poll() is None:
            if exc and exc[0] is None:
                self.report()
            else:
                self._process.kill()
                self._process.wait()

    def report(self) -> Report:
        if self._report is None:
            assert self._process is not None, "the probe was not started"
            self._process.terminate()
            assert self._process.stdout is not None
            output = self._process.stdout.read()
            self._process.wait(timeout=30)
            self._reader.join(timeout=5)
            if not output:
                raise RuntimeError(f"the probe client died: {self._said}")
            self._report = Report.from_json(output)
        return self._report
